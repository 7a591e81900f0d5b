using OpenInteractions.Contracts.Keys;
using OpenInteractions.Storage.Tests.Copying;

namespace OpenInteractions.Storage.Tests.Sqlite;

/// <summary>Keys of a data directory: what its database has, and what waits to be taken into it.</summary>
public sealed class StoreKeysTests : IDisposable
{
    private readonly TemporaryDirectory _data = new();
    private readonly TemporaryDirectory _backup = new();

    private static CancellationToken Cancel => CancellationToken.None;

    public void Dispose()
    {
        _data.Dispose();
        _backup.Dispose();
    }

    [Fact]
    public async Task Keys_are_made_listed_and_revoked_beside_the_process_that_has_the_directory()
    {
        await using var server = SqliteFixture.Open(_data.Path);
        var (kept, _) = await KeepAsync(server, "kept");
        var (ended, _) = await KeepAsync(server, "ended");
        var (waiting, _) = await StoreKeys.CreateAsync(Places.In(_data), "waiting", Cancel);
        Assert.Equal([kept.Id, ended.Id, waiting.Id], await IdsAsync());

        Assert.True(await StoreKeys.RevokeAsync(Places.In(_data), ended.Id, Cancel));
        Assert.Equal([kept.Id, waiting.Id], await IdsAsync());
        Assert.False(await StoreKeys.RevokeAsync(Places.In(_data), ended.Id, Cancel));
        Assert.True(await StoreKeys.RevokeAsync(Places.In(_data), waiting.Id, Cancel));

        Assert.Equal([kept.Id], await IdsAsync());
        Assert.Equal([kept.Id, ended.Id], (await server.ApiKeys.ListAsync(Cancel)).Select(key => key.Id)); // until it takes the file
    }

    [Fact]
    public async Task A_directory_without_a_database_gets_none()
    {
        await StoreKeys.CreateAsync(Places.In(_data), "first", Cancel);

        Assert.Single(await IdsAsync());
        Assert.Equal(["keys.json", "keys.json.lock"], Directory.GetFiles(_data.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_backup_has_the_keys_and_those_that_wait()
    {
        await using var server = SqliteFixture.Open(_data.Path);
        var (kept, key) = await KeepAsync(server, "kept");
        var (waiting, _) = await StoreKeys.CreateAsync(Places.In(_data), "waiting", Cancel);
        var target = Path.Combine(_backup.Path, "monday");

        await StoreBackup.RunAsync(Places.In(_data), target, Cancel);

        Assert.Equal([kept.Id, waiting.Id], (await StoreKeys.ListAsync(new StoreLocation.InDirectory(target, null), Cancel)).Select(k => k.Id));
        Assert.DoesNotContain(Directory.GetFiles(target), file => File.ReadAllText(file).Contains(key["oi_".Length..], StringComparison.Ordinal));
    }

    private static async Task<(ApiKeyEntry Entry, string Key)> KeepAsync(Storage.Sqlite.SqliteStorage server, string project)
    {
        var made = ApiKeyFile.NewKey(project, TimeProvider.System.GetUtcNow());
        Assert.True(await server.ApiKeys.InsertAsync(made.Entry, Cancel));
        return made;
    }

    private async Task<IEnumerable<string>> IdsAsync() => (await StoreKeys.ListAsync(Places.In(_data), Cancel)).Select(key => key.Id);
}
