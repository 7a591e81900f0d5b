using System.Runtime.CompilerServices;
using OpenInteractions.Engine.Storage;
using OpenInteractions.Storage.Sqlite;

namespace OpenInteractions.Storage.Copying;

/// <summary>An embedded store whose directory is locked, so that no server has it. All is done on one connection (decision 0003).</summary>
internal sealed class SqliteCopyEnd : ICopyEnd
{
    // 16 MB, as the server's writer.
    private const int CheckpointPages = 4000;

    private readonly SqliteDatabase _database;
    private readonly SqliteSession _session;
    private readonly Dictionary<string, SqliteTable> _tables = [];
    private int _pages;

    private SqliteCopyEnd(SqliteDatabase database, SqliteSession session)
    {
        _database = database;
        _session = session;
    }

    public string Name => _database.Path;

    public IReadOnlyList<string> Pending => [.. SqliteMigrations.FindPending(_session, SqliteMigrations.All, Name).Select(migration => migration.Name)];

    public bool HasTables => Pending.Count < SqliteMigrations.All.Count;

    /// <exception cref="StoreUnavailableException">A server has the directory, or it cannot be used.</exception>
    /// <exception cref="StoreRefusedException">A source that is not there.</exception>
    public static SqliteCopyEnd Open(StoreLocation.InDirectory location, bool mustExist)
    {
        SqliteLibrary.Load(location.LibraryPath);
        if (mustExist && !SqliteDatabase.Exists(location.DataDirectory))
        {
            throw new StoreRefusedException($"There is no store in {Path.GetFullPath(location.DataDirectory)}.");
        }

        var database = SqliteDatabase.Open(location.DataDirectory);
        try
        {
            return new SqliteCopyEnd(database, mustExist ? database.OpenReader() : database.OpenUnmigrated());
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    public RowOrder WriteOrder(StoreTable table) => table.IsByAge ? RowOrder.Age : RowOrder.Key;

    public void Migrate()
    {
        SqliteMigrations.Apply(_session, SqliteMigrations.All, Name, TimeProvider.System.GetUtcNow());
        _tables.Clear();
    }

    public IReadOnlyList<string> Columns(StoreTable table) => TableOf(table).Columns;

    public Task<long> CountAsync(StoreTable table, CancellationToken cancellationToken)
    {
        var shape = TableOf(table);
        return shape.StraySql is not null && _session[shape.StraySql].QueryNumber() is > 0 and var stray
            ? throw new StoreRefusedException($"The store {Name} is damaged: {stray} rows of {table.Name} and of what they hold do not belong together. Restore a backup.")
            : Task.FromResult(_session[shape.CountSql].QueryNumber()!.Value);
    }

    public async IAsyncEnumerable<StoreRow> ReadAsync(
        StoreTable table, RowOrder order, object?[]? after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var shape = TableOf(table);
        using var rows = Keyed(_session[shape.ReadSql(order, isFromStart: after is null)], after ?? []).Query();
        long read = 0;
        while (Read(rows, table, read))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return Row(rows, table, shape.Columns.Count, read++);
        }

        await Task.CompletedTask;
    }

    public Task<object?[]?> LastKeyAsync(StoreTable table, CancellationToken cancellationToken)
    {
        using var rows = _session[TableOf(table).LastKeySql].Query();
        return Task.FromResult(rows.Read() ? Row(rows, table, table.Key.Length, 0).Values : null);
    }

    public Task<bool> HasAsync(StoreTable table, object?[] key, CancellationToken cancellationToken) =>
        Task.FromResult(Keyed(_session[TableOf(table).HasSql], key).QueryNumber() is not null);

    public async Task<WrittenRows> WriteAsync(StoreTable table, IAsyncEnumerator<StoreRow> rows, CancellationToken cancellationToken)
    {
        var shape = TableOf(table);
        _session["BEGIN IMMEDIATE"].Execute();
        var written = new WrittenRows(0, 0, HasMore: true);
        try
        {
            while (written is { HasMore: true, IsFull: false })
            {
                var row = rows.Current;
                shape.Insert(_session, row);
                written = new WrittenRows(written.Rows + 1, written.Bytes + row.Size, await rows.MoveNextAsync());
            }

            _session["COMMIT"].Execute();
        }
        catch
        {
            if (_session.IsInTransaction)
            {
                _session["ROLLBACK"].Execute();
            }

            throw;
        }

        Checkpoint();
        return written;
    }

    public Task<string?> ReadMarkAsync(CancellationToken cancellationToken)
    {
        if (_session[UnfinishedCopy.FindInSqliteSql].QueryNumber() is null)
        {
            return Task.FromResult<string?>(null);
        }

        using var rows = _session[UnfinishedCopy.ReadSql].Query();
        return Task.FromResult<string?>(rows.Read() ? rows.GetString(0) : "");
    }

    public Task MarkAsync(string source, CancellationToken cancellationToken)
    {
        _session["BEGIN IMMEDIATE"].Execute();
        _session[UnfinishedCopy.CreateSql].Execute();
        _session[UnfinishedCopy.MarkSql].Set(1, source).Execute();
        _session["COMMIT"].Execute();
        return Task.CompletedTask;
    }

    public Task FinishAsync(CancellationToken cancellationToken)
    {
        _session[UnfinishedCopy.DropSql].Execute();
        return Task.CompletedTask;
    }

    public Task EraseAsync(CancellationToken cancellationToken)
    {
        _session["BEGIN IMMEDIATE"].Execute();
        foreach (var sql in StoreTable.All.Reverse().SelectMany(table => TableOf(table).EraseSql))
        {
            _session[sql].Execute();
        }

        _session["COMMIT"].Execute();
        return Task.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        _session.Dispose();
        _database.Dispose();
        return default;
    }

    private static bool Read(SqliteRows rows, StoreTable table, long read)
    {
        try
        {
            return rows.Read();
        }
        catch (Microsoft.Data.Sqlite.SqliteException exception)
        {
            throw new StoreRefusedException($"Row {read + 1} of {table.Name} cannot be read: {exception.Message}", exception);
        }
    }

    private static StoreRow Row(SqliteRows rows, StoreTable table, int columns, long read)
    {
        try
        {
            var values = new object?[columns];
            for (var at = 0; at < columns; at++)
            {
                values[at] = rows.GetValue(at);
            }

            return new StoreRow(values);
        }
        catch (InvalidDataException exception)
        {
            throw new StoreRefusedException($"Row {read + 1} of {table.Name} is damaged: {exception.Message}", exception);
        }
    }

    private static SqliteStatement Keyed(SqliteStatement statement, object?[] key)
    {
        for (var at = 0; at < key.Length; at++)
        {
            statement.SetValue(at + 1, key[at]);
        }

        return statement;
    }

    private SqliteTable TableOf(StoreTable table) =>
        _tables.TryGetValue(table.Name, out var known) ? known : _tables[table.Name] = new SqliteTable(table, _session);

    private void Checkpoint()
    {
        _pages += _session.TakeWrittenPages();
        if (_pages >= CheckpointPages)
        {
            _pages = 0;
            using var rows = _session["PRAGMA wal_checkpoint(PASSIVE)"].Query();
            rows.Read();
        }
    }
}
