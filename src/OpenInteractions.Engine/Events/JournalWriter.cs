using System.Threading.Channels;
using Microsoft.Extensions.Hosting;

namespace OpenInteractions.Engine.Events;

/// <summary>
/// Makes the events of all runs of this node durable, together: one commit for many runs, at most every <see cref="Interval"/>, at once when
/// somebody waits for it. Runs that are followed from other nodes go ahead of the rest, at most every <see cref="FollowedInterval"/>: their readers see
/// what is in the journal. There is no commit per token.
/// </summary>
public sealed class JournalWriter(BatchAppender appender, ForeignReaders readers, TimeProvider time) : BackgroundService
{
    /// <summary>Longest time that an event waits for its commit. Readers do not wait: they get it before.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    /// <summary>Shortest time between two commits of runs that are followed from other nodes; what comes after a pause is kept at once.</summary>
    public static readonly TimeSpan FollowedInterval = TimeSpan.FromMilliseconds(20);

    private readonly Channel<EventLog> _dirty = Channel.CreateUnbounded<EventLog>(new UnboundedChannelOptions { SingleReader = true });
    private readonly SemaphoreSlim _urgent = new(0);
    private readonly SemaphoreSlim _followed = new(0);
    private long _followedAt;

    /// <summary>Notes that a log has events to keep. A log is in the queue at most once, so the queue is bounded by the number of runs.</summary>
    internal void Add(EventLog log)
    {
        _dirty.Writer.TryWrite(log);
        if (readers.Has(log.RunId))
        {
            HurryFollowed();
        }
    }

    /// <summary>Somebody waits for durability.</summary>
    internal void Hurry() => Signal(_urgent);

    /// <summary>Readers on other nodes wait.</summary>
    internal void HurryFollowed() => Signal(_followed);

    /// <summary>A run has ended, and its end is kept.</summary>
    internal void OnEnded(EventLog log) => readers.OnEnded(log.RunId);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Runs that still have events at the end hand themselves over before this stops.
        var waiting = new List<EventLog>();
        var since = time.GetTimestamp();
        while (waiting.Count > 0 || await IsDirtyAsync(stoppingToken))
        {
            since = waiting.Count > 0 ? since : time.GetTimestamp();
            var isForAll = await WaitForRoundAsync(Interval - time.GetElapsedTime(since), stoppingToken);
            if (stoppingToken.IsCancellationRequested)
            {
                return;
            }

            while (_dirty.Reader.TryRead(out var log))
            {
                waiting.Add(log);
            }

            _followedAt = time.GetTimestamp();
            var (chosen, rest) = (new List<EventLog>(waiting.Count), new List<EventLog>());
            foreach (var log in waiting)
            {
                (isForAll || readers.Has(log.RunId) ? chosen : rest).Add(log);
            }

            waiting = rest;
            await appender.AppendAsync(chosen, stoppingToken);
        }
    }

    private async Task<bool> IsDirtyAsync(CancellationToken stopping)
    {
        try
        {
            return await _dirty.Reader.WaitToReadAsync(stopping);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return false;
        }
    }

    /// <returns>False when only the runs that are followed from other nodes have their turn.</returns>
    private async Task<bool> WaitForRoundAsync(TimeSpan atMost, CancellationToken stopping)
    {
        using var timer = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var urgent = _urgent.WaitAsync(timer.Token);
        var pause = Task.Delay(atMost > TimeSpan.Zero ? atMost : TimeSpan.Zero, time, timer.Token);
        await Task.WhenAny(urgent, pause, WaitForFollowedAsync(timer.Token));
        await timer.CancelAsync();
        return urgent.IsCompletedSuccessfully || pause.IsCompletedSuccessfully;
    }

    private async Task WaitForFollowedAsync(CancellationToken cancellationToken)
    {
        await _followed.WaitAsync(cancellationToken);
        if (FollowedInterval - time.GetElapsedTime(_followedAt) is var left && left > TimeSpan.Zero)
        {
            await Task.Delay(left, time, cancellationToken);
        }
    }

    private static void Signal(SemaphoreSlim semaphore)
    {
        if (semaphore.CurrentCount == 0)
        {
            semaphore.Release();
        }
    }
}
