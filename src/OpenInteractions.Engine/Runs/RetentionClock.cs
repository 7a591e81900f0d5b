using Microsoft.Extensions.Logging;

namespace OpenInteractions.Engine.Runs;

/// <summary>
/// The time by which it is judged what has expired. What is erased stays erased, so a clock that is set ahead by mistake must not do it: it is believed
/// only when it has stayed there for a day. A clock that is set back is believed at once, because by it less has expired.
/// </summary>
internal sealed partial class RetentionClock(TimeProvider time, ILogger logger)
{
    /// <summary>How long a clock that was set ahead is not believed. Time for somebody to set it right.</summary>
    public static readonly TimeSpan Doubt = TimeSpan.FromDays(1);

    // What time servers correct, and what a busy machine takes between two reads.
    private static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(1);

    private DateTimeOffset _believed = time.GetUtcNow();
    private long _since = time.GetTimestamp();
    private long? _aheadSince;

    public DateTimeOffset Now()
    {
        var machine = time.GetUtcNow();
        var own = _believed + time.GetElapsedTime(_since);
        if (machine - own > Tolerance && !IsBelieved(machine - own))
        {
            return own;
        }

        (_believed, _since, _aheadSince) = (machine, time.GetTimestamp(), null);
        return machine;
    }

    private bool IsBelieved(TimeSpan ahead)
    {
        if (_aheadSince is { } since)
        {
            return time.GetElapsedTime(since) >= Doubt;
        }

        _aheadSince = time.GetTimestamp();
        LogAhead(ahead);
        return false;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The clock was set ahead by {Ahead}: for a day nothing expires by it")]
    private partial void LogAhead(TimeSpan ahead);
}
