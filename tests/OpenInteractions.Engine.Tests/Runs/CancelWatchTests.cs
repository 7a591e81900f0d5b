using Microsoft.Extensions.Logging.Abstractions;
using OpenInteractions.Engine.Runs;
using OpenInteractions.Testing;
using OpenInteractions.Testing.Vendors;

namespace OpenInteractions.Engine.Tests.Runs;

[Rule("BG-3")]
public sealed class CancelWatchTests : IAsyncLifetime, IDisposable
{
    private readonly ManualTime _time = new();
    private readonly ScriptedQueue _queue = new();
    private readonly RunRegistry _registry = new();
    private readonly CancelWatch _watch;
    private readonly ActiveRun _first = SampleRun.Of("int_1");
    private readonly ActiveRun _second = SampleRun.Of("int_2");

    public CancelWatchTests()
    {
        _watch = new CancelWatch(_queue, _registry, _time, NullLogger<CancelWatch>.Instance);
        _registry.Add(_first);
        _registry.Add(_second);
    }

    public async Task InitializeAsync()
    {
        await _watch.StartAsync(default);
        await _time.TimerAsync(CancelWatch.Interval, "the watch");
    }

    public Task DisposeAsync() => _watch.StopAsync(default).OrTimeout("the watch stops");

    public void Dispose()
    {
        _watch.Dispose();
        _first.Dispose();
        _second.Dispose();
    }

    [Fact]
    public async Task A_call_brings_a_wish_to_its_run_at_once()
    {
        _queue.Cancelled.Add("int_2");

        _watch.Look();

        await _second.StoppedAsync();
        Assert.Equal((StopCause.None, StopCause.Cancelled), (_first.Cause, _second.Cause));
    }

    [Fact]
    public async Task A_wish_reaches_its_run_within_two_seconds_without_a_call()
    {
        _queue.Cancelled.Add("int_2");

        _time.Advance(CancelWatch.Interval);

        await _second.StoppedAsync();
        Assert.True(CancelWatch.Interval < TimeSpan.FromSeconds(2));
        Assert.Equal((StopCause.None, StopCause.Cancelled), (_first.Cause, _second.Cause));
    }

    [Fact]
    public async Task A_store_that_does_not_answer_ends_nothing()
    {
        _queue.IsAway = true;
        _time.Advance(CancelWatch.Interval);
        await _time.TimerAsync(CancelWatch.Interval, "the next look");
        _queue.IsAway = false;
        _queue.Cancelled.Add("int_1");

        _time.Advance(CancelWatch.Interval);

        await _first.StoppedAsync();
        Assert.Equal((StopCause.Cancelled, StopCause.None), (_first.Cause, _second.Cause));
    }

    [Fact]
    public async Task A_store_that_goes_away_while_the_server_stops_is_no_fault_of_the_watch()
    {
        (_queue.Gate, _queue.IsAway) = (new Gate(), true);
        _watch.Look();
        await _queue.Gate.Reached.OrTimeout("the watch asks");

        var stopping = _watch.StopAsync(default);
        _queue.Gate.Open();

        await stopping.OrTimeout("the watch stops");
        Assert.True(_watch.ExecuteTask!.IsCompletedSuccessfully, _watch.ExecuteTask.Exception?.ToString());
    }
}
