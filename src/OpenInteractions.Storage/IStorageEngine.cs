using OpenInteractions.Engine.Nodes;
using OpenInteractions.Engine.Storage;

namespace OpenInteractions.Storage;

/// <summary>An open store, whichever engine keeps it.</summary>
internal interface IStorageEngine : IAsyncDisposable
{
    IInteractionStore Interactions { get; }

    IRunQueue Runs { get; }

    IEventJournal Journal { get; }

    INodeSignals Signals { get; }
}
