using Microsoft.Data.Sqlite;
using OpenInteractions.Engine.Storage;
using OpenInteractions.Storage.Copying;

namespace OpenInteractions.Storage.Sqlite;

/// <summary>The database file of a data directory: opens connections to it and brings its schema up to date.</summary>
internal sealed class SqliteDatabase : IDisposable
{
    // The log is cut back to 64 MB after a burst. Nobody else writes. Content that
    // was erased is overwritten, in free pages too.
    private const string WriterPragmas = """
        PRAGMA journal_mode = WAL;
        PRAGMA synchronous = FULL;
        PRAGMA wal_autocheckpoint = 0;
        PRAGMA journal_size_limit = 67108864;
        PRAGMA busy_timeout = 5000;
        PRAGMA temp_store = MEMORY;
        PRAGMA cache_size = -16000;
        PRAGMA secure_delete = ON;
        """;

    private const string ReaderPragmas = """
        PRAGMA query_only = 1;
        PRAGMA wal_autocheckpoint = 0;
        PRAGMA busy_timeout = 5000;
        PRAGMA temp_store = MEMORY;
        PRAGMA cache_size = -4000;
        """;

    private readonly DataDirectory _directory;

    private SqliteDatabase(DataDirectory directory) => _directory = directory;

    /// <summary>The file.</summary>
    public string Path => _directory.DatabasePath;

    /// <summary>Whether there is a database in a directory.</summary>
    public static bool Exists(string dataDirectory) => File.Exists(DataDirectory.DatabaseIn(dataDirectory));

    /// <summary>Locks the directory.</summary>
    /// <exception cref="StoreUnavailableException">Another process has it, or it cannot be used.</exception>
    public static SqliteDatabase Open(string dataDirectory) => new(DataDirectory.Open(dataDirectory));

    /// <summary>Opens the connection that writes and migrates with it. To be opened first and closed last (dependencies: the log's race).</summary>
    public SqliteSession OpenWriter(IReadOnlyList<Migration> migrations, TimeProvider time)
    {
        SqliteSession? session = null;
        try
        {
            session = OpenUnmigrated();
            UnfinishedCopy.Refuse(session, Path);
            SqliteMigrations.Apply(session, migrations, Path, time.GetUtcNow());
            return session;
        }
        catch (Exception exception)
        {
            session?.Dispose();
            if (exception is SqliteException)
            {
                throw new StoreUnavailableException($"The database {Path} cannot be opened: {exception.Message}", exception);
            }

            throw;
        }
    }

    /// <summary>Opens the connection that writes, and leaves the schema as it is.</summary>
    public SqliteSession OpenUnmigrated() => Connect(WriterPragmas);

    /// <summary>Opens a connection that reads. To be opened after the writer and closed before it.</summary>
    public SqliteSession OpenReader() => Connect(ReaderPragmas);

    /// <summary>Gives the directory back.</summary>
    public void Dispose() => _directory.Dispose();

    /// <summary>Opens a connection that reads a database which a server may have open. It never checkpoints, not at its end either.</summary>
    public static SqliteSession OpenForBackup(string path) => Connect(path, SqliteOpenMode.ReadOnly, "PRAGMA busy_timeout = 5000; PRAGMA cache_size = -4000;");

    private SqliteSession Connect(string pragmas) => Connect(Path, SqliteOpenMode.ReadWrite, pragmas);

    private static SqliteSession Connect(string path, SqliteOpenMode mode, string pragmas)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = path,
            Mode = mode,
            Pooling = false,
        }.ConnectionString);
        try
        {
            connection.Open();
            var session = new SqliteSession(connection);
            session.Script(pragmas);
            return session;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }
}
