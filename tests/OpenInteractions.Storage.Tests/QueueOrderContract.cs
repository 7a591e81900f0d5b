using System.Collections.Concurrent;
using System.Diagnostics;
using OpenInteractions.Contracts.Interactions;
using OpenInteractions.Engine.Storage;
using OpenInteractions.Testing;
using Xunit.Abstractions;
using static OpenInteractions.Storage.Tests.Sample;

namespace OpenInteractions.Storage.Tests;

/// <summary>What every engine promises about tiers, projects, limits and the length of the queue (docs/decisions/0008).</summary>
public abstract class QueueOrderContract(IStorageFixture fixture, ITestOutputHelper output)
{
    private const int LongQueue = 10_000;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private static CancellationToken Cancel => CancellationToken.None;

    [Fact]
    public async Task A_project_with_many_runs_does_not_keep_another_waiting()
    {
        await using var store = await fixture.NewStoreAsync();
        for (var number = 0; number < 50; number++)
        {
            await PutAsync(store, number, "many");
        }

        await PutAsync(store, 50, "one");

        Assert.Equal([Id(0), Id(50)], await ClaimAsync(store, 2));
        Assert.Equal([Id(1), Id(2)], await ClaimAsync(store, 2));
    }

    [Fact]
    public async Task Runs_that_work_already_count_for_their_project()
    {
        await using var store = await fixture.NewStoreAsync();
        await store.Runs.InsertAsync(Running(1) with { Project = "busy" }, Run(), "node-a", Ttl, Cancel);
        await store.Runs.InsertAsync(Running(2) with { Project = "busy" }, Run(), "node-b", Ttl, Cancel);
        foreach (var number in (int[])[3, 4, 5])
        {
            await PutAsync(store, number, "busy");
            await PutAsync(store, number + 10, "idle");
        }

        Assert.Equal([Id(13), Id(14), Id(3), Id(15)], await ClaimAsync(store, 4));
    }

    [Fact]
    [Rule("TI-1")]
    public async Task A_better_tier_goes_first_and_no_tier_waits_for_ever()
    {
        await using var store = await fixture.NewStoreAsync();
        await PutAsync(store, 1, "a", priority: 2);
        store.Clock.Advance(Patience);
        for (var number = 2; number < 40; number++)
        {
            await PutAsync(store, number, "a", priority: 0);
        }

        var rules = new ClaimRules(Patience);
        var started = new List<string>();
        while (!started.Contains(Id(1)))
        {
            started.AddRange(await ClaimAsync(store, 1, rules));
        }

        Assert.Equal([.. Enumerable.Range(2, 9).Select(Id), Id(1)], started);
    }

    [Fact]
    public async Task A_provider_that_is_full_holds_up_nobody_elses_runs()
    {
        await using var store = await fixture.NewStoreAsync();
        for (var number = 0; number < 30; number++)
        {
            await PutAsync(store, number, "a", provider: "full");
        }

        store.Clock.Advance(TimeSpan.FromSeconds(1));
        await PutAsync(store, 30, "a", provider: "free");
        var gate = new Places { ["full"] = 2, ["free"] = 5 };
        var rules = new ClaimRules(Patience, gate);

        Assert.Equal([Id(0), Id(1), Id(30)], await ClaimAsync(store, 10, rules));
        Assert.Equal((0, 4), (gate["full"], gate["free"]));
        Assert.Empty(await ClaimAsync(store, 10, rules));

        gate["full"]++;
        Assert.Equal([Id(2)], await ClaimAsync(store, 10, rules));
    }

    [Fact]
    public async Task A_claimed_run_tells_its_provider_also_when_it_was_taken_over()
    {
        await using var store = await fixture.NewStoreAsync();
        await PutAsync(store, 1, "a", provider: "x");

        Assert.Equal("x", Assert.Single(await store.Runs.ClaimAsync("node-a", Ttl, 1, Cancel)).Provider);

        store.Clock.Advance(Ttl);
        var gate = new Places { ["x"] = 1 };
        Assert.Equal("x", Assert.Single(await store.Runs.ClaimAsync("node-b", Ttl, 1, new ClaimRules(Patience, gate), Cancel)).Provider);
        Assert.Equal(0, gate["x"]);
    }

    [Fact]
    public async Task Runs_on_all_nodes_count_for_the_limit_of_a_project_and_abandoned_ones_do_not()
    {
        await using var store = await fixture.NewStoreAsync();
        await store.Runs.InsertAsync(Running(1) with { Project = "a" }, Run(), "node-a", Ttl, Cancel);
        store.Clock.Advance(Ttl / 2);
        await store.Runs.InsertAsync(Running(2) with { Project = "a" }, Run(), "node-b", Ttl, Cancel);
        foreach (var number in (int[])[3, 4])
        {
            await PutAsync(store, number, "a");
        }

        var rules = new ClaimRules(Patience, new Places { [""] = 100, MostInProject = 2 });
        Assert.Empty(await ClaimAsync(store, 10, rules));

        store.Clock.Advance(Ttl / 2);
        Assert.Equal([Id(1)], await ClaimAsync(store, 10, rules));
    }

    [Fact]
    public async Task Nodes_that_claim_at_once_do_not_exceed_the_limit_of_a_project()
    {
        await using var store = await fixture.NewStoreAsync();
        for (var number = 0; number < 40; number++)
        {
            await PutAsync(store, number, "a");
        }

        var claims = await Task.WhenAll(Enumerable.Range(0, 8).Select(node => Task.Run(async () =>
            await store.Runs.ClaimAsync($"node-{node}", Ttl, 10, new ClaimRules(Patience, new Places { [""] = 100, MostInProject = 5 }), Cancel))))
            .OrTimeout("all nodes have claimed");

        Assert.Equal(5, claims.Sum(c => c.Count));
    }

    [Fact]
    public async Task Runs_that_were_deleted_leave_no_place_taken()
    {
        await using var store = await fixture.NewStoreAsync();
        await store.Runs.InsertAsync(Running(1), Run(), "node-a", Ttl, Cancel);
        await PutAsync(store, 2, Project);
        await store.Interactions.DeleteAsync(Project, Id(1), Cancel);
        store.Clock.Advance(Ttl);
        var gate = new Places { [""] = 10 };

        Assert.Equal([Id(2)], await ClaimAsync(store, 10, new ClaimRules(Patience, gate)));
        Assert.Equal(9, gate[""]);
    }

    [Fact]
    public async Task What_waits_is_told_by_project_and_priority()
    {
        await using var store = await fixture.NewStoreAsync();
        Assert.Empty(await store.Runs.ReadQueueAsync(Cancel));
        await PutAsync(store, 1, "a", priority: 1);
        store.Clock.Advance(TimeSpan.FromSeconds(7));
        await PutAsync(store, 2, "a", priority: 1, provider: "x");
        await PutAsync(store, 3, "a", priority: 2);
        await PutAsync(store, 4, "b", priority: 1);
        await store.Runs.InsertAsync(Running(5), Run(), "node-a", Ttl, Cancel);
        store.Clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(
            [new("a", 1, 2, TimeSpan.FromSeconds(8)), new("a", 2, 1, TimeSpan.FromSeconds(1)), new("b", 1, 1, TimeSpan.FromSeconds(1))],
            (await store.Runs.ReadQueueAsync(Cancel)).OrderBy(q => (q.Project, q.Priority)));
    }

    [Fact]
    [Rule("BG-3")]
    public async Task A_run_that_was_handed_back_is_cancelled_by_who_takes_it_up()
    {
        await using var store = await fixture.NewStoreAsync();
        var lease = (await store.Runs.InsertAsync(Running(1), Run(), "node-a", Ttl, Cancel))!.Value;
        await store.Journal.AppendAsync([new(lease, Batch(1, 1, 4))], Cancel);
        await store.Runs.ReleaseAsync(lease, Cancel);

        Assert.Equal(CancelResult.Requested, await store.Runs.CancelAsync(Project, Id(1), Outcome(InteractionStatus.Cancelled), [Batch(1, 1, 2)], Cancel));

        SameList([Batch(1, 1, 4)], await store.Journal.ReadAsync(Project, Id(1), default, 10, Cancel));
        Assert.True(Assert.Single(await store.Runs.ClaimAsync("node-b", Ttl, 1, Cancel)).IsCancelRequested);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(60)]
    public async Task Four_workers_drain_a_long_queue_each_run_once(int projects)
    {
        await using var store = await fixture.NewStoreAsync();
        await Parallel.ForAsync(0, LongQueue, new ParallelOptions { MaxDegreeOfParallelism = 64 }, async (number, _) =>
            await PutAsync(store, number, $"p{number % projects}", priority: number % 3, provider: "x"));

        var ended = new ConcurrentBag<string>();
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(worker => Task.Run(async () =>
        {
            while (await store.Runs.ClaimAsync($"worker-{worker}", Ttl, 16, Cancel) is { Count: > 0 } claimed)
            {
                await Task.WhenAll(claimed.Select(async run =>
                {
                    Assert.True(await store.Runs.FinishAsync(run.Lease, Outcome(), [Batch(1, 1, 3)], Cancel));
                    ended.Add(run.Lease.RunId);
                }));
            }
        }))).OrTimeout("an empty queue");

        output.WriteLine($"{LongQueue / clock.Elapsed.TotalSeconds:0} runs/s");
        Assert.Equal(LongQueue, ended.Count);
        Assert.Equal(LongQueue, ended.Distinct().Count());
        Assert.Equal((0, 0), await store.Runs.CountAsync(Cancel));
    }

    private static async Task<IReadOnlyList<string>> ClaimAsync(TestStore store, int limit, ClaimRules? rules = null) =>
        [.. (await store.Runs.ClaimAsync("node-a", Ttl, limit, rules ?? new ClaimRules(Patience), Cancel)).Select(run => run.Lease.RunId)];

    private static async Task PutAsync(TestStore store, int number, string project, int priority = 1, string provider = "") =>
        await store.Runs.InsertAsync(Queued(number) with { Project = project }, Run(priority) with { Provider = provider }, null, Ttl, Cancel);

    /// <summary>Places by provider.</summary>
    private sealed class Places : Dictionary<string, int>, IClaimGate
    {
        private readonly Lock _lock = new();

        public int MostInProject { get; init; } = int.MaxValue;

        public bool CountsAllNodes => MostInProject < int.MaxValue;

        public bool TryEnter(string project, string provider, int runningInProject)
        {
            lock (_lock)
            {
                return runningInProject < MostInProject && this[provider] > 0 && this[provider]-- > 0;
            }
        }

        public void Leave(string project, string provider)
        {
            lock (_lock)
            {
                this[provider]++;
            }
        }
    }
}
