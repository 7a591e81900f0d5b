using OpenInteractions.Engine.Runs;

namespace OpenInteractions.Engine.Tests.Runs;

public sealed class RunRegistryTests
{
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
    public void A_start_is_told_when_the_run_can_be_followed()
    {
        using var run = SampleRun.Of("int_1");
        var told = new List<(string, bool)>();
        _registry.Started += id => told.Add((id, _registry.FeedOf("default", id) is not null));

        _registry.Add(run);

        Assert.Equal([("int_1", true)], told);
    }

    [Fact]
    public void Every_process_is_an_owner_of_its_own() => Assert.NotEqual(_registry.Owner, new RunRegistry().Owner);
}
