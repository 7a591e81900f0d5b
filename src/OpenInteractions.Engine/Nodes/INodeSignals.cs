namespace OpenInteractions.Engine.Nodes;

/// <summary>
/// What nodes that share a store call out to each other. A call may be lost, come late or come twice: it says where to look, and what is found there
/// is the truth. Everybody also looks by himself now and then.
/// </summary>
public interface INodeSignals
{
    /// <summary>True while the calls of other nodes are heard.</summary>
    bool IsListening { get; }

    /// <summary>Calls out to all other nodes. Neither waits nor fails.</summary>
    void Send(NodeSignal signal);

    /// <summary>Begins to listen, once. What is heard is told one by one, on a thread that must not be held.</summary>
    void Listen(Action<NodeSignal> heard);
}

/// <summary>A call.</summary>
/// <param name="Kind">What it is about.</param>
/// <param name="RunId">The run, where it is about one.</param>
public readonly record struct NodeSignal(NodeSignalKind Kind, string RunId = "");

/// <summary>What a call is about.</summary>
public enum NodeSignalKind
{
    /// <summary>Calls may have been missed: look everywhere.</summary>
    Missed,

    /// <summary>There are runs to claim.</summary>
    RunsQueued,

    /// <summary>Somebody wants a run cancelled.</summary>
    CancelRequested,

    /// <summary>A run that somebody follows has new events in the journal.</summary>
    EventsWritten,

    /// <summary>A run that somebody follows has ended.</summary>
    RunEnded,

    /// <summary>A reader on the calling node follows a run that another executes.</summary>
    RunFollowed,
}
