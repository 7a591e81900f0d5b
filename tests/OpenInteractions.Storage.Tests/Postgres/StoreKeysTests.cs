using OpenInteractions.Storage.Postgres;
using OpenInteractions.Storage.Tests.Copying;

namespace OpenInteractions.Storage.Tests.Postgres;

/// <summary>Keys of a database are made and revoked without a server.</summary>
public sealed class StoreKeysTests
{
    private static CancellationToken Cancel => CancellationToken.None;

    [Fact]
    public async Task An_empty_database_is_made_ready_and_keeps_of_a_key_its_hash_alone()
    {
        await using var database = await Places.NewDatabaseAsync();

        var (entry, key) = await StoreKeys.CreateAsync(Places.In(database), "search", Cancel);

        Assert.Equal([entry with { Created = DateTimeOffset.FromUnixTimeMilliseconds(entry.Created.ToUnixTimeMilliseconds()) }], await StoreKeys.ListAsync(Places.In(database), Cancel));
        var row = (string)(await database.QueryAsync("SELECT k::text FROM api_keys k"))!;
        Assert.Contains(entry.Sha256, row, StringComparison.Ordinal);
        Assert.DoesNotContain(key["oi_".Length..], row, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_is_revoked_beside_the_server_that_has_the_database()
    {
        await using var database = await Places.NewDatabaseAsync();
        await using var server = database.Open();
        var (entry, _) = await StoreKeys.CreateAsync(Places.In(database), "search", Cancel);
        Assert.Single(await server.ApiKeys.ListAsync(Cancel));

        Assert.True(await StoreKeys.RevokeAsync(Places.In(database), entry.Id, Cancel));

        Assert.False(await StoreKeys.RevokeAsync(Places.In(database), entry.Id, Cancel));
        Assert.Empty(await server.ApiKeys.ListAsync(Cancel));
    }

    [Fact]
    public async Task A_database_of_an_older_version_is_refused_and_left_as_it_is()
    {
        await using var database = await Places.NewDatabaseAsync();
        await database.Open([.. PostgresMigrations.All.SkipLast(1)]).DisposeAsync();

        var refusal = await Assert.ThrowsAsync<StoreRefusedException>(() => StoreKeys.CreateAsync(Places.In(database), "search", Cancel));

        Assert.Contains("oi storage migrate", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(PostgresMigrations.All.Count - 1L, await database.QueryAsync("SELECT count(*) FROM migrations"));
    }

    [Fact]
    public async Task A_store_has_no_more_keys_than_each_node_can_hold()
    {
        await using var database = await Places.NewDatabaseAsync();
        await database.Open().DisposeAsync();
        await database.ExecuteAsync(FormattableString.Invariant(
            $"INSERT INTO api_keys (project, id, key_hash, created_at, change) SELECT 'p', 'key_' || n, 'hash_' || n, 0, n FROM generate_series(1, {StoreKeys.Most}) AS g (n)"));

        var refusal = await Assert.ThrowsAsync<StoreRefusedException>(() => StoreKeys.CreateAsync(Places.In(database), "search", Cancel));
        Assert.Contains($"{StoreKeys.Most}", refusal.Message, StringComparison.Ordinal);

        Assert.True(await StoreKeys.RevokeAsync(Places.In(database), "key_7", Cancel));
        await StoreKeys.CreateAsync(Places.In(database), "search", Cancel);
    }
}
