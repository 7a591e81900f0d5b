using Microsoft.Extensions.Logging;
using OpenInteractions.Engine.Agents;
using OpenInteractions.Engine.Credentials;
using OpenInteractions.Engine.Environments;
using OpenInteractions.Engine.FileSearch;
using OpenInteractions.Engine.Nodes;
using OpenInteractions.Engine.Storage;
using OpenInteractions.Engine.Tenancy;
using OpenInteractions.Engine.Workers;

namespace OpenInteractions.Storage.Postgres;

/// <summary>The open store of a node that shares its database with others.</summary>
internal sealed partial class PostgresStorage : IStorageEngine
{
    private readonly PostgresDatabase _database;
    private readonly PostgresInserts _inserts;
    private readonly PostgresEndings _endings;
    private readonly PostgresSignals _signals;

    private PostgresStorage(PostgresDatabase database, int writeQueue, StorageInstruments instruments, ILogger logger)
    {
        _database = database;
        _inserts = new PostgresInserts(database, writeQueue);
        _endings = new PostgresEndings(database, writeQueue);
        _signals = new PostgresSignals(database, logger);
        Instruments = instruments;
        Interactions = new PostgresInteractionStore(database, _inserts);
        Runs = new PostgresRunQueue(database, _inserts, _endings, _signals);
        Journal = new PostgresEventJournal(database);
        FileSearchStores = new PostgresFileSearchStores(database);
        Uploads = new PostgresDocumentUploads(database);
        Documents = new PostgresDocumentQueue(database);
        Chunks = new PostgresChunkIndex(database);
        Environments = new PostgresEnvironmentStore(database);
        Checkpoints = new PostgresCheckpointStore(database);
        Images = new PostgresCheckpointImages(database, TimeProvider.System);
        Workers = new PostgresWorkerStore(database);
        Credentials = new PostgresCredentialStore(database);
        Agents = new PostgresAgentStore(database);
        ApiKeys = new PostgresApiKeyStore(database);
        Keys = new PostgresNodeKeys(database);
    }

    public IInteractionStore Interactions { get; }

    public IRunQueue Runs { get; }

    public IEventJournal Journal { get; }

    public IFileSearchStores FileSearchStores { get; }

    public IDocumentUploads Uploads { get; }

    public IDocumentQueue Documents { get; }

    public IChunkIndex Chunks { get; }

    public IEnvironmentStore Environments { get; }

    public ICheckpointStore Checkpoints { get; }

    public ICheckpointImages Images { get; }

    public IWorkerStore Workers { get; }

    public ICredentialStore Credentials { get; }

    public IAgentStore Agents { get; }

    public IApiKeyStore ApiKeys { get; }

    public INodeSignals Signals => _signals;

    public INodeKeys Keys { get; }

    public StorageInstruments Instruments { get; }

    /// <summary>Connects and brings the database up to date.</summary>
    /// <exception cref="StoreUnavailableException">The text says what to do.</exception>
    public static PostgresStorage Open(PostgresOptions options, ILogger logger, IReadOnlyList<Migration>? migrations = null)
    {
        var instruments = new StorageInstruments();
        try
        {
            var database = PostgresDatabase.Open(options, migrations ?? PostgresMigrations.All, instruments, out var server);
            LogOpened(logger, server.Name, server.Version);
            if (!server.IsDurable)
            {
                LogNotDurable(logger, server.Name);
            }

            return new PostgresStorage(database, options.WriteQueue, instruments, logger);
        }
        catch
        {
            instruments.Dispose();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _inserts.DisposeAsync();
        await _endings.DisposeAsync();
        await _signals.DisposeAsync();
        await _database.DisposeAsync();
        Instruments.Dispose();
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Opened the store {Database} with PostgreSQL {Version}")]
    private static partial void LogOpened(ILogger logger, string database, string version);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The database {Database} answers commits before they are on the disk (fsync or synchronous_commit is off): a crash of the server can lose what clients were told is kept")]
    private static partial void LogNotDurable(ILogger logger, string database);
}
