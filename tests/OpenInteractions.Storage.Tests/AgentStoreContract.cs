using System.Text;
using OpenInteractions.Engine.Agents;
using OpenInteractions.Engine.Storage;
using static OpenInteractions.Storage.Tests.Sample;

namespace OpenInteractions.Storage.Tests;

/// <summary>What every engine promises about agents and their versions.</summary>
public abstract class AgentStoreContract(IStorageFixture fixture)
{
    private const int Most = 100;
    private const int Kept = 3;
    private const long Plenty = 1_000_000;

    private static CancellationToken Cancel => CancellationToken.None;

    [Fact]
    public async Task An_agent_is_read_as_it_was_kept_by_its_project_alone()
    {
        await using var store = await fixture.NewStoreAsync();
        Assert.Equal(Insertion.Kept, await store.Agents.InsertAsync(AgentSample.New("a\0"), Most, Cancel));

        var read = (await store.Agents.GetAsync(Project, "a\0", Cancel))!;

        Assert.True(read.Number > 0);
        AgentSample.Same(AgentSample.New("a\0") with { Number = read.Number }, read);
        Assert.Null(await store.Agents.GetAsync("another", "a\0", Cancel));
        Assert.Null(await store.Agents.GetAsync(Project, "b", Cancel));
    }

    [Fact]
    public async Task Of_many_who_take_an_id_at_once_one_has_it_and_the_bound_of_a_project_holds()
    {
        await using var store = await fixture.NewStoreAsync();

        var same = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => store.Agents.InsertAsync(AgentSample.New("a"), Most, Cancel))));
        var many = await Task.WhenAll(Enumerable.Range(0, 8).Select(n => Task.Run(() => store.Agents.InsertAsync(AgentSample.New($"a{n}"), most: 4, Cancel))));

        Assert.Equal((1, 7), (same.Count(i => i == Insertion.Kept), same.Count(i => i == Insertion.Taken)));
        Assert.Equal((3, 5), (many.Count(i => i == Insertion.Kept), many.Count(i => i == Insertion.TooMany)));
        Assert.Equal(4, (await store.Agents.ListAsync(Project, 0, 100, Plenty, Cancel)).Count);
        Assert.Equal(Insertion.Kept, await store.Agents.InsertAsync(AgentSample.New("a") with { Project = "another" }, 4, Cancel));
    }

    [Fact]
    public async Task Agents_are_listed_page_by_page_in_the_version_that_holds()
    {
        await using var store = await fixture.NewStoreAsync();
        foreach (var id in new[] { "c", "a", "b" })
        {
            await store.Agents.InsertAsync(AgentSample.New(id), Most, Cancel);
            await store.Agents.InsertAsync(AgentSample.New(id) with { Project = "another" }, Most, Cancel);
        }

        await ChangeAsync(store, "a", "second a");

        var first = await store.Agents.ListAsync(Project, 0, 2, Plenty, Cancel);
        var second = await store.Agents.ListAsync(Project, first[^1].Number, 2, Plenty, Cancel);

        Assert.Equal([("c", 1, "sealed c"), ("a", 2, "second a")], first.Select(a => (a.Id, (int)a.Version, Text(a.Sealed))));
        Assert.Equal(["b"], second.Select(a => a.Id));
    }

    [Fact]
    public async Task A_page_ends_with_the_definition_that_reaches_its_bytes()
    {
        await using var store = await fixture.NewStoreAsync();
        foreach (var id in new[] { "a", "b", "c", "d" })
        {
            await store.Agents.InsertAsync(AgentSample.New(id) with { Sealed = new byte[100] }, Most, Cancel);
        }

        Assert.Equal(["a"], (await store.Agents.ListAsync(Project, 0, 10, 1, Cancel)).Select(a => a.Id));
        Assert.Equal(["a", "b"], (await store.Agents.ListAsync(Project, 0, 10, 200, Cancel)).Select(a => a.Id));
        Assert.Equal(["a", "b", "c"], (await store.Agents.ListAsync(Project, 0, 10, 201, Cancel)).Select(a => a.Id));

        foreach (var _ in Enumerable.Range(0, 3))
        {
            await ChangeAsync(store, "a", new string('x', 100), kept: 10);
        }

        var agent = (await store.Agents.GetAsync(Project, "a", Cancel))!;
        Assert.Equal([4, 3], (await store.Agents.ListVersionsAsync(agent, null, 10, 200, Cancel)).Select(v => (int)v.Version));
    }

    [Fact]
    public async Task A_change_is_a_new_version_made_by_who_has_read_the_newest_alone()
    {
        await using var store = await fixture.NewStoreAsync();
        await store.Agents.InsertAsync(AgentSample.New("a"), Most, Cancel);
        var read = (await store.Agents.GetAsync(Project, "a", Cancel))!;
        var changed = read with { Updated = Start.AddHours(1), Sealed = "new"u8.ToArray() };

        Assert.False(await store.Agents.ChangeAsync(changed with { Project = "another" }, Kept, Cancel));
        Assert.True(await store.Agents.ChangeAsync(changed with { Created = Start.AddDays(9) }, Kept, Cancel));
        Assert.False(await store.Agents.ChangeAsync(changed with { Sealed = "late"u8.ToArray() }, Kept, Cancel));

        AgentSample.Same(changed with { Version = 2 }, await store.Agents.GetAsync(Project, "a", Cancel));
        Assert.Equal(
            [(2L, Start.AddHours(1), "new"), (1L, Start, "sealed a")],
            (await store.Agents.ListVersionsAsync(read, null, 10, Plenty, Cancel)).Select(v => (v.Version, v.Created, Text(v.Sealed))));
    }

    [Fact]
    public async Task Versions_are_listed_page_by_page_and_the_oldest_are_forgotten()
    {
        await using var store = await fixture.NewStoreAsync();
        await store.Agents.InsertAsync(AgentSample.New("a"), Most, Cancel);
        await store.Agents.InsertAsync(AgentSample.New("b"), Most, Cancel);
        foreach (var n in Enumerable.Range(2, 4))
        {
            await ChangeAsync(store, "a", $"version {n}");
        }

        var agent = (await store.Agents.GetAsync(Project, "a", Cancel))!;
        var first = await store.Agents.ListVersionsAsync(agent, null, 2, Plenty, Cancel);
        var second = await store.Agents.ListVersionsAsync(agent, first[^1].Version, 2, Plenty, Cancel);

        Assert.Equal([(5, "version 5"), (4, "version 4")], first.Select(v => ((int)v.Version, Text(v.Sealed))));
        Assert.Equal([(3, "version 3")], second.Select(v => ((int)v.Version, Text(v.Sealed))));
        Assert.Equal("version 4", Text((await store.Agents.GetVersionAsync(agent, 4, Cancel))!.Sealed));
        Assert.Null(await store.Agents.GetVersionAsync(agent, 2, Cancel));
        Assert.Null(await store.Agents.GetVersionAsync(agent with { Project = "another" }, 4, Cancel));
        Assert.Empty(await store.Agents.ListVersionsAsync(agent with { Project = "another" }, null, 10, Plenty, Cancel));
        Assert.Single(await store.Agents.ListVersionsAsync((await store.Agents.GetAsync(Project, "b", Cancel))!, null, 10, Plenty, Cancel));
    }

    [Fact]
    public async Task A_deleted_one_is_gone_with_its_versions_and_one_of_the_same_id_is_another()
    {
        await using var store = await fixture.NewStoreAsync();
        await store.Agents.InsertAsync(AgentSample.New("a"), Most, Cancel);
        await ChangeAsync(store, "a", "second");
        var read = (await store.Agents.GetAsync(Project, "a", Cancel))!;

        Assert.False(await store.Agents.DeleteAsync("another", "a", Cancel));
        Assert.True(await store.Agents.DeleteAsync(Project, "a", Cancel));
        Assert.False(await store.Agents.DeleteAsync(Project, "a", Cancel));
        Assert.Null(await store.Agents.GetAsync(Project, "a", Cancel));
        Assert.Empty(await store.Agents.ListVersionsAsync(read, null, 10, Plenty, Cancel));
        Assert.False(await store.Agents.ChangeAsync(read, Kept, Cancel));

        await store.Agents.InsertAsync(AgentSample.New("a"), Most, Cancel);
        Assert.False(await store.Agents.ChangeAsync(read with { Version = 1 }, Kept, Cancel));
        Assert.Equal(1, (await store.Agents.GetAsync(Project, "a", Cancel))!.Version);
    }

    private static async Task ChangeAsync(TestStore store, string id, string definition, int kept = Kept) =>
        Assert.True(await store.Agents.ChangeAsync((await store.Agents.GetAsync(Project, id, Cancel))! with { Sealed = Bytes(definition) }, kept, Cancel));
}

/// <summary>Agents for tests.</summary>
internal static class AgentSample
{
    public static StoredAgent New(string id) => new() { Project = Project, Id = id, Created = Start, Updated = Start, Sealed = Encoding.UTF8.GetBytes($"sealed {id}") };

    public static void Same(StoredAgent expected, StoredAgent? actual)
    {
        Assert.NotNull(actual);
        Assert.Equal(expected with { Sealed = default }, actual with { Sealed = default });
        Assert.Equal(Text(expected.Sealed), Text(actual.Sealed));
    }
}
