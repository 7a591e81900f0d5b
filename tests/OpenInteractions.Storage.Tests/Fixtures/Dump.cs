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

    private static readonly string[] Sqlite = ["interactions", "contents", "labels", "runs", "run_requests", "journal", "idempotency_keys"];

    private static readonly string[] Postgres = ["interactions", "labels", "runs", "journal", "idempotency_keys"];

    public static string OfDirectory(string directory)
    {
        using var connection = new SqliteConnection($"Data Source={Inspection.DatabasePath(directory)};Pooling=False");
        connection.Open();
        var text = Header(SqliteMigrations.All);
        foreach (var table in Sqlite)
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
        foreach (var table in Postgres)
        {
            await using var command = source.CreateCommand($"SELECT * FROM {table} t ORDER BY t::text");
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
