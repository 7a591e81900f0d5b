using Npgsql;
using OpenInteractions.Engine.Storage;

namespace OpenInteractions.Storage.Postgres;

/// <summary>
/// Brings a database to the version that this program knows. Forward only, in one transaction, under a lock that makes nodes that start together wait for
/// the one that migrates.
/// </summary>
internal static class PostgresMigrations
{
    // Any two numbers that no other program uses in the same database.
    private const string LockSql = "SELECT pg_advisory_xact_lock(1869769060, 1)";

    private const string CreateSql = """
        CREATE TABLE IF NOT EXISTS migrations (
            number     integer PRIMARY KEY,
            name       text NOT NULL,
            checksum   text NOT NULL,
            applied_at timestamptz NOT NULL DEFAULT now())
        """;

    private const string FindSql = "SELECT to_regclass('migrations') IS NOT NULL";

    private const string ReadSql = "SELECT number, name, checksum FROM migrations ORDER BY number";

    private const string RecordSql = "INSERT INTO migrations (number, name, checksum) VALUES ($1, $2, $3)";

    /// <summary>The migrations of this program, in order.</summary>
    public static IReadOnlyList<Migration> All { get; } = Migration.ReadAll("OpenInteractions.Storage.Postgres.Migrations.");

    /// <summary>What a database has not had yet; nothing is changed.</summary>
    /// <exception cref="StoreUnavailableException">The database is newer than the program, or was changed by something else.</exception>
    public static IEnumerable<Migration> FindPending(NpgsqlConnection connection, IReadOnlyList<Migration> migrations, string database)
    {
        using var find = Command(connection, FindSql);
        return migrations.Skip(find.ExecuteScalar() is true ? CheckApplied(connection, migrations, database) : 0);
    }

    /// <summary>Applies what is missing.</summary>
    /// <exception cref="StoreUnavailableException">The database is newer than the program, or was changed by something else.</exception>
    public static void Apply(NpgsqlConnection connection, IReadOnlyList<Migration> migrations, string database)
    {
        using var transaction = connection.BeginTransaction();
        Execute(connection, LockSql);
        Execute(connection, CreateSql);
        foreach (var migration in migrations.Skip(CheckApplied(connection, migrations, database)))
        {
            Execute(connection, migration.Sql);
            using var record = Command(connection, RecordSql);
            record.Parameters.Add(new NpgsqlParameter<int> { TypedValue = migration.Number });
            record.Parameters.Add(new NpgsqlParameter<string> { TypedValue = migration.Name });
            record.Parameters.Add(new NpgsqlParameter<string> { TypedValue = migration.Checksum });
            record.ExecuteNonQuery();
        }

        transaction.Commit();
    }

    private static int CheckApplied(NpgsqlConnection connection, IReadOnlyList<Migration> migrations, string database)
    {
        var applied = 0;
        using var command = Command(connection, ReadSql);
        using var rows = command.ExecuteReader();
        while (rows.Read())
        {
            var number = rows.GetInt32(0);
            if (applied == migrations.Count)
            {
                throw new StoreUnavailableException(
                    $"The database {database} has version {number} ({rows.GetString(1)}) and this program knows versions up to {migrations.Count}. "
                    + "Start the newer program, or restore a backup that this one made.");
            }

            var expected = migrations[applied];
            if (number != expected.Number || rows.GetString(2) != expected.Checksum)
            {
                throw new StoreUnavailableException(
                    $"The database {database} was brought to version {number} by another program: what it applied differs from {expected.Name} of this one.");
            }

            applied++;
        }

        return applied;
    }

    private static void Execute(NpgsqlConnection connection, string sql)
    {
        using var command = Command(connection, sql);
        command.ExecuteNonQuery();
    }

#pragma warning disable CA2100 // Every text that comes here is a constant of this project.
    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql) => new(sql, connection)
    {
        CommandTimeout = 0, // a large table may take its time, and so may the node that others wait for
    };
#pragma warning restore CA2100
}
