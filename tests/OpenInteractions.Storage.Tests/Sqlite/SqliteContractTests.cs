using OpenInteractions.Engine.Environments;
using Xunit.Abstractions;
using static OpenInteractions.Storage.Tests.Sample;

namespace OpenInteractions.Storage.Tests.Sqlite;

public sealed class SqliteInteractionStoreTests(SqliteFixture fixture) : InteractionStoreContract(fixture), IClassFixture<SqliteFixture>;

public sealed class SqliteInteractionListTests(SqliteFixture fixture) : InteractionListContract(fixture), IClassFixture<SqliteFixture>;

public sealed class SqliteRunQueueTests(SqliteFixture fixture) : RunQueueContract(fixture), IClassFixture<SqliteFixture>;

public sealed class SqliteRunClaimTests(SqliteFixture fixture) : RunClaimContract(fixture), IClassFixture<SqliteFixture>
{
    private readonly SqliteFixture _fixture = fixture;

    [Fact]
    public async Task Leases_of_dead_owners_end_at_once_and_those_of_the_living_do_not()
    {
        await using var store = await _fixture.NewStoreAsync();
        await store.Runs.InsertAsync(Running(1), Run(), "before-the-crash", Ttl, CancellationToken.None);
        await store.Runs.InsertAsync(Running(2), Run(), "alive", Ttl, CancellationToken.None);
        await store.Runs.InsertAsync(Running(3), Run(), "long-before", Ttl, CancellationToken.None);
        await store.Runs.InsertAsync(Queued(4), Run(), null, Ttl, CancellationToken.None);

        Assert.Equal(2, await store.Runs.ExpireDeadOwnersAsync("alive", CancellationToken.None));

        var claimed = await store.Runs.ClaimAsync("alive", Ttl, 10, CancellationToken.None);
        Assert.Equal([(Id(1), 1), (Id(3), 1), (Id(4), 0)], claimed.Select(run => (run.Lease.RunId, run.TakeOvers)));
        Assert.Equal(0, await store.Runs.ExpireDeadOwnersAsync("alive", CancellationToken.None));
    }
}

public sealed class SqliteEventJournalTests(SqliteFixture fixture) : EventJournalContract(fixture), IClassFixture<SqliteFixture>;

public sealed class SqliteConcurrencyTests(SqliteFixture fixture) : ConcurrencyContract(fixture), IClassFixture<SqliteFixture>;

public sealed class SqliteMarkedInsertTests(SqliteFixture fixture) : MarkedInsertContract(fixture), IClassFixture<SqliteFixture>;

public sealed class SqliteQueueOrderTests(SqliteFixture fixture, ITestOutputHelper output) : QueueOrderContract(fixture, output), IClassFixture<SqliteFixture>;

public sealed class SqliteFileSearchStoreTests(SqliteFixture fixture) : FileSearchStoreContract(fixture), IClassFixture<SqliteFixture>;

public sealed class SqliteDocumentQueueTests(SqliteFixture fixture) : DocumentQueueContract(fixture), IClassFixture<SqliteFixture>;

public sealed class SqliteChunkIndexTests(SqliteFixture fixture) : ChunkIndexContract(fixture), IClassFixture<SqliteFixture>;

public sealed class SqliteIndexingTests(SqliteFixture fixture) : IndexingContract(fixture), IClassFixture<SqliteFixture>;

public sealed class SqliteCheckpointStoreTests(SqliteFixture fixture) : CheckpointStoreContract(fixture), IClassFixture<SqliteFixture>;

public sealed class SqliteEnvironmentStoreTests(SqliteFixture fixture) : EnvironmentStoreContract(fixture), IClassFixture<SqliteFixture>
{
    [Fact]
    public async Task A_host_without_a_free_slot_takes_no_more()
    {
        using var directory = new TemporaryDirectory();
        await SqliteFixture.Open(directory.Path).DisposeAsync();
        Inspection.Query(directory.Path, EnvironmentSample.FillHostSql("full", "x'78'"));
        await using var store = SqliteFixture.Open(directory.Path);

        Assert.Null(await store.Environments.InsertAsync(EnvironmentSample.New("e", host: "full"), CancellationToken.None));
        Assert.Equal(0, (await store.Environments.InsertAsync(EnvironmentSample.New("e", host: "empty"), CancellationToken.None))!.Slot);
        Assert.Equal(StoredEnvironment.Slots, (await store.Environments.ListOfHostAsync("full", 0, int.MaxValue, CancellationToken.None)).Count);
    }
}

public sealed class SqliteCredentialStoreTests(SqliteFixture fixture) : CredentialStoreContract(fixture), IClassFixture<SqliteFixture>;

public sealed class SqliteAgentStoreTests(SqliteFixture fixture) : AgentStoreContract(fixture), IClassFixture<SqliteFixture>;

public sealed class SqliteWorkerStoreTests(SqliteFixture fixture) : WorkerStoreContract(fixture), IClassFixture<SqliteFixture>;

public sealed class SqliteApiKeyStoreTests(SqliteFixture fixture) : ApiKeyStoreContract(fixture), IClassFixture<SqliteFixture>;
