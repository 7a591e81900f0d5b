using System.Collections.Concurrent;
using System.Diagnostics;

namespace OpenInteractions.Bench.Provider;

/// <summary>One timer for all rated streams: a wheel with a slot per millisecond. A timer per stream would cost more than the tokens.</summary>
internal sealed class TokenWheel : IDisposable
{
    private const int Slots = 4096;
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(2);

    private readonly List<RatedStream>[] _slots = [.. Enumerable.Range(0, Slots).Select(_ => new List<RatedStream>())];
    private readonly ConcurrentQueue<(RatedStream Stream, long Due)> _arrivals = new();
    private readonly SemaphoreSlim _arrived = new(0);
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private List<RatedStream> _turn = [];
    private int _active;

    /// <summary>The wheel's time in milliseconds.</summary>
    public long Now => _clock.ElapsedMilliseconds;

    /// <summary>Takes over a stream whose first token was written by the request itself, so that the time to the first token
    /// does not contain the wheel's step.</summary>
    public void Add(RatedStream stream, long due)
    {
        _arrivals.Enqueue((stream, due));
        _arrived.Release();
    }

    public void Dispose() => _arrived.Dispose();

    public async Task TurnAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(Step);
        var position = Now;
        while (true)
        {
            if (_active == 0)
            {
                await _arrived.WaitAsync(stopping);     // An idle wheel does not turn.
                position = Now;
            }
            else
            {
                await timer.WaitForNextTickAsync(stopping);
            }

            var now = Now;
            while (_arrivals.TryDequeue(out var arrival))
            {
                _active++;
                Place(arrival.Stream, arrival.Due, now);
            }

            for (; position <= now; position++)
            {
                Visit((int)(position % Slots), now);
            }
        }
    }

    private void Visit(int slot, long now)
    {
        if (_slots[slot].Count == 0)
        {
            return;
        }

        (_turn, _slots[slot]) = (_slots[slot], _turn);
        foreach (var stream in _turn)
        {
            Advance(stream, now);
        }

        _turn.Clear();
    }

    private void Advance(RatedStream stream, long now)
    {
        if (stream.Advance(now) is { } next)
        {
            Place(stream, next, now);
        }
        else
        {
            _active--;
        }
    }

    /// <summary>Never the slot under the hand, never a whole turn ahead: a stream that waits longer is only looked at early.</summary>
    private void Place(RatedStream stream, long due, long now) =>
        _slots[Math.Clamp(due, now + 1, now + Slots - 1) % Slots].Add(stream);
}
