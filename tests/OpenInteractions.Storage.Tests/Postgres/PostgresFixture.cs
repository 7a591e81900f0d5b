using System.Collections.Concurrent;
using Npgsql;
using OpenInteractions.Storage.Postgres;
using OpenInteractions.Testing.Postgres;

namespace OpenInteractions.Storage.Tests.Postgres;

/// <summary>
/// A database for each store, copied from one that is migrated and whose clock the tests move. When its test is over it is emptied for the next: to make and
/// to drop one takes longer than most tests.
/// </summary>
public sealed class PostgresFixture : IStorageFixture
{
    private const string Template = "with_manual_clock";

    // The function that all of the engine's SQL asks for the time is the database's clock; here it stands still until a test moves it.
    private const string ManualClockSql = """
        CREATE TABLE clock (now bigint NOT NULL);
        CREATE OR REPLACE FUNCTION oi_now() RETURNS bigint LANGUAGE sql STABLE AS 'SELECT now FROM clock'
        """;

    private static readonly string EmptySql = FormattableString.Invariant(
        $"TRUNCATE interactions, labels, runs, journal, liveness, idempotency_keys, file_search_stores, file_search_documents, file_search_parts, file_search_chunks, file_search_vectors, node_keys, environments, checkpoints, checkpoint_parts, workers, credentials, agents, agent_versions, api_keys; UPDATE clock SET now = {Sample.Start.ToUnixTimeMilliseconds()}");

    private static readonly Lazy<Task> Prepared = new(PrepareAsync);

    private static readonly ConcurrentBag<PostgresTestDatabase> Empty = [];

    public async Task<TestStore> NewStoreAsync()
    {
        await Prepared.Value;
        if (!Empty.TryTake(out var database))
        {
            database = await (await PostgresCluster.GetAsync()).NewDatabaseAsync(Template);
        }

        var storage = database.Open(adjust: options => options.MaxConnections = 8);
        var clock = new ManualClock(now => Move(database.ConnectionString, now));
        return new TestStore(storage, clock, async () =>
        {
            await storage.DisposeAsync();
            await database.ExecuteAsync(EmptySql);
            Empty.Add(database);
        });
    }

    private static async Task PrepareAsync()
    {
        var cluster = await PostgresCluster.GetAsync();
        await cluster.ExecuteAsync("postgres", $"CREATE DATABASE {Template} TEMPLATE template0");
        await PostgresStorage.Open(
            new PostgresOptions { ConnectionString = cluster.ConnectionString(Template) },
            Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance).DisposeAsync();
        await cluster.ExecuteAsync(Template, ManualClockSql);
        await cluster.ExecuteAsync(Template, FormattableString.Invariant($"INSERT INTO clock VALUES ({Sample.Start.ToUnixTimeMilliseconds()})"));
    }

    private static void Move(string connectionString, DateTimeOffset now)
    {
        using var connection = new NpgsqlConnection(connectionString + ";Pooling=false");
        connection.Open();
        using var command = new NpgsqlCommand("UPDATE clock SET now = $1", connection);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = now.ToUnixTimeMilliseconds() });
        command.ExecuteNonQuery();
    }
}
