using System.Globalization;
using System.Text;
using Microsoft.Data.Sqlite;
using Npgsql;
using OpenInteractions.Storage.Postgres;
using OpenInteractions.Storage.Sqlite;
using OpenInteractions.Storage.Tests.Postgres;
using OpenInteractions.Storage.Tests.Sqlite;

namespace OpenInteractions.Storage.Tests.Fixtures;

/// <summary>The rows of a store as SQL that puts them into an empty store of the same version, and the way back. Bytes that are text are written as text.</summary>
internal static class Dump
{
    private const string Version = "-- after migration ";

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    // What the store keeps about itself is not the fixture's. The tables are asked for, so that a later one cannot be forgotten.
    private const string SqliteTables = """
        SELECT t.name FROM pragma_table_list AS t JOIN sqlite_master AS m ON m.name = t.name
        WHERE t.schema = 'main' AND t.type = 'table' AND t.name NOT LIKE 'sqlite_%' AND t.name NOT IN ('migrations', 'liveness') ORDER BY m.rowid
        """;

    private const string PostgresTables = """
        SELECT c.relname, (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND a.attgenerated = '' AND NOT a.attisdropped)
        FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relname NOT IN ('migrations', 'liveness', 'node_keys') ORDER BY c.oid
        """;

    private const string PostgresNumbers = """
        SELECT format('SELECT setval(%L, max(%I)) FROM %I HAVING count(*) > 0;', pg_get_serial_sequence(c.relname, a.attname), a.attname, c.relname)
        FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attidentity <> '' WHERE c.relnamespace = 'public'::regnamespace ORDER BY c.oid
        """;

    public static string OfDirectory(string directory)
    {
        using var connection = new SqliteConnection($"Data Source={Inspection.DatabasePath(directory)};Pooling=False");
        connection.Open();
        var text = Header(SqliteMigrations.All);
        foreach (var table in Names(connection).ToList())
        {
            using var command = connection.CreateCommand();
            command.CommandText = $"SELECT * FROM {table} ORDER BY 1, 2";
            using var rows = command.ExecuteReader();
            Write(text, table, rows, bytes => TextOf(bytes) is { } readable ? $"CAST({Quote(readable)} AS BLOB)" : $"x'{Convert.ToHexString(bytes)}'");
        }

        return text.ToString();
    }

    public static async Task<string> OfDatabaseAsync(PostgresTestDatabase database)
    {
        await using var source = NpgsqlDataSource.Create(database.ConnectionString + ";Pooling=false");
        var text = Header(PostgresMigrations.All);
        foreach (var (table, columns) in await RowsAsync(source, PostgresTables))
        {
            await using var command = source.CreateCommand($"SELECT {columns} FROM {table} t ORDER BY t::text");
            await using var rows = await command.ExecuteReaderAsync();
            Write(text, table, rows, bytes => TextOf(bytes) is { } readable ? $"convert_to({Quote(readable)}, 'UTF8')" : $"'\\x{Convert.ToHexString(bytes)}'");
        }

        return text.ToString();
    }

    /// <summary>Puts the rows in place of what a directory holds; the schema is that of their version.</summary>
    public static async Task LoadAsync(string directory, string sql)
    {
        foreach (var file in Directory.GetFiles(directory, "interactions.db*"))
        {
            File.Delete(file);
        }

        await SqliteStorage.Open(
            directory, new SqliteOptions(), TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance, UpTo(sql, SqliteMigrations.All)).DisposeAsync();
        await using var connection = new SqliteConnection($"Data Source={Inspection.DatabasePath(directory)};Pooling=False");
        connection.Open();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Puts the rows in place of what a database holds; the schema is that of their version.</summary>
    public static async Task LoadAsync(PostgresTestDatabase database, string sql)
    {
        await database.ExecuteAsync("DROP SCHEMA public CASCADE; CREATE SCHEMA public");
        await database.Open(UpTo(sql, PostgresMigrations.All)).DisposeAsync();
        await database.ExecuteAsync(sql);
        await using var source = NpgsqlDataSource.Create(database.ConnectionString + ";Pooling=false");
        foreach (var (numbersGoOn, _) in await RowsAsync(source, PostgresNumbers))
        {
            await database.ExecuteAsync(numbersGoOn);
        }
    }

    private static IEnumerable<string> Names(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = SqliteTables;
        using var rows = command.ExecuteReader();
        while (rows.Read())
        {
            yield return rows.GetString(0);
        }
    }

    private static async Task<List<(string First, string? Second)>> RowsAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        await using var rows = await command.ExecuteReaderAsync();
        var all = new List<(string, string?)>();
        while (await rows.ReadAsync())
        {
            all.Add((rows.GetString(0), rows.FieldCount > 1 ? rows.GetString(1) : null));
        }

        return all;
    }

    private static IReadOnlyList<Migration> UpTo(string sql, IReadOnlyList<Migration> all)
    {
        var applied = sql.Split('\n').Where(line => line.StartsWith(Version, StringComparison.Ordinal)).Select(line => line[Version.Length..]).ToArray();

        // What was released is never changed: a database that has had it could not be told from one that has not.
        Assert.NotEmpty(applied);
        Assert.Equal(applied, all.Take(applied.Length).Select(migration => $"{migration.Name} {migration.Checksum}"));
        return [.. all.Take(applied.Length)];
    }

    private static StringBuilder Header(IReadOnlyList<Migration> migrations)
    {
        var text = new StringBuilder();
        foreach (var migration in migrations)
        {
            text.Append(Version).Append(migration.Name).Append(' ').Append(migration.Checksum).Append('\n');
        }

        return text;
    }

    private static void Write(StringBuilder text, string table, System.Data.Common.DbDataReader rows, Func<byte[], string> literal)
    {
        while (rows.Read())
        {
            var columns = Enumerable.Range(0, rows.FieldCount).Where(at => !rows.IsDBNull(at)).ToArray();
            text.Append("INSERT INTO ").Append(table).Append(" (").AppendJoin(", ", columns.Select(rows.GetName)).Append(") VALUES (")
                .AppendJoin(", ", columns.Select(at => rows.GetValue(at) switch
                {
                    byte[] bytes => literal(bytes),
                    string words => Quote(words),
                    bool flag => flag ? "true" : "false",
                    var number => Convert.ToString(number, CultureInfo.InvariantCulture),
                }))
                .Append(");\n");
        }
    }

    private static string Quote(string text) => "'" + text.Replace("'", "''", StringComparison.Ordinal) + "'";

    private static string? TextOf(byte[] bytes)
    {
        try
        {
            var text = StrictUtf8.GetString(bytes);
            return text.All(letter => !char.IsControl(letter) || letter == '\n') ? text : null;
        }
        catch (ArgumentException)
        {
            return null;
        }
    }
}
