using OpenInteractions.Engine.FileSearch;
using static OpenInteractions.Storage.Tests.FileSearchSample;

namespace OpenInteractions.Storage.Tests;

/// <summary>What every engine promises about finding pieces of documents.</summary>
public abstract class ChunkIndexContract(IStorageFixture fixture)
{
    private static CancellationToken Cancel => CancellationToken.None;

    [Theory]
    [InlineData("connection", "The lines were connected in May.")]
    [InlineData("ELEVE", "Les élèves étudient.")]
    [InlineData("ＡＢＣ", "The abc of it")]
    [InlineData("Ηλεκτρον", "τὸ ἤλεκτρον")]
    [InlineData("naïve", "nai\u0308ve")]
    [InlineData("grosse", "Die Größe zählt: GROSSE Dinge.")]
    [InlineData("東京", "私は東京に住んでいます。")]
    [InlineData("京", "私は東京に住んでいます。")]
    [InlineData("สวัสดี", "เขาพูดว่าสวัสดีครับ")]
    [InlineData("v2", "Release v2 of it")]
    [InlineData("what is the MAINTENANCE window?", "maintenance")]
    [InlineData("the", "to be or not to be, the")]
    [InlineData("एकता", "भारत की एकता और अखंडता")]
    [InlineData("\U00010428", "deseret \U00010428 letter")]
    public async Task A_word_is_found_in_every_form_and_script(string query, string text)
    {
        await using var store = await NewStoreAsync("s");
        await store.AddAsync("s", "other", "Nothing of this kind at all, 何もない, ไม่มี");
        await store.AddAsync("s", "d", text);

        var hit = Assert.Single(await SearchAsync(store, query));

        Assert.Equal(text, Assert.Single(await store.Chunks.ReadChunksAsync(Project, [hit.Id], Cancel)).Text);
    }

    [Fact]
    public async Task Rarer_words_more_of_them_and_shorter_pieces_come_first()
    {
        await using var store = await NewStoreAsync("s");
        await store.AddAsync(
            "s", "d",
            "common common common common",
            "common rare",
            "common rare special",
            "rare and other words",
            "common thing", "common matter", "common place", "nothing");

        var texts = await TextsAsync(store, "common rare special");

        Assert.Equal(["common rare special", "common rare"], texts[..2]);
        Assert.Equal("rare and other words", texts[2]);
        Assert.Equal("common common common common", texts[3]);
        Assert.DoesNotContain("nothing", texts);
        Assert.Equal(7, texts.Count);
    }

    [Fact]
    public async Task Scores_are_those_of_the_formula()
    {
        await using var store = await NewStoreAsync("s");
        await store.AddAsync("s", "d", "apple apple apple pear", "apple plum", "plum cherry grape melon lemon lime");

        var hits = await SearchAsync(store, "apple");

        // 12 words in 3 pieces; the word is in 2 of them, 3 times in 4 words and once in 2.
        var rarity = Math.Log(1 + (1.5 / 2.5));
        Assert.Equal(rarity * 3 * 3 / (3 + (2 * (0.25 + (0.75 * 4 / 4)))), hits[0].Score, 0.02);
        Assert.Equal(rarity * 3 / (1 + (2 * (0.25 + (0.75 * 2 / 4)))), hits[1].Score, 0.02);
    }

    [Fact]
    public async Task Other_stores_and_projects_are_neither_found_nor_change_the_order()
    {
        await using var store = await NewStoreAsync("s", "t");
        await store.FileSearchStores.InsertAsync(Store("s", project: "another"), Cancel);
        await store.AddAsync("s", "d", "alpha beta", "beta gamma", "beta delta");
        var before = await SearchAsync(store, "alpha beta");
        await store.AddAsync("t", "e", [.. Enumerable.Range(0, 40).Select(_ => "alpha alpha beta")]);
        await store.UploadAsync("s", "f", project: "another");
        await store.IndexAsync("alpha");

        Assert.Equal(before, await SearchAsync(store, "alpha beta"));
        Assert.Equal(43, (await SearchAsync(store, "alpha beta", "s", "t")).Count);
        Assert.Empty(await SearchAsync(store, "alpha", "missing"));
        var foreign = await store.Chunks.SearchTextAsync(new ChunkSearch { Project = "another", Stores = ["fileSearchStores/s"], Query = "alpha beta", Limit = 10 }, Cancel);
        Assert.Empty(await store.Chunks.ReadChunksAsync(Project, [Assert.Single(foreign).Id], Cancel));
    }

    [Fact]
    public async Task Only_the_documents_in_question_are_found_and_at_most_so_many_pieces()
    {
        await using var store = await NewStoreAsync("s");
        var first = await store.AddAsync("s", "d", "word one", "word two", "word three");
        var second = await store.AddAsync("s", "e", "word four");

        Assert.All(await SearchAsync(store, "word", documents: [first]), hit => Assert.Equal(first, hit.Document));
        Assert.Equal(second, Assert.Single(await SearchAsync(store, "word", documents: [second])).Document);
        Assert.Empty(await SearchAsync(store, "word", documents: []));
        Assert.Equal(2, (await SearchAsync(store, "word", limit: 2)).Count);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" .,;:!?()")]
    [InlineData("' OR 1=1 --")]
    [InlineData("\"unbalanced AND (NEAR")]
    [InlineData("':* & | ! <-> \\")]
    [InlineData("\0\u0001\ud800")]
    public async Task Nothing_in_a_query_is_an_operator(string query)
    {
        await using var store = await NewStoreAsync("s");
        await store.AddAsync("s", "d", "plain words");

        Assert.Empty(await SearchAsync(store, query));
    }

    [Fact]
    public async Task Texts_of_every_kind_come_back_as_they_were()
    {
        await using var store = await NewStoreAsync("s");
        string[] texts = ["with \0 and \u0001 marker", "日本語\n\n表😀 marker", "'quoted' \\back\\ marker", new string('x', 100_000) + " marker", string.Join(' ', Enumerable.Range(0, 20_000)) + " marker"];
        var document = await store.AddAsync("s", "d", texts);

        var hits = await SearchAsync(store, "marker");
        var chunks = await store.Chunks.ReadChunksAsync(Project, [.. hits.Select(h => h.Id).Order(), 999_999_999], Cancel);

        Assert.Equal(texts, chunks.Select(c => c.Text));
        Assert.Equal([0, 1, 2, 3, 4], chunks.Select(c => c.Ordinal));
        Assert.Equal([1, null, 3, null, 5], chunks.Select(c => c.Page));
        var chunk = chunks[0];
        Assert.Equal((document, "fileSearchStores/s/documents/d", "d.txt", "fileSearchStores/s", 3), (chunk.Document, chunk.DocumentName, chunk.Title, chunk.Store, chunk.Metadata.Count));
    }

    [Fact]
    public async Task Documents_are_read_with_what_their_owner_said_of_them()
    {
        await using var store = await NewStoreAsync("s", "t");
        await store.AddAsync("s", "d", "one");
        await store.AddAsync("t", "e", "two");

        var document = Assert.Single(await store.Chunks.ReadDocumentsAsync(Project, "fileSearchStores/s", Cancel));

        Assert.Equal("fileSearchStores/s/documents/d", document.Name);
        Assert.Equal(["author", "tags", "year"], document.Metadata.Select(m => m.Key));
        Assert.Empty(await store.Chunks.ReadDocumentsAsync("another", "fileSearchStores/s", Cancel));
        Assert.Equal(["fileSearchStores/t", "fileSearchStores/s"], (await store.Chunks.FindStoresAsync(Project, ["fileSearchStores/t", "x", "fileSearchStores/s", "fileSearchStores/no"], Cancel)).Select(s => s.Name));
    }

    [Fact]
    public async Task What_was_deleted_is_found_no_more_and_leaves_nothing()
    {
        await using var store = await NewStoreAsync("s");
        await store.AddAsync("s", "d", [.. Enumerable.Range(0, 700).Select(n => $"word number {n}")]);
        await store.AddAsync("s", "e", "word stays");
        await store.FileSearchStores.DeleteDocumentAsync(Project, "s", "d", force: true, Cancel);
        Assert.Single(await SearchAsync(store, "word"));
        var erased = await store.ClaimAsync(DocumentWork.Erase);

        var portions = 0;
        while (await store.Documents.EraseAsync(erased.Lease, Cancel))
        {
            portions++;
        }

        Assert.Equal(2, portions);
        Assert.Single(await SearchAsync(store, "word"));
        Assert.Null(await store.Documents.ClaimAsync(DocumentWork.Erase, Ttl, Cancel));
    }

    private static Task<IReadOnlyList<ChunkHit>> SearchAsync(TestStore store, string query, params string[] stores) =>
        store.Chunks.SearchTextAsync(new ChunkSearch { Project = Project, Stores = [.. (stores is [] ? ["s"] : stores).Select(ResourceNames.OfStore)], Query = query, Limit = 100 }, Cancel);

    private static Task<IReadOnlyList<ChunkHit>> SearchAsync(TestStore store, string query, IReadOnlyCollection<long>? documents = null, int limit = 100) =>
        store.Chunks.SearchTextAsync(new ChunkSearch { Project = Project, Stores = ["fileSearchStores/s"], Query = query, Documents = documents, Limit = limit }, Cancel);

    private static async Task<List<string>> TextsAsync(TestStore store, string query) =>
        [.. (await store.Chunks.ReadChunksAsync(Project, [.. (await SearchAsync(store, query)).Select(hit => hit.Id)], Cancel)).Select(chunk => chunk.Text)];

    private async Task<TestStore> NewStoreAsync(params string[] stores)
    {
        var store = await fixture.NewStoreAsync();
        foreach (var id in stores)
        {
            await store.FileSearchStores.InsertAsync(Store(id), Cancel);
        }

        return store;
    }
}
