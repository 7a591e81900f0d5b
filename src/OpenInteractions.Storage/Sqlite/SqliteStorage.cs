using Microsoft.Extensions.Logging;
using OpenInteractions.Engine.Agents;
using OpenInteractions.Engine.Credentials;
using OpenInteractions.Engine.Environments;
using OpenInteractions.Engine.FileSearch;
using OpenInteractions.Engine.Nodes;
using OpenInteractions.Engine.Storage;
using OpenInteractions.Engine.Tenancy;
using OpenInteractions.Engine.Workers;

namespace OpenInteractions.Storage.Sqlite;

/// <summary>The open store: opens and closes its parts in the order that keeps the database safe (dependencies: SQLite rule 2).</summary>
internal sealed partial class SqliteStorage : IStorageEngine
{
    private readonly SqliteDatabase _database;
    private readonly SqliteWriter _writer;
    private readonly SqliteReaders _readers;

    private SqliteStorage(SqliteDatabase database, SqliteWriter writer, SqliteReaders readers, StorageInstruments instruments, TimeProvider time)
    {
        _database = database;
        _writer = writer;
        _readers = readers;
        Instruments = instruments;
        Interactions = new SqliteInteractionStore(writer, readers, time);
        Runs = new SqliteRunQueue(writer, readers, time);
        Journal = new SqliteEventJournal(writer, readers);
        var clock = new OwnClock(time);
        FileSearchStores = new SqliteFileSearchStores(writer, readers, time);
        Uploads = new SqliteDocumentUploads(writer, readers, clock, time);
        Documents = new SqliteDocumentQueue(writer, readers, clock, time);
        Chunks = new SqliteChunkIndex(readers);
        Environments = new SqliteEnvironmentStore(writer, readers);
        Checkpoints = new SqliteCheckpointStore(writer, readers);
        Images = new SqliteCheckpointImages(writer, readers, time);
        Workers = new SqliteWorkerStore(writer, readers, clock);
        Credentials = new SqliteCredentialStore(writer, readers, clock);
        Agents = new SqliteAgentStore(writer, readers);
        ApiKeys = new SqliteApiKeyStore(writer, readers);
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

    /// <summary>One process owns the directory.</summary>
    public INodeSignals Signals { get; } = new SingleNode();

    public INodeKeys Keys { get; } = new SingleNode();

    public StorageInstruments Instruments { get; }

    /// <summary>Locks the data directory, brings the database up to date and starts the writer.</summary>
    /// <exception cref="StoreUnavailableException">The text says what to do.</exception>
    public static SqliteStorage Open(
        string dataDirectory, SqliteOptions options, TimeProvider time, ILogger logger, IReadOnlyList<Migration>? migrations = null)
    {
        var version = SqliteLibrary.Load(options.LibraryPath);
        LogOpening(logger, version, dataDirectory);
        if (version < SqliteLibrary.Recommended)
        {
            LogOldLibrary(logger, version, SqliteLibrary.Recommended);
        }

        var database = SqliteDatabase.Open(dataDirectory);
        SqliteSession? session = null;
        try
        {
            session = database.OpenWriter(migrations ?? SqliteMigrations.All, time);
            var readers = new SqliteReaders(database, options.Readers);
            var instruments = new StorageInstruments();
            return new SqliteStorage(database, new SqliteWriter(session, options.WriteQueue, instruments, logger), readers, instruments, time);
        }
        catch
        {
            session?.Dispose();
            database.Dispose();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _readers.DisposeAsync();
        await _writer.DisposeAsync();
        _database.Dispose();
        Instruments.Dispose();
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Opening the store with SQLite {Version} in {DataDirectory}")]
    private static partial void LogOpening(ILogger logger, Version version, string dataDirectory);

    [LoggerMessage(Level = LogLevel.Warning, Message = "SQLite {Version} is older than {Recommended}; one connection does all writes and checkpoints, which keeps it safe as long as no other program writes the database")]
    private static partial void LogOldLibrary(ILogger logger, Version version, Version recommended);
}
