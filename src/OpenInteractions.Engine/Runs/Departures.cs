namespace OpenInteractions.Engine.Runs;

/// <summary>
/// How fast something empties: the times at which the last ones left. From them comes what a caller who was refused is told to wait. Not safe for several
/// threads: its owner has a lock.
/// </summary>
internal sealed class Departures(TimeProvider time)
{
    /// <summary>Nobody is told to wait longer: it may go faster than it looks.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);

    /// <summary>The header of the answer counts in seconds, and none is not a time to wait.</summary>
    public static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);

    /// <summary>What is said when nothing has left yet.</summary>
    public static readonly TimeSpan Unknown = TimeSpan.FromSeconds(5);

    private readonly long[] _last = new long[32];
    private long _count;

    /// <summary>One has left, or several at once.</summary>
    public void Add(long count = 1)
    {
        var now = time.GetTimestamp();
        for (var i = 0; i < Math.Min(count, _last.Length); i++)
        {
            _last[_count++ % _last.Length] = now;
        }
    }

    /// <summary>How long it takes until the next one leaves: the mean over the last ones, the silence since then included.</summary>
    public TimeSpan Wait()
    {
        if (_count == 0)
        {
            return Unknown;
        }

        var known = Math.Min(_count, _last.Length);
        var mean = time.GetElapsedTime(_last[(_count - known) % _last.Length]) / known;
        return mean < Shortest ? Shortest : mean < Longest ? mean : Longest;
    }
}
