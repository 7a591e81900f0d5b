using Microsoft.Extensions.Logging.Abstractions;
using OpenInteractions.Engine.FileSearch;
using OpenInteractions.Engine.Storage;
using OpenInteractions.Storage.Copying;
using OpenInteractions.Storage.Postgres;
using OpenInteractions.Storage.Sqlite;
using OpenInteractions.Storage.Tests.Postgres;
using OpenInteractions.Storage.Tests.Sqlite;
using static OpenInteractions.Storage.Tests.Copying.Places;
using static OpenInteractions.Storage.Tests.Sample;

namespace OpenInteractions.Storage.Tests.Copying;

public sealed class StoreCopyTests : IDisposable
{
    private readonly TemporaryDirectory _source = new();
    private readonly TemporaryDirectory _other = new();

    private static CancellationToken Cancel => CancellationToken.None;

    public void Dispose()
    {
        _source.Dispose();
        _other.Dispose();
    }

    [Fact]
    public async Task What_goes_to_PostgreSQL_and_back_is_what_it_was()
    {
        await FillAsync(turns: 4000, runs: 600);
        await using var database = await NewDatabaseAsync();

        var there = await new StoreCopy(In(_source), In(database)).RunAsync(Cancel);
        await using (var node = database.Open())
        await using (var embedded = SqliteFixture.Open(_source.Path))
        {
            await AssertReadsTheSameAsync(embedded, node);
        }

        var back = await new StoreCopy(In(database), In(_other)).RunAsync(Cancel);

        Assert.True(there.IsCopied && back.IsCopied);
        Assert.Equal(there.Tables, back.Tables);
        Assert.Equal(SqliteContent.Read(_source.Path), SqliteContent.Read(_other.Path));
        Assert.Equal("ok", Inspection.IntegrityCheck(_other.Path));

        // Expiry goes by the order of writing.
        Assert.Equal(0L, Inspection.Query(_other.Path, "SELECT count(*) FROM interactions a JOIN interactions b ON b.number = a.number + 1 WHERE a.created_at > b.created_at"));
    }

    [Fact]
    public async Task A_store_that_PostgreSQL_filled_comes_to_SQLite_and_back()
    {
        await using var first = await NewDatabaseAsync();
        await using (var node = first.Open())
        {
            await new OddStore(node, stream: 1).FillAsync(turns: 500, runs: 200);
        }

        await new StoreCopy(In(first), In(_other)).RunAsync(Cancel);
        await using var second = await NewDatabaseAsync();
        await new StoreCopy(In(_other), In(second)).RunAsync(Cancel);

        foreach (var table in StoreTable.All)
        {
            var sql = $"SELECT md5(string_agg(t::text, '/' ORDER BY t::text)) FROM {table.Name} t";
            Assert.Equal(await first.QueryAsync(sql), await second.QueryAsync(sql));
        }
    }

    [Fact]
    public async Task Documents_are_found_after_a_copy_and_new_ones_do_not_take_their_place()
    {
        await using (var store = SqliteFixture.Open(_source.Path))
        {
            await AddDocumentAsync(store, "first");
        }

        await using var database = await NewDatabaseAsync();
        await new StoreCopy(In(_source), In(database)).RunAsync(Cancel);
        await using (var node = database.Open())
        {
            await AssertFoundAsync(node, "first");
            await AddDocumentAsync(node, "second");
        }

        await new StoreCopy(In(database), In(_other)).RunAsync(Cancel);
        await using var back = SqliteFixture.Open(_other.Path);
        await AddDocumentAsync(back, "third");
        foreach (var id in new[] { "first", "second", "third" })
        {
            await AssertFoundAsync(back, id);
        }
    }

    [Fact]
    public async Task Environments_keep_their_numbers_and_slots_and_new_ones_come_after_them()
    {
        await using (var store = SqliteFixture.Open(_source.Path))
        {
            foreach (var id in new[] { "first", "second", "third" })
            {
                await store.Environments.InsertAsync(EnvironmentSample.New(id), Cancel);
            }

            await store.Environments.DeleteAsync(Project, "first", Start, Cancel);
            await store.Environments.EraseAsync(Project, "first", Cancel);
        }

        await using var database = await NewDatabaseAsync();
        await new StoreCopy(In(_source), In(database)).RunAsync(Cancel);
        await using (var node = database.Open())
        {
            Assert.Equal(0, (await node.Environments.InsertAsync(EnvironmentSample.New("fourth"), Cancel))!.Slot);
        }

        await new StoreCopy(In(database), In(_other)).RunAsync(Cancel);
        await using var back = SqliteFixture.Open(_other.Path);
        Assert.Equal(3, (await back.Environments.InsertAsync(EnvironmentSample.New("fifth"), Cancel))!.Slot);
        Assert.Equal(
            [("second", 2, 1), ("third", 3, 2), ("fourth", 4, 0), ("fifth", 5, 3)],
            (await back.Environments.ListOfHostAsync("host", 0, 10, Cancel)).Select(e => (e.Id, e.Number, e.Slot)));
    }

    [Fact]
    public async Task A_second_copy_changes_nothing()
    {
        await FillAsync(turns: 50, runs: 20);
        await using var database = await NewDatabaseAsync();
        await new StoreCopy(In(_source), In(database)).RunAsync(Cancel);
        var before = await database.QueryAsync("SELECT string_agg(i.xmin::text || i.id, ',' ORDER BY i.id) FROM interactions i");

        var again = await new StoreCopy(In(_source), In(database)).RunAsync(Cancel);

        Assert.False(again.IsCopied);
        Assert.Equal(before, await database.QueryAsync("SELECT string_agg(i.xmin::text || i.id, ',' ORDER BY i.id) FROM interactions i"));
    }

    [Fact]
    public async Task Other_data_in_the_target_is_left_alone()
    {
        await FillAsync(turns: 50, runs: 20);
        await using var database = await NewDatabaseAsync();
        await using (var node = database.Open())
        {
            await node.Interactions.InsertFinishedAsync(Finished(1), Cancel);
        }

        var refusal = await Assert.ThrowsAsync<StoreRefusedException>(() => new StoreCopy(In(_source), In(database)).RunAsync(Cancel));

        Assert.Contains("holds other data", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(1L, await database.QueryAsync("SELECT count(*) FROM interactions"));
        await database.Open().DisposeAsync();
    }

    [Fact]
    public async Task A_source_that_is_not_there_is_not_made()
    {
        var missing = Path.Combine(_other.Path, "missing");
        await using var database = await NewDatabaseAsync();

        var refusal = await Assert.ThrowsAsync<StoreRefusedException>(
            () => new StoreCopy(new StoreLocation.InDirectory(missing, null), In(database)).RunAsync(Cancel));

        Assert.Contains(missing, refusal.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(missing));
    }

    [Fact]
    public async Task A_source_of_an_older_version_is_to_be_migrated_first()
    {
        await SqliteStorage.Open(
            _source.Path, new SqliteOptions(), TimeProvider.System, NullLogger.Instance, [.. SqliteMigrations.All.SkipLast(1)]).DisposeAsync();
        await using var database = await NewDatabaseAsync();

        var refusal = await Assert.ThrowsAsync<StoreRefusedException>(() => new StoreCopy(In(_source), In(database)).RunAsync(Cancel));

        Assert.Contains("oi storage migrate", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_is_not_copied_onto_itself()
    {
        await FillAsync(turns: 1, runs: 0);

        await Assert.ThrowsAsync<StoreRefusedException>(() => new StoreCopy(In(_source), In(_source)).RunAsync(Cancel));
    }

    [Fact]
    public async Task Keys_come_along_between_directories_and_are_never_overwritten()
    {
        await FillAsync(turns: 5, runs: 0);
        await using var database = await NewDatabaseAsync();
        File.WriteAllBytes(Path.Combine(_source.Path, "signature.key"), [1, 2, 3]);
        File.WriteAllText(Path.Combine(_source.Path, "keys.json"), "[]");
        var copy = new StoreCopy(In(_source), In(database)) { TargetDirectory = Path.Combine(_other.Path, "data") };

        Assert.Equal(["signature.key", "keys.json"], (await copy.RunAsync(Cancel)).KeyFiles);

        var key = Path.Combine(copy.TargetDirectory!, "signature.key");
        Assert.Equal([1, 2, 3], File.ReadAllBytes(key));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(key));
        Assert.Empty((await copy.RunAsync(Cancel)).KeyFiles);

        File.WriteAllBytes(key, [9]);
        await using var untouched = await NewDatabaseAsync();
        await Assert.ThrowsAsync<StoreRefusedException>(
            () => new StoreCopy(In(_source), In(untouched)) { TargetDirectory = copy.TargetDirectory }.RunAsync(Cancel));
        Assert.Equal([9], File.ReadAllBytes(key));
        Assert.Equal(0L, await untouched.QueryAsync("SELECT count(*) FROM pg_class WHERE relname = 'interactions'"));
    }

    [Fact]
    public async Task Keys_that_could_not_be_copied_are_named()
    {
        await FillAsync(turns: 5, runs: 0);
        await using var database = await NewDatabaseAsync();
        File.WriteAllBytes(Path.Combine(_source.Path, "signature.key"), [1, 2, 3]);

        Assert.Equal(["signature.key"], (await new StoreCopy(In(_source), In(database)).RunAsync(Cancel)).KeyFilesLeft);
    }

    [Fact]
    public async Task Progress_counts_every_row_once()
    {
        await FillAsync(turns: 3000, runs: 50);
        var told = new List<CopyProgress>();

        var report = await new StoreCopy(In(_source), In(_other)) { Progress = told.Add }.RunAsync(Cancel);

        var rows = report.Tables.Sum(table => table.Rows);
        Assert.Equal((rows, rows), (told.Last(t => !t.IsComparing).Rows, told.Last(t => t.IsComparing).Rows));
        Assert.All(told, t => Assert.Equal(rows, t.Total));
        Assert.True(told.Count(t => !t.IsComparing) > 4, "A copy of many rows takes more than one commit for each table.");
    }

    private static async Task AddDocumentAsync(IStorageEngine store, string id)
    {
        await store.FileSearchStores.InsertAsync(FileSearchSample.Store(id), Cancel);
        await store.Uploads.BeginAsync(FileSearchSample.Document(id, "d"), 10, Ttl, Cancel);
        await store.Uploads.FinishAsync(new UploadKey(Project, id, "d"), 0, Cancel);
        var claimed = (await store.Documents.ClaimAsync(DocumentWork.Read, Ttl, Cancel))!;
        Assert.True(await store.Documents.AddChunksAsync(claimed.Lease, 0, [new NewChunk($"words of {id}", null)], Cancel));
        Assert.True(await store.Documents.ActivateAsync(claimed.Lease, 1, Cancel));
    }

    private static async Task AssertFoundAsync(IStorageEngine store, string id)
    {
        var hits = await store.Chunks.SearchTextAsync(new ChunkSearch { Project = Project, Stores = [ResourceNames.OfStore(id)], Query = "word", Limit = 10 }, Cancel);
        Assert.Equal($"words of {id}", Assert.Single(await store.Chunks.ReadChunksAsync(Project, [Assert.Single(hits).Id], Cancel)).Text);
    }

    private static async Task AssertReadsTheSameAsync(SqliteStorage expected, PostgresStorage actual)
    {
        var read = 0;
        foreach (var project in new[] { "default", "a", "b\0", "\u0001p", "\U0001F600", "\uE000" })
        {
            string? before = null;
            while (await expected.Interactions.ListAsync(project, new InteractionFilter(), before, 200, Cancel) is { Count: > 0 } page)
            {
                SameList(page, await actual.Interactions.ListAsync(project, new InteractionFilter(), before, 200, Cancel));
                foreach (var id in page.Select(turn => turn.Id))
                {
                    Same(await expected.Interactions.GetAsync(project, id, Cancel), await actual.Interactions.GetAsync(project, id, Cancel));
                    SameList(await expected.Journal.ReadAsync(project, id, default, 100, Cancel), await actual.Journal.ReadAsync(project, id, default, 100, Cancel));
                    read++;
                }

                before = page[^1].Id;
            }
        }

        Assert.True(read > 3000, $"Only {read} were found.");
        Assert.Equal(await expected.Runs.CountAsync(Cancel), await actual.Runs.CountAsync(Cancel));
    }

    private async Task FillAsync(int turns, int runs)
    {
        await using var store = SqliteFixture.Open(_source.Path, new ManualClock());
        await new OddStore(store).FillAsync(turns, runs);
    }
}
