using OpenInteractions.Engine.Runs;
using OpenInteractions.Testing;

namespace OpenInteractions.Engine.Tests.Runs;

public sealed class RunRegistryTests
{
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(500);

    private readonly ManualTime _time = new();
    private readonly RunRegistry _registry = new();

    [Fact]
    public void A_run_is_found_while_it_works()
    {
        using var run = SampleRun.Of("int_1", epoch: 3);
        _registry.Add(run);

        Assert.Same(run, _registry.Find("int_1"));
        Assert.Same(run.Log!.Feed, _registry.FeedOf("default", "int_1"));
        Assert.Null(_registry.FeedOf("theirs", "int_1"));
        Assert.True(_registry.Holds(run.Lease!.Value));
        Assert.False(_registry.Holds(run.Lease!.Value with { Epoch = 4 }));

        _registry.End(run);
        Assert.Equal((0, null), (_registry.Count, _registry.Find("int_1")));
    }

    [Fact]
    public void A_run_that_ends_in_the_moment_it_is_added_does_not_stay()
    {
        using var run = SampleRun.Of("int_1"); // its execution has not said yet that it is over
        _registry.End(run);
        _registry.Add(run);

        Assert.Equal(0, _registry.Count);
    }

    [Fact]
    public void The_end_of_a_former_run_does_not_remove_its_successor()
    {
        using var former = SampleRun.Of("int_1", epoch: 1);
        using var next = SampleRun.Of("int_1", epoch: 2);
        _registry.Add(former);
        _registry.Add(next);

        _registry.End(former);

        Assert.Same(next, _registry.Find("int_1"));
    }

    [Fact]
    public void Only_runs_with_a_lease_are_renewed()
    {
        using var leased = SampleRun.Of("int_1");
        using var unstored = SampleRun.Of("int_2", epoch: null);
        _registry.Add(leased);
        _registry.Add(unstored);

        Assert.Equal([leased], _registry.Leased);
        Assert.Equal(2, _registry.All.Count);
    }

    [Fact]
    public async Task A_start_is_told_to_all_who_wait_for_it()
    {
        using var run = SampleRun.Of("int_1");
        Task[] waiting = [_registry.WaitForStartAsync("int_1", Longest, _time, default), _registry.WaitForStartAsync("int_1", Longest, _time, default)];

        _registry.Add(run);

        await Task.WhenAll(waiting).OrTimeout("both are told");
        Assert.Equal(0, _registry.Awaited);
    }

    [Fact]
    public async Task Who_waits_looks_at_the_store_after_a_while()
    {
        var waiting = _registry.WaitForStartAsync("int_1", Longest, _time, default);

        _time.Advance(Longest);

        await waiting.OrTimeout("the waiting ends");
        Assert.Equal(0, _registry.Awaited);
    }

    [Fact]
    public async Task A_reader_who_leaves_or_need_not_wait_leaves_nothing_behind()
    {
        using var gone = new CancellationTokenSource();
        var waiting = _registry.WaitForStartAsync("int_1", Longest, _time, gone.Token);
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.OrTimeout("the waiting ends"));

        using var run = SampleRun.Of("int_2");
        _registry.Add(run);
        await _registry.WaitForStartAsync("int_2", Longest, _time, default).OrTimeout("nothing is waited for");

        Assert.Equal(0, _registry.Awaited);
    }

    [Fact]
    public void Every_process_is_an_owner_of_its_own() => Assert.NotEqual(_registry.Owner, new RunRegistry().Owner);
}
