using OpenInteractions.Engine.Storage;
using OpenInteractions.Storage.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using static OpenInteractions.Storage.Tests.Sample;

namespace OpenInteractions.Storage.Tests.Sqlite;

public sealed class MigrationTests
{
    private static readonly Migration AddColumn = new(2, "0002_add_column", "ALTER TABLE interactions ADD COLUMN added TEXT NOT NULL DEFAULT 'new'; CREATE TABLE more (id INTEGER PRIMARY KEY) STRICT;");

    private static CancellationToken Cancel => CancellationToken.None;

    [Fact]
    public async Task An_empty_directory_gets_every_migration_with_its_checksum()
    {
        using var directory = new TemporaryDirectory();
        await Open(directory.Path, SqliteMigrations.All).DisposeAsync();

        Assert.Equal(
            string.Join(' ', SqliteMigrations.All.Select(migration => $"{migration.Number}:{migration.Name}:{migration.Checksum}")),
            Inspection.Query(directory.Path, "SELECT group_concat(number || ':' || name || ':' || checksum, ' ') FROM migrations"));
        Assert.Equal("ok", Inspection.IntegrityCheck(directory.Path));
    }

    [Fact]
    public async Task A_database_of_version_one_is_brought_forward_with_what_it_holds()
    {
        using var directory = new TemporaryDirectory();
        await using (var old = Open(directory.Path, [SqliteMigrations.All[0]]))
        {
            await old.Interactions.InsertFinishedAsync(Finished(1), Cancel);
        }

        await using (var current = Open(directory.Path, [SqliteMigrations.All[0], AddColumn]))
        {
            Same(Finished(1), await current.Interactions.GetAsync(Project, Id(1), Cancel));
            await current.Interactions.InsertFinishedAsync(Finished(2), Cancel);
        }

        Assert.Equal("new,new", Inspection.Query(directory.Path, "SELECT group_concat(added) FROM interactions"));
        Assert.Equal("1,2", Inspection.Query(directory.Path, "SELECT group_concat(number) FROM migrations"));
    }

    [Fact]
    public async Task What_waited_in_the_queue_of_an_earlier_version_is_claimed()
    {
        using var directory = new TemporaryDirectory();
        await using (var old = Open(directory.Path, [.. SqliteMigrations.All.Take(2)]))
        {
            await old.Interactions.InsertFinishedAsync(Finished(1), Cancel);
        }

        Inspection.Query(directory.Path, """
            UPDATE interactions SET status = 'queued';
            INSERT INTO runs (number, id, project, state, priority, queued_at, deadline, epoch, lease_until, take_overs, cancel_requested)
            SELECT 1, id, project, 'queued', 1, created_at, created_at, 0, 0, 0, 0 FROM interactions;
            INSERT INTO run_requests (run, request) VALUES (1, x'7b7d');
            """);

        await using var current = Open(directory.Path, SqliteMigrations.All);
        var claimed = Assert.Single(await current.Runs.ClaimAsync("node", Ttl, 10, Cancel));
        Assert.Equal((Id(1), ""), (claimed.Lease.RunId, claimed.Provider));
    }

    [Fact]
    public async Task A_migration_is_applied_once()
    {
        using var directory = new TemporaryDirectory();
        for (var start = 0; start < 3; start++)
        {
            await using var storage = Open(directory.Path, [SqliteMigrations.All[0], AddColumn]);
            await storage.Interactions.InsertFinishedAsync(Finished(start), Cancel);
        }

        Assert.Equal(2L, Inspection.Query(directory.Path, "SELECT count(*) FROM migrations"));
    }

    [Fact]
    public async Task A_database_that_is_newer_than_the_program_is_refused_and_left_alone()
    {
        using var directory = new TemporaryDirectory();
        await Open(directory.Path, [.. SqliteMigrations.All, AddColumn with { Number = SqliteMigrations.All.Count + 1 }]).DisposeAsync();

        var refusal = Assert.Throws<StoreUnavailableException>(() => Open(directory.Path, SqliteMigrations.All));

        Assert.Contains("newer program", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(AddColumn.Name, refusal.Message, StringComparison.Ordinal);
        Assert.Contains(directory.Path, refusal.Message, StringComparison.Ordinal);
        await Open(directory.Path, [.. SqliteMigrations.All, AddColumn with { Number = SqliteMigrations.All.Count + 1 }]).DisposeAsync();
    }

    [Fact]
    public async Task A_database_that_another_program_migrated_is_refused()
    {
        using var directory = new TemporaryDirectory();
        await Open(directory.Path, [SqliteMigrations.All[0], AddColumn]).DisposeAsync();

        var other = new Migration(2, AddColumn.Name, "CREATE TABLE something_else (id INTEGER PRIMARY KEY) STRICT");
        var refusal = Assert.Throws<StoreUnavailableException>(() => Open(directory.Path, [SqliteMigrations.All[0], other]));

        Assert.Contains("another program", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_migration_that_fails_leaves_nothing_behind()
    {
        using var directory = new TemporaryDirectory();
        await Open(directory.Path, [SqliteMigrations.All[0]]).DisposeAsync();

        var broken = new Migration(2, "0002_broken", "CREATE TABLE half (id INTEGER PRIMARY KEY) STRICT; INSERT INTO nowhere VALUES (1);");
        Assert.Throws<StoreUnavailableException>(() => Open(directory.Path, [SqliteMigrations.All[0], broken]));

        await using (var repaired = Open(directory.Path, [SqliteMigrations.All[0], AddColumn]))
        {
            await repaired.Interactions.CheckAsync(Cancel);
        }

        Assert.Equal(0L, Inspection.Query(directory.Path, "SELECT count(*) FROM sqlite_schema WHERE name = 'half'"));
    }

    private static SqliteStorage Open(string directory, IReadOnlyList<Migration> migrations) =>
        SqliteStorage.Open(directory, new SqliteOptions(), TimeProvider.System, NullLogger.Instance, migrations);
}
