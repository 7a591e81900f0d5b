using OpenInteractions.Contracts.Interactions;
using OpenInteractions.Engine.Storage;
using static OpenInteractions.Storage.Tests.Sample;

namespace OpenInteractions.Storage.Tests;

/// <summary>What every engine promises about lists and trees.</summary>
public abstract class InteractionListContract(IStorageFixture fixture)
{
    private static CancellationToken Cancel => CancellationToken.None;

    [Fact]
    public async Task A_list_comes_newest_first_without_content()
    {
        await using var store = await fixture.NewStoreAsync();
        var kept = new[] { 2, 1, 3 }.Select(number => Finished(number) with { Errors = Bytes("[1]"), PendingCalls = Bytes("[2]") }).ToArray();
        foreach (var interaction in kept)
        {
            await store.Interactions.InsertFinishedAsync(interaction, Cancel);
        }

        var list = await store.Interactions.ListAsync(Project, new(), null, 10, Cancel);

        SameList([WithoutContent(kept[2]), WithoutContent(kept[0]), WithoutContent(kept[1])], list);
    }

    [Fact]
    public async Task Pages_follow_each_other_without_overlap_or_hole()
    {
        await using var store = await fixture.NewStoreAsync();
        await InsertAsync(store, Enumerable.Range(1, 7).Select(number => Finished(number)));

        var pages = new List<string>();
        string? before = null;
        do
        {
            var page = await store.Interactions.ListAsync(Project, new(), before, 3, Cancel);
            pages.Add(Numbers(page));
            before = page.Count == 3 ? page[^1].Id : null;
        }
        while (before is not null);

        Assert.Equal(["7 6 5", "4 3 2", "1"], pages);
        Assert.Empty(await store.Interactions.ListAsync(Project, new(), Id(1), 3, Cancel));
        Assert.Empty(await store.Interactions.ListAsync(Project, new(), null, 0, Cancel));
    }

    [Fact]
    public async Task A_page_goes_on_after_an_interaction_that_was_deleted()
    {
        await using var store = await fixture.NewStoreAsync();
        await InsertAsync(store, Enumerable.Range(1, 5).Select(number => Finished(number)));
        await store.Interactions.DeleteAsync(Project, Id(3), Cancel);

        Assert.Equal("2 1", Numbers(await store.Interactions.ListAsync(Project, new(), Id(3), 10, Cancel)));
    }

    [Fact]
    public async Task Each_filter_holds_and_all_of_them_hold_together()
    {
        await using var store = await fixture.NewStoreAsync();
        var root = Finished(1);
        await InsertAsync(store, [
            root,
            Finished(2, root) with { Model = "m", Status = InteractionStatus.Failed, Labels = Labels("team=blue", "tier=1") },
            Finished(3, root) with { Model = null, Agent = "a", Labels = Labels("team=blue") },
            Finished(4) with { Model = "m", Labels = Labels("team=red", "tier=1") },
            Finished(5) with { Agent = "a", Status = InteractionStatus.Failed },
            Finished(6, Finished(4)) with { Model = "m", Status = InteractionStatus.Failed, Labels = Labels("team=blue", "tier=1", "x=") },
        ]);

        async Task<string> ListAsync(InteractionFilter filter) => Numbers(await store.Interactions.ListAsync(Project, filter, null, 10, Cancel));
        Assert.Equal("6 5 2", await ListAsync(new() { Status = InteractionStatus.Failed }));
        Assert.Equal("6 4 2", await ListAsync(new() { Model = "m" }));
        Assert.Equal("5 3", await ListAsync(new() { Agent = "a" }));
        Assert.Equal("3 2", await ListAsync(new() { PreviousId = Id(1) }));
        Assert.Equal("6 3 2", await ListAsync(new() { Labels = Labels("team=blue") }));
        Assert.Equal("6 2", await ListAsync(new() { Labels = Labels("team=blue", "tier=1") }));
        Assert.Equal("6", await ListAsync(new() { Labels = Labels("x=") }));
        Assert.Equal("", await ListAsync(new() { Labels = Labels("team=green") }));
        Assert.Equal("", await ListAsync(new() { Labels = Labels("blue=team") }));
        Assert.Equal("6 5 4", await ListAsync(new() { CreatedAfter = Start.AddSeconds(4) }));
        Assert.Equal("3 2 1", await ListAsync(new() { CreatedBefore = Start.AddSeconds(4) }));
        Assert.Equal("4 3", await ListAsync(new() { CreatedAfter = Start.AddSeconds(3), CreatedBefore = Start.AddSeconds(5) }));
        Assert.Equal("2", await ListAsync(new() { PreviousId = Id(1), Labels = Labels("tier=1") }));
        Assert.Equal("2", await ListAsync(new()
        {
            Status = InteractionStatus.Failed,
            Model = "m",
            PreviousId = Id(1),
            Labels = Labels("team=blue", "tier=1"),
            CreatedAfter = Start.AddSeconds(2),
            CreatedBefore = Start.AddSeconds(3),
        }));
        Assert.Equal("", await ListAsync(new() { Model = "m", Agent = "a" }));
    }

    [Fact]
    public async Task Times_between_two_milliseconds_filter_what_the_stored_times_say()
    {
        await using var store = await fixture.NewStoreAsync();
        await InsertAsync(store, [Finished(1)]);
        var created = Start.AddSeconds(1);

        async Task<int> CountAsync(InteractionFilter filter) => (await store.Interactions.ListAsync(Project, filter, null, 10, Cancel)).Count;
        Assert.Equal(1, await CountAsync(new() { CreatedBefore = created.AddTicks(1) }));
        Assert.Equal(0, await CountAsync(new() { CreatedBefore = created }));
        Assert.Equal(1, await CountAsync(new() { CreatedAfter = created }));
        Assert.Equal(0, await CountAsync(new() { CreatedAfter = created.AddTicks(1) }));
    }

    [Fact]
    public async Task Filters_page_as_well()
    {
        await using var store = await fixture.NewStoreAsync();
        await InsertAsync(store, Enumerable.Range(1, 9).Select(number => Finished(number, number == 1 ? null : Finished(1)) with
        {
            Labels = Labels(number % 2 == 0 ? "n=even" : "n=odd"),
        }));

        var even = new InteractionFilter { Labels = Labels("n=even") };
        Assert.Equal("8 6", Numbers(await store.Interactions.ListAsync(Project, even, null, 2, Cancel)));
        Assert.Equal("4 2", Numbers(await store.Interactions.ListAsync(Project, even, Id(6), 2, Cancel)));

        var children = new InteractionFilter { PreviousId = Id(1) };
        Assert.Equal("9 8", Numbers(await store.Interactions.ListAsync(Project, children, null, 2, Cancel)));
        Assert.Equal("3 2", Numbers(await store.Interactions.ListAsync(Project, children, Id(4), 5, Cancel)));
    }

    [Fact]
    public async Task A_filter_that_hardly_anything_passes_ends_a_page_early_and_says_where_the_next_begins()
    {
        await using var store = await fixture.NewStoreAsync();
        const int All = InteractionPage.MostLookedAt + 10;
        await Task.WhenAll(Enumerable.Range(1, All).Select(number =>
            store.Runs.InsertAsync(Queued(number) with { Model = number is 3 or 7 ? "rare" : "demo", Labels = Labels("n=all") }, Run(), null, Ttl, Cancel)));

        foreach (var filter in new InteractionFilter[] { new() { Model = "rare" }, new() { Model = "rare", Labels = Labels("n=all") }, new() { Model = "rare", CreatedAfter = Start } })
        {
            var first = await store.Interactions.ListAsync(Project, filter, null, 10, Cancel);
            Assert.Equal((0, Id(11)), (first.Count, first.LookedThrough));
            var second = await store.Interactions.ListAsync(Project, filter, first.LookedThrough, 10, Cancel);
            Assert.Equal(("7 3", null), (Numbers(second), second.LookedThrough));
            var overlapping = await store.Interactions.ListAsync(Project, filter, Id(All - 3), 10, Cancel);
            Assert.Equal(("7", Id(7)), (Numbers(overlapping), overlapping.LookedThrough));
            var full = await store.Interactions.ListAsync(Project, filter, Id(All - 3), 1, Cancel);
            Assert.Equal(("7", null), (Numbers(full), full.LookedThrough));
        }

        var all = await store.Interactions.ListAsync(Project, new(), null, 3, Cancel);
        Assert.Equal($"{All} {All - 1} {All - 2}", Numbers(all));
    }

    [Fact]
    public async Task A_page_ends_with_the_interaction_that_reaches_its_bytes_and_says_where_the_next_begins()
    {
        await using var store = await fixture.NewStoreAsync();
        var root = Finished(1);
        var large = new byte[(InteractionPage.MostBytes / 2) - 100];
        await InsertAsync(store, [root]);
        await Task.WhenAll(Enumerable.Range(2, 5).Select(number => store.Runs.InsertAsync(
            Queued(number) with { PreviousId = root.Id, RootId = root.Id, Settings = large, Labels = Labels("n=all") }, Run(), null, Ttl, Cancel)));

        foreach (var filter in new InteractionFilter[] { new() { CreatedAfter = Start.AddSeconds(2) }, new() { Labels = Labels("n=all") }, new() { PreviousId = root.Id }, new() { Status = InteractionStatus.Queued } })
        {
            var first = await store.Interactions.ListAsync(Project, filter, null, 10, Cancel);
            Assert.Equal(("6 5 4", Id(4)), (Numbers(first), first.LookedThrough));
            var second = await store.Interactions.ListAsync(Project, filter, first.LookedThrough, 10, Cancel);
            Assert.Equal(("3 2", null), (Numbers(second), second.LookedThrough));
            var full = await store.Interactions.ListAsync(Project, filter, null, 3, Cancel);
            Assert.Equal(("6 5 4", null), (Numbers(full), full.LookedThrough));
        }

        Assert.All(await store.Interactions.ListTreeAsync(Project, root.Id, null, 10, Cancel), node => Assert.Equal(0, node.Settings.Length));
    }

    [Fact]
    public async Task An_interaction_that_is_larger_than_a_page_is_alone_on_one()
    {
        await using var store = await fixture.NewStoreAsync();
        await InsertAsync(store, Enumerable.Range(1, 3).Select(number => Finished(number) with { Settings = new byte[InteractionPage.MostBytes + 1] }));

        var pages = new List<string>();
        for (string? before = null; pages.Count < 5;)
        {
            var page = await store.Interactions.ListAsync(Project, new(), before, 10, Cancel);
            pages.Add(Numbers(page));
            before = page.LookedThrough;
            if (before is null)
            {
                break;
            }
        }

        Assert.Equal(["3", "2", "1", ""], pages);
    }

    [Fact]
    public async Task The_status_filter_follows_a_run_from_queue_to_end()
    {
        await using var store = await fixture.NewStoreAsync();
        await store.Runs.InsertAsync(Queued(1) with { Labels = Labels("a=b") }, Run(), null, Ttl, Cancel);
        await store.Runs.InsertAsync(Queued(2), Run(priority: 1), null, Ttl, Cancel);

        async Task<string> ListAsync(InteractionStatus status, params string[] labels) =>
            Numbers(await store.Interactions.ListAsync(Project, new() { Status = status, Labels = Labels(labels) }, null, 10, Cancel));
        Assert.Equal(("2 1", ""), (await ListAsync(InteractionStatus.Queued), await ListAsync(InteractionStatus.InProgress)));

        var claimed = Assert.Single(await store.Runs.ClaimAsync("node-a", Ttl, 1, Cancel));
        Assert.Equal(("2", "1"), (await ListAsync(InteractionStatus.Queued), await ListAsync(InteractionStatus.InProgress)));
        Assert.Equal(("", "1"), (await ListAsync(InteractionStatus.Queued, "a=b"), await ListAsync(InteractionStatus.InProgress, "a=b")));

        await store.Runs.FinishAsync(claimed.Lease, Outcome(), [], Cancel);
        Assert.Equal(("", "1"), (await ListAsync(InteractionStatus.InProgress), await ListAsync(InteractionStatus.Completed)));
    }

    [Fact]
    public async Task A_tree_has_its_root_and_every_branch_oldest_first()
    {
        await using var store = await fixture.NewStoreAsync();
        var root = Finished(1);
        var left = Finished(3, root);
        var right = Finished(2, root);
        var leaf = Finished(5, left);
        await InsertAsync(store, [root, left, right, leaf, Finished(4), Finished(6, Finished(4))]);
        await store.Runs.InsertAsync(Running(7, leaf), Run(), "node-a", Ttl, Cancel);

        SameList(
            new[] { root, right, left, leaf, Running(7, leaf) }.Select(turn => WithoutContent(turn) with { Settings = default, Usage = default, Errors = default, PendingCalls = default }),
            await store.Interactions.ListTreeAsync(Project, root.Id, null, 10, Cancel));
        Assert.Equal("4 6", Numbers(await store.Interactions.ListTreeAsync(Project, Id(4), null, 10, Cancel)));
        Assert.Empty(await store.Interactions.ListTreeAsync(Project, left.Id, left.Id, 10, Cancel));
    }

    [Fact]
    public async Task A_tree_is_read_in_pages()
    {
        await using var store = await fixture.NewStoreAsync();
        var root = Finished(1);
        await InsertAsync(store, [root, .. Enumerable.Range(2, 4).Select(number => Finished(number, root))]);

        Assert.Equal("1 2", Numbers(await store.Interactions.ListTreeAsync(Project, root.Id, null, 2, Cancel)));
        Assert.Equal("3 4", Numbers(await store.Interactions.ListTreeAsync(Project, root.Id, Id(2), 2, Cancel)));
        Assert.Equal("5", Numbers(await store.Interactions.ListTreeAsync(Project, root.Id, Id(4), 2, Cancel)));
        Assert.Empty(await store.Interactions.ListTreeAsync(Project, root.Id, Id(5), 2, Cancel));
        Assert.Empty(await store.Interactions.ListTreeAsync(Project, root.Id, null, 0, Cancel));
    }

    [Fact]
    public async Task A_tree_whose_root_was_deleted_still_has_its_branches()
    {
        await using var store = await fixture.NewStoreAsync();
        var root = Finished(1);
        await InsertAsync(store, [root, Finished(2, root), Finished(3, Finished(2, root))]);
        await store.Interactions.DeleteAsync(Project, root.Id, Cancel);

        Assert.Equal("2 3", Numbers(await store.Interactions.ListTreeAsync(Project, root.Id, null, 10, Cancel)));
    }

    private static Dictionary<string, string> Labels(params string[] labels) =>
        labels.ToDictionary(label => label.Split('=')[0], label => label.Split('=')[1]);

    private static string Numbers(IEnumerable<StoredInteraction> interactions) =>
        string.Join(' ', interactions.Select(interaction => int.Parse(interaction.Id.AsSpan(4), System.Globalization.CultureInfo.InvariantCulture)));

    private static async Task InsertAsync(TestStore store, IEnumerable<StoredInteraction> interactions)
    {
        foreach (var interaction in interactions)
        {
            await store.Interactions.InsertFinishedAsync(interaction, Cancel);
        }
    }
}
