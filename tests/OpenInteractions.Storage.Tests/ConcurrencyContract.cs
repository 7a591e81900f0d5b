using System.Collections.Concurrent;
using OpenInteractions.Contracts.Interactions;
using OpenInteractions.Engine.Storage;
using static OpenInteractions.Storage.Tests.Sample;

namespace OpenInteractions.Storage.Tests;

/// <summary>What every engine promises to many callers at the same time.</summary>
public abstract class ConcurrencyContract(IStorageFixture fixture)
{
    private const int Tasks = 16;

    private static CancellationToken Cancel => CancellationToken.None;

    [Fact]
    public async Task What_a_task_has_kept_it_reads_at_once()
    {
        await using var store = await fixture.NewStoreAsync();

        await Parallel(async task =>
        {
            for (var i = 0; i < 50; i++)
            {
                var interaction = Finished((task * 1000) + i) with { Labels = new Dictionary<string, string> { ["task"] = $"t{task}" } };
                await store.Interactions.InsertFinishedAsync(interaction, Cancel);
                Same(AsRead(interaction), await store.Interactions.GetAsync(Project, interaction.Id, Cancel));
            }
        });

        for (var task = 0; task < Tasks; task++)
        {
            var filter = new InteractionFilter { Labels = new Dictionary<string, string> { ["task"] = $"t{task}" } };
            Assert.Equal(50, (await store.Interactions.ListAsync(Project, filter, null, 1000, Cancel)).Count);
        }
    }

    [Fact]
    public async Task A_run_is_claimed_by_one()
    {
        await using var store = await fixture.NewStoreAsync();
        await Parallel(async task =>
        {
            for (var i = 0; i < 10; i++)
            {
                await store.Runs.InsertAsync(Queued((task * 1000) + i), Run(), null, Ttl, Cancel);
            }
        });

        var claimed = new ConcurrentBag<ClaimedRun>();
        await Parallel(async task =>
        {
            while (await store.Runs.ClaimAsync($"node-{task}", Ttl, 3, Cancel) is { Count: > 0 } runs)
            {
                Assert.True(runs.Count <= 3);
                foreach (var run in runs)
                {
                    claimed.Add(run);
                    Assert.Equal($"node-{task}", run.Lease.Owner);
                }
            }
        });

        Assert.Equal(Tasks * 10, claimed.Count);
        Assert.Equal(Tasks * 10, claimed.Select(run => run.Lease.RunId).Distinct().Count());
        Assert.All(claimed, run => Assert.Equal((1, 0), (run.Lease.Epoch, run.TakeOvers)));
    }

    [Fact]
    public async Task Of_many_who_end_a_run_one_does()
    {
        await using var store = await fixture.NewStoreAsync();
        var lease = (await store.Runs.InsertAsync(Running(1), Run(), "node-a", Ttl, Cancel))!.Value;
        var ended = new ConcurrentBag<int>();

        await Parallel(async task =>
        {
            if (await store.Runs.FinishAsync(lease, Outcome() with { Output = Bytes($"[{task}]") }, [], Cancel))
            {
                ended.Add(task);
            }
        });

        var winner = Assert.Single(ended);
        Assert.Equal($"[{winner}]", Text((await store.Interactions.GetAsync(Project, Id(1), Cancel))!.Output));
    }

    [Fact]
    public async Task A_change_that_fails_fails_alone()
    {
        await using var store = await fixture.NewStoreAsync();
        await store.Interactions.InsertFinishedAsync(Finished(1), Cancel);

        var changes = Enumerable.Range(2, 200)
            .Select(number => store.Interactions.InsertFinishedAsync(number % 3 == 0 ? Finished(1) : Finished(number), Cancel))
            .ToArray();
        await Task.WhenAll(changes).ContinueWith(_ => { }, TaskScheduler.Default);

        for (var number = 2; number <= 201; number++)
        {
            var isKept = await store.Interactions.GetAsync(Project, Id(number), Cancel) is not null;
            Assert.Equal((number % 3 != 0, number % 3 != 0), (changes[number - 2].IsCompletedSuccessfully, isKept));
        }
    }

    [Fact]
    public async Task Whole_runs_side_by_side_do_not_mix()
    {
        await using var store = await fixture.NewStoreAsync();

        await Parallel(async task =>
        {
            for (var i = 0; i < 10; i++)
            {
                var number = (task * 1000) + i;
                var lease = (await store.Runs.InsertAsync(Running(number), Run(), $"node-{task}", Ttl, Cancel))!.Value;
                Assert.Equal([true], await store.Journal.AppendAsync([new(lease, Batch(1, 1, 5, $"events of {number}"))], Cancel));
                Assert.Equal([lease], await store.Runs.RenewAsync([lease], Ttl, Cancel));
                Assert.True(await store.Runs.FinishAsync(lease, Outcome() with { Output = Bytes($"[{number}]") }, [Batch(1, 1, 6, $"all of {number}")], Cancel));
            }
        });

        Assert.Equal((0, 0), await store.Runs.CountAsync(Cancel));
        foreach (var number in Enumerable.Range(0, Tasks).SelectMany(task => Enumerable.Range(task * 1000, 10)))
        {
            var ended = (await store.Interactions.GetAsync(Project, Id(number), Cancel))!;
            Assert.Equal((InteractionStatus.Completed, $"[{number}]"), (ended.Status, Text(ended.Output)));
            SameList([Batch(1, 1, 6, $"all of {number}")], await store.Journal.ReadAsync(Project, Id(number), default, 10, Cancel));
        }
    }

    [Fact]
    public async Task A_turn_never_misses_the_gap_that_opens_beside_it()
    {
        await using var store = await fixture.NewStoreAsync();

        await Parallel(async task =>
        {
            for (var i = 0; i < 20; i++)
            {
                var parent = Finished((task * 1000) + (i * 2));
                var child = Finished((task * 1000) + (i * 2) + 1, parent);
                await store.Interactions.InsertFinishedAsync(parent, Cancel);
                await Task.WhenAll(
                    store.Interactions.InsertFinishedAsync(child, Cancel),
                    store.Interactions.DeleteAsync(Project, parent.Id, Cancel));
                Assert.True((await store.Interactions.GetAsync(Project, child.Id, Cancel))!.HasGap);
            }
        });
    }

    private static Task Parallel(Func<int, Task> work) => Task.WhenAll(Enumerable.Range(0, Tasks).Select(task => Task.Run(() => work(task))));
}
