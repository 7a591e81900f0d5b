using System.Diagnostics;
using Npgsql;
using OpenInteractions.Storage.Postgres;
using OpenInteractions.Testing;
using OpenInteractions.Testing.Postgres;

namespace OpenInteractions.Storage.Tests.Postgres;

public sealed class PostgresLaneTests : IAsyncLifetime, IAsyncDisposable
{
    private static readonly RowQuery<int, string> Text = new("SELECT t FROM texts WHERE n = $1", static (command, n) => command.Integer(n), static row => row.GetString(0));
    private static readonly RowQuery<int, string> WhenUnlocked = new(
        "SELECT pg_advisory_xact_lock($1)::text || 'free'", static (command, n) => command.Integer(n), static row => row.GetString(0));

    private PostgresTestDatabase _database = null!;
    private NpgsqlDataSource _source = null!;
    private PostgresLane _lane = null!;
    private bool _isPoolBusy;

    public async Task InitializeAsync()
    {
        _database = await (await PostgresCluster.GetAsync()).NewDatabaseAsync();
        await _database.ExecuteAsync("CREATE TABLE texts (n integer, t text); INSERT INTO texts VALUES (1, 'one')");
        _source = NpgsqlDataSource.Create(_database.ConnectionString + ";MaxPoolSize=1");
        _lane = new PostgresLane(_source, () => _isPoolBusy);
    }

    async Task IAsyncLifetime.DisposeAsync() => await DisposeAsync();

    public async ValueTask DisposeAsync()
    {
        await _lane.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public void A_row_is_read_and_one_that_is_not_there_is_null()
    {
        Assert.True(_lane.TryRead(Text, 1, out var one));
        Assert.True(_lane.TryRead(Text, 2, out var two));

        Assert.Equal(("one", null), (one, two));
    }

    [Fact]
    public void A_thread_that_is_needed_elsewhere_does_not_wait_for_the_database()
    {
        _isPoolBusy = true;

        Assert.False(_lane.TryRead(Text, 1, out _));
    }

    [Fact]
    public async Task While_one_waits_for_the_database_nobody_else_does_and_then_it_is_free_again()
    {
        await using var other = await NpgsqlDataSource.Create(_database.ConnectionString + ";Pooling=false").OpenConnectionAsync();
        await using (var command = new NpgsqlCommand("SELECT pg_advisory_lock(7)", other))
        {
            await command.ExecuteScalarAsync();
        }

        var waiting = Task.Factory.StartNew(
            () => _lane.TryRead(WhenUnlocked, 7, out var read) ? read : null, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        await using var watch = NpgsqlDataSource.Create(_database.ConnectionString + ";Pooling=false");
        var since = Stopwatch.GetTimestamp();
        await using (var waits = watch.CreateCommand("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"))
        {
            while ((long)(await waits.ExecuteScalarAsync())! == 0)
            {
                Assert.True(Stopwatch.GetElapsedTime(since) < TimeSpan.FromSeconds(30), "nobody waits for the lock");
            }
        }

        Assert.False(_lane.TryRead(Text, 1, out _));

        await using (var command = new NpgsqlCommand("SELECT pg_advisory_unlock(7)", other))
        {
            await command.ExecuteScalarAsync();
        }

        Assert.Equal("free", await waiting.OrTimeout("the read that waited"));
        Assert.True(_lane.TryRead(Text, 1, out _));
    }

    [Fact]
    public async Task A_broken_connection_is_told_as_not_read_and_the_next_one_works()
    {
        Assert.True(_lane.TryRead(Text, 1, out _));
        await _database.QueryAsync("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()");

        Assert.False(_lane.TryRead(Text, 1, out _));
        Assert.True(_lane.TryRead(Text, 1, out var one));
        Assert.Equal("one", one);
    }

    [Fact]
    public void What_the_database_refuses_is_told_and_holds_nobody_up()
    {
        var wrong = new RowQuery<int, string>("SELECT nothing FROM nowhere", static (_, _) => { }, static row => row.GetString(0));

        Assert.Throws<PostgresException>(() => _lane.TryRead(wrong, 1, out _));
        Assert.True(_lane.TryRead(Text, 1, out _));
    }
}
