using System.Text;
using OpenInteractions.Engine.FileSearch;
using static OpenInteractions.Storage.Tests.FileSearchSample;

namespace OpenInteractions.Storage.Tests;

/// <summary>What every engine promises about stores, their documents, and uploads.</summary>
public abstract class FileSearchStoreContract(IStorageFixture fixture)
{
    private static CancellationToken Cancel => CancellationToken.None;

    [Fact]
    public async Task A_store_is_read_as_it_was_kept_by_its_project_alone()
    {
        await using var store = await fixture.NewStoreAsync();
        await store.FileSearchStores.InsertAsync(Store("s", model: "p/m"), Cancel);

        var read = await store.FileSearchStores.GetAsync(Project, "s", Cancel);

        Assert.Equal(Store("s", model: "p/m") with { Number = read!.Number }, read);
        Assert.Null(await store.FileSearchStores.GetAsync("another", "s", Cancel));
        Assert.Null(await store.FileSearchStores.GetAsync(Project, "t", Cancel));
    }

    [Fact]
    public async Task Stores_of_a_project_are_listed_page_by_page_with_the_oldest_first()
    {
        await using var store = await fixture.NewStoreAsync();
        foreach (var id in new[] { "c", "a", "b" })
        {
            await store.FileSearchStores.InsertAsync(Store(id), Cancel);
            await store.FileSearchStores.InsertAsync(Store(id, project: "another"), Cancel);
        }

        var first = await store.FileSearchStores.ListAsync(Project, 0, 2, Cancel);
        var second = await store.FileSearchStores.ListAsync(Project, first[^1].Number, 2, Cancel);

        Assert.Equal(["c", "a"], first.Select(s => s.Id));
        Assert.Equal(["b"], second.Select(s => s.Id));
    }

    [Fact]
    public async Task A_store_counts_its_documents_by_what_became_of_them()
    {
        await using var store = await fixture.NewStoreAsync();
        await store.FileSearchStores.InsertAsync(Store("s"), Cancel);
        await store.UploadAsync("s", "one", "12345");
        await store.IndexAsync("12345");
        await store.UploadAsync("s", "two", "123");
        await store.Documents.FailAsync((await store.ClaimAsync(DocumentWork.Read)).Lease, "It is no text.", Cancel);
        await store.UploadAsync("s", "three", "12");
        await store.Uploads.BeginAsync(Document("s", "unfinished"), 10, Ttl, Cancel);

        var read = (await store.FileSearchStores.GetAsync(Project, "s", Cancel))!;

        Assert.Equal((1, 1, 1, 10), (read.Active, read.Pending, read.Failed, read.Bytes));
        Assert.Equal(read, Assert.Single(await store.FileSearchStores.ListAsync(Project, 0, 10, Cancel)));
    }

    [Fact]
    public async Task A_document_is_read_as_it_came()
    {
        await using var store = await fixture.NewStoreAsync();
        await store.FileSearchStores.InsertAsync(Store("s"), Cancel);

        var finished = await store.UploadAsync("s", "d", "text");

        var read = (await store.FileSearchStores.GetDocumentAsync(Project, "s", "d", Cancel))!;
        Assert.Equal(finished with { Metadata = [] }, read with { Metadata = [] });
        Assert.Equal(("d.txt", "text/plain", 4, DocumentState.Pending, null), (read.DisplayName, read.MimeType, read.Bytes, read.State, read.Failure));
        Assert.Equal(["author Ada  ", "tags  a/b\0 ", "year   1843.5"], read.Metadata.Select(m => FormattableString.Invariant($"{m.Key} {m.Text} {string.Join('/', m.Texts ?? [])} {m.Number}")));
        Assert.Null(await store.FileSearchStores.GetDocumentAsync("another", "s", "d", Cancel));
        Assert.Null(await store.FileSearchStores.GetDocumentAsync(Project, "t", "d", Cancel));
    }

    [Fact]
    public async Task Documents_are_listed_page_by_page_and_those_of_no_store_are_null()
    {
        await using var store = await fixture.NewStoreAsync();
        await store.FileSearchStores.InsertAsync(Store("s"), Cancel);
        foreach (var id in new[] { "c", "a", "b" })
        {
            await store.UploadAsync("s", id);
        }

        var first = (await store.FileSearchStores.ListDocumentsAsync(Project, "s", 0, 2, Cancel))!;
        var second = (await store.FileSearchStores.ListDocumentsAsync(Project, "s", first[^1].Number, 2, Cancel))!;

        Assert.Equal(["c", "a"], first.Select(d => d.Id));
        Assert.Equal(["b"], second.Select(d => d.Id));
        Assert.Null(await store.FileSearchStores.ListDocumentsAsync("another", "s", 0, 2, Cancel));
    }

    [Fact]
    public async Task A_store_with_documents_goes_only_by_force_and_everything_with_it()
    {
        await using var store = await fixture.NewStoreAsync();
        await store.FileSearchStores.InsertAsync(Store("s", model: "p/m"), Cancel);
        await store.AddAsync("s", "d", "secret words", "more of them");
        await store.UploadAsync("s", "e");
        var embedding = await store.ClaimAsync(DocumentWork.Embed);
        var chunk = (await store.Documents.ReadUnembeddedAsync(embedding.Lease, -1, 1, Cancel))[0];
        Assert.True(await store.Documents.AddVectorsAsync(embedding.Lease, [(chunk.Id, [1])], Cancel));

        Assert.Equal(Removal.NotEmpty, await store.FileSearchStores.DeleteAsync(Project, "s", force: false, Cancel));
        Assert.Equal(Removal.NotFound, await store.FileSearchStores.DeleteAsync("another", "s", force: true, Cancel));
        Assert.Equal(Removal.Done, await store.FileSearchStores.DeleteAsync(Project, "s", force: true, Cancel));

        Assert.Equal(Removal.NotFound, await store.FileSearchStores.DeleteAsync(Project, "s", force: true, Cancel));
        Assert.Null(await store.FileSearchStores.GetDocumentAsync(Project, "s", "d", Cancel));
        Assert.Empty(await store.Chunks.ReadChunksAsync(Project, [chunk.Id], Cancel));
        Assert.False(await store.Documents.FinishVectorsAsync(embedding.Lease, Cancel));
        Assert.Null(await store.Documents.ClaimAsync(DocumentWork.Read, Ttl, Cancel));
        for (var documents = 0; documents < 2; documents++)
        {
            var erased = await store.ClaimAsync(DocumentWork.Erase);
            while (await store.Documents.EraseAsync(erased.Lease, Cancel))
            {
                // One portion after the other.
            }
        }

        Assert.Null(await store.Documents.ClaimAsync(DocumentWork.Erase, Ttl, Cancel));
    }

    [Fact]
    public async Task A_document_with_pieces_goes_only_by_force()
    {
        await using var store = await fixture.NewStoreAsync();
        await store.FileSearchStores.InsertAsync(Store("s"), Cancel);
        await store.AddAsync("s", "d", "words");
        var before = Assert.Single(await store.Chunks.FindStoresAsync(Project, ["fileSearchStores/s"], Cancel)).Version;

        Assert.Equal(Removal.NotEmpty, await store.FileSearchStores.DeleteDocumentAsync(Project, "s", "d", force: false, Cancel));
        Assert.Equal(Removal.NotFound, await store.FileSearchStores.DeleteDocumentAsync("another", "s", "d", force: true, Cancel));
        Assert.Equal(Removal.Done, await store.FileSearchStores.DeleteDocumentAsync(Project, "s", "d", force: true, Cancel));

        Assert.Null(await store.FileSearchStores.GetDocumentAsync(Project, "s", "d", Cancel));
        Assert.NotEqual(before, Assert.Single(await store.Chunks.FindStoresAsync(Project, ["fileSearchStores/s"], Cancel)).Version);
        Assert.Equal(0, (await store.FileSearchStores.GetAsync(Project, "s", Cancel))!.Bytes);
    }

    [Fact]
    public async Task Bytes_come_in_their_order_and_an_upload_is_finished_whole()
    {
        await using var store = await fixture.NewStoreAsync();
        await store.FileSearchStores.InsertAsync(Store("s"), Cancel);
        var key = new UploadKey(Project, "s", "d");
        await store.Uploads.BeginAsync(Document("s", "d"), 10, Ttl, Cancel);

        Assert.True(await store.Uploads.AppendAsync(key, 0, "one "u8.ToArray(), Ttl, Cancel));
        Assert.False(await store.Uploads.AppendAsync(key, 0, "one "u8.ToArray(), Ttl, Cancel));
        Assert.False(await store.Uploads.AppendAsync(key, 5, "x"u8.ToArray(), Ttl, Cancel));
        Assert.False(await store.Uploads.AppendAsync(key with { Project = "another" }, 4, "x"u8.ToArray(), Ttl, Cancel));
        Assert.True(await store.Uploads.AppendAsync(key, 4, "two"u8.ToArray(), Ttl, Cancel));
        Assert.Equal(7, await store.Uploads.FindAsync(key, Cancel));
        Assert.Null(await store.FileSearchStores.GetDocumentAsync(Project, "s", "d", Cancel));
        Assert.Null(await store.Uploads.FinishAsync(key, 8, Cancel));
        Assert.NotNull(await store.Uploads.FinishAsync(key, 7, Cancel));

        Assert.Null(await store.Uploads.FinishAsync(key, 7, Cancel));
        Assert.Null(await store.Uploads.FindAsync(key, Cancel));
        var claimed = await store.ClaimAsync(DocumentWork.Read);
        Assert.Equal("one two", Encoding.UTF8.GetString((await store.Documents.ReadContentAsync(claimed.Lease, Cancel))!.Value.Span));
        Assert.Equal((new Chunking(200, 20), "text/plain", 1), (claimed.Chunking, claimed.MimeType, claimed.Attempts));
    }

    [Fact]
    public async Task Uploads_begin_only_in_stores_that_are_there_and_while_not_too_many_wait()
    {
        await using var store = await fixture.NewStoreAsync();
        await store.FileSearchStores.InsertAsync(Store("s"), Cancel);
        await store.FileSearchStores.InsertAsync(Store("o", project: "another"), Cancel);
        await store.UploadAsync("s", "one");

        Assert.Equal(UploadStart.NoStore, await store.Uploads.BeginAsync(Document("o", "x"), 2, Ttl, Cancel));
        Assert.Equal(UploadStart.Begun, await store.Uploads.BeginAsync(Document("s", "two"), 2, Ttl, Cancel));
        Assert.Equal(UploadStart.TooMany, await store.Uploads.BeginAsync(Document("s", "three"), 2, Ttl, Cancel));
        Assert.Equal(UploadStart.Begun, await store.Uploads.BeginAsync(Document("o", "x", "another"), 2, Ttl, Cancel));
        await store.IndexAsync("text");

        Assert.Equal(UploadStart.Begun, await store.Uploads.BeginAsync(Document("s", "three"), 2, Ttl, Cancel));
    }

    [Fact]
    public async Task An_upload_that_rests_too_long_or_is_cancelled_is_erased()
    {
        await using var store = await fixture.NewStoreAsync();
        await store.FileSearchStores.InsertAsync(Store("s"), Cancel);
        await store.Uploads.BeginAsync(Document("s", "resting"), 10, 2 * Ttl, Cancel);
        await store.Uploads.BeginAsync(Document("s", "cancelled"), 10, 2 * Ttl, Cancel);
        store.Clock.Advance(Ttl);
        Assert.True(await store.Uploads.AppendAsync(new UploadKey(Project, "s", "resting"), 0, "x"u8.ToArray(), 2 * Ttl, Cancel));
        Assert.True(await store.Uploads.CancelAsync(new UploadKey(Project, "s", "cancelled"), Cancel));
        Assert.False(await store.Uploads.CancelAsync(new UploadKey(Project, "s", "cancelled"), Cancel));
        await EraseAsync(store);
        Assert.Null(await store.Documents.ClaimAsync(DocumentWork.Erase, Ttl, Cancel));

        store.Clock.Advance(2 * Ttl);

        await EraseAsync(store);
        Assert.Null(await store.Uploads.FindAsync(new UploadKey(Project, "s", "resting"), Cancel));
        Assert.Equal(UploadStart.Begun, await store.Uploads.BeginAsync(Document("s", "resting"), 1, Ttl, Cancel));
    }

    private static async Task EraseAsync(TestStore store)
    {
        var erased = await store.ClaimAsync(DocumentWork.Erase);
        while (await store.Documents.EraseAsync(erased.Lease, Cancel))
        {
            // One portion after the other.
        }
    }
}
