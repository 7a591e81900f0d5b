using OpenInteractions.Contracts.Interactions;
using OpenInteractions.Engine.Storage;
using OpenInteractions.Testing;
using static OpenInteractions.Storage.Tests.Sample;

namespace OpenInteractions.Storage.Tests;

/// <summary>What every engine promises about who gets which run, when, and in what order.</summary>
public abstract class RunClaimContract(IStorageFixture fixture)
{
    private static CancellationToken Cancel => CancellationToken.None;

    [Fact]
    public async Task A_claimed_run_brings_everything_that_is_needed_to_start_it()
    {
        await using var store = await fixture.NewStoreAsync();
        await store.Runs.InsertAsync(Queued(1), Run(), null, Ttl, Cancel);
        store.Clock.Advance(TimeSpan.FromSeconds(5));

        var claimed = Assert.Single(await store.Runs.ClaimAsync("node-a", Ttl, 10, Cancel));

        var interaction = Queued(1) with { Status = InteractionStatus.InProgress, Updated = Start.AddSeconds(5) };
        Same(
            new ClaimedRun
            {
                Lease = new RunLease(Id(1), "node-a", 1),
                Interaction = interaction,
                Request = Run().Request,
                TakeOvers = 0,
                TimeLeft = Run().TimeLeft - TimeSpan.FromSeconds(5),
            },
            claimed);
        Same(interaction, await store.Interactions.GetAsync(Project, Id(1), Cancel));
        Assert.Equal((0, 1), await store.Runs.CountAsync(Cancel));
    }

    [Fact]
    public async Task Runs_are_claimed_by_priority_and_then_by_age()
    {
        await using var store = await fixture.NewStoreAsync();
        foreach (var (number, priority) in new[] { (1, 5), (2, 0), (3, 5), (4, -1), (5, 0) })
        {
            await store.Runs.InsertAsync(Queued(number), Run(priority), null, Ttl, Cancel);
            store.Clock.Advance(TimeSpan.FromMilliseconds(1));
        }

        Assert.Equal([Id(4), Id(2), Id(5)], RunIds(await store.Runs.ClaimAsync("node-a", Ttl, 3, Cancel)));
        Assert.Equal([Id(1)], RunIds(await store.Runs.ClaimAsync("node-b", Ttl, 1, Cancel)));
        Assert.Equal([Id(3)], RunIds(await store.Runs.ClaimAsync("node-a", Ttl, 10, Cancel)));
        Assert.Empty(await store.Runs.ClaimAsync("node-a", Ttl, 10, Cancel));
    }

    [Fact]
    public async Task Runs_of_dead_owners_stand_in_the_same_order()
    {
        await using var store = await fixture.NewStoreAsync();
        await store.Runs.InsertAsync(Running(1), Run(priority: 1), "node-a", Ttl, Cancel);
        await store.Runs.InsertAsync(Running(2), Run(priority: 0), "node-a", Ttl, Cancel);
        store.Clock.Advance(Ttl);
        await store.Runs.InsertAsync(Queued(3), Run(priority: 0), null, Ttl, Cancel);
        await store.Runs.InsertAsync(Queued(4), Run(priority: 1), null, Ttl, Cancel);

        Assert.Equal([Id(2), Id(3), Id(1)], RunIds(await store.Runs.ClaimAsync("node-b", Ttl, 3, Cancel)));
        Assert.Equal([Id(4)], RunIds(await store.Runs.ClaimAsync("node-b", Ttl, 3, Cancel)));
    }

    [Fact]
    public async Task A_claim_of_nothing_takes_nothing()
    {
        await using var store = await fixture.NewStoreAsync();
        Assert.Empty(await store.Runs.ClaimAsync("node-a", Ttl, 10, Cancel));
        await store.Runs.InsertAsync(Queued(1), Run(), null, Ttl, Cancel);

        Assert.Empty(await store.Runs.ClaimAsync("node-a", Ttl, 0, Cancel));

        Assert.Equal((1, 0), await store.Runs.CountAsync(Cancel));
    }

    [Fact]
    [Rule("BG-3")]
    public async Task Of_the_runs_that_somebody_wants_cancelled_those_are_claimed_that_nobody_works_on()
    {
        await using var store = await fixture.NewStoreAsync();
        var leases = new Dictionary<int, RunLease>();
        foreach (var number in Enumerable.Range(1, 5))
        {
            leases[number] = (await store.Runs.InsertAsync(Running(number), Run(), "node-a", number == 3 ? Ttl / 2 : Ttl, Cancel))!.Value;
        }

        await store.Runs.ReleaseAsync(leases[1], Cancel);
        await store.Runs.ReleaseAsync(leases[4], Cancel);
        await store.Runs.ReleaseAsync(leases[5], Cancel);
        Assert.Empty(await store.Runs.ClaimCancelledAsync("node-b", Ttl, 10, Cancel));
        foreach (var number in (int[])[1, 2, 3, 5])
        {
            Assert.Equal(CancelResult.Requested, await store.Runs.CancelAsync(Project, Id(number), Outcome(InteractionStatus.Cancelled), [], Cancel));
        }

        await store.Interactions.DeleteAsync(Project, Id(5), Cancel);

        var released = Assert.Single(await store.Runs.ClaimCancelledAsync("node-b", Ttl, 10, Cancel));
        store.Clock.Advance(Ttl / 2);
        var abandoned = Assert.Single(await store.Runs.ClaimCancelledAsync("node-b", Ttl, 10, Cancel));

        Assert.Equal((new RunLease(Id(1), "node-b", 2), true, 0), (released.Lease, released.IsCancelRequested, released.TakeOvers));
        Assert.Equal((new RunLease(Id(3), "node-b", 2), true, 1), (abandoned.Lease, abandoned.IsCancelRequested, abandoned.TakeOvers));
        Assert.Equal((Text(Run().Request), Run().TimeLeft, InteractionStatus.InProgress), (Text(released.Request), released.TimeLeft, released.Interaction.Status));
        Assert.Empty(await store.Runs.ClaimCancelledAsync("node-c", Ttl, 10, Cancel));
        Assert.True(await store.Runs.FinishAsync(released.Lease, Outcome(InteractionStatus.Cancelled), [], Cancel));
        Assert.Equal([Id(4)], RunIds(await store.Runs.ClaimAsync("node-c", Ttl, 10, Cancel)));
    }

    [Fact]
    [Rule("BG-3")]
    public async Task No_more_cancelled_runs_are_claimed_than_are_wanted()
    {
        await using var store = await fixture.NewStoreAsync();
        foreach (var number in Enumerable.Range(1, 3))
        {
            await store.Runs.ReleaseAsync((await store.Runs.InsertAsync(Running(number), Run(), "node-a", Ttl, Cancel))!.Value, Cancel);
            await store.Runs.CancelAsync(Project, Id(number), Outcome(InteractionStatus.Cancelled), [], Cancel);
        }

        Assert.Equal([Id(1), Id(2)], RunIds(await store.Runs.ClaimCancelledAsync("node-b", Ttl, 2, Cancel)).Order());
        Assert.Equal([Id(3)], RunIds(await store.Runs.ClaimCancelledAsync("node-b", Ttl, 2, Cancel)));
    }

    [Fact]
    public async Task A_lease_is_over_when_its_time_has_passed_and_not_before()
    {
        await using var store = await fixture.NewStoreAsync();
        await store.Runs.InsertAsync(Running(1), Run(), "node-a", Ttl, Cancel);

        store.Clock.Advance(Ttl - TimeSpan.FromMilliseconds(1));
        Assert.Empty(await store.Runs.ClaimAsync("node-b", Ttl, 10, Cancel));

        store.Clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Single(await store.Runs.ClaimAsync("node-b", Ttl, 10, Cancel));
    }

    [Fact]
    public async Task A_renewed_lease_lasts_from_the_renewal()
    {
        await using var store = await fixture.NewStoreAsync();
        var lease = (await store.Runs.InsertAsync(Running(1), Run(), "node-a", Ttl, Cancel))!.Value;
        store.Clock.Advance(Ttl - TimeSpan.FromSeconds(1));
        await store.Runs.RenewAsync([lease], Ttl, Cancel);

        store.Clock.Advance(Ttl - TimeSpan.FromSeconds(1));
        Assert.Empty(await store.Runs.ClaimAsync("node-b", Ttl, 10, Cancel));

        store.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Single(await store.Runs.ClaimAsync("node-b", Ttl, 10, Cancel));
    }

    [Fact]
    public async Task Take_overs_are_counted_and_epochs_grow()
    {
        await using var store = await fixture.NewStoreAsync();
        await store.Runs.InsertAsync(Queued(1), Run(), null, Ttl, Cancel);

        for (var claim = 0; claim < 4; claim++)
        {
            var run = Assert.Single(await store.Runs.ClaimAsync($"node-{claim}", Ttl, 10, Cancel));
            Assert.Equal((claim, claim + 1L), (run.TakeOvers, run.Lease.Epoch));
            store.Clock.Advance(Ttl);
        }
    }

    [Fact]
    public async Task An_owner_who_takes_up_again_what_it_renewed_too_late_has_not_died()
    {
        await using var store = await fixture.NewStoreAsync();
        await store.Runs.InsertAsync(Queued(1), Run(), null, Ttl, Cancel);

        for (var claim = 0; claim < 3; claim++)
        {
            var run = Assert.Single(await store.Runs.ClaimAsync("node-a", Ttl, 10, Cancel));
            Assert.Equal((0, claim + 1L), (run.TakeOvers, run.Lease.Epoch));
            store.Clock.Advance(Ttl);
        }
    }

    [Fact]
    public async Task The_time_that_a_run_has_left_passes_while_it_waits_and_while_it_is_worked_on()
    {
        await using var store = await fixture.NewStoreAsync();
        await store.Runs.InsertAsync(Queued(1), Run(), null, Ttl, Cancel);
        await store.Runs.InsertAsync(Running(2), Run(), "node-a", Ttl, Cancel);

        store.Clock.Advance(TimeSpan.FromMinutes(20));
        var first = await store.Runs.ClaimAsync("node-b", Ttl, 10, Cancel);
        Assert.Equal([TimeSpan.FromMinutes(40), TimeSpan.FromMinutes(40)], first.Select(run => run.TimeLeft));

        store.Clock.Advance(TimeSpan.FromMinutes(50));
        var second = await store.Runs.ClaimAsync("node-c", Ttl, 10, Cancel);
        Assert.Equal([TimeSpan.FromMinutes(-10), TimeSpan.FromMinutes(-10)], second.Select(run => run.TimeLeft));
    }

    [Fact]
    public async Task A_run_that_was_handed_back_is_not_counted_and_keeps_its_place()
    {
        await using var store = await fixture.NewStoreAsync();
        var lease = (await store.Runs.InsertAsync(Running(1), Run(), "node-a", Ttl, Cancel))!.Value;
        store.Clock.Advance(TimeSpan.FromSeconds(1));
        await store.Runs.InsertAsync(Queued(2), Run(), null, Ttl, Cancel);

        Assert.True(await store.Runs.ReleaseAsync(lease, Cancel));
        Assert.Equal((2, 0), await store.Runs.CountAsync(Cancel));

        var claimed = Assert.Single(await store.Runs.ClaimAsync("node-b", Ttl, 1, Cancel));
        Assert.Equal(new RunLease(Id(1), "node-b", 2), claimed.Lease);
        Assert.Equal(0, claimed.TakeOvers);
        Assert.False(await store.Runs.ReleaseAsync(lease, Cancel));
    }

    [Fact]
    public async Task A_clean_hand_over_does_not_wash_off_earlier_take_overs()
    {
        await using var store = await fixture.NewStoreAsync();
        await store.Runs.InsertAsync(Running(1), Run(), "node-a", Ttl, Cancel);
        store.Clock.Advance(Ttl);
        var taken = Assert.Single(await store.Runs.ClaimAsync("node-b", Ttl, 1, Cancel));
        await store.Runs.ReleaseAsync(taken.Lease, Cancel);

        Assert.Equal(1, Assert.Single(await store.Runs.ClaimAsync("node-c", Ttl, 1, Cancel)).TakeOvers);
    }

    [Fact]
    public async Task A_claimed_run_shows_the_interaction_as_it_stands()
    {
        await using var store = await fixture.NewStoreAsync();
        await store.Interactions.InsertFinishedAsync(Finished(1), Cancel);
        await store.Runs.InsertAsync(Running(2, Finished(1)), Run(), "node-a", Ttl, Cancel);
        await store.Interactions.DeleteAsync(Project, Id(1), Cancel);
        store.Clock.Advance(Ttl);

        var claimed = Assert.Single(await store.Runs.ClaimAsync("node-b", Ttl, 1, Cancel));

        Same(Running(2, Finished(1)) with { HasGap = true }, claimed.Interaction);
    }

    private static IEnumerable<string> RunIds(IEnumerable<ClaimedRun> runs) => runs.Select(run => run.Lease.RunId);
}
