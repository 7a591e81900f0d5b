using OpenInteractions.Contracts.Keys;
using static OpenInteractions.Storage.Tests.Sample;

namespace OpenInteractions.Storage.Tests;

/// <summary>What every engine promises about the keys of callers.</summary>
public abstract class ApiKeyStoreContract(IStorageFixture fixture)
{
    private static CancellationToken Cancel => CancellationToken.None;

    [Fact]
    public async Task Keys_are_read_as_they_were_kept_the_oldest_first()
    {
        await using var store = await fixture.NewStoreAsync();
        var (first, second) = (New("b") with { Project = "p\0" }, New("a"));

        Assert.True(await store.ApiKeys.InsertAsync(first, Cancel));
        Assert.True(await store.ApiKeys.InsertAsync(second, Cancel));

        Assert.Equal([first, second], await store.ApiKeys.ListAsync(Cancel));
    }

    [Fact]
    public async Task A_key_that_is_there_by_its_id_or_its_hash_stays_as_it_is()
    {
        await using var store = await fixture.NewStoreAsync();
        await store.ApiKeys.InsertAsync(New("a"), Cancel);
        await store.ApiKeys.InsertAsync(New("b"), Cancel);
        await store.ApiKeys.RevokeAsync("b", Start, Cancel);
        var version = await store.ApiKeys.ReadVersionAsync(Cancel);

        Assert.False(await store.ApiKeys.InsertAsync(New("a") with { Sha256 = "another", Project = "another" }, Cancel));
        Assert.False(await store.ApiKeys.InsertAsync(New("c") with { Sha256 = New("a").Sha256, Project = "another" }, Cancel));
        Assert.False(await store.ApiKeys.InsertAsync(New("b"), Cancel)); // it does not come back

        Assert.Equal([New("a")], await store.ApiKeys.ListAsync(Cancel));
        Assert.Equal(version, await store.ApiKeys.ReadVersionAsync(Cancel));
    }

    [Fact]
    public async Task A_key_is_revoked_once_and_is_not_listed_any_more()
    {
        await using var store = await fixture.NewStoreAsync();
        await store.ApiKeys.InsertAsync(New("a"), Cancel);
        await store.ApiKeys.InsertAsync(New("b"), Cancel);
        Assert.True(await store.ApiKeys.InsertAsync(New("c") with { Revoked = Start }, Cancel));

        Assert.True(await store.ApiKeys.RevokeAsync("a", Start, Cancel));

        Assert.False(await store.ApiKeys.RevokeAsync("a", Start, Cancel));
        Assert.False(await store.ApiKeys.RevokeAsync("c", Start, Cancel));
        Assert.False(await store.ApiKeys.RevokeAsync("none", Start, Cancel));
        Assert.Equal([New("b")], await store.ApiKeys.ListAsync(Cancel));
    }

    [Fact]
    public async Task The_version_is_empty_before_the_first_key_and_another_one_after_each_change()
    {
        await using var store = await fixture.NewStoreAsync();
        var versions = new List<string> { await store.ApiKeys.ReadVersionAsync(Cancel) };
        foreach (var change in new Func<Task<bool>>[]
        {
            () => store.ApiKeys.InsertAsync(New("a"), Cancel), () => store.ApiKeys.InsertAsync(New("b"), Cancel), () => store.ApiKeys.RevokeAsync("b", Start, Cancel),
            () => store.ApiKeys.RevokeAsync("a", Start, Cancel),
        })
        {
            Assert.True(await change());
            versions.Add(await store.ApiKeys.ReadVersionAsync(Cancel));
        }

        Assert.Equal("", versions[0]);
        Assert.Equal(versions.Count, versions.Distinct().Count());
        Assert.DoesNotContain("", versions[1..]);
    }

    [Fact]
    public async Task Keys_that_are_made_at_the_same_time_are_all_kept()
    {
        await using var store = await fixture.NewStoreAsync();
        string[] ids = [.. Enumerable.Range(0, 16).Select(n => $"key_{n:00}")];

        Assert.All(await Task.WhenAll(ids.Select(id => store.ApiKeys.InsertAsync(New(id), Cancel))), Assert.True);
        Assert.Single(await Task.WhenAll(ids.Select(_ => store.ApiKeys.InsertAsync(New("one"), Cancel))), made => made);

        Assert.Equal([.. ids, "one"], (await store.ApiKeys.ListAsync(Cancel)).Select(key => key.Id).Order(StringComparer.Ordinal));
        Assert.StartsWith("17 ", await store.ApiKeys.ReadVersionAsync(Cancel), StringComparison.Ordinal);
    }

    private static ApiKeyEntry New(string id) => new() { Id = id, Project = Project, Sha256 = $"hash of {id}", Created = Start };
}
