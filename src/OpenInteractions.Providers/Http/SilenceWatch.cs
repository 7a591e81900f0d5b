namespace OpenInteractions.Providers.Http;

/// <summary>
/// Ends a call whose upstream is silent for too long. Only the time counts in which somebody waits for it (P-7): our own slow readers are not the
/// upstream's silence. The timer is set once and looks at the clock when it fires, because setting it for every piece of every stream costs more than
/// reading the piece.
/// </summary>
internal sealed class SilenceWatch : IDisposable
{
    private const long Resting = -1;

    private readonly Lock _lock = new();
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _cut;
    private readonly ITimer _timer;
    private long _due = long.MaxValue;
    private long _since = Resting;
    private long _limit;

    /// <param name="time">The clock.</param>
    /// <param name="caller">Whoever wants the answer; when he leaves, the token ends as well.</param>
    public SilenceWatch(TimeProvider time, CancellationToken caller)
    {
        _time = time;
        _cut = CancellationTokenSource.CreateLinkedTokenSource(caller);
        _timer = time.CreateTimer(static watch => ((SilenceWatch)watch!).Look(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Ends with the silence, or with the caller.</summary>
    public CancellationToken Token => _cut.Token;

    /// <summary>True when the upstream was silent for too long.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>From now on the upstream is waited for.</summary>
    public void Wait(TimeSpan limit)
    {
        lock (_lock)
        {
            _since = _time.GetTimestamp();
            _limit = (long)(limit.TotalSeconds * _time.TimestampFrequency);
            if (_since + _limit < _due)
            {
                Set(_since + _limit, limit);
            }
        }
    }

    /// <summary>It has answered.</summary>
    public void Rest()
    {
        lock (_lock)
        {
            _since = Resting;
        }
    }

    public void Dispose()
    {
        _timer.Dispose();
        _cut.Dispose();
    }

    private void Look()
    {
        lock (_lock)
        {
            _due = long.MaxValue;
            if (_since == Resting)
            {
                return; // the next wait sets the timer again
            }

            var left = _since + _limit - _time.GetTimestamp();
            if (left > 0)
            {
                // Timers count in whole milliseconds: one that fires early would only set itself again.
                Set(_since + _limit, TimeSpan.FromMilliseconds(Math.Ceiling(1000.0 * left / _time.TimestampFrequency)));
                return;
            }

            HasEnded = true;
        }

        try
        {
            _cut.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The answer ended in the same moment.
        }
    }

    private void Set(long due, TimeSpan after)
    {
        _due = due;
        _timer.Change(after, Timeout.InfiniteTimeSpan);
    }
}
