using Npgsql;
using OpenInteractions.Storage.Copying;
using OpenInteractions.Storage.Postgres;
using OpenInteractions.Storage.Sqlite;

namespace OpenInteractions.Storage;

/// <summary>Brings a store's schema up to date without starting a server, or says what that would do.</summary>
public static class StoreMigration
{
    /// <summary>Migrates.</summary>
    /// <exception cref="StoreRefusedException">The store is in use, newer than this program, or out of reach.</exception>
    public static Task<MigrationReport> RunAsync(StoreLocation location, CancellationToken cancellationToken) =>
        StoreRefusals.TranslateAsync(() => MigrateAsync(location, isCheck: false, cancellationToken));

    /// <summary>Says what <see cref="RunAsync"/> would do, and changes nothing.</summary>
    /// <exception cref="StoreRefusedException">As with <see cref="RunAsync"/>.</exception>
    public static Task<MigrationReport> CheckAsync(StoreLocation location, CancellationToken cancellationToken) =>
        StoreRefusals.TranslateAsync(() => MigrateAsync(location, isCheck: true, cancellationToken));

    private static Task<MigrationReport> MigrateAsync(StoreLocation location, bool isCheck, CancellationToken cancellationToken) => location switch
    {
        StoreLocation.InDirectory directory => Task.FromResult(Migrate(directory, isCheck)),
        StoreLocation.InPostgres postgres => MigrateAsync(postgres, isCheck, cancellationToken),
        _ => throw new ArgumentException("No such place.", nameof(location)),
    };

    private static MigrationReport Migrate(StoreLocation.InDirectory location, bool isCheck)
    {
        SqliteLibrary.Load(location.LibraryPath);
        if (isCheck && !SqliteDatabase.Exists(location.DataDirectory))
        {
            // Looking must not make a directory.
            return new MigrationReport(DataDirectory.DatabaseIn(location.DataDirectory), 0, [.. SqliteMigrations.All.Select(migration => migration.Name)]);
        }

        using var database = SqliteDatabase.Open(location.DataDirectory);
        using var session = isCheck ? database.OpenReader() : database.OpenUnmigrated();
        UnfinishedCopy.Refuse(session, database.Path);
        var pending = SqliteMigrations.FindPending(session, SqliteMigrations.All, database.Path).ToArray();
        if (!isCheck)
        {
            SqliteMigrations.Apply(session, SqliteMigrations.All, database.Path, TimeProvider.System.GetUtcNow());
        }

        return new MigrationReport(database.Path, SqliteMigrations.All.Count - pending.Length, [.. pending.Select(migration => migration.Name)]);
    }

    private static async Task<MigrationReport> MigrateAsync(StoreLocation.InPostgres location, bool isCheck, CancellationToken cancellationToken)
    {
        var complete = PostgresConnectionString.ForCommand(location.ConnectionString, "oi storage migrate");
        var name = PostgresConnectionString.Describe(complete);
        await using var connection = new NpgsqlConnection(complete.ConnectionString);
        await connection.OpenAsync(cancellationToken);
        PostgresServer.Read(connection, name);

        // As a server that starts: beside others, and not beside a copy.
        await using var share = new NpgsqlCommand(PostgresUse.ShareSql, connection);
        PostgresUse.RequireShared(await share.ExecuteScalarAsync(cancellationToken));
        UnfinishedCopy.Refuse(connection, name);
        var pending = PostgresMigrations.FindPending(connection, PostgresMigrations.All, name).ToArray();
        if (!isCheck)
        {
            PostgresMigrations.Apply(connection, PostgresMigrations.All, name);
        }

        return new MigrationReport(name, PostgresMigrations.All.Count - pending.Length, [.. pending.Select(migration => migration.Name)]);
    }
}

/// <summary>What a migration did, or would do.</summary>
/// <param name="Store">The database.</param>
/// <param name="Version">The version that it had; 0 when it was empty.</param>
/// <param name="Steps">The migrations that it lacked, in order.</param>
public sealed record MigrationReport(string Store, int Version, IReadOnlyList<string> Steps);
