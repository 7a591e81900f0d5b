using Microsoft.Extensions.Hosting;
using OpenInteractions.Engine.Events;
using OpenInteractions.Engine.Runs;

namespace OpenInteractions.Engine.Nodes;

/// <summary>Brings what other nodes call out to whom it concerns here, and reminds them now and then of the runs that are followed from here.</summary>
public sealed class NodeListener(
    INodeSignals signals,
    RunWorker worker,
    CancelWatch cancels,
    JournalWriter journal,
    ForeignReaders readers,
    RunNews news,
    TimeProvider time) : BackgroundService
{
    /// <summary>Several times within <see cref="ForeignReaders.Lifetime"/>, so that a lost call is made good.</summary>
    private static readonly TimeSpan Reminder = ForeignReaders.Lifetime / 3;

    private long _heard;
    private long _connects;
    private long _heardAt = time.GetTimestamp();

    /// <summary>True when there may be other nodes.</summary>
    public bool IsShared => signals is not SingleNode;

    /// <summary>True while the others are heard. Otherwise this node finds by looking what they have done.</summary>
    public bool IsListening => signals.IsListening;

    /// <summary>Calls of other nodes that were heard.</summary>
    public long Heard => Volatile.Read(ref _heard);

    /// <summary>How often this node began to listen: once, and again each time that the connection broke.</summary>
    public long Connects => Volatile.Read(ref _connects);

    /// <summary>How long ago the last call was heard, or this node started when it has heard none.</summary>
    public TimeSpan SinceHeard => time.GetElapsedTime(Volatile.Read(ref _heardAt));

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        signals.Listen(Hear);
        using var timer = new PeriodicTimer(Reminder, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                news.Remind();
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The server stops. Streams end with it.
        }
    }

    private void Hear(NodeSignal signal)
    {
        if (signal.Kind == NodeSignalKind.Missed)
        {
            Interlocked.Increment(ref _connects);
        }
        else
        {
            Interlocked.Increment(ref _heard);
            Volatile.Write(ref _heardAt, time.GetTimestamp());
        }

        switch (signal.Kind)
        {
            case NodeSignalKind.RunsQueued:
                worker.Wake();
                break;
            case NodeSignalKind.CancelRequested:
                cancels.Look();
                break;
            case NodeSignalKind.EventsWritten:
                news.Tell(signal.RunId, hasEnded: false);
                break;
            case NodeSignalKind.RunEnded:
                news.Tell(signal.RunId, hasEnded: true);
                break;
            case NodeSignalKind.RunFollowed:
                readers.Note(signal.RunId);
                journal.HurryFollowed();
                break;
            default:
                worker.Wake();
                cancels.Look();
                news.TellAll();
                news.Remind();
                break;
        }
    }
}
