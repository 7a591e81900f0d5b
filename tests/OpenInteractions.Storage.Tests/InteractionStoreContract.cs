using System.Text;
using OpenInteractions.Contracts.Interactions;
using OpenInteractions.Testing;
using static OpenInteractions.Storage.Tests.Sample;

namespace OpenInteractions.Storage.Tests;

/// <summary>What every engine promises about interactions: keeping, reading, chains and erasing.</summary>
public abstract class InteractionStoreContract(IStorageFixture fixture)
{
    private static CancellationToken Cancel => CancellationToken.None;

    [Fact]
    public async Task The_newest_id_is_found_across_projects()
    {
        await using var store = await fixture.NewStoreAsync();
        Assert.Null(await store.Interactions.FindNewestIdAsync(Cancel));
        foreach (var (number, project) in new[] { (3, "b"), (9, "a"), (1, "c"), (4, "a") })
        {
            await store.Interactions.InsertFinishedAsync(Finished(number) with { Project = project }, Cancel);
        }

        Assert.Equal(Id(9), await store.Interactions.FindNewestIdAsync(Cancel));
    }

    [Fact]
    public async Task A_finished_interaction_is_read_as_it_was_kept()
    {
        await using var store = await fixture.NewStoreAsync();
        var kept = Finished(1) with
        {
            Status = InteractionStatus.RequiresAction,
            Agent = "an-agent",
            IsBackground = true,
            HasJournal = true,
            ChainModalities = 5,
            Errors = Bytes("""[{"code":"api_error","message":"m"}]"""),
            PendingCalls = Bytes("""[{"id":"c1","name":"f"}]"""),
            Labels = new Dictionary<string, string> { ["team"] = "blue" },
        };

        await store.Interactions.InsertFinishedAsync(kept, Cancel);

        Same(AsRead(kept), await store.Interactions.GetAsync(Project, kept.Id, Cancel));
    }

    [Fact]
    public async Task What_is_absent_is_read_as_absent()
    {
        await using var store = await fixture.NewStoreAsync();
        var kept = Finished(1) with { Model = null, Output = default, ProviderStates = default, Usage = default };

        await store.Interactions.InsertFinishedAsync(kept, Cancel);

        var read = await store.Interactions.GetAsync(Project, kept.Id, Cancel);
        Same(kept, read);
        Assert.True(read!.Output.IsEmpty && read.Usage.IsEmpty && read.Errors.IsEmpty && read.PendingCalls.IsEmpty && read.ProviderStates.IsEmpty);
    }

    [Fact]
    public async Task Empty_settings_and_input_are_read_as_empty()
    {
        await using var store = await fixture.NewStoreAsync();
        var kept = Finished(1) with { Settings = default, Input = default };

        await store.Interactions.InsertFinishedAsync(kept, Cancel);

        Same(kept, await store.Interactions.GetAsync(Project, kept.Id, Cancel));
    }

    [Theory]
    [InlineData(InteractionStatus.Queued)]
    [InlineData(InteractionStatus.InProgress)]
    public async Task An_interaction_that_has_not_ended_cannot_be_kept_as_finished(InteractionStatus status)
    {
        await using var store = await fixture.NewStoreAsync();

        await Assert.ThrowsAsync<ArgumentException>(() => store.Interactions.InsertFinishedAsync(Finished(1) with { Status = status }, Cancel));

        Assert.Null(await store.Interactions.GetAsync(Project, Id(1), Cancel));
    }

    [Fact]
    public async Task Every_final_status_survives()
    {
        await using var store = await fixture.NewStoreAsync();
        var statuses = Enum.GetValues<InteractionStatus>().Where(status => status.IsTerminal()).ToArray();
        for (var i = 0; i < statuses.Length; i++)
        {
            await store.Interactions.InsertFinishedAsync(Finished(i) with { Status = statuses[i] }, Cancel);
        }

        for (var i = 0; i < statuses.Length; i++)
        {
            Assert.Equal(statuses[i], (await store.Interactions.GetAsync(Project, Id(i), Cancel))!.Status);
        }
    }

    [Fact]
    public async Task An_id_is_kept_once_in_a_project()
    {
        await using var store = await fixture.NewStoreAsync();
        await store.Interactions.InsertFinishedAsync(Finished(1), Cancel);

        await Assert.ThrowsAsync<InvalidOperationException>(() => store.Interactions.InsertFinishedAsync(Finished(1) with { Model = "other" }, Cancel));
        await store.Interactions.InsertFinishedAsync(Finished(1) with { Project = "other", Model = "other" }, Cancel);

        Assert.Equal("demo", (await store.Interactions.GetAsync(Project, Id(1), Cancel))!.Model);
        Assert.Equal("other", (await store.Interactions.GetAsync("other", Id(1), Cancel))!.Model);
    }

    [Fact]
    public async Task Text_of_every_script_and_five_megabytes_survive()
    {
        await using var store = await fixture.NewStoreAsync();
        var large = new byte[5_000_000];
        new Random(7).NextBytes(large);
        var text = "Grüße, 世界, \U0001F600, \0, שלום, ‮, é/é";
        var kept = Finished(1) with
        {
            Model = text,
            Agent = text,
            Settings = Encoding.UTF8.GetBytes(text),
            Labels = new Dictionary<string, string> { ["größe"] = "世界-\"quoted\"-é" },
            Input = large,
            Output = Encoding.UTF8.GetBytes(text),
        };

        await store.Interactions.InsertFinishedAsync(kept, Cancel);

        var read = (await store.Interactions.GetAsync(Project, kept.Id, Cancel))!;
        Assert.True(read.Input.Span.SequenceEqual(large));
        Same(AsRead(kept) with { Input = default }, read with { Input = default });
        SameList([WithoutContent(kept)], await store.Interactions.ListAsync(Project, new() { Labels = kept.Labels }, null, 10, Cancel));
    }

    [Fact]
    public async Task A_slice_of_a_buffer_is_kept_and_not_the_buffer()
    {
        await using var store = await fixture.NewStoreAsync();
        var kept = Finished(1) with { Input = Bytes("before[1,2]after")[6..11] };

        await store.Interactions.InsertFinishedAsync(kept, Cancel);

        Assert.Equal("[1,2]", Text((await store.Interactions.GetAsync(Project, kept.Id, Cancel))!.Input));
    }

    [Theory]
    [InlineData("' OR '1'='1")]
    [InlineData("x'); DROP TABLE interactions; --")]
    [InlineData("%")]
    [InlineData("$1")]
    [InlineData("\"")]
    [InlineData("")]
    public async Task Ids_and_projects_are_data_and_never_sql(string hostile)
    {
        await using var store = await fixture.NewStoreAsync();
        await store.Interactions.InsertFinishedAsync(Finished(1), Cancel);

        Assert.Null(await store.Interactions.GetAsync(Project, hostile, Cancel));
        Assert.Null(await store.Interactions.GetAsync(hostile, Id(1), Cancel));
        Assert.Empty(await store.Interactions.ListAsync(hostile, new(), null, 10, Cancel));
        Assert.Empty(await store.Interactions.ListAsync(Project, new() { Model = hostile }, null, 10, Cancel));
        Assert.Empty(await store.Interactions.ListAsync(
            Project, new() { Labels = new Dictionary<string, string> { [hostile] = hostile } }, null, 10, Cancel));
        Assert.Empty(await store.Interactions.ListTreeAsync(Project, hostile, null, 10, Cancel));
        Assert.False(await store.Interactions.DeleteAsync(Project, hostile, Cancel));

        var odd = Finished(2) with { Id = "2" + hostile, RootId = "2" + hostile };
        await store.Interactions.InsertFinishedAsync(odd, Cancel);
        Same(odd, await store.Interactions.GetAsync(Project, odd.Id, Cancel));
        Same(Finished(1), await store.Interactions.GetAsync(Project, Id(1), Cancel));
    }

    [Fact]
    public async Task Another_projects_interactions_do_not_exist()
    {
        await using var store = await fixture.NewStoreAsync();
        var root = Finished(1);
        await store.Interactions.InsertFinishedAsync(root, Cancel);
        await store.Interactions.InsertFinishedAsync(Finished(2, root) with { Labels = new Dictionary<string, string> { ["a"] = "b" } }, Cancel);

        Assert.Null(await store.Interactions.GetAsync("other", Id(2), Cancel));
        Assert.Null(await store.Interactions.GetParentAsync("other", Id(2), Cancel));
        Assert.Empty(await store.Interactions.LoadTurnsAsync("other", Id(2), 10, Cancel));
        Assert.Empty(await store.Interactions.ListAsync("other", new(), null, 10, Cancel));
        Assert.Empty(await store.Interactions.ListAsync("other", new() { PreviousId = Id(1) }, null, 10, Cancel));
        Assert.Empty(await store.Interactions.ListAsync(
            "other", new() { Labels = new Dictionary<string, string> { ["a"] = "b" } }, null, 10, Cancel));
        Assert.Empty(await store.Interactions.ListTreeAsync("other", Id(1), null, 10, Cancel));
        Assert.False(await store.Interactions.DeleteAsync("other", Id(1), Cancel));

        Assert.False((await store.Interactions.GetAsync(Project, Id(2), Cancel))!.HasGap);
    }

    [Fact]
    public async Task A_parent_is_read_without_its_content()
    {
        await using var store = await fixture.NewStoreAsync();
        var root = Finished(1);
        var child = Finished(2, root) with
        {
            Status = InteractionStatus.RequiresAction,
            ChainModalities = 9,
            PendingCalls = Bytes("""[{"id":"c1","name":"f"}]"""),
        };
        await store.Interactions.InsertFinishedAsync(root, Cancel);
        await store.Interactions.InsertFinishedAsync(child, Cancel);

        Same(
            new()
            {
                Id = child.Id, Status = child.Status, RootId = root.Id, Depth = 1, ChainModalities = 9, PendingCalls = child.PendingCalls, HasGap = false,
            },
            await store.Interactions.GetParentAsync(Project, child.Id, Cancel));
        Assert.Equal(root.Id, (await store.Interactions.GetParentAsync(Project, root.Id, Cancel))!.RootId);
        Assert.Null(await store.Interactions.GetParentAsync(Project, "int_none", Cancel));
    }

    [Fact]
    [Rule("ST-10")]
    public async Task Turns_are_loaded_nearest_first_without_siblings()
    {
        await using var store = await fixture.NewStoreAsync();
        var root = Finished(1);
        var middle = Finished(2, root);
        var sibling = Finished(3, root);
        var leaf = Finished(4, middle);
        foreach (var turn in new[] { root, middle, sibling, leaf })
        {
            await store.Interactions.InsertFinishedAsync(turn, Cancel);
        }

        var turns = await store.Interactions.LoadTurnsAsync(Project, leaf.Id, 10, Cancel);

        SameList(
            new[] { leaf, middle, root }.Select(turn => new Engine.Storage.StoredTurn
            {
                Id = turn.Id, PreviousId = turn.PreviousId, Input = turn.Input, Output = turn.Output, ProviderStates = turn.ProviderStates,
            }),
            turns);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task At_most_as_many_turns_are_loaded_as_are_asked_for(int limit)
    {
        await using var store = await fixture.NewStoreAsync();
        await InsertChainAsync(store, 3);

        var turns = await store.Interactions.LoadTurnsAsync(Project, Id(3), limit, Cancel);

        Assert.Equal(Enumerable.Range(0, limit).Select(i => Id(3 - i)), turns.Select(turn => turn.Id));
    }

    [Fact]
    public async Task A_chain_of_a_thousand_turns_is_loaded_in_order()
    {
        await using var store = await fixture.NewStoreAsync();
        await InsertChainAsync(store, 1000);

        var turns = await store.Interactions.LoadTurnsAsync(Project, Id(1000), 2000, Cancel);

        Assert.Equal(Enumerable.Range(0, 1000).Select(i => Id(1000 - i)), turns.Select(turn => turn.Id));
    }

    [Fact]
    public async Task Loading_ends_at_a_gap()
    {
        await using var store = await fixture.NewStoreAsync();
        await InsertChainAsync(store, 4);
        await store.Interactions.DeleteAsync(Project, Id(2), Cancel);

        var turns = await store.Interactions.LoadTurnsAsync(Project, Id(4), 10, Cancel);

        Assert.Equal([Id(4), Id(3)], turns.Select(turn => turn.Id));
        Assert.Empty(await store.Interactions.LoadTurnsAsync(Project, Id(2), 10, Cancel));
    }

    [Fact]
    [Rule("ST-16")]
    public async Task A_deleted_interaction_is_gone_with_its_labels()
    {
        await using var store = await fixture.NewStoreAsync();
        var labels = new Dictionary<string, string> { ["team"] = "blue" };
        await store.Interactions.InsertFinishedAsync(Finished(1) with { Labels = labels }, Cancel);

        Assert.True(await store.Interactions.DeleteAsync(Project, Id(1), Cancel));

        Assert.Null(await store.Interactions.GetAsync(Project, Id(1), Cancel));
        Assert.Null(await store.Interactions.GetParentAsync(Project, Id(1), Cancel));
        Assert.Empty(await store.Interactions.ListAsync(Project, new(), null, 10, Cancel));
        Assert.Empty(await store.Interactions.ListAsync(Project, new() { Labels = labels }, null, 10, Cancel));
        Assert.False(await store.Interactions.DeleteAsync(Project, Id(1), Cancel));
    }

    [Fact]
    [Rule("ST-17")]
    public async Task Deleting_marks_every_descendant_and_nothing_else()
    {
        await using var store = await fixture.NewStoreAsync();
        var root = Finished(1);
        var deleted = Finished(2, root);
        var sibling = Finished(3, root);
        var child = Finished(4, deleted);
        var otherChild = Finished(5, deleted);
        var grandchild = Finished(6, child);
        var stranger = Finished(7);
        foreach (var turn in new[] { root, deleted, sibling, child, otherChild, grandchild, stranger })
        {
            await store.Interactions.InsertFinishedAsync(turn, Cancel);
        }

        await store.Interactions.DeleteAsync(Project, deleted.Id, Cancel);

        foreach (var turn in new[] { child, otherChild, grandchild })
        {
            Same(turn with { HasGap = true }, await store.Interactions.GetAsync(Project, turn.Id, Cancel));
            Assert.True((await store.Interactions.GetParentAsync(Project, turn.Id, Cancel))!.HasGap);
        }

        foreach (var turn in new[] { root, sibling, stranger })
        {
            Same(turn, await store.Interactions.GetAsync(Project, turn.Id, Cancel));
        }
    }

    [Fact]
    [Rule("ST-17")]
    public async Task Deleting_again_further_up_and_further_down_marks_as_well()
    {
        await using var store = await fixture.NewStoreAsync();
        await InsertChainAsync(store, 6);

        await store.Interactions.DeleteAsync(Project, Id(4), Cancel);
        await store.Interactions.DeleteAsync(Project, Id(2), Cancel);

        Assert.Equal([(1, false), (3, true), (5, true), (6, true)], await GapsAsync(store, 6));
    }

    [Fact]
    [Rule("ST-17")]
    public async Task A_turn_whose_parent_was_deleted_meanwhile_starts_with_a_gap()
    {
        await using var store = await fixture.NewStoreAsync();
        var parent = Finished(1);
        var child = Finished(2, parent);
        var grandchild = Finished(3, child);
        await store.Interactions.InsertFinishedAsync(child, Cancel);
        await store.Interactions.InsertFinishedAsync(grandchild with { HasGap = false }, Cancel);
        await store.Interactions.InsertFinishedAsync(Finished(4) with { HasGap = true }, Cancel);

        Assert.Equal([(2, true), (3, true), (4, false)], await GapsAsync(store, 4));
    }

    [Fact]
    public async Task A_parent_of_another_project_is_a_gap()
    {
        await using var store = await fixture.NewStoreAsync();
        var parent = Finished(1) with { Project = "other" };
        await store.Interactions.InsertFinishedAsync(parent, Cancel);
        await store.Interactions.InsertFinishedAsync(Finished(2, parent), Cancel);

        Assert.True((await store.Interactions.GetAsync(Project, Id(2), Cancel))!.HasGap);
        Assert.Single(await store.Interactions.LoadTurnsAsync(Project, Id(2), 10, Cancel));
    }

    [Fact]
    [Rule("ST-18")]
    public async Task Expiry_erases_what_ended_and_was_created_before_oldest_first()
    {
        await using var store = await fixture.NewStoreAsync();
        foreach (var number in Enumerable.Range(1, 6))
        {
            await store.Interactions.InsertFinishedAsync(
                Finished(number) with { Project = number % 2 == 0 ? "other" : Project, Labels = new Dictionary<string, string> { ["a"] = "b" } }, Cancel);
        }

        Assert.Equal(2, await store.Interactions.DeleteExpiredAsync(Start.AddSeconds(6), 2, Cancel));
        Assert.Null(await store.Interactions.GetAsync(Project, Id(1), Cancel));
        Assert.Null(await store.Interactions.GetAsync("other", Id(2), Cancel));
        Assert.NotNull(await store.Interactions.GetAsync(Project, Id(3), Cancel));

        Assert.Equal(2, await store.Interactions.DeleteExpiredAsync(Start.AddSeconds(6), 10, Cancel));
        Assert.Equal(0, await store.Interactions.DeleteExpiredAsync(Start.AddSeconds(6), 10, Cancel));
        Assert.NotNull(await store.Interactions.GetAsync(Project, Id(5), Cancel));
        Assert.NotNull(await store.Interactions.GetAsync("other", Id(6), Cancel));
        Assert.Equal(
            [Id(5)], Ids(await store.Interactions.ListAsync(Project, new() { Labels = new Dictionary<string, string> { ["a"] = "b" } }, null, 9, Cancel)));
    }

    [Fact]
    [Rule("ST-18")]
    public async Task Expiry_leaves_what_has_not_ended_and_passes_it_by()
    {
        await using var store = await fixture.NewStoreAsync();
        await store.Runs.InsertAsync(Queued(1), Run(), null, Ttl, Cancel);
        await store.Runs.InsertAsync(Running(2), Run(), "node-a", Ttl, Cancel);
        await store.Interactions.InsertFinishedAsync(Finished(3), Cancel);

        Assert.Equal(1, await store.Interactions.DeleteExpiredAsync(Start.AddDays(1), 1, Cancel));

        Assert.NotNull(await store.Interactions.GetAsync(Project, Id(1), Cancel));
        Assert.NotNull(await store.Interactions.GetAsync(Project, Id(2), Cancel));
        Assert.Null(await store.Interactions.GetAsync(Project, Id(3), Cancel));
    }

    [Fact]
    [Rule("ST-18")]
    public async Task Expiry_counts_from_the_end_and_not_from_the_beginning()
    {
        await using var store = await fixture.NewStoreAsync();
        await store.Interactions.InsertFinishedAsync(Finished(1) with { Updated = Start.AddDays(3) }, Cancel);
        await store.Interactions.InsertFinishedAsync(Finished(2), Cancel);

        Assert.Equal(1, await store.Interactions.DeleteExpiredAsync(Start.AddDays(3), 10, Cancel));
        Assert.NotNull(await store.Interactions.GetAsync(Project, Id(1), Cancel));

        Assert.Equal(1, await store.Interactions.DeleteExpiredAsync(Start.AddDays(3).AddSeconds(1), 10, Cancel));
    }

    [Fact]
    [Rule("ST-17")]
    public async Task Expiry_marks_the_descendants_that_stay()
    {
        await using var store = await fixture.NewStoreAsync();
        await InsertChainAsync(store, 6);

        await store.Interactions.DeleteExpiredAsync(Start.AddSeconds(5), 10, Cancel);

        Assert.Equal([(4, true), (5, true), (6, true)], await GapsAsync(store, 6));
    }

    [Fact]
    public async Task A_store_that_works_says_so()
    {
        await using var store = await fixture.NewStoreAsync();

        await store.Interactions.CheckAsync(Cancel);
        await store.Interactions.CheckAsync(Cancel);
    }

    [Fact]
    public async Task A_cancelled_caller_gets_nothing_and_changes_nothing()
    {
        await using var store = await fixture.NewStoreAsync();
        using var gone = new CancellationTokenSource();
        await gone.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => store.Interactions.InsertFinishedAsync(Finished(1), gone.Token));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => store.Interactions.GetAsync(Project, Id(1), gone.Token));

        Assert.Null(await store.Interactions.GetAsync(Project, Id(1), Cancel));
    }

    private static async Task InsertChainAsync(TestStore store, int length)
    {
        Engine.Storage.StoredInteraction? parent = null;
        var inserts = new List<Task>();
        for (var number = 1; number <= length; number++)
        {
            parent = Finished(number, parent);
            inserts.Add(store.Interactions.InsertFinishedAsync(parent, Cancel));
        }

        await Task.WhenAll(inserts);
    }

    private static async Task<List<(int Number, bool HasGap)>> GapsAsync(TestStore store, int length)
    {
        var gaps = new List<(int, bool)>();
        for (var number = 1; number <= length; number++)
        {
            if (await store.Interactions.GetAsync(Project, Id(number), Cancel) is { } interaction)
            {
                gaps.Add((number, interaction.HasGap));
            }
        }

        return gaps;
    }
}
