using OpenInteractions.Engine.Storage;
using OpenInteractions.Storage.Copying;
using OpenInteractions.Storage.Tests.Postgres;
using OpenInteractions.Storage.Tests.Sqlite;
using static OpenInteractions.Storage.Tests.Copying.Places;

namespace OpenInteractions.Storage.Tests.Copying;

/// <summary>The process that copies is killed (<c>kill -9</c>) between its first commit and its last.</summary>
public sealed class InterruptedCopyTests : IAsyncLifetime, IDisposable
{
    private readonly TemporaryDirectory _source = new();
    private readonly TemporaryDirectory _target = new();

    private static CancellationToken Cancel => CancellationToken.None;

    private StoreLocation Source => new StoreLocation.InDirectory(_source.Path, null);

    public async Task InitializeAsync()
    {
        await using var store = SqliteFixture.Open(_source.Path, new ManualClock());
        await new OddStore(store, stream: 2).FillAsync(turns: 6000, runs: 100);
    }

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose()
    {
        _source.Dispose();
        _target.Dispose();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task A_copy_into_PostgreSQL_goes_on_where_it_was_killed(int commits)
    {
        await using var database = await NewDatabaseAsync();
        await CopyAndKillAsync(Source, In(database), commits);

        var half = Assert.Throws<StoreUnavailableException>(() => database.Open());
        Assert.Contains("has not finished", half.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<StoreRefusedException>(() => StoreMigration.RunAsync(In(database), Cancel));
        var told = new List<CopyProgress>();
        await new StoreCopy(Source, In(database)) { Progress = told.Add }.RunAsync(Cancel);

        Assert.True(told[0].Already > 0, "The copy began again from nothing.");
        await new StoreCopy(In(database), new StoreLocation.InDirectory(_target.Path, null)).RunAsync(Cancel);
        Assert.Equal(SqliteContent.Read(_source.Path), SqliteContent.Read(_target.Path));
        await database.Open().DisposeAsync();
    }

    [Fact]
    public async Task A_copy_into_SQLite_goes_on_where_it_was_killed()
    {
        await using var database = await NewDatabaseAsync();
        await new StoreCopy(Source, In(database)).RunAsync(Cancel);
        var target = new StoreLocation.InDirectory(_target.Path, null);
        await CopyAndKillAsync(In(database), target, commits: 2);

        var half = Assert.Throws<StoreUnavailableException>(() => SqliteFixture.Open(_target.Path));
        Assert.Contains("has not finished", half.Message, StringComparison.Ordinal);
        var told = new List<CopyProgress>();
        await new StoreCopy(In(database), target) { Progress = told.Add }.RunAsync(Cancel);

        Assert.True(told[0].Already > 0, "The copy began again from nothing.");
        Assert.Equal(SqliteContent.Read(_source.Path), SqliteContent.Read(_target.Path));
    }

    [Fact]
    public async Task What_was_changed_in_the_half_copied_target_is_found_and_can_be_thrown_away()
    {
        await using var database = await NewDatabaseAsync();
        await CopyAndKillAsync(Source, In(database), commits: 2);
        var id = (string)(await database.QueryAsync("SELECT min(id) FROM interactions"))!;
        await database.ExecuteAsync($"UPDATE interactions SET input = input || '\\x00' WHERE id = '{id}'");

        var found = await Assert.ThrowsAsync<StoresDifferException>(() => new StoreCopy(Source, In(database)).RunAsync(Cancel));
        Assert.Contains(id, found.Message, StringComparison.Ordinal);
        Assert.Contains("interactions differs in input", found.Message, StringComparison.Ordinal);
        Assert.Throws<StoreUnavailableException>(() => database.Open());

        await new StoreCopy(Source, In(database)) { StartsOver = true }.RunAsync(Cancel);
        await database.Open().DisposeAsync();
    }

    [Fact]
    public async Task Another_source_does_not_go_on_with_it()
    {
        await using var database = await NewDatabaseAsync();
        await CopyAndKillAsync(Source, In(database), commits: 1);
        await SqliteFixture.Open(_target.Path).DisposeAsync();

        var refusal = await Assert.ThrowsAsync<StoreRefusedException>(
            () => new StoreCopy(new StoreLocation.InDirectory(_target.Path, null), In(database)).RunAsync(Cancel));

        Assert.Contains(_source.Path, refusal.Message, StringComparison.Ordinal);
    }

    private static async Task CopyAndKillAsync(StoreLocation from, StoreLocation to, int commits)
    {
        using var child = ChildProcess.Start(ChildProcess.Copy, Text(from), Text(to));
        for (var commit = 0; commit < commits; commit++)
        {
            Assert.StartsWith("copied ", await child.ReadLineAsync($"commit {commit + 1} of the copy"), StringComparison.Ordinal);
        }

        await child.KillAsync();
        while (await child.ReadLineAsync("end") is { } line)
        {
            Assert.NotEqual("done", line);
        }
    }

    private static string Text(StoreLocation location) => location switch
    {
        StoreLocation.InPostgres postgres => postgres.ConnectionString,
        StoreLocation.InDirectory directory => directory.DataDirectory,
        _ => throw new ArgumentException("No such place.", nameof(location)),
    };
}
