namespace OpenInteractions.Testing;

/// <summary>A clock that stands still until a test moves it. One test owns it.</summary>
public sealed class ManualTime : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly List<ManualTimer> _timers = [];
    private readonly List<(int Count, TaskCompletionSource Reached)> _waits = [];
    private readonly List<(TimeSpan DueTime, TaskCompletionSource Reached)> _awaited = [];
    private DateTimeOffset _now = new(2026, 11, 21, 10, 0, 0, TimeSpan.Zero);

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock)
        {
            return _now;
        }
    }

    /// <inheritdoc/>
    public override long GetTimestamp() => GetUtcNow().Ticks;

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Moves the clock and fires what is due, in order.</summary>
    public void Advance(TimeSpan by)
    {
        var end = GetUtcNow() + by;
        while (true)
        {
            ManualTimer? due;
            lock (_lock)
            {
                due = _timers.Where(t => t.Due <= end).MinBy(t => t.Due);
                _now = due?.Due > _now ? due.Due.Value : due is null ? end : _now;
                due?.Rearm();
                if (due is { Due: null })
                {
                    _timers.Remove(due);
                }
            }

            if (due is null)
            {
                return;
            }

            due.Fire();
        }
    }

    /// <summary>Completes as soon as this many timers are set: then the code under test waits, and the clock may move.</summary>
    /// <param name="count">How many.</param>
    /// <param name="step">What they wait for, for the message when they never come.</param>
    public async Task TimersAsync(int count, string step)
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            if (_timers.Count >= count)
            {
                return;
            }

            _waits.Add((count, reached));
        }

        try
        {
            await reached.Task.WaitAsync(TimeSpan.FromSeconds(20));
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"Nothing began to wait for: {step}.");
        }
    }

    /// <summary>Completes as soon as a timer is set that is due after exactly this time from now.</summary>
    /// <param name="dueTime">How long from now.</param>
    /// <param name="step">What waits, for the message when it never does.</param>
    public async Task TimerAsync(TimeSpan dueTime, string step)
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            if (_timers.Any(t => t.Due == _now + dueTime && t.Period is null))
            {
                return;
            }

            _awaited.Add((dueTime, reached));
        }

        try
        {
            await reached.Task.WaitAsync(TimeSpan.FromSeconds(20));
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"Nothing began to wait for: {step}.");
        }
    }

    private void Set(ManualTimer timer, TimeSpan dueTime, TimeSpan period)
    {
        var fireNow = false;
        lock (_lock)
        {
            _timers.Remove(timer);
            timer.Period = period > TimeSpan.Zero ? period : null;
            timer.Due = dueTime == Timeout.InfiniteTimeSpan ? null : _now + dueTime;
            if (dueTime == TimeSpan.Zero)
            {
                timer.Rearm();
                fireNow = true;
            }

            if (timer.Due is not null)
            {
                _timers.Add(timer);
            }

            foreach (var wait in _waits.Where(w => w.Count <= _timers.Count).ToArray())
            {
                _waits.Remove(wait);
                wait.Reached.SetResult();
            }

            foreach (var wait in _awaited.Where(w => w.DueTime == dueTime && timer.Period is null).ToArray())
            {
                _awaited.Remove(wait);
                wait.Reached.SetResult();
            }
        }

        if (fireNow)
        {
            timer.Fire();
        }
    }

    private void Remove(ManualTimer timer)
    {
        lock (_lock)
        {
            _timers.Remove(timer);
        }
    }

    private sealed class ManualTimer(ManualTime time, Action fire) : ITimer
    {
        public DateTimeOffset? Due { get; set; }

        public TimeSpan? Period { get; set; }

        public void Rearm() => Due = Period is { } period ? Due + period : null;

        public void Fire() => fire();

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            time.Set(this, dueTime, period);
            return true;
        }

        public void Dispose() => time.Remove(this);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
