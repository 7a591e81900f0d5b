using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using OpenInteractions.Engine.Diagnostics;
using OpenInteractions.Engine.Runs;
using OpenInteractions.Testing;

namespace OpenInteractions.Engine.Tests.Runs;

/// <summary>Leases of 30 seconds: they are renewed every 10, and without an answer given up at 24.</summary>
[Rule("SM-5")]
public sealed class LeaseKeeperTests : IAsyncLifetime, IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private readonly ManualTime _time = new();
    private readonly ReadTime _read;
    private readonly ScriptedQueue _queue = new();
    private readonly RunRegistry _registry = new();
    private readonly EngineInstruments _instruments = new();
    private readonly LeaseKeeper _keeper;
    private readonly ActiveRun _first = SampleRun.Of("int_1");
    private readonly ActiveRun _second = SampleRun.Of("int_2");

    public LeaseKeeperTests()
    {
        _read = new ReadTime(_time);
        _keeper = new LeaseKeeper(_queue, _registry, _instruments, Options.Create(new RunOptions { LeaseTime = TimeSpan.FromSeconds(30) }), _read, NullLogger<LeaseKeeper>.Instance);
        _registry.Add(_first);
        _registry.Add(_second);
    }

    public async Task InitializeAsync()
    {
        await _keeper.StartAsync(default);
        await _time.TimersAsync(1, "the keeper's rounds");
    }

    public Task DisposeAsync() => _keeper.StopAsync(default).OrTimeout("the keeper stops");

    public void Dispose()
    {
        _keeper.Dispose();
        _instruments.Dispose();
        _first.Dispose();
        _second.Dispose();
    }

    [Fact]
    public async Task All_leases_are_renewed_together_at_a_third_of_their_time()
    {
        var asked = 0;
        _queue.Renew = leases =>
        {
            asked = leases.Count;
            return Task.FromResult(leases);
        };

        await PassAsync(renewal: 1);
        await PassAsync(renewal: 2);
        await PassAsync(renewal: 3);
        await PassAsync(renewal: 4);

        Assert.Equal(2, asked);
        Assert.Equal((StopCause.None, StopCause.None), (_first.Cause, _second.Cause));
    }

    [Fact]
    public async Task A_no_stops_its_run_at_once_and_no_other()
    {
        _queue.Renew = leases => Task.FromResult<IReadOnlyList<Engine.Storage.RunLease>>([.. leases.Where(l => l.RunId != "int_1")]);

        await PassAsync(renewal: 1);

        await _first.StoppedAsync();
        Assert.Equal((StopCause.LeaseLost, StopCause.None), (_first.Cause, _second.Cause));
        await PassAsync(renewal: 2); // it is counted once, though it is missing again
        await PassAsync(renewal: 3);
        Assert.Equal((1, 0), (_instruments.LeasesLost["taken"], _instruments.LeasesLost["not_renewed"]));
    }

    [Fact]
    public async Task No_answer_stops_all_runs_while_nobody_else_can_own_them()
    {
        await PassAsync(renewal: 1);
        _queue.Renew = ScriptedQueue.Never;
        await PassAsync(renewal: 2); // 10 s after the last good call
        Assert.Equal(StopCause.None, _first.Cause);

        _time.Advance(Interval); // 20 s: the next round would end too late

        await _first.StoppedAsync();
        await _second.StoppedAsync();
        Assert.Equal((StopCause.LeaseLost, StopCause.LeaseLost), (_first.Cause, _second.Cause));
        Assert.InRange(_keeper.SinceRenewed, Interval * 2, Interval * 2);
    }

    [Fact]
    public async Task A_failure_and_then_silence_stop_all_runs_at_four_fifths_of_the_lease()
    {
        await PassAsync(renewal: 1);
        await FailAsync(renewal: 2);
        _queue.Renew = ScriptedQueue.Never;
        await PassAsync(renewal: 3); // 20 s after the last good call
        Assert.Equal((StopCause.None, StopCause.None), (_first.Cause, _second.Cause));

        _time.Advance(TimeSpan.FromSeconds(4)); // 24 s

        await _first.StoppedAsync();
        await _second.StoppedAsync();
    }

    [Fact]
    public async Task One_failure_is_made_good_by_the_next_answer()
    {
        await PassAsync(renewal: 1);
        await FailAsync(renewal: 2);
        _queue.Renew = Task.FromResult;
        await PassAsync(renewal: 3);
        await PassAsync(renewal: 4);

        Assert.Equal((StopCause.None, StopCause.None), (_first.Cause, _second.Cause));
    }

    [Fact]
    public async Task The_keeper_goes_on_after_it_stopped_all()
    {
        await FailAsync(renewal: 1);
        await FailAsync(renewal: 2);
        await _first.StoppedAsync();
        _registry.End(_first);
        _registry.End(_second);
        _queue.Renew = Task.FromResult;
        using var next = SampleRun.Of("int_3");
        _registry.Add(next);

        await PassAsync(renewal: 3);
        await PassAsync(renewal: 4);

        Assert.Equal(StopCause.None, next.Cause);
    }

    [Fact]
    public async Task Before_a_model_is_asked_nobody_is_asked_for_a_lease_that_cannot_have_passed()
    {
        _queue.Renew = _ => throw new InvalidOperationException("Nobody may ask.");
        _first.LeasedAt = Ago(23.9);

        await _keeper.RequireHeldAsync(_first);

        Assert.Equal(StopCause.None, _first.Cause);
    }

    [Fact]
    public async Task A_lease_that_may_have_passed_is_renewed_before_a_model_is_asked()
    {
        _first.LeasedAt = Ago(24);
        var asked = _queue.RenewalsAsync(1);

        await _keeper.RequireHeldAsync(_first);
        await asked;
        await _keeper.RequireHeldAsync(_first); // no second time

        Assert.Equal((StopCause.None, 0.0), (_first.Cause, _time.GetElapsedTime(_first.LeasedAt).TotalSeconds));
    }

    [Theory]
    [InlineData(true, "taken")]
    [InlineData(false, "not_renewed")]
    public async Task No_model_is_asked_for_a_run_that_is_lost_or_may_be(bool isAnswered, string counted)
    {
        _first.LeasedAt = Ago(24);
        _queue.Renew = isAnswered ? _ => Task.FromResult<IReadOnlyList<Engine.Storage.RunLease>>([]) : ScriptedQueue.Fail;

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await _keeper.RequireHeldAsync(_first));

        Assert.Equal((StopCause.LeaseLost, StopCause.None), (_first.Cause, _second.Cause));
        Assert.Equal(1, _instruments.LeasesLost[counted]);
    }

    private long Ago(double seconds) => _time.GetTimestamp() - (long)(seconds * _time.TimestampFrequency);

    /// <summary>A renewal that fails at once; the keeper has taken note of the time before the clock may move on.</summary>
    private async Task FailAsync(int renewal)
    {
        Task noted = Task.CompletedTask;
        _queue.Renew = leases =>
        {
            noted = _read.NextReading();
            return ScriptedQueue.Fail(leases);
        };
        await PassAsync(renewal);
        await noted.OrTimeout("the keeper looks at the clock");
    }

    private async Task PassAsync(int renewal)
    {
        var asked = _queue.RenewalsAsync(renewal);
        _time.Advance(Interval);
        await asked;
    }

    /// <summary>Tells when the clock was read.</summary>
    private sealed class ReadTime(ManualTime time) : TimeProvider
    {
        private TaskCompletionSource? _reading;

        public override long TimestampFrequency => time.TimestampFrequency;

        public Task NextReading() => (_reading = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

        public override DateTimeOffset GetUtcNow() => time.GetUtcNow();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => time.CreateTimer(callback, state, dueTime, period);

        public override long GetTimestamp()
        {
            var now = time.GetTimestamp();
            Interlocked.Exchange(ref _reading, null)?.SetResult();
            return now;
        }
    }
}
