using OpenInteractions.Engine.Agents;
using OpenInteractions.Engine.Credentials;
using OpenInteractions.Engine.Environments;
using OpenInteractions.Engine.FileSearch;
using OpenInteractions.Engine.Nodes;
using OpenInteractions.Engine.Storage;
using OpenInteractions.Engine.Tenancy;
using OpenInteractions.Engine.Workers;

namespace OpenInteractions.Storage;

/// <summary>An open store, whichever engine keeps it.</summary>
internal interface IStorageEngine : IAsyncDisposable
{
    IInteractionStore Interactions { get; }

    IRunQueue Runs { get; }

    IEventJournal Journal { get; }

    IFileSearchStores FileSearchStores { get; }

    IDocumentUploads Uploads { get; }

    IDocumentQueue Documents { get; }

    IChunkIndex Chunks { get; }

    IEnvironmentStore Environments { get; }

    ICheckpointStore Checkpoints { get; }

    ICheckpointImages Images { get; }

    IWorkerStore Workers { get; }

    ICredentialStore Credentials { get; }

    IAgentStore Agents { get; }

    IApiKeyStore ApiKeys { get; }

    INodeSignals Signals { get; }

    INodeKeys Keys { get; }
}
