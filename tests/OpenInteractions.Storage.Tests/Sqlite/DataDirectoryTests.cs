using OpenInteractions.Engine.Storage;
using static OpenInteractions.Storage.Tests.Sample;

namespace OpenInteractions.Storage.Tests.Sqlite;

public sealed class DataDirectoryTests
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private static CancellationToken Cancel => CancellationToken.None;

    [Fact]
    public async Task A_directory_has_one_store_at_a_time()
    {
        using var directory = new TemporaryDirectory();
        await using (SqliteFixture.Open(directory.Path))
        {
            var refusal = Assert.Throws<StoreUnavailableException>(() => SqliteFixture.Open(directory.Path));
            Assert.Contains(directory.Path, refusal.Message, StringComparison.Ordinal);
        }

        await using var next = SqliteFixture.Open(directory.Path);
        await next.Interactions.CheckAsync(Cancel);
    }

    [Fact]
    public async Task A_second_process_is_refused_and_told_the_directory()
    {
        using var directory = new TemporaryDirectory();
        await using var storage = SqliteFixture.Open(directory.Path);

        using var child = ChildProcess.Start("hold", directory.Path);

        Assert.Contains(directory.Path, await child.ReadLineAsync("refusal"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_directory_that_another_process_holds_is_refused_until_that_one_dies()
    {
        using var directory = new TemporaryDirectory();
        using var child = ChildProcess.Start("hold", directory.Path);
        Assert.Equal(ChildProcess.Opened, await child.ReadLineAsync("open"));

        Assert.Throws<StoreUnavailableException>(() => SqliteFixture.Open(directory.Path));

        await child.KillAsync();
        await using var storage = SqliteFixture.Open(directory.Path);
    }

    [Fact]
    public async Task Everything_in_the_directory_is_private()
    {
        using var parent = new TemporaryDirectory();
        var directory = Path.Combine(parent.Path, "data");
        await using var storage = SqliteFixture.Open(directory);
        await storage.Interactions.InsertFinishedAsync(Finished(1), Cancel);

        Assert.Equal(Private | UnixFileMode.UserExecute, File.GetUnixFileMode(directory));
        Assert.Equal(
            ["interactions.db", "interactions.db-shm", "interactions.db-wal", "lock"],
            Directory.GetFiles(directory).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal));
        Assert.All(Directory.GetFiles(directory), file => Assert.Equal(Private, File.GetUnixFileMode(file)));
    }

    [Fact]
    public async Task A_directory_that_was_open_to_others_is_closed()
    {
        using var directory = new TemporaryDirectory();
        await SqliteFixture.Open(directory.Path).DisposeAsync();
        File.SetUnixFileMode(directory.Path, (UnixFileMode)0x1FF);
        File.SetUnixFileMode(Inspection.DatabasePath(directory.Path), (UnixFileMode)0x1B6);

        await using var storage = SqliteFixture.Open(directory.Path);

        Assert.Equal(Private | UnixFileMode.UserExecute, File.GetUnixFileMode(directory.Path));
        Assert.Equal(Private, File.GetUnixFileMode(Inspection.DatabasePath(directory.Path)));
    }

    [Fact]
    public void A_path_that_is_a_file_is_refused()
    {
        using var directory = new TemporaryDirectory();
        var file = Path.Combine(directory.Path, "file");
        File.WriteAllText(file, "");

        var refusal = Assert.Throws<StoreUnavailableException>(() => SqliteFixture.Open(file));
        Assert.Contains(file, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_no_database_is_refused_and_left_alone()
    {
        using var directory = new TemporaryDirectory();
        var text = string.Concat(Enumerable.Repeat("this is not a database. ", 1000));
        File.WriteAllText(Inspection.DatabasePath(directory.Path), text);

        Assert.Throws<StoreUnavailableException>(() => SqliteFixture.Open(directory.Path));
        Assert.Throws<StoreUnavailableException>(() => SqliteFixture.Open(directory.Path));

        Assert.Equal(text, File.ReadAllText(Inspection.DatabasePath(directory.Path)));
    }

    [Fact]
    public async Task A_closed_store_has_one_file_and_takes_no_more_calls()
    {
        using var directory = new TemporaryDirectory();
        var storage = SqliteFixture.Open(directory.Path);
        await storage.Interactions.InsertFinishedAsync(Finished(1), Cancel);
        await storage.DisposeAsync();

        await Assert.ThrowsAsync<StoreUnavailableException>(() => storage.Interactions.InsertFinishedAsync(Finished(2), Cancel));
        await Assert.ThrowsAsync<StoreUnavailableException>(() => storage.Interactions.GetAsync(Project, Id(1), Cancel));
        Assert.Equal(
            ["interactions.db", "lock"], Directory.GetFiles(directory.Path).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task What_was_erased_and_what_was_secret_is_gone_from_the_file()
    {
        using var directory = new TemporaryDirectory();
        var erased = "erased-" + new string('x', 20_000);
        var secret = "secret-" + new string('y', 20_000);
        await using (var storage = SqliteFixture.Open(directory.Path))
        {
            await storage.Interactions.InsertFinishedAsync(Finished(1) with { Input = Bytes(erased), Settings = Bytes("erased-too") }, Cancel);
            var lease = await storage.Runs.InsertAsync(Running(2), Run() with { Request = Bytes(secret) }, "node-a", Ttl, Cancel);
            await storage.Journal.AppendAsync([new(lease!.Value, Batch(1, 1, 2, erased))], Cancel);
            await storage.Runs.FinishAsync(lease.Value, Outcome(), [], Cancel);
            await storage.Interactions.DeleteAsync(Project, Id(1), Cancel);
        }

        var file = File.ReadAllText(Inspection.DatabasePath(directory.Path));
        foreach (var trace in new[] { "erased-", "secret-", "xxxxxxxx", "yyyyyyyy", "erased-too" })
        {
            Assert.DoesNotContain(trace, file, StringComparison.Ordinal);
        }
    }
}
