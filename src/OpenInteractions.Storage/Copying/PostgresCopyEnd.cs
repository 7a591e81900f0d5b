using System.Runtime.CompilerServices;
using Npgsql;
using NpgsqlTypes;
using OpenInteractions.Storage.Postgres;

namespace OpenInteractions.Storage.Copying;

/// <summary>A database that no server uses: this connection holds it alone (<see cref="PostgresUse"/>).</summary>
internal sealed class PostgresCopyEnd : ICopyEnd
{
    // Rows come in the order of an index while they are asked for. Sorted, they would be written to the server's disk first.
    private const string SessionSql = "SET enable_sort = off; SET enable_seqscan = off; SET enable_bitmapscan = off; SET jit = off";

    private const string ColumnsSql = """
        SELECT attname, format_type(atttypid, NULL) FROM pg_attribute
        WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attname COLLATE "C"
        """;

    // Of a few megabytes. The driver knows no "without end" here.
    private static readonly TimeSpan CommitTimeout = TimeSpan.FromMinutes(10);

    private readonly NpgsqlConnection _connection;
    private readonly Dictionary<string, (string Name, NpgsqlDbType Type)[]> _columns = [];

    private PostgresCopyEnd(NpgsqlConnection connection, string name)
    {
        _connection = connection;
        Name = name;
    }

    public string Name { get; }

    public IReadOnlyList<string> Pending => [.. PostgresMigrations.FindPending(_connection, PostgresMigrations.All, Name).Select(migration => migration.Name)];

    public bool HasTables => Pending.Count < PostgresMigrations.All.Count;

    /// <exception cref="StoreRefusedException">A server has the database, or it cannot hold every text.</exception>
    public static async Task<PostgresCopyEnd> OpenAsync(StoreLocation.InPostgres location, CancellationToken cancellationToken)
    {
        var complete = PostgresConnectionString.ForCommand(location.ConnectionString, "oi storage copy");
        var connection = new NpgsqlConnection(complete.ConnectionString);
        try
        {
            await connection.OpenAsync(cancellationToken);
            var end = new PostgresCopyEnd(connection, PostgresConnectionString.Describe(complete));
            PostgresServer.Read(connection, end.Name);
            await end.ExecuteAsync(SessionSql, cancellationToken);
            await PostgresUse.TakeAsync(connection, end.Name, cancellationToken);
            return end;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    public RowOrder WriteOrder(StoreTable table) => RowOrder.Key;

    public void Migrate()
    {
        PostgresMigrations.Apply(_connection, PostgresMigrations.All, Name);
        _columns.Clear();
    }

    public IReadOnlyList<string> Columns(StoreTable table) => [.. ColumnsOf(table).Select(column => column.Name)];

    public async Task<long> CountAsync(StoreTable table, CancellationToken cancellationToken)
    {
        await using var command = Command($"SELECT count(*) FROM {table.Name}");
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    public async IAsyncEnumerable<StoreRow> ReadAsync(
        StoreTable table, RowOrder order, object?[]? after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var columns = ColumnsOf(table);
        string[] key = order == RowOrder.Age ? [.. table.Key.Reverse()] : table.Key; // ids order by age: the id comes first, then the project
        var list = string.Join(", ", key);
        await using var command = Command(
            $"SELECT {string.Join(", ", columns.Select(column => column.Name))} FROM {table.Name}"
            + (after is null ? "" : $" WHERE ({list}) > ({Places(key.Length)})")
            + $" ORDER BY {list}");
        foreach (var value in order == RowOrder.Age ? after?.Reverse() ?? [] : after ?? [])
        {
            Add(command, value);
        }

        await using var reader = await command.ExecuteReaderAsync(System.Data.CommandBehavior.SequentialAccess, cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var values = new object?[columns.Length];
            for (var at = 0; at < values.Length; at++)
            {
                values[at] = await reader.IsDBNullAsync(at, cancellationToken) ? null : await ValueAsync(reader, at, columns[at].Type, cancellationToken);
            }

            yield return new StoreRow(values);
        }
    }

    public async Task<object?[]?> LastKeyAsync(StoreTable table, CancellationToken cancellationToken)
    {
        await using var command = Command(
            $"SELECT {string.Join(", ", table.Key)} FROM {table.Name} ORDER BY {string.Join(", ", table.Key.Select(column => column + " DESC"))} LIMIT 1");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
        {
            return null;
        }

        var types = ColumnTypes(table);
        var key = new object?[table.Key.Length];
        for (var at = 0; at < key.Length; at++)
        {
            key[at] = await ValueAsync(reader, at, types[table.Key[at]], cancellationToken);
        }

        return key;
    }

    public async Task<bool> HasAsync(StoreTable table, object?[] key, CancellationToken cancellationToken)
    {
        await using var command = Command($"SELECT 1 FROM {table.Name} WHERE ({string.Join(", ", table.Key)}) = ({Places(key.Length)})");
        foreach (var value in key)
        {
            Add(command, value);
        }

        return await command.ExecuteScalarAsync(cancellationToken) is not null;
    }

    public async Task<WrittenRows> WriteAsync(StoreTable table, IAsyncEnumerator<StoreRow> rows, CancellationToken cancellationToken)
    {
        var columns = ColumnsOf(table);
        var written = new WrittenRows(0, 0, HasMore: true);
        await using var import = await _connection.BeginBinaryImportAsync(
            $"COPY {table.Name} ({string.Join(", ", columns.Select(column => column.Name))}) FROM STDIN (FORMAT BINARY)", cancellationToken);
        import.Timeout = CommitTimeout;
        while (written is { HasMore: true, IsFull: false })
        {
            var row = rows.Current;
            await import.StartRowAsync(cancellationToken);
            for (var at = 0; at < columns.Length; at++)
            {
                await WriteAsync(import, row.Values[at], columns[at].Type, cancellationToken);
            }

            written = new WrittenRows(written.Rows + 1, written.Bytes + row.Size, await rows.MoveNextAsync());
        }

        // One statement is one transaction; without this call it is rolled back.
        await import.CompleteAsync(cancellationToken);
        return written;
    }

    public async Task<string?> ReadMarkAsync(CancellationToken cancellationToken)
    {
        await using var find = Command(UnfinishedCopy.FindInPostgresSql);
        if (await find.ExecuteScalarAsync(cancellationToken) is not true)
        {
            return null;
        }

        await using var read = Command(UnfinishedCopy.ReadSql);
        return await read.ExecuteScalarAsync(cancellationToken) as string ?? "";
    }

    public async Task MarkAsync(string source, CancellationToken cancellationToken)
    {
        await using var transaction = await _connection.BeginTransactionAsync(cancellationToken);
        await ExecuteAsync(UnfinishedCopy.CreateSql, cancellationToken);
        await using var mark = Command(UnfinishedCopy.MarkSql);
        Add(mark, source);
        await mark.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    public async Task FinishAsync(CancellationToken cancellationToken)
    {
        await ExecuteAsync($"ANALYZE {string.Join(", ", StoreTable.All.Select(table => table.Name))}", cancellationToken);
        foreach (var table in StoreTable.Numbered)
        {
            // Numbers came with their rows; new ones follow the greatest that ever was.
            await ExecuteAsync($"SELECT setval(pg_get_serial_sequence('{table}', 'number'), greatest(1, (SELECT max(number) FROM {table})), EXISTS (SELECT 1 FROM {table}))", cancellationToken);
        }

        await ExecuteAsync(UnfinishedCopy.DropSql, cancellationToken);
    }

    public Task EraseAsync(CancellationToken cancellationToken) =>
        ExecuteAsync($"TRUNCATE {string.Join(", ", StoreTable.All.Select(table => table.Name))}", cancellationToken);

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    private static async Task<object> ValueAsync(NpgsqlDataReader reader, int at, NpgsqlDbType type, CancellationToken cancellationToken) => type switch
    {
        NpgsqlDbType.Text => PostgresText.Decode(await reader.GetFieldValueAsync<string>(at, cancellationToken)),
        NpgsqlDbType.Bigint => await reader.GetFieldValueAsync<long>(at, cancellationToken),
        NpgsqlDbType.Integer => (long)await reader.GetFieldValueAsync<int>(at, cancellationToken),
        NpgsqlDbType.Boolean => await reader.GetFieldValueAsync<bool>(at, cancellationToken) ? 1L : 0L,
        _ => await reader.GetFieldValueAsync<byte[]>(at, cancellationToken),
    };

    private static Task WriteAsync(NpgsqlBinaryImporter import, object? value, NpgsqlDbType type, CancellationToken cancellationToken) => (value, type) switch
    {
        (null, _) => import.WriteNullAsync(cancellationToken),
        (string text, NpgsqlDbType.Text) => import.WriteAsync(PostgresText.Encode(text)!, type, cancellationToken),
        (long number, NpgsqlDbType.Bigint) => import.WriteAsync(number, type, cancellationToken),
        (long number, NpgsqlDbType.Integer) => import.WriteAsync(checked((int)number), type, cancellationToken),
        (long number, NpgsqlDbType.Boolean) => import.WriteAsync(number != 0, type, cancellationToken),
        (byte[] bytes, NpgsqlDbType.Bytea) => import.WriteAsync(bytes, type, cancellationToken),
        _ => throw new InvalidDataException($"A column of the type {type} cannot hold this value."),
    };

    private static void Add(NpgsqlCommand command, object? value) => command.Parameters.Add(value switch
    {
        long number => new NpgsqlParameter<long> { TypedValue = number },
        _ => new NpgsqlParameter<string> { TypedValue = PostgresText.Encode((string)value!)!, NpgsqlDbType = NpgsqlDbType.Text },
    });

    private static string Places(int count) => string.Join(", ", Enumerable.Range(1, count).Select(place => FormattableString.Invariant($"${place}")));

    private Dictionary<string, NpgsqlDbType> ColumnTypes(StoreTable table) => ColumnsOf(table).ToDictionary(column => column.Name, column => column.Type);

    private (string Name, NpgsqlDbType Type)[] ColumnsOf(StoreTable table) =>
        _columns.TryGetValue(table.Name, out var known) ? known : _columns[table.Name] = [.. ReadColumns(table)];

    private List<(string Name, NpgsqlDbType Type)> ReadColumns(StoreTable table)
    {
        using var command = Command(ColumnsSql);
        Add(command, table.Name);
        using var rows = command.ExecuteReader();
        var columns = new List<(string, NpgsqlDbType)>();
        while (rows.Read())
        {
            columns.Add((rows.GetString(0), rows.GetString(1) switch
            {
                "text" => NpgsqlDbType.Text,
                "bigint" => NpgsqlDbType.Bigint,
                "integer" => NpgsqlDbType.Integer,
                "boolean" => NpgsqlDbType.Boolean,
                "bytea" => NpgsqlDbType.Bytea,
                var other => throw new StoreRefusedException($"The column {table.Name}.{rows.GetString(0)} has the type {other}, which cannot be copied."),
            }));
        }

        return columns;
    }

    private async Task ExecuteAsync(string sql, CancellationToken cancellationToken)
    {
        await using var command = Command(sql);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

#pragma warning disable CA2100 // Names of tables and columns come from this project and from the schema that it made.
    private NpgsqlCommand Command(string sql) => new(sql, _connection);
#pragma warning restore CA2100
}
