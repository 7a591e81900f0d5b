using OpenInteractions.Engine.Storage;
using OpenInteractions.Storage.Postgres;
using OpenInteractions.Testing;
using OpenInteractions.Testing.Postgres;
using static OpenInteractions.Storage.Tests.Sample;

namespace OpenInteractions.Storage.Tests.Postgres;

public sealed class MigrationTests
{
    private static readonly int Next = PostgresMigrations.All.Count + 1;

    private static readonly Migration AddColumn = new(Next, "9999_add_column", "ALTER TABLE interactions ADD COLUMN added text NOT NULL DEFAULT 'new'; CREATE TABLE more (id integer PRIMARY KEY);");

    private static CancellationToken Cancel => CancellationToken.None;

    [Fact]
    public async Task An_empty_database_gets_every_migration_with_its_checksum()
    {
        await using var database = await NewDatabaseAsync();
        await database.Open().DisposeAsync();

        Assert.Equal(
            string.Join(' ', PostgresMigrations.All.Select(migration => $"{migration.Number}:{migration.Name}:{migration.Checksum}")),
            await database.QueryAsync("SELECT string_agg(number || ':' || name || ':' || checksum, ' ' ORDER BY number) FROM migrations"));
    }

    [Fact]
    public async Task A_database_of_an_earlier_version_is_brought_forward_with_what_it_holds()
    {
        await using var database = await NewDatabaseAsync();
        await using (var old = database.Open())
        {
            await old.Interactions.InsertFinishedAsync(Finished(1), Cancel);
        }

        await using var current = database.Open([.. PostgresMigrations.All, AddColumn]);
        Same(Finished(1), await current.Interactions.GetAsync(Project, Id(1), Cancel));
        await current.Interactions.InsertFinishedAsync(Finished(2), Cancel);

        Assert.Equal("new,new", await database.QueryAsync("SELECT string_agg(added, ',') FROM interactions"));
    }

    [Fact]
    public async Task What_waited_in_the_queue_of_an_earlier_version_is_claimed()
    {
        await using var database = await NewDatabaseAsync();
        await using (var old = database.Open([.. PostgresMigrations.All.Take(2)]))
        {
            await old.Interactions.InsertFinishedAsync(Finished(1), Cancel);
        }

        await database.ExecuteAsync("""
            UPDATE interactions SET status = 'queued', output = NULL;
            INSERT INTO runs (id, project, state, priority, queued_at, deadline, epoch, lease_until, take_overs, cancel_requested, is_erased, request)
            SELECT id, project, 'queued', 1, oi_now(), oi_now(), 0, 0, 0, false, false, '\x7b7d' FROM interactions
            """);

        await using var current = database.Open();
        var claimed = Assert.Single(await current.Runs.ClaimAsync("node", Ttl, 10, Cancel));
        Assert.Equal((Id(1), ""), (claimed.Lease.RunId, claimed.Provider));
    }

    [Fact]
    public async Task Of_nodes_that_start_at_once_one_migrates_and_the_others_wait()
    {
        await using var database = await NewDatabaseAsync();
        using var gate = new Barrier(4);

        var nodes = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Factory.StartNew(
            () =>
            {
                gate.SignalAndWait();
                return database.Open([.. PostgresMigrations.All, AddColumn]);
            },
            TaskCreationOptions.LongRunning))).OrTimeout("four open nodes");

        for (var i = 0; i < nodes.Length; i++)
        {
            await nodes[i].Interactions.InsertFinishedAsync(Finished(i), Cancel);
            await nodes[i].DisposeAsync();
        }

        Assert.Equal(string.Join(',', Enumerable.Range(1, Next)), await database.QueryAsync("SELECT string_agg(number::text, ',' ORDER BY number) FROM migrations"));
    }

    [Fact]
    public async Task A_database_that_is_newer_than_the_program_is_refused_and_left_alone()
    {
        await using var database = await NewDatabaseAsync();
        await database.Open([.. PostgresMigrations.All, AddColumn]).DisposeAsync();

        var refusal = Assert.Throws<StoreUnavailableException>(() => database.Open());

        Assert.Contains("newer program", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(AddColumn.Name, refusal.Message, StringComparison.Ordinal);
        await database.Open([.. PostgresMigrations.All, AddColumn]).DisposeAsync();
    }

    [Fact]
    public async Task A_database_that_another_program_migrated_is_refused()
    {
        await using var database = await NewDatabaseAsync();
        await database.Open([.. PostgresMigrations.All, AddColumn]).DisposeAsync();

        var other = new Migration(Next, AddColumn.Name, "CREATE TABLE something_else (id integer PRIMARY KEY)");
        var refusal = Assert.Throws<StoreUnavailableException>(() => database.Open([.. PostgresMigrations.All, other]));

        Assert.Contains("another program", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_migration_that_fails_leaves_nothing_behind()
    {
        await using var database = await NewDatabaseAsync();
        await database.Open().DisposeAsync();

        var broken = new Migration(Next, "9999_broken", "CREATE TABLE half (id integer PRIMARY KEY); INSERT INTO nowhere VALUES (1);");
        Assert.Throws<StoreUnavailableException>(() => database.Open([.. PostgresMigrations.All, broken]));

        await using (var repaired = database.Open([.. PostgresMigrations.All, AddColumn]))
        {
            await repaired.Interactions.CheckAsync(Cancel);
        }

        Assert.Equal(0L, await database.QueryAsync("SELECT count(*) FROM pg_class WHERE relname = 'half'"));
    }

    [Fact]
    public async Task A_database_that_cannot_hold_every_text_is_refused()
    {
        var cluster = await PostgresCluster.GetAsync();
        await cluster.ExecuteAsync("postgres", "CREATE DATABASE in_latin1 TEMPLATE template0 ENCODING 'LATIN1' LOCALE_PROVIDER libc LOCALE 'C'");

        var refusal = Assert.Throws<StoreUnavailableException>(() => new PostgresTestDatabase(cluster, "in_latin1").Open());

        Assert.Contains("UTF8", refusal.Message, StringComparison.Ordinal);
        await cluster.ExecuteAsync("postgres", "DROP DATABASE in_latin1");
    }

    private static async Task<PostgresTestDatabase> NewDatabaseAsync() => await (await PostgresCluster.GetAsync()).NewDatabaseAsync();
}
