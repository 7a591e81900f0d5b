using System.Diagnostics;

namespace OpenInteractions.Faults.Tests;

/// <summary>A call that <see cref="SlowChat"/> had.</summary>
/// <param name="Caller">Who made it, by the address that he was given.</param>
/// <param name="Prompt">What was asked.</param>
/// <param name="Number">How often this had been asked by then, this time included.</param>
internal sealed record ChatCall(string Caller, string Prompt, int Number)
{
    private long _ended = long.MaxValue;
    private volatile bool _isWhole;

    /// <summary>When it came, as <see cref="Stopwatch"/> counts.</summary>
    public long Began { get; } = Stopwatch.GetTimestamp();

    /// <summary>True when all of its answer was sent.</summary>
    public bool IsWhole => _isWhole;

    /// <summary>True when its answer is being sent.</summary>
    public bool IsOpen => Volatile.Read(ref _ended) == long.MaxValue;

    /// <summary>True when it was open at some time between two.</summary>
    public bool WasOpen(long since, long until) => Began <= until && Volatile.Read(ref _ended) >= since;

    public override string ToString() => $"{Caller} {At(Began)} to {(IsOpen ? "…" : At(Volatile.Read(ref _ended)))}{(IsWhole ? " whole" : "")}";

    private static string At(long timestamp) => $"{Stopwatch.GetElapsedTime(0, timestamp).TotalSeconds % 1000:0.0}";

    /// <summary>Notes the end, the first time.</summary>
    /// <returns>True the first time.</returns>
    public bool End(bool isWhole)
    {
        _isWhole |= isWhole;
        return Interlocked.CompareExchange(ref _ended, Stopwatch.GetTimestamp(), long.MaxValue) == long.MaxValue;
    }
}
