using System.Text;
using OpenInteractions.Engine.Environments;
using static OpenInteractions.Storage.Tests.Sample;

namespace OpenInteractions.Storage.Tests;

/// <summary>What every engine promises about environments.</summary>
public abstract class EnvironmentStoreContract(IStorageFixture fixture)
{
    private static CancellationToken Cancel => CancellationToken.None;

    [Fact]
    public async Task An_environment_is_read_as_it_was_kept_by_its_project_alone()
    {
        await using var store = await fixture.NewStoreAsync();
        var whole = EnvironmentSample.New("e\0", chain: "i\0") with
        {
            State = EnvironmentState.Failed,
            Failure = "No room\0.",
            ForkedFrom = "env_\0",
            Generation = long.MaxValue,
            FileCount = 5_000_000_000,
            SizeBytes = 6_000_000_000,
        };

        var kept = (await store.Environments.InsertAsync(whole, Cancel))!;
        var plain = (await store.Environments.InsertAsync(EnvironmentSample.New("f"), Cancel))!;

        Assert.True(kept.Number > 0);
        EnvironmentSample.Same(whole with { Number = kept.Number, Slot = 0 }, kept);
        EnvironmentSample.Same(kept, await store.Environments.GetAsync(Project, "e\0", Cancel));
        EnvironmentSample.Same(kept, await store.Environments.FindOfChainAsync(Project, "i\0", Cancel));
        EnvironmentSample.Same(EnvironmentSample.New("f") with { Number = plain.Number, Slot = 1 }, await store.Environments.GetAsync(Project, "f", Cancel));
    }

    [Fact]
    public async Task Another_projects_environment_is_not_found_and_not_changed()
    {
        await using var store = await fixture.NewStoreAsync();
        var kept = (await store.Environments.InsertAsync(EnvironmentSample.New("e", chain: "i"), Cancel))!;
        var foreign = kept with { Project = "another", State = EnvironmentState.Ready, Shown = "{}"u8.ToArray() };

        Assert.Null(await store.Environments.GetAsync("another", "e", Cancel));
        Assert.Null(await store.Environments.FindOfChainAsync("another", "i", Cancel));
        Assert.Empty(await store.Environments.ListAsync("another", null, 10, Cancel));
        Assert.False(await store.Environments.ChangeAsync(foreign, Cancel));
        Assert.False(await store.Environments.ReportAsync(foreign, Cancel));
        Assert.False(await store.Environments.DeleteAsync("another", "e", Start, Cancel));
        await store.Environments.EraseAsync("another", "e", Cancel);

        EnvironmentSample.Same(kept, await store.Environments.GetAsync(Project, "e", Cancel));
    }

    [Fact]
    public async Task Projects_may_have_environments_of_the_same_id()
    {
        await using var store = await fixture.NewStoreAsync();
        await store.Environments.InsertAsync(EnvironmentSample.New("e"), Cancel);
        await store.Environments.InsertAsync(EnvironmentSample.New("e") with { Project = "another" }, Cancel);

        Assert.True(await store.Environments.DeleteAsync(Project, "e", Start, Cancel));

        Assert.Equal("another", (await store.Environments.GetAsync("another", "e", Cancel))?.Project);
        await Assert.ThrowsAsync<InvalidOperationException>(() => store.Environments.InsertAsync(EnvironmentSample.New("e") with { Project = "another" }, Cancel));
    }

    [Fact]
    public async Task Each_gets_the_lowest_slot_of_its_host_that_none_has()
    {
        await using var store = await fixture.NewStoreAsync();
        foreach (var id in new[] { "a", "b", "c", "d" })
        {
            await store.Environments.InsertAsync(EnvironmentSample.New(id), Cancel);
        }

        Assert.Equal(0, (await store.Environments.InsertAsync(EnvironmentSample.New("elsewhere", host: "another-host"), Cancel))!.Slot);
        await EraseAsync(store, "a");
        await EraseAsync(store, "c");
        await store.Environments.DeleteAsync(Project, "d", Start, Cancel); // its disk is still there

        Assert.Equal(0, await store.Environments.FindFreeSlotAsync(EnvironmentSample.New("x").Host, Cancel));
        Assert.Equal(1, await store.Environments.FindFreeSlotAsync("another-host", Cancel));
        Assert.Equal(0, await store.Environments.FindFreeSlotAsync("nobody", Cancel));
        Assert.Equal([0, 2, 4, 5], await SlotsAsync(store, "e", "f", "g", "h"));
        await store.Environments.EraseAsync(Project, "d", Cancel);
        Assert.Equal([3, 6], await SlotsAsync(store, "i", "j"));
    }

    [Fact]
    public async Task Parallel_inserts_share_no_slot_and_leave_none_out()
    {
        await using var store = await fixture.NewStoreAsync();

        var kept = await Task.WhenAll(Enumerable.Range(0, 40).Select(n => Task.Run(() => store.Environments.InsertAsync(EnvironmentSample.New($"e{n}", host: $"host-{n % 2}"), Cancel))));

        foreach (var host in new[] { "host-0", "host-1" })
        {
            Assert.Equal(Enumerable.Range(0, 20), kept.Where(e => e!.Host == host).Select(e => e!.Slot).Order());
        }
    }

    [Fact]
    public async Task A_conversation_has_one_environment_whoever_asks_for_it_at_once()
    {
        await using var store = await fixture.NewStoreAsync();

        var asked = await Task.WhenAll(Enumerable.Range(0, 8).Select(n => Task.Run(() => store.Environments.InsertAsync(EnvironmentSample.New($"e{n}", host: $"host-{n % 2}", chain: "i"), Cancel))));

        var one = (await store.Environments.FindOfChainAsync(Project, "i", Cancel))!;
        Assert.All(asked, e => EnvironmentSample.Same(one, e));
        Assert.Single([.. await store.Environments.ListOfHostAsync("host-0", 0, 10, Cancel), .. await store.Environments.ListOfHostAsync("host-1", 0, 10, Cancel)]);

        await store.Environments.DeleteAsync(Project, one.Id, Start, Cancel);
        Assert.Null(await store.Environments.FindOfChainAsync(Project, "i", Cancel));
        Assert.Equal("next", (await store.Environments.InsertAsync(EnvironmentSample.New("next", chain: "i"), Cancel))!.Id);
        Assert.Equal("theirs", (await store.Environments.InsertAsync(EnvironmentSample.New("theirs", chain: "i") with { Project = "another" }, Cancel))!.Id);
    }

    [Fact]
    public async Task Those_that_were_asked_for_are_listed_page_by_page_with_the_newest_first()
    {
        await using var store = await fixture.NewStoreAsync();
        foreach (var id in new[] { "c", "a", "gone", "b" })
        {
            await store.Environments.InsertAsync(EnvironmentSample.New(id), Cancel);
            await store.Environments.InsertAsync(EnvironmentSample.New(id) with { Project = "another" }, Cancel);
            await store.Environments.InsertAsync(EnvironmentSample.New("of" + id, chain: "i" + id), Cancel);
        }

        await store.Environments.DeleteAsync(Project, "gone", Start, Cancel);

        var first = await store.Environments.ListAsync(Project, null, 2, Cancel);
        var second = await store.Environments.ListAsync(Project, first[^1].Number, 2, Cancel);

        Assert.Equal(["b", "a"], first.Select(e => e.Id));
        Assert.Equal(["c"], second.Select(e => e.Id));
        EnvironmentSample.Same(await store.Environments.GetAsync(Project, "b", Cancel), first[0]);
        Assert.Empty(await store.Environments.ListAsync(Project, second[^1].Number, 2, Cancel));
    }

    [Fact]
    public async Task What_was_asked_for_changes_alone()
    {
        await using var store = await fixture.NewStoreAsync();
        var kept = (await store.Environments.InsertAsync(EnvironmentSample.New("e"), Cancel))!;
        var changed = kept with { Shown = "new"u8.ToArray(), Sealed = "newer"u8.ToArray(), Updated = Start.AddMinutes(5) };

        Assert.True(await store.Environments.ChangeAsync(changed with { State = EnvironmentState.Failed, Failure = "x", Generation = 9, LastAccessed = Start.AddDays(1), Host = "moved" }, Cancel));

        EnvironmentSample.Same(changed, await store.Environments.GetAsync(Project, "e", Cancel));
    }

    [Fact]
    public async Task What_its_host_says_of_it_changes_alone()
    {
        await using var store = await fixture.NewStoreAsync();
        var kept = (await store.Environments.InsertAsync(EnvironmentSample.New("e"), Cancel))!;
        var ready = kept with { State = EnvironmentState.Ready, Generation = 3, FileCount = 7, SizeBytes = 8, LastAccessed = Start.AddMinutes(2), Updated = Start.AddMinutes(1) };

        Assert.True(await store.Environments.ReportAsync(ready with { Shown = "other"u8.ToArray(), Sealed = "other"u8.ToArray(), Slot = 5, Host = "moved" }, Cancel));
        EnvironmentSample.Same(ready, await store.Environments.GetAsync(Project, "e", Cancel));

        // Who reports late does not make it older.
        var failed = ready with { State = EnvironmentState.Failed, Failure = "No room." };
        Assert.True(await store.Environments.ReportAsync(failed with { LastAccessed = Start, Updated = Start }, Cancel));
        EnvironmentSample.Same(failed, await store.Environments.GetAsync(Project, "e", Cancel));
        Assert.False(await store.Environments.ReportAsync(ready with { Id = "unknown" }, Cancel));
    }

    [Fact]
    public async Task A_deleted_one_is_seen_by_its_host_alone_and_nothing_brings_it_back()
    {
        await using var store = await fixture.NewStoreAsync();
        var kept = (await store.Environments.InsertAsync(EnvironmentSample.New("e"), Cancel))!;

        Assert.True(await store.Environments.DeleteAsync(Project, "e", Start.AddHours(1), Cancel));
        Assert.False(await store.Environments.DeleteAsync(Project, "e", Start.AddHours(2), Cancel));
        Assert.False(await store.Environments.ReportAsync(kept with { State = EnvironmentState.Ready }, Cancel));
        Assert.False(await store.Environments.ChangeAsync(kept, Cancel));

        Assert.Null(await store.Environments.GetAsync(Project, "e", Cancel));
        Assert.Empty(await store.Environments.ListAsync(Project, null, 10, Cancel));
        EnvironmentSample.Same(
            kept with { State = EnvironmentState.Deleted, Updated = Start.AddHours(1), Shown = default, Sealed = default }, // the secrets are gone before the disk is
            Assert.Single(await store.Environments.ListOfHostAsync("host", 0, 10, Cancel)));
        await store.Environments.EraseAsync(Project, "e", Cancel);
        Assert.Empty(await store.Environments.ListOfHostAsync("host", 0, 10, Cancel));
    }

    [Fact]
    public async Task One_that_is_not_deleted_is_not_erased_and_deleted_only_by_deleting_it()
    {
        await using var store = await fixture.NewStoreAsync();
        var kept = (await store.Environments.InsertAsync(EnvironmentSample.New("e"), Cancel))!;

        await store.Environments.EraseAsync(Project, "e", Cancel);
        await Assert.ThrowsAsync<ArgumentException>(() => store.Environments.ReportAsync(kept with { State = EnvironmentState.Deleted }, Cancel));

        EnvironmentSample.Same(kept, await store.Environments.GetAsync(Project, "e", Cancel));
    }

    [Fact]
    public async Task All_of_a_host_are_listed_page_by_page_in_the_order_of_their_numbers()
    {
        await using var store = await fixture.NewStoreAsync();
        await store.Environments.InsertAsync(EnvironmentSample.New("c"), Cancel);
        await store.Environments.InsertAsync(EnvironmentSample.New("elsewhere", host: "another-host"), Cancel);
        await store.Environments.InsertAsync(EnvironmentSample.New("b", chain: "i"), Cancel);
        await store.Environments.InsertAsync(EnvironmentSample.New("a") with { Project = "another" }, Cancel);
        await store.Environments.DeleteAsync(Project, "c", Start, Cancel);

        var first = await store.Environments.ListOfHostAsync("host", 0, 2, Cancel);
        var second = await store.Environments.ListOfHostAsync("host", first[^1].Number, 2, Cancel);

        Assert.Equal(["c", "b"], first.Select(e => e.Id));
        Assert.Equal(["a"], second.Select(e => e.Id));
    }

    private static async Task EraseAsync(TestStore store, string id)
    {
        Assert.True(await store.Environments.DeleteAsync(Project, id, Start, Cancel));
        await store.Environments.EraseAsync(Project, id, Cancel);
    }

    private static async Task<List<int>> SlotsAsync(TestStore store, params string[] ids)
    {
        var slots = new List<int>();
        foreach (var id in ids)
        {
            slots.Add((await store.Environments.InsertAsync(EnvironmentSample.New(id), Cancel))!.Slot);
        }

        return slots;
    }
}

/// <summary>Environments for tests.</summary>
internal static class EnvironmentSample
{
    /// <summary>Takes each slot of a host.</summary>
    public static string FillHostSql(string host, string bytes) => $"""
        WITH RECURSIVE slots (slot) AS (SELECT 0 UNION ALL SELECT slot + 1 FROM slots WHERE slot < {StoredEnvironment.Slots - 1})
        INSERT INTO environments (project, id, host, slot, state, created_at, updated_at, last_accessed_at, generation, file_count, size_bytes, shown, sealed)
        SELECT 'filler', 'env_' || slot, '{host}', slot, 'ready', 1, 1, 1, 0, 0, 0, {bytes}, {bytes} FROM slots
        """;

    public static StoredEnvironment New(string id, string host = "host", string? chain = null) => new()
    {
        Project = Project,
        Id = id,
        Host = host,
        State = EnvironmentState.Pending,
        ChainId = chain,
        Created = Start,
        Updated = Start,
        LastAccessed = Start,
        Shown = Encoding.UTF8.GetBytes($"shown {id}"),
        Sealed = Encoding.UTF8.GetBytes($"sealed {id}"),
    };

    public static void Same(StoredEnvironment? expected, StoredEnvironment? actual)
    {
        Assert.NotNull(expected);
        Assert.NotNull(actual);
        Assert.Equal(expected with { Shown = default, Sealed = default }, actual with { Shown = default, Sealed = default });
        Assert.Equal(Convert.ToHexString(expected.Shown.Span), Convert.ToHexString(actual.Shown.Span));
        Assert.Equal(Convert.ToHexString(expected.Sealed.Span), Convert.ToHexString(actual.Sealed.Span));
    }
}
