using OpenInteractions.Engine.Storage;

namespace OpenInteractions.Storage.Sqlite;

/// <summary>Brings a database to the version that this program knows. Forward only, under the directory's lock, each in its own transaction.</summary>
internal static class SqliteMigrations
{
    private const string CreateSql = """
        CREATE TABLE IF NOT EXISTS migrations (
            number     INTEGER PRIMARY KEY,
            name       TEXT NOT NULL,
            checksum   TEXT NOT NULL,
            applied_at INTEGER NOT NULL
        ) STRICT
        """;

    private const string FindSql = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'migrations'";

    private const string ReadSql = "SELECT number, name, checksum FROM migrations ORDER BY number";

    private const string RecordSql = "INSERT INTO migrations (number, name, checksum, applied_at) VALUES ($1, $2, $3, $4)";

    /// <summary>The migrations of this program, in order.</summary>
    public static IReadOnlyList<Migration> All { get; } = Migration.ReadAll("OpenInteractions.Storage.Sqlite.Migrations.");

    /// <summary>What a database has not had yet; nothing is changed.</summary>
    /// <exception cref="StoreUnavailableException">The database is newer than the program, or was changed by something else.</exception>
    public static IEnumerable<Migration> FindPending(SqliteSession session, IReadOnlyList<Migration> migrations, string databasePath) =>
        migrations.Skip(session[FindSql].QueryNumber() is null ? 0 : CheckApplied(session, migrations, databasePath));

    /// <summary>Applies what is missing.</summary>
    /// <exception cref="StoreUnavailableException">The database is newer than the program, or was changed by something else.</exception>
    public static void Apply(SqliteSession session, IReadOnlyList<Migration> migrations, string databasePath, DateTimeOffset now)
    {
        session[CreateSql].Execute();
        var applied = CheckApplied(session, migrations, databasePath);

        foreach (var migration in migrations.Skip(applied))
        {
            session["BEGIN IMMEDIATE"].Execute();
            try
            {
                session.Script(migration.Sql);
                session[RecordSql].Set(1, migration.Number).Set(2, migration.Name).Set(3, migration.Checksum).Set(4, now).Execute();
                session["COMMIT"].Execute();
            }
            catch
            {
                if (session.IsInTransaction)
                {
                    session["ROLLBACK"].Execute();
                }

                throw;
            }
        }
    }

    private static int CheckApplied(SqliteSession session, IReadOnlyList<Migration> migrations, string databasePath)
    {
        var applied = 0;
        using var rows = session[ReadSql].Query();
        while (rows.Read())
        {
            var number = rows.GetInt32(0);
            if (applied == migrations.Count)
            {
                throw new StoreUnavailableException(
                    $"The database {databasePath} has version {number} ({rows.GetString(1)}) and this program knows versions up to {migrations.Count}. "
                    + "Start the newer program, or restore a backup that this one made.");
            }

            var expected = migrations[applied];
            if (number != expected.Number || rows.GetString(2) != expected.Checksum)
            {
                throw new StoreUnavailableException(
                    $"The database {databasePath} was brought to version {number} by another program: what it applied differs from {expected.Name} of this one.");
            }

            applied++;
        }

        return applied;
    }
}
