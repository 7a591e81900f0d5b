using OpenInteractions.Engine.Environments;
using Xunit.Abstractions;
using static OpenInteractions.Storage.Tests.Sample;

namespace OpenInteractions.Storage.Tests.Postgres;

public sealed class PostgresInteractionStoreTests(PostgresFixture fixture) : InteractionStoreContract(fixture), IClassFixture<PostgresFixture>;

public sealed class PostgresInteractionListTests(PostgresFixture fixture) : InteractionListContract(fixture), IClassFixture<PostgresFixture>;

public sealed class PostgresRunQueueTests(PostgresFixture fixture) : RunQueueContract(fixture), IClassFixture<PostgresFixture>;

public sealed class PostgresRunClaimTests(PostgresFixture fixture) : RunClaimContract(fixture), IClassFixture<PostgresFixture>
{
    private readonly PostgresFixture _fixture = fixture;

    [Fact]
    public async Task Of_no_other_node_is_it_known_that_it_is_dead()
    {
        await using var store = await _fixture.NewStoreAsync();
        await store.Runs.InsertAsync(Running(1), Run(), "another-node", Ttl, CancellationToken.None);

        Assert.Equal(0, await store.Runs.ExpireDeadOwnersAsync("this-node", CancellationToken.None));

        Assert.Empty(await store.Runs.ClaimAsync("this-node", Ttl, 10, CancellationToken.None));
    }
}

public sealed class PostgresEventJournalTests(PostgresFixture fixture) : EventJournalContract(fixture), IClassFixture<PostgresFixture>;

public sealed class PostgresConcurrencyTests(PostgresFixture fixture) : ConcurrencyContract(fixture), IClassFixture<PostgresFixture>;

public sealed class PostgresMarkedInsertTests(PostgresFixture fixture) : MarkedInsertContract(fixture), IClassFixture<PostgresFixture>;

public sealed class PostgresQueueOrderTests(PostgresFixture fixture, ITestOutputHelper output) : QueueOrderContract(fixture, output), IClassFixture<PostgresFixture>;

public sealed class PostgresFileSearchStoreTests(PostgresFixture fixture) : FileSearchStoreContract(fixture), IClassFixture<PostgresFixture>;

public sealed class PostgresDocumentQueueTests(PostgresFixture fixture) : DocumentQueueContract(fixture), IClassFixture<PostgresFixture>;

public sealed class PostgresChunkIndexTests(PostgresFixture fixture) : ChunkIndexContract(fixture), IClassFixture<PostgresFixture>;

public sealed class PostgresIndexingTests(PostgresFixture fixture) : IndexingContract(fixture), IClassFixture<PostgresFixture>;

public sealed class PostgresCheckpointStoreTests(PostgresFixture fixture) : CheckpointStoreContract(fixture), IClassFixture<PostgresFixture>;

public sealed class PostgresEnvironmentStoreTests(PostgresFixture fixture) : EnvironmentStoreContract(fixture), IClassFixture<PostgresFixture>
{
    [Fact]
    public async Task A_host_without_a_free_slot_takes_no_more()
    {
        await using var database = await Copying.Places.NewDatabaseAsync();
        await using var store = database.Open();
        await database.ExecuteAsync(EnvironmentSample.FillHostSql("full", "'x'::bytea"));

        Assert.Null(await store.Environments.InsertAsync(EnvironmentSample.New("e", host: "full"), CancellationToken.None));
        Assert.Equal(0, (await store.Environments.InsertAsync(EnvironmentSample.New("e", host: "empty"), CancellationToken.None))!.Slot);
        Assert.Equal(StoredEnvironment.Slots, (await store.Environments.ListOfHostAsync("full", 0, int.MaxValue, CancellationToken.None)).Count);
    }
}

public sealed class PostgresCredentialStoreTests(PostgresFixture fixture) : CredentialStoreContract(fixture), IClassFixture<PostgresFixture>;

public sealed class PostgresAgentStoreTests(PostgresFixture fixture) : AgentStoreContract(fixture), IClassFixture<PostgresFixture>;

public sealed class PostgresWorkerStoreTests(PostgresFixture fixture) : WorkerStoreContract(fixture), IClassFixture<PostgresFixture>;

public sealed class PostgresApiKeyStoreTests(PostgresFixture fixture) : ApiKeyStoreContract(fixture), IClassFixture<PostgresFixture>;
