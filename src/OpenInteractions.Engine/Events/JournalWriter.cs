using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenInteractions.Engine.Storage;

namespace OpenInteractions.Engine.Events;

/// <summary>
/// Makes the events of all runs of this node durable, together: one commit for many runs, at most every <see cref="Interval"/>, at once when
/// somebody waits for it. There is no commit per token.
/// </summary>
public sealed partial class JournalWriter(IEventJournal journal, TimeProvider time, ILogger<JournalWriter> logger) : BackgroundService
{
    /// <summary>Longest time that an event waits for its commit. Readers do not wait: they get it before.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    private readonly Channel<EventLog> _dirty = Channel.CreateUnbounded<EventLog>(new UnboundedChannelOptions { SingleReader = true });
    private readonly SemaphoreSlim _urgent = new(0);

    /// <summary>Notes that a log has events to keep. A log is in the queue at most once, so the queue is bounded by the number of runs.</summary>
    internal void Add(EventLog log) => _dirty.Writer.TryWrite(log);

    /// <summary>Somebody waits for durability.</summary>
    internal void Hurry()
    {
        if (_urgent.CurrentCount == 0)
        {
            _urgent.Release();
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var logs = new List<EventLog>();
        while (await WaitForWorkAsync(stoppingToken))
        {
            while (_dirty.Reader.TryRead(out var log))
            {
                logs.Add(log);
            }

            await FlushAsync(logs);
            logs.Clear();
        }
    }

    private async Task<bool> WaitForWorkAsync(CancellationToken stopping)
    {
        try
        {
            await _dirty.Reader.WaitToReadAsync(stopping);
            using var timer = CancellationTokenSource.CreateLinkedTokenSource(stopping);
            var pause = Task.Delay(Interval, time, timer.Token);
            await Task.WhenAny(pause, _urgent.WaitAsync(timer.Token));
            await timer.CancelAsync();
            return !stopping.IsCancellationRequested;
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return false; // runs that still have events hand themselves over before this stops
        }
    }

    private async Task FlushAsync(List<EventLog> logs)
    {
        var appends = new List<JournalAppend>(logs.Count);
        var owners = new List<EventLog>(logs.Count);
        foreach (var log in logs)
        {
            if (log.TakeBatch() is { } append)
            {
                appends.Add(append);
                owners.Add(log);
            }
        }

        if (appends.Count == 0)
        {
            return;
        }

        try
        {
            var held = await journal.AppendAsync(appends, CancellationToken.None);
            for (var i = 0; i < owners.Count; i++)
            {
                owners[i].OnFlushed(appends[i].Batch, held[i]);
            }
        }
        catch (Exception exception)
        {
            // The runs learn that their events are not durable and stop; the lease lets them be taken up again.
            LogFlushFailed(exception, appends.Count);
            foreach (var log in owners)
            {
                log.OnFlushFailed();
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Could not keep the events of {Runs} runs; they are stopped and taken up again later")]
    private partial void LogFlushFailed(Exception exception, int runs);
}
