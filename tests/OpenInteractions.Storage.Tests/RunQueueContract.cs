using OpenInteractions.Contracts.Interactions;
using OpenInteractions.Engine.Storage;
using OpenInteractions.Testing;
using static OpenInteractions.Storage.Tests.Sample;

namespace OpenInteractions.Storage.Tests;

/// <summary>What every engine promises about runs: their start, their end, fencing and cancelling.</summary>
public abstract class RunQueueContract(IStorageFixture fixture)
{
    private static CancellationToken Cancel => CancellationToken.None;

    [Fact]
    public async Task A_queued_run_comes_with_its_interaction()
    {
        await using var store = await fixture.NewStoreAsync();
        var interaction = Queued(1) with { Labels = new Dictionary<string, string> { ["a"] = "b" } };

        Assert.Null(await store.Runs.InsertAsync(interaction, Run(), null, Ttl, Cancel));

        Same(AsRead(interaction), await store.Interactions.GetAsync(Project, Id(1), Cancel));
        SameList([WithoutContent(interaction)], await store.Interactions.ListAsync(Project, new() { Labels = interaction.Labels! }, null, 10, Cancel));
        Assert.Equal((1, 0), await store.Runs.CountAsync(Cancel));
    }

    [Fact]
    public async Task A_run_that_is_claimed_at_once_has_a_lease_of_epoch_one()
    {
        await using var store = await fixture.NewStoreAsync();

        Assert.Equal(new RunLease(Id(1), "node-a", 1), await store.Runs.InsertAsync(Running(1), Run(), "node-a", Ttl, Cancel));

        Same(Running(1), await store.Interactions.GetAsync(Project, Id(1), Cancel));
        Assert.Equal((0, 1), await store.Runs.CountAsync(Cancel));
        Assert.Empty(await store.Runs.ClaimAsync("node-b", Ttl, 10, Cancel));
    }

    [Fact]
    public async Task A_run_whose_interaction_cannot_be_kept_is_not_kept()
    {
        await using var store = await fixture.NewStoreAsync();
        await store.Interactions.InsertFinishedAsync(Finished(1), Cancel);

        await Assert.ThrowsAsync<InvalidOperationException>(() => store.Runs.InsertAsync(Queued(1), Run(), null, Ttl, Cancel));
        await Assert.ThrowsAsync<ArgumentException>(() => store.Runs.InsertAsync(Finished(2), Run(), null, Ttl, Cancel));

        Assert.Equal((0, 0), await store.Runs.CountAsync(Cancel));
        Assert.Null(await store.Interactions.GetAsync(Project, Id(2), Cancel));
    }

    [Fact]
    public async Task Finishing_writes_the_outcome_and_removes_the_run()
    {
        await using var store = await fixture.NewStoreAsync();
        var lease = await StartAsync(store, 1);
        var outcome = Outcome();

        Assert.True(await store.Runs.FinishAsync(lease, outcome, [], Cancel));

        Same(
            Running(1) with
            {
                Status = outcome.Status,
                Updated = outcome.Updated,
                ChainModalities = outcome.ChainModalities,
                Output = outcome.Output,
                ProviderStates = outcome.ProviderStates,
                Usage = outcome.Usage,
                Errors = outcome.Errors,
                PendingCalls = outcome.PendingCalls,
            },
            await store.Interactions.GetAsync(Project, Id(1), Cancel));
        Assert.Equal((0, 0), await store.Runs.CountAsync(Cancel));
    }

    [Fact]
    public async Task A_run_ends_once()
    {
        await using var store = await fixture.NewStoreAsync();
        var lease = await StartAsync(store, 1);
        await store.Runs.FinishAsync(lease, Outcome(), [], Cancel);

        Assert.False(await store.Runs.FinishAsync(lease, Outcome(InteractionStatus.Failed), [], Cancel));

        Assert.Equal(InteractionStatus.Completed, (await store.Interactions.GetAsync(Project, Id(1), Cancel))!.Status);
    }

    [Fact]
    public async Task A_run_does_not_end_with_a_status_that_is_not_final()
    {
        await using var store = await fixture.NewStoreAsync();
        var lease = await StartAsync(store, 1);

        await Assert.ThrowsAsync<ArgumentException>(() => store.Runs.FinishAsync(lease, Outcome(InteractionStatus.InProgress), [], Cancel));
        await Assert.ThrowsAsync<ArgumentException>(() => store.Runs.CancelAsync(Project, Id(1), Outcome(InteractionStatus.Queued), [], Cancel));

        Assert.Equal((0, 1), await store.Runs.CountAsync(Cancel));
    }

    [Fact]
    public async Task Finishing_puts_the_journal_in_place_of_the_batches()
    {
        await using var store = await fixture.NewStoreAsync();
        var lease = await StartAsync(store, 1);
        await store.Journal.AppendAsync([new(lease, Batch(1, 1, 4)), new(lease, Batch(1, 5, 9))], Cancel);
        var compact = Batch(1, 1, 9, "all of it") with { IsCompressed = true, Checkpoint = default };

        Assert.True(await store.Runs.FinishAsync(lease, Outcome(), [compact], Cancel));

        SameList([compact], await store.Journal.ReadAsync(Project, Id(1), default, 10, Cancel));
        Assert.True((await store.Interactions.GetAsync(Project, Id(1), Cancel))!.HasJournal);
    }

    [Fact]
    public async Task Finishing_without_a_journal_leaves_none()
    {
        await using var store = await fixture.NewStoreAsync();
        var lease = await store.Runs.InsertAsync(Running(1) with { HasJournal = true }, Run(), "node-a", Ttl, Cancel);
        await store.Journal.AppendAsync([new(lease!.Value, Batch(1, 1, 4))], Cancel);

        await store.Runs.FinishAsync(lease.Value, Outcome(), [], Cancel);

        Assert.Empty(await store.Journal.ReadAsync(Project, Id(1), default, 10, Cancel));
        Assert.False((await store.Interactions.GetAsync(Project, Id(1), Cancel))!.HasJournal);
    }

    [Fact]
    public async Task A_replaced_owner_can_do_nothing()
    {
        await using var store = await fixture.NewStoreAsync();
        var first = await StartAsync(store, 1, "node-a");
        store.Clock.Advance(Ttl);
        var second = Assert.Single(await store.Runs.ClaimAsync("node-b", Ttl, 10, Cancel)).Lease;

        Assert.Empty(await store.Runs.RenewAsync([first], Ttl, Cancel));
        Assert.Equal([false], await store.Journal.AppendAsync([new(first, Batch(1, 1, 4))], Cancel));
        Assert.False(await store.Runs.ReleaseAsync(first, Cancel));
        Assert.False(await store.Runs.FinishAsync(first, Outcome(InteractionStatus.Failed), [Batch(1, 1, 4)], Cancel));

        Same(Running(1) with { Updated = Running(1).Updated }, await store.Interactions.GetAsync(Project, Id(1), Cancel));
        Assert.Empty(await store.Journal.ReadAsync(Project, Id(1), default, 10, Cancel));
        Assert.Equal([second], await store.Runs.RenewAsync([second], Ttl, Cancel));
        Assert.True(await store.Runs.FinishAsync(second, Outcome(), [], Cancel));
    }

    [Fact]
    public async Task A_lease_is_proof_only_as_a_whole()
    {
        await using var store = await fixture.NewStoreAsync();
        var lease = await StartAsync(store, 1);
        foreach (var wrong in new[] { lease with { Owner = "node-b" }, lease with { Epoch = 2 }, lease with { Epoch = 0 }, lease with { RunId = Id(2) } })
        {
            Assert.Empty(await store.Runs.RenewAsync([wrong], Ttl, Cancel));
            Assert.False(await store.Runs.ReleaseAsync(wrong, Cancel));
            Assert.False(await store.Runs.FinishAsync(wrong, Outcome(), [], Cancel));
            Assert.Equal([false], await store.Journal.AppendAsync([new(wrong, Batch(1, 1, 4))], Cancel));
        }

        Assert.Equal([lease], await store.Runs.RenewAsync([lease], Ttl, Cancel));
    }

    [Fact]
    public async Task A_lease_that_is_over_but_not_taken_may_still_be_used()
    {
        await using var store = await fixture.NewStoreAsync();
        var lease = await StartAsync(store, 1);
        store.Clock.Advance(Ttl + Ttl);

        Assert.Equal([lease], await store.Runs.RenewAsync([lease], Ttl, Cancel));

        Assert.Empty(await store.Runs.ClaimAsync("node-b", Ttl, 10, Cancel));
        Assert.True(await store.Runs.FinishAsync(lease, Outcome(), [], Cancel));
    }

    [Fact]
    public async Task Renewing_tells_which_leases_are_held()
    {
        await using var store = await fixture.NewStoreAsync();
        var held = await StartAsync(store, 1);
        var ended = await StartAsync(store, 2);
        var released = await StartAsync(store, 3);
        var alsoHeld = await StartAsync(store, 4);
        await store.Runs.FinishAsync(ended, Outcome(), [], Cancel);
        await store.Runs.ReleaseAsync(released, Cancel);

        Assert.Equal([held, alsoHeld], await store.Runs.RenewAsync([held, ended, released, alsoHeld], Ttl, Cancel));
        Assert.Empty(await store.Runs.RenewAsync([], Ttl, Cancel));
    }

    [Fact]
    public async Task Cancelling_a_queued_run_ends_it_here_and_now()
    {
        await using var store = await fixture.NewStoreAsync();
        await store.Runs.InsertAsync(Queued(1), Run(), null, Ttl, Cancel);

        Assert.Equal(CancelResult.Ended, await store.Runs.CancelAsync(Project, Id(1), Outcome(InteractionStatus.Cancelled), [Batch(1, 1, 2)], Cancel));

        var ended = (await store.Interactions.GetAsync(Project, Id(1), Cancel))!;
        Assert.Equal((InteractionStatus.Cancelled, true), (ended.Status, ended.HasJournal));
        SameList([Batch(1, 1, 2)], await store.Journal.ReadAsync(Project, Id(1), default, 10, Cancel));
        Assert.Empty(await store.Runs.ClaimAsync("node-a", Ttl, 10, Cancel));
        Assert.Equal(CancelResult.NotRunning, await store.Runs.CancelAsync(Project, Id(1), Outcome(InteractionStatus.Cancelled), [], Cancel));
    }

    [Fact]
    public async Task Cancelling_a_running_run_is_noted_for_its_owner()
    {
        await using var store = await fixture.NewStoreAsync();
        var wanted = await StartAsync(store, 1);
        var other = await StartAsync(store, 2);

        Assert.Equal(CancelResult.Requested, await store.Runs.CancelAsync(Project, Id(1), Outcome(InteractionStatus.Cancelled), [Batch(1, 1, 2)], Cancel));

        Assert.Equal([wanted], await store.Runs.FindCancelledAsync([other, wanted], Cancel));
        Assert.Empty(await store.Runs.FindCancelledAsync([other], Cancel));
        Assert.Empty(await store.Runs.FindCancelledAsync([wanted with { Epoch = 7 }], Cancel));
        Same(Running(1), await store.Interactions.GetAsync(Project, Id(1), Cancel));
        Assert.Empty(await store.Journal.ReadAsync(Project, Id(1), default, 10, Cancel));
        Assert.True(await store.Runs.FinishAsync(wanted, Outcome(InteractionStatus.Cancelled), [], Cancel));
        Assert.Empty(await store.Runs.FindCancelledAsync([wanted], Cancel));
    }

    [Fact]
    public async Task A_wish_to_cancel_passes_to_the_next_owner()
    {
        await using var store = await fixture.NewStoreAsync();
        var first = await StartAsync(store, 1);
        await store.Runs.CancelAsync(Project, Id(1), Outcome(InteractionStatus.Cancelled), [], Cancel);
        store.Clock.Advance(Ttl);

        var second = Assert.Single(await store.Runs.ClaimAsync("node-b", Ttl, 10, Cancel)).Lease;

        Assert.Equal([second], await store.Runs.FindCancelledAsync([first, second], Cancel));
    }

    [Fact]
    public async Task Nothing_is_cancelled_in_another_project_or_when_there_is_no_run()
    {
        await using var store = await fixture.NewStoreAsync();
        var lease = await StartAsync(store, 1);
        await store.Runs.InsertAsync(Queued(2), Run(), null, Ttl, Cancel);
        await store.Interactions.InsertFinishedAsync(Finished(3), Cancel);

        foreach (var (project, id) in new[] { ("other", Id(1)), ("other", Id(2)), (Project, Id(3)), (Project, "int_none") })
        {
            Assert.Equal(CancelResult.NotRunning, await store.Runs.CancelAsync(project, id, Outcome(InteractionStatus.Cancelled), [], Cancel));
        }

        Assert.Empty(await store.Runs.FindCancelledAsync([lease], Cancel));
        Assert.Equal((1, 1), await store.Runs.CountAsync(Cancel));
    }

    [Fact]
    [Rule("ST-16")]
    public async Task A_run_goes_on_when_its_interaction_is_deleted_and_leaves_nothing()
    {
        await using var store = await fixture.NewStoreAsync();
        var lease = await StartAsync(store, 1);
        await store.Journal.AppendAsync([new(lease, Batch(1, 1, 4))], Cancel);
        await store.Interactions.DeleteAsync(Project, Id(1), Cancel);

        Assert.Equal([lease], await store.Runs.RenewAsync([lease], Ttl, Cancel));
        Assert.Equal([true], await store.Journal.AppendAsync([new(lease, Batch(1, 5, 9))], Cancel));
        Assert.True(await store.Runs.FinishAsync(lease, Outcome(), [Batch(1, 1, 9)], Cancel));

        Assert.Null(await store.Interactions.GetAsync(Project, Id(1), Cancel));
        Assert.Empty(await store.Journal.ReadAsync(Project, Id(1), default, 10, Cancel));
        Assert.Equal((0, 0), await store.Runs.CountAsync(Cancel));
    }

    [Fact]
    public async Task A_deleted_interaction_is_claimed_by_nobody()
    {
        await using var store = await fixture.NewStoreAsync();
        await store.Runs.InsertAsync(Queued(1), Run(), null, Ttl, Cancel);
        await StartAsync(store, 2);
        await store.Runs.InsertAsync(Queued(3), Run(), null, Ttl, Cancel);
        await store.Interactions.DeleteAsync(Project, Id(1), Cancel);
        await store.Interactions.DeleteAsync(Project, Id(2), Cancel);
        store.Clock.Advance(Ttl);

        var claimed = await store.Runs.ClaimAsync("node-b", Ttl, 1, Cancel);

        Assert.Equal([Id(3)], claimed.Select(run => run.Lease.RunId));
        Assert.Empty(await store.Runs.ClaimAsync("node-b", Ttl, 1, Cancel));
        Assert.Equal((0, 1), await store.Runs.CountAsync(Cancel));
    }

    [Fact]
    [Rule("ST-17")]
    public async Task A_gap_that_opens_while_a_turn_runs_stays_when_it_ends()
    {
        await using var store = await fixture.NewStoreAsync();
        await store.Interactions.InsertFinishedAsync(Finished(1), Cancel);
        var lease = await store.Runs.InsertAsync(Running(2, Finished(1)), Run(), "node-a", Ttl, Cancel);
        await store.Interactions.DeleteAsync(Project, Id(1), Cancel);

        await store.Runs.FinishAsync(lease!.Value, Outcome(), [], Cancel);

        Assert.True((await store.Interactions.GetAsync(Project, Id(2), Cancel))!.HasGap);
    }

    [Fact]
    [Rule("BG-6")]
    public async Task The_epoch_of_a_run_is_that_of_its_newest_owner()
    {
        await using var store = await fixture.NewStoreAsync();
        await store.Runs.InsertAsync(Queued(1), Run(), null, Ttl, Cancel);
        Assert.Equal(0, await store.Runs.FindEpochAsync(Project, Id(1), Cancel));

        var first = Assert.Single(await store.Runs.ClaimAsync("node-a", Ttl, 1, Cancel)).Lease;
        Assert.Equal(1, await store.Runs.FindEpochAsync(Project, Id(1), Cancel));
        await store.Runs.ReleaseAsync(first, Cancel);
        Assert.Equal(1, await store.Runs.FindEpochAsync(Project, Id(1), Cancel));
        var second = Assert.Single(await store.Runs.ClaimAsync("node-b", Ttl, 1, Cancel)).Lease;
        Assert.Equal(2, await store.Runs.FindEpochAsync(Project, Id(1), Cancel));

        Assert.Null(await store.Runs.FindEpochAsync("other", Id(1), Cancel));
        Assert.Null(await store.Runs.FindEpochAsync(Project, Id(2), Cancel));
        await store.Runs.FinishAsync(second, Outcome(), [], Cancel);
        Assert.Null(await store.Runs.FindEpochAsync(Project, Id(1), Cancel));
    }

    private static async Task<RunLease> StartAsync(TestStore store, int number, string owner = "node-a") =>
        (await store.Runs.InsertAsync(Running(number), Run(), owner, Ttl, Cancel))!.Value;
}
