using OpenInteractions.Engine.Storage;
using OpenInteractions.Storage.Copying;
using OpenInteractions.Storage.Tests.Postgres;
using OpenInteractions.Storage.Tests.Sqlite;
using static OpenInteractions.Storage.Tests.Copying.Places;
using static OpenInteractions.Storage.Tests.Sample;

namespace OpenInteractions.Storage.Tests.Copying;

/// <summary>What a server uses is not copied, and what is being copied is not used.</summary>
public sealed class StoreInUseTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private static CancellationToken Cancel => CancellationToken.None;

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_directory_that_a_server_has_is_refused(bool isSource)
    {
        await using var server = SqliteFixture.Open(_directory.Path);
        using var other = new TemporaryDirectory();
        await SqliteFixture.Open(other.Path).DisposeAsync();

        var refusal = await Assert.ThrowsAsync<StoreRefusedException>(() => CopyAsync(In(_directory), In(other), isSource));

        Assert.Contains("in use", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_database_that_a_server_has_is_refused_and_the_server_goes_on(bool isSource)
    {
        await using var database = await NewDatabaseAsync();
        await using var server = database.Open();
        await server.Interactions.InsertFinishedAsync(Finished(1), Cancel);
        await SqliteFixture.Open(_directory.Path).DisposeAsync();

        var copy = CopyAsync(In(database), In(_directory), isSource);
        await Task.WhenAll(Enumerable.Range(2, 50).Select(number => server.Interactions.InsertFinishedAsync(Finished(number), Cancel)));

        var refusal = await Assert.ThrowsAsync<StoreRefusedException>(() => copy);
        Assert.Contains("in use", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(51L, await database.QueryAsync("SELECT count(*) FROM interactions"));
    }

    [Fact]
    public async Task A_server_and_a_migration_wait_for_no_copy_but_are_refused()
    {
        await using var database = await NewDatabaseAsync();
        await database.Open().DisposeAsync();
        await using (await PostgresCopyEnd.OpenAsync(new StoreLocation.InPostgres(database.ConnectionString), Cancel))
        {
            Assert.Contains("being copied", Assert.Throws<StoreUnavailableException>(() => database.Open()).Message, StringComparison.Ordinal);
            var refusal = await Assert.ThrowsAsync<StoreRefusedException>(() => StoreMigration.RunAsync(In(database), Cancel));
            Assert.Contains("being copied", refusal.Message, StringComparison.Ordinal);
        }

        await database.Open().DisposeAsync();
    }

    [Fact]
    public async Task A_password_is_in_no_refusal()
    {
        await SqliteFixture.Open(_directory.Path).DisposeAsync();
        foreach (var wrong in new[] { "Host=/nowhere;Database=interactions;Username=oi;Password=hunter2", "Host=db;hunter2=1", "Password=hunter2", "Host=db;Database=d;Port=hunter2" })
        {
            var location = new StoreLocation.InPostgres(wrong);
            var copy = await Assert.ThrowsAsync<StoreRefusedException>(() => new StoreCopy(In(_directory), location).RunAsync(Cancel));
            var migration = await Assert.ThrowsAsync<StoreRefusedException>(() => StoreMigration.RunAsync(location, Cancel));

            Assert.DoesNotContain("hunter2", $"{copy} {migration} {location}", StringComparison.Ordinal);
        }
    }

    private static Task<CopyReport> CopyAsync(StoreLocation a, StoreLocation b, bool isSource) => (isSource ? new StoreCopy(a, b) : new StoreCopy(b, a)).RunAsync(Cancel);

}
