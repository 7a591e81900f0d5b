using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;
using OpenInteractions.Engine.Storage;
using OpenInteractions.Tools.Engines;

namespace OpenInteractions.Tools.GoogleSearch.Local;

/// <summary>
/// The full-text index over the operator's pages: a file of its own in the data directory, made again when it cannot be used. At start only those pages are read whose
/// files have changed.
/// </summary>
internal sealed class LocalIndex(IEmbeddedDatabase database, IOptions<GoogleSearchOptions> options, SearchLog log)
{
    public const string FileName = "search-index.db";

    private const int Version = 1;
    private const long LargestPage = 8 * 1024 * 1024;

    private const string Schema = """
        CREATE TABLE pages(id INTEGER PRIMARY KEY, file TEXT NOT NULL UNIQUE, url TEXT NOT NULL, title TEXT NOT NULL, text TEXT NOT NULL, size INTEGER NOT NULL, changed INTEGER NOT NULL) STRICT;
        CREATE VIRTUAL TABLE terms USING fts5(title, body, tokenize = 'porter unicode61 remove_diacritics 2');
        """;

    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>How many pages were read when the index was brought up to date.</summary>
    public int Read { get; private set; }

    /// <summary>Brings the index up to date.</summary>
    public async Task RefreshAsync(CancellationToken cancellationToken)
    {
        try
        {
            database.Load();
            try
            {
                await UpdateAsync(cancellationToken);
            }
            catch (SqliteException)
            {
                // Damaged, or of another version: everything in it can be read again.
                Remove();
                await UpdateAsync(cancellationToken);
            }

            _ready.TrySetResult();
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            _ready.TrySetCanceled(CancellationToken.None); // the server stops
        }
        catch (Exception exception) when (exception is SqliteException or IOException or UnauthorizedAccessException or StoreUnavailableException)
        {
            log.NotIndexed(exception);
            _ready.TrySetException(new EngineFailedException("The pages of this server could not be indexed. Its operator has to look at them."));
        }
    }

    /// <summary>The best pages for a query, with their whole texts; waits for the index.</summary>
    public async Task<IReadOnlyList<(string Url, string Title, string Text)>> FindAsync(string query, int most, CancellationToken cancellationToken)
    {
        await _ready.Task.WaitAsync(cancellationToken);
        if (SearchTerms.Query(query) is not { } terms)
        {
            return [];
        }

        await using var connection = Open(SqliteOpenMode.ReadOnly);
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT p.url, p.title, p.text FROM terms JOIN pages p ON p.id = terms.rowid WHERE terms MATCH $1 ORDER BY bm25(terms, 4.0, 1.0), p.id LIMIT $2";
        command.Parameters.AddWithValue("$1", terms);
        command.Parameters.AddWithValue("$2", most);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new List<(string, string, string)>();
        while (await reader.ReadAsync(cancellationToken))
        {
            found.Add((reader.GetString(0), reader.GetString(1), reader.GetString(2)));
        }

        return found;
    }

    private async Task UpdateAsync(CancellationToken cancellationToken)
    {
        await using var connection = Open(SqliteOpenMode.ReadWriteCreate);
        if (Scalar(connection, "PRAGMA user_version") is not 0L and not (long)Version)
        {
            throw new SqliteException("another version", 1);
        }

        await using var transaction = connection.BeginTransaction();
        if (Scalar(connection, "PRAGMA user_version") is 0L)
        {
            Run(connection, Schema);
            Run(connection, $"PRAGMA user_version = {Version}");
        }

        var known = Known(connection);
        var (read, skipped, all) = (0, 0, 0);
        foreach (var (file, url) in PageList.Of(options.Value.Pages!, options.Value.Address))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var info = new FileInfo(file);
            if (!info.Exists || info.Length > LargestPage)
            {
                skipped++; // what was known of it goes
                continue;
            }

            all++;
            var isKnown = known.Remove(file, out var former);
            if (isKnown && former.Size == info.Length && former.Changed == info.LastWriteTimeUtc.Ticks && former.Url == url)
            {
                continue;
            }

            if (isKnown)
            {
                Forget(connection, former.Id);
            }

            var page = await LocalPage.ReadAsync(file, cancellationToken);
            Keep(connection, file, url, page, info);
            read++;
        }

        foreach (var gone in known.Values)
        {
            Forget(connection, gone.Id);
        }

        await transaction.CommitAsync(cancellationToken);
        Read = read;
        log.Indexed(all, read, known.Count, skipped);
    }

    private static Dictionary<string, (long Id, string Url, long Size, long Changed)> Known(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT file, id, url, size, changed FROM pages";
        using var reader = command.ExecuteReader();
        var known = new Dictionary<string, (long, string, long, long)>(StringComparer.Ordinal);
        while (reader.Read())
        {
            known.Add(reader.GetString(0), (reader.GetInt64(1), reader.GetString(2), reader.GetInt64(3), reader.GetInt64(4)));
        }

        return known;
    }

    private static void Keep(SqliteConnection connection, string file, string url, LocalPage page, FileInfo info)
    {
        var title = page.Title.Length > 0 ? page.Title : Path.GetFileNameWithoutExtension(file);
        var id = (long)Scalar(connection, "INSERT INTO pages(file, url, title, text, size, changed) VALUES ($1, $2, $3, $4, $5, $6) RETURNING id", file, url, title, page.Text, info.Length, info.LastWriteTimeUtc.Ticks)!;
        Run(connection, "INSERT INTO terms(rowid, title, body) VALUES ($1, $2, $3)", id, SearchTerms.Index(title), SearchTerms.Index(page.Text));
    }

    private static void Forget(SqliteConnection connection, long id)
    {
        Run(connection, "DELETE FROM terms WHERE rowid = $1", id);
        Run(connection, "DELETE FROM pages WHERE id = $1", id);
    }

    private SqliteConnection Open(SqliteOpenMode mode)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = database.FileOf(FileName), Mode = mode, Pooling = false }.ToString());
        connection.Open();
        return connection;
    }

    private void Remove()
    {
        foreach (var end in (string[])["", "-journal"])
        {
            File.Delete(database.FileOf(FileName) + end);
        }
    }

    private static void Run(SqliteConnection connection, string sql, params object[] values) => Scalar(connection, sql, values);

    private static object? Scalar(SqliteConnection connection, string sql, params object[] values)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Every text that comes here is a constant of this class.
        command.CommandText = sql;
#pragma warning restore CA2100
        for (var i = 0; i < values.Length; i++)
        {
            command.Parameters.AddWithValue($"${i + 1}", values[i]);
        }

        return command.ExecuteScalar();
    }
}
