using OpenInteractions.Engine.FileSearch;
using static OpenInteractions.Storage.Tests.FileSearchSample;

namespace OpenInteractions.Storage.Tests;

/// <summary>What every engine promises about the work on documents.</summary>
public abstract class DocumentQueueContract(IStorageFixture fixture)
{
    private static CancellationToken Cancel => CancellationToken.None;

    [Fact]
    public async Task Each_document_is_taken_once_and_the_one_that_waits_longest_first()
    {
        await using var store = await NewStoreAsync("one", "two");

        var (first, second) = (await store.ClaimAsync(DocumentWork.Read), await store.ClaimAsync(DocumentWork.Read));

        Assert.True(first.Lease.Document < second.Lease.Document);
        Assert.Null(await store.Documents.ClaimAsync(DocumentWork.Read, Ttl, Cancel));
    }

    [Fact]
    public async Task Nodes_that_ask_at_once_take_different_documents()
    {
        await using var store = await NewStoreAsync([.. Enumerable.Range(0, 12).Select(n => $"d{n}")]);

        var claimed = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => store.Documents.ClaimAsync(DocumentWork.Read, Ttl, Cancel)));

        // Whoever looked at a row while another took it may go away empty-handed; nothing is given twice.
        var taken = claimed.OfType<ClaimedDocument>().Select(c => c.Lease.Document).ToList();
        while (await store.Documents.ClaimAsync(DocumentWork.Read, Ttl, Cancel) is { } more)
        {
            taken.Add(more.Lease.Document);
        }

        Assert.Equal(12, taken.Distinct().Count());
        Assert.Equal(12, taken.Count);
    }

    [Fact]
    public async Task A_replaced_owner_writes_nothing()
    {
        await using var store = await NewStoreAsync("d");
        var first = await store.ClaimAsync(DocumentWork.Read);
        Assert.True(await store.Documents.AddChunksAsync(first.Lease, 0, [new NewChunk("begun by the first", null), new NewChunk("left over", null)], Cancel));
        store.Clock.Advance(2 * Ttl);
        var second = await store.ClaimAsync(DocumentWork.Read);

        Assert.Equal((first.Lease.Document, 2), (second.Lease.Document, second.Attempts));
        Assert.Null(await store.Documents.ReadContentAsync(first.Lease, Cancel));
        Assert.False(await store.Documents.RenewAsync(first.Lease, Ttl, Cancel));
        Assert.False(await store.Documents.AddChunksAsync(first.Lease, 0, [new NewChunk("late", null)], Cancel));
        Assert.False(await store.Documents.ActivateAsync(first.Lease, 1, Cancel));
        Assert.False(await store.Documents.FailAsync(first.Lease, "late", Cancel));
        Assert.False(await store.Documents.PostponeAsync(first.Lease, TimeSpan.Zero, isCounted: true, Cancel));

        Assert.True(await store.Documents.AddChunksAsync(second.Lease, 0, [new NewChunk("whole by the second", 3)], Cancel));
        Assert.True(await store.Documents.ActivateAsync(second.Lease, 1, Cancel));
        var hit = Assert.Single(await SearchAsync(store, "begun left whole second"));
        Assert.Equal("whole by the second", Assert.Single(await store.Chunks.ReadChunksAsync(Project, [hit.Id], Cancel)).Text);
    }

    [Fact]
    public async Task A_lease_lasts_as_long_as_it_is_renewed()
    {
        await using var store = await NewStoreAsync("d");
        var claimed = await store.ClaimAsync(DocumentWork.Read);
        store.Clock.Advance(Ttl * 0.9);
        Assert.True(await store.Documents.RenewAsync(claimed.Lease, Ttl, Cancel));
        store.Clock.Advance(Ttl * 0.9);
        Assert.Null(await store.Documents.ClaimAsync(DocumentWork.Read, Ttl, Cancel));

        store.Clock.Advance(Ttl);

        Assert.Equal(2, (await store.ClaimAsync(DocumentWork.Read)).Attempts);
    }

    [Fact]
    public async Task What_is_given_back_comes_again_after_its_pause()
    {
        await using var store = await NewStoreAsync("d");
        Assert.True(await store.Documents.PostponeAsync((await store.ClaimAsync(DocumentWork.Read)).Lease, Ttl, isCounted: true, Cancel));
        Assert.Null(await store.Documents.ClaimAsync(DocumentWork.Read, Ttl, Cancel));
        store.Clock.Advance(Ttl);
        var again = await store.ClaimAsync(DocumentWork.Read);
        Assert.Equal(2, again.Attempts);
        Assert.True(await store.Documents.PostponeAsync(again.Lease, TimeSpan.Zero, isCounted: false, Cancel));

        Assert.Equal(2, (await store.ClaimAsync(DocumentWork.Read)).Attempts);
    }

    [Fact]
    public async Task Nothing_is_found_of_a_document_before_all_of_it_is()
    {
        await using var store = await NewStoreAsync("d");
        var claimed = await store.ClaimAsync(DocumentWork.Read);
        await store.Documents.AddChunksAsync(claimed.Lease, 0, [new NewChunk("early bird", null)], Cancel);

        Assert.Empty(await SearchAsync(store, "bird"));
        Assert.Empty(await store.Chunks.ReadDocumentsAsync(Project, "fileSearchStores/s", Cancel));
        var before = Assert.Single(await store.Chunks.FindStoresAsync(Project, ["fileSearchStores/s"], Cancel)).Version;
        Assert.True(await store.Documents.ActivateAsync(claimed.Lease, 1, Cancel));

        Assert.Single(await SearchAsync(store, "bird"));
        Assert.NotEqual(before, Assert.Single(await store.Chunks.FindStoresAsync(Project, ["fileSearchStores/s"], Cancel)).Version);
        Assert.Null(await store.Documents.ClaimAsync(DocumentWork.Embed, Ttl, Cancel));
    }

    [Fact]
    public async Task Bytes_go_when_they_were_read_and_not_before()
    {
        await using var store = await NewStoreAsync("read", "failed", "waiting");
        Assert.False(await store.Documents.DiscardContentAsync(Cancel));
        await store.IndexAsync("text");
        await store.Documents.FailAsync((await store.ClaimAsync(DocumentWork.Read)).Lease, "no", Cancel);

        while (await store.Documents.DiscardContentAsync(Cancel))
        {
            // One portion after the other.
        }

        var waiting = await store.ClaimAsync(DocumentWork.Read);
        Assert.Equal(4, (await store.Documents.ReadContentAsync(waiting.Lease, Cancel))!.Value.Length);
        Assert.Equal("no", (await store.FileSearchStores.GetDocumentAsync(Project, "s", "failed", Cancel))!.Failure);
    }

    [Fact]
    public async Task Vectors_are_made_for_all_pieces_once_and_again_when_the_model_changes()
    {
        await using var store = await NewStoreAsync();
        await store.AddAsync("s", "d", "one", "two", "three");
        Assert.Equal(1, await store.Documents.AdoptModelAsync("p/m", Cancel));
        Assert.Equal(0, await store.Documents.AdoptModelAsync("p/m", Cancel));
        var claimed = await store.ClaimAsync(DocumentWork.Embed);
        Assert.Equal("p/m", claimed.EmbeddingModel);

        var two = await store.Documents.ReadUnembeddedAsync(claimed.Lease, -1, 2, Cancel);
        Assert.Equal(["one", "two"], two.Select(c => c.Text));
        Assert.True(await store.Documents.AddVectorsAsync(claimed.Lease, [.. two.Select((c, at) => (c.Id, new float[] { at, -0.5f, float.Epsilon }))], Cancel));
        var rest = Assert.Single(await store.Documents.ReadUnembeddedAsync(claimed.Lease, -1, 10, Cancel));
        Assert.Empty(await store.Documents.ReadUnembeddedAsync(claimed.Lease, rest.Ordinal, 10, Cancel));
        Assert.True(await store.Documents.AddVectorsAsync(claimed.Lease, [(rest.Id, [2, 0, 0])], Cancel));
        Assert.True(await store.Documents.FinishVectorsAsync(claimed.Lease, Cancel));

        Assert.Null(await store.Documents.ClaimAsync(DocumentWork.Embed, Ttl, Cancel));
        var vectors = await ReadVectorsAsync(store, "p/m");
        Assert.Equal([.. two.Select(c => c.Id), rest.Id], vectors.Select(v => v.Id));
        Assert.Equal([1, -0.5f, float.Epsilon], vectors[1].Vector.ToArray());
        Assert.Empty(await ReadVectorsAsync(store, "other"));

        Assert.Equal(1, await store.Documents.AdoptModelAsync("p/n", Cancel));
        var anew = await store.ClaimAsync(DocumentWork.Embed);
        Assert.Equal(3, (await store.Documents.ReadUnembeddedAsync(anew.Lease, -1, 10, Cancel)).Count);
        Assert.False(await store.Documents.AddVectorsAsync(claimed.Lease, [(rest.Id, [9])], Cancel));
        Assert.True(await store.Documents.AddVectorsAsync(anew.Lease, [(rest.Id, [3])], Cancel));
        Assert.Equal(3, Assert.Single(await ReadVectorsAsync(store, "p/n")).Vector.Span[0]);
        Assert.Equal("p/n", Assert.Single(await store.Chunks.FindStoresAsync(Project, ["fileSearchStores/s"], Cancel)).Model);
    }

    private static Task<IReadOnlyList<ChunkHit>> SearchAsync(TestStore store, string query) =>
        store.Chunks.SearchTextAsync(new ChunkSearch { Project = Project, Stores = ["fileSearchStores/s"], Query = query, Limit = 10 }, Cancel);

    private static async Task<List<ChunkVector>> ReadVectorsAsync(TestStore store, string model)
    {
        var vectors = new List<ChunkVector>();
        await foreach (var vector in store.Chunks.ReadVectorsAsync(Project, "fileSearchStores/s", model, Cancel))
        {
            vectors.Add(vector);
        }

        return vectors;
    }

    private async Task<TestStore> NewStoreAsync(params string[] documents)
    {
        var store = await fixture.NewStoreAsync();
        await store.FileSearchStores.InsertAsync(Store("s"), Cancel);
        foreach (var document in documents)
        {
            await store.UploadAsync("s", document);
        }

        return store;
    }
}
