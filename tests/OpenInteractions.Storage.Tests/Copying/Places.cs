using OpenInteractions.Storage.Tests.Postgres;
using OpenInteractions.Storage.Tests.Sqlite;
using OpenInteractions.Testing.Postgres;

namespace OpenInteractions.Storage.Tests.Copying;

/// <summary>Where the stores of a test are.</summary>
internal static class Places
{
    public static StoreLocation.InDirectory In(TemporaryDirectory directory) => new(directory.Path, LibraryPath: null);

    public static StoreLocation.InPostgres In(PostgresTestDatabase database) => new(database.ConnectionString);

    public static async Task<PostgresTestDatabase> NewDatabaseAsync() => await (await PostgresCluster.GetAsync()).NewDatabaseAsync();
}
