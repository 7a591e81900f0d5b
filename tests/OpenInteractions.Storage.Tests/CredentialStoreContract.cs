using System.Text;
using OpenInteractions.Engine.Credentials;
using OpenInteractions.Engine.Storage;
using static OpenInteractions.Storage.Tests.Sample;

namespace OpenInteractions.Storage.Tests;

/// <summary>What every engine promises about credentials.</summary>
public abstract class CredentialStoreContract(IStorageFixture fixture)
{
    private const int Most = 100;

    private static CancellationToken Cancel => CancellationToken.None;

    [Fact]
    public async Task A_credential_is_read_as_it_was_kept_by_its_project_alone()
    {
        await using var store = await fixture.NewStoreAsync();
        Assert.Equal(Insertion.Kept, await store.Credentials.InsertAsync(CredentialSample.New("c\0"), Most, Cancel));
        Assert.Equal(Insertion.Kept, await store.Credentials.InsertAsync(CredentialSample.New("revoked") with { IsRevoked = true, Updated = Start.AddDays(1) }, Most, Cancel));

        var read = (await store.Credentials.GetAsync(Project, "c\0", Cancel))!;

        Assert.True(read.Number > 0);
        CredentialSample.Same(CredentialSample.New("c\0") with { Number = read.Number, Version = 1 }, read);
        Assert.True((await store.Credentials.GetAsync(Project, "revoked", Cancel))!.IsRevoked);
        Assert.Null(await store.Credentials.GetAsync("another", "c\0", Cancel));
        Assert.Null(await store.Credentials.GetAsync(Project, "d", Cancel));
    }

    [Fact]
    public async Task An_id_is_taken_in_its_project_alone_and_the_first_one_stays()
    {
        await using var store = await fixture.NewStoreAsync();
        await store.Credentials.InsertAsync(CredentialSample.New("c"), Most, Cancel);

        Assert.Equal(Insertion.Taken, await store.Credentials.InsertAsync(CredentialSample.New("c") with { Type = "other", Sealed = "x"u8.ToArray() }, Most, Cancel));
        Assert.Equal(Insertion.Kept, await store.Credentials.InsertAsync(CredentialSample.New("c") with { Project = "another" }, Most, Cancel));

        Assert.Equal("sealed c", Text((await store.Credentials.GetAsync(Project, "c", Cancel))!.Sealed));
    }

    [Fact]
    public async Task Of_many_who_take_an_id_at_once_one_has_it_and_the_bound_of_a_project_holds()
    {
        await using var store = await fixture.NewStoreAsync();

        var same = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => store.Credentials.InsertAsync(CredentialSample.New("c"), Most, Cancel))));
        var many = await Task.WhenAll(Enumerable.Range(0, 8).Select(n => Task.Run(() => store.Credentials.InsertAsync(CredentialSample.New($"c{n}"), most: 4, Cancel))));

        Assert.Equal((1, 7), (same.Count(i => i == Insertion.Kept), same.Count(i => i == Insertion.Taken)));
        Assert.Equal((3, 5), (many.Count(i => i == Insertion.Kept), many.Count(i => i == Insertion.TooMany)));
        Assert.Equal(4, (await store.Credentials.ListAsync(Project, 0, 100, Cancel)).Count);
        Assert.Equal(Insertion.Kept, await store.Credentials.InsertAsync(CredentialSample.New("c") with { Project = "another" }, 4, Cancel));
    }

    [Fact]
    public async Task Credentials_are_listed_page_by_page_without_what_they_hold()
    {
        await using var store = await fixture.NewStoreAsync();
        foreach (var id in new[] { "c", "a", "b" })
        {
            await store.Credentials.InsertAsync(CredentialSample.New(id), Most, Cancel);
            await store.Credentials.InsertAsync(CredentialSample.New(id) with { Project = "another" }, Most, Cancel);
        }

        var first = await store.Credentials.ListAsync(Project, 0, 2, Cancel);
        var second = await store.Credentials.ListAsync(Project, first[^1].Number, 2, Cancel);

        Assert.Equal(["c", "a"], first.Select(c => c.Id));
        Assert.Equal(["b"], second.Select(c => c.Id));
        Assert.All(first, c => Assert.True(c.Sealed.IsEmpty));
        CredentialSample.Same((await store.Credentials.GetAsync(Project, "c", Cancel))! with { Sealed = default }, first[0]);
    }

    [Fact]
    public async Task A_change_is_made_by_who_has_read_the_newest_alone()
    {
        await using var store = await fixture.NewStoreAsync();
        await store.Credentials.InsertAsync(CredentialSample.New("c"), Most, Cancel);
        var read = (await store.Credentials.GetAsync(Project, "c", Cancel))!;
        var changed = read with { IsRevoked = true, Updated = Start.AddHours(1), Sealed = "new"u8.ToArray() };

        Assert.False(await store.Credentials.ChangeAsync(changed with { Project = "another" }, Cancel));
        Assert.True(await store.Credentials.ChangeAsync(changed with { Type = "other", Created = Start.AddDays(9) }, Cancel));
        Assert.False(await store.Credentials.ChangeAsync(changed with { Sealed = "late"u8.ToArray() }, Cancel));

        CredentialSample.Same(changed with { Version = 2 }, await store.Credentials.GetAsync(Project, "c", Cancel));
    }

    [Fact]
    public async Task A_deleted_one_is_gone_and_one_of_the_same_id_is_another()
    {
        await using var store = await fixture.NewStoreAsync();
        await store.Credentials.InsertAsync(CredentialSample.New("c"), Most, Cancel);
        var read = (await store.Credentials.GetAsync(Project, "c", Cancel))!;

        Assert.False(await store.Credentials.DeleteAsync("another", "c", Cancel));
        Assert.True(await store.Credentials.DeleteAsync(Project, "c", Cancel));
        Assert.False(await store.Credentials.DeleteAsync(Project, "c", Cancel));
        Assert.Null(await store.Credentials.GetAsync(Project, "c", Cancel));

        await store.Credentials.InsertAsync(CredentialSample.New("c"), Most, Cancel);
        Assert.False(await store.Credentials.ChangeAsync(read with { Sealed = "of the first"u8.ToArray() }, Cancel));
        Assert.False(await store.Credentials.TryBeginRefreshAsync(read, Ttl, Cancel));
    }

    [Fact]
    public async Task One_at_a_time_fetches_an_access_token_until_it_is_done_gives_up_or_is_late()
    {
        await using var store = await fixture.NewStoreAsync();
        await store.Credentials.InsertAsync(CredentialSample.New("c"), Most, Cancel);
        var read = (await store.Credentials.GetAsync(Project, "c", Cancel))!;

        Assert.False(await store.Credentials.TryBeginRefreshAsync(read with { Project = "another" }, Ttl, Cancel));
        Assert.True(await store.Credentials.TryBeginRefreshAsync(read, Ttl, Cancel));
        Assert.False(await store.Credentials.TryBeginRefreshAsync(read, Ttl, Cancel));
        await store.Credentials.EndRefreshAsync(read, Cancel);
        Assert.True(await store.Credentials.TryBeginRefreshAsync(read, Ttl, Cancel));
        store.Clock.Advance(Ttl - TimeSpan.FromMilliseconds(1));
        Assert.False(await store.Credentials.TryBeginRefreshAsync(read, Ttl, Cancel));
        store.Clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.True(await store.Credentials.TryBeginRefreshAsync(read, Ttl, Cancel));

        Assert.True(await store.Credentials.ChangeAsync(read, Cancel));
        await store.Credentials.EndRefreshAsync(read, Cancel); // of the version before
        Assert.False(await store.Credentials.TryBeginRefreshAsync(read, Ttl, Cancel));
        Assert.True(await store.Credentials.TryBeginRefreshAsync(read with { Version = 2 }, Ttl, Cancel));
    }
}

/// <summary>Credentials for tests.</summary>
internal static class CredentialSample
{
    public static StoredCredential New(string id) => new()
    {
        Project = Project,
        Id = id,
        Type = "bearer_token",
        Created = Start,
        Updated = Start,
        Sealed = Encoding.UTF8.GetBytes($"sealed {id}"),
    };

    public static void Same(StoredCredential expected, StoredCredential? actual)
    {
        Assert.NotNull(actual);
        Assert.Equal(expected with { Sealed = default }, actual with { Sealed = default });
        Assert.Equal(Text(expected.Sealed), Text(actual.Sealed));
    }
}
