using System.IO.Compression;
using System.Text;
using System.Text.Json;
using OpenInteractions.Testing.Client;
using OpenInteractions.Testing.Vendors;
using OpenInteractions.Testing.Vendors.Embeddings;
using OpenInteractions.Tools.Tests.UrlContext;

namespace OpenInteractions.Tools.Tests.FileSearch;

/// <summary>Files from their upload to their citation, through the public routes of a server process, over both databases.</summary>
public sealed class UploadedFilesTests
{
    private const string Word = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";

    [Theory]
    [InlineData(FileSearchServer.Sqlite)]
    [InlineData(FileSearchServer.Postgres)]
    public async Task Files_of_every_kind_are_found_and_cited_with_their_page_and_metadata(string engine)
    {
        await using var server = await FileSearchServer.StartAsync(engine);
        var store = await server.NewStoreAsync();
        await server.UploadAsync(store, "handbook.md", "text/markdown", "# Handbook\n\n## Leave\n\nEverybody has thirty days of leave.\n"u8.ToArray(), Metadata("""{"key":"year","numericValue":2024},{"key":"author","stringValue":"Ada"}"""));
        await server.UploadAsync(store, "tariff.pdf", "application/pdf", Tariff(), Metadata("""{"key":"tags","stringListValue":{"values":["prices","post"]}}""") + Chunks(40));
        await server.UploadAsync(store, "report.docx", Word, Docx("The bridge over the river was closed in October."));
        await server.UploadAsync(store, "note.txt", "text/plain", [.. Encoding.Unicode.Preamble, .. Encoding.Unicode.GetBytes("Der Schlüssel liegt im Büro 東京.")]);

        await AssertCitedAsync(server, store, "days of leave", "handbook.md", "Everybody has thirty days of leave.", page: null, """{"year":2024,"author":"Ada"}""");
        await AssertCitedAsync(server, store, "parcels to Norway", "tariff.pdf", "Parcels to Norway cost nine euros.", page: 2, """{"tags":["prices","post"]}""");
        await AssertCitedAsync(server, store, "bridge closed", "report.docx", "The bridge over the river was closed in October.", page: null, metadata: null);
        await AssertCitedAsync(server, store, "Schlüssel", "note.txt", "Der Schlüssel liegt im Büro 東京.", page: null, metadata: null);
    }

    [Theory]
    [InlineData(FileSearchServer.Sqlite)]
    [InlineData(FileSearchServer.Postgres)]
    public async Task A_file_that_cannot_be_read_says_why_and_the_others_are_found(string engine)
    {
        await using var server = await FileSearchServer.StartAsync(engine);
        var store = await server.NewStoreAsync();

        var broken = await server.UploadAsync(store, "broken.pdf", "application/pdf", "%PDF-1.7\nThe boiler is here."u8.ToArray());
        await server.UploadAsync(store, "boiler.txt", "text/plain", "The boiler is serviced in May."u8.ToArray());

        Assert.Contains("broken", broken.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
        var documents = (await server.Client.SendAsync(HttpMethod.Get, store + "/documents")).Ok().Json.GetProperty("documents").EnumerateArray().ToDictionary(d => d.GetProperty("displayName").GetString()!);
        Assert.Equal("STATE_ACTIVE", documents["boiler.txt"].GetProperty("state").GetString());
        Assert.Equal("STATE_FAILED", documents["broken.pdf"].GetProperty("state").GetString());
        Assert.Equal(broken.GetProperty("error").GetProperty("message").GetString(), documents["broken.pdf"].GetProperty("error").GetProperty("message").GetString());
        Assert.Equal(["boiler.txt"], await server.FilesAsync(store, "boiler"));
    }

    [Theory]
    [InlineData(FileSearchServer.Sqlite)]
    [InlineData(FileSearchServer.Postgres)]
    public async Task A_filter_leaves_files_out_and_a_deleted_file_is_found_no_more(string engine)
    {
        await using var server = await FileSearchServer.StartAsync(engine);
        var store = await server.NewStoreAsync();
        var old = DocumentOf(await server.UploadAsync(store, "old.txt", "text/plain", "The canteen opens at noon."u8.ToArray(), Metadata("""{"key":"year","numericValue":1999}""")));
        await server.UploadAsync(store, "new.txt", "text/plain", "The canteen opens at eleven, as the staff wanted."u8.ToArray(), Metadata("""{"key":"year","numericValue":2024}"""));

        Assert.Equal(["new.txt", "old.txt"], (await server.FilesAsync(store, "canteen")).Order());
        Assert.Equal(["new.txt"], await server.FilesAsync(store, "canteen", ""","metadata_filter":"year >= 2020" """));
        Assert.Equal(["old.txt"], await server.FilesAsync(store, "canteen", ""","metadata_filter":"NOT year >= 2020" """));

        (await server.Client.SendAsync(HttpMethod.Delete, old + "?force=true")).Ok();

        Assert.Equal(["new.txt"], await server.FilesAsync(store, "canteen"));
        Assert.Empty(await server.FilesAsync(store, "canteen", ""","metadata_filter":"year = 1999" """));
        Assert.Equal(404, (await server.Client.SendAsync(HttpMethod.Get, old)).Status);
    }

    [Theory]
    [InlineData(FileSearchServer.Sqlite)]
    [InlineData(FileSearchServer.Postgres)]
    public async Task Another_project_can_neither_see_nor_list_nor_search_nor_delete_a_store(string engine)
    {
        await using var server = await FileSearchServer.StartAsync(engine);
        var store = await server.NewStoreAsync();
        var document = DocumentOf(await server.UploadAsync(store, "secret.txt", "text/plain", "The safe is behind the picture."u8.ToArray()));

        foreach (var (method, path) in new[] { ("GET", store), ("GET", store + "/documents"), ("GET", document), ("DELETE", document + "?force=true"), ("DELETE", store + "?force=true") })
        {
            Assert.Equal(404, (await server.Other.SendAsync(new HttpMethod(method), path)).Status);
        }

        Assert.DoesNotContain(store, (await server.Other.SendAsync(HttpMethod.Get, "fileSearchStores")).Ok().Text, StringComparison.Ordinal);
        var refused = await server.Other.CreateAsync($$"""{"model":"demo","input":"Search my files for \"safe\".","tools":[{"type":"file_search","file_search_store_names":["{{store}}"]}]}""");
        Assert.Equal(400, refused.Status);
        Assert.Contains($"There is no file search store '{store}'", refused.ErrorMessage, StringComparison.Ordinal);
        Assert.DoesNotContain("picture", refused.Text, StringComparison.Ordinal);
        Assert.Equal(["secret.txt"], await server.FilesAsync(store, "safe"));
    }

    [Theory]
    [InlineData(FileSearchServer.Sqlite)]
    [InlineData(FileSearchServer.Postgres)]
    public async Task What_shares_no_word_is_found_by_its_meaning_and_words_find_while_the_embedding_model_is_down(string engine)
    {
        var embeddings = new Interruptible(new OpenAIEmbeddingVendor(Meaning) { Key = null });
        await using var vendor = await VendorServer.StartAsync(embeddings);
        await using var server = await FileSearchServer.StartAsync(engine, Embeddings(vendor));
        var store = await server.NewStoreAsync();
        await server.UploadAsync(store, "leave.txt", "text/plain", "Everybody has thirty days of leave."u8.ToArray());
        await server.UploadAsync(store, "heating.txt", "text/plain", "The boiler is serviced in May."u8.ToArray());

        // By words alone these queries would find nothing at all.
        await FoundAsync(server, store, "paid sabbatical", "leave.txt");
        await FoundAsync(server, store, "warm radiators", "heating.txt");

        embeddings.IsDown = true;
        Assert.Empty(await server.FilesAsync(store, "paid sabbatical", OnlyBest));
        Assert.Equal(["heating.txt"], await server.FilesAsync(store, "boiler", OnlyBest));
        Assert.Equal(["leave.txt"], await server.FilesAsync(store, "leave", OnlyBest));
    }

    [Theory]
    [InlineData(FileSearchServer.Sqlite)]
    [InlineData(FileSearchServer.Postgres)]
    public async Task A_file_that_comes_while_the_embedding_model_is_down_is_found_by_words_and_gets_its_vectors_later(string engine)
    {
        var embeddings = new Interruptible(new OpenAIEmbeddingVendor(Meaning) { Key = null }) { IsDown = true };
        await using var vendor = await VendorServer.StartAsync(embeddings);
        await using var server = await FileSearchServer.StartAsync(engine, Embeddings(vendor));
        var store = await server.NewStoreAsync();

        var failed = server.LoggedAsync("No vectors for document");
        var done = await server.UploadAsync(store, "leave.txt", "text/plain", "Everybody has thirty days of leave."u8.ToArray());
        await failed;

        Assert.Equal("STATE_ACTIVE", (await server.Client.SendAsync(HttpMethod.Get, DocumentOf(done))).Ok().Json.GetProperty("state").GetString());
        Assert.Equal(["leave.txt"], await server.FilesAsync(store, "leave"));
        Assert.Empty(await server.FilesAsync(store, "paid sabbatical"));

        embeddings.IsDown = false;
        await FoundAsync(server, store, "paid sabbatical", "leave.txt");
    }

    private const string OnlyBest = ""","top_k":1""";

    private static (string, string)[] Embeddings(VendorServer vendor) =>
    [
        ("OpenInteractions__Providers__Endpoints__hand__BaseUrl", new Uri(vendor.Address, "v1").ToString()),
        ("OpenInteractions__Tools__FileSearch__Embeddings", "hand/meaning"),
        ("OpenInteractions__Tools__FileSearch__QueryTimeout", "00:00:01"),
        ("OpenInteractions__FileSearch__RetryPause", "00:00:00.100"),
        ("OpenInteractions__FileSearch__MaxRetryPause", "00:00:01"),
        ("OpenInteractions__FileSearch__ScanInterval", "00:00:00.100"),
    ];

    /// <summary>Three subjects, a direction for each.</summary>
    private static float[] Meaning(string text) => text switch
    {
        _ when text.Contains("leave", StringComparison.Ordinal) || text.Contains("sabbatical", StringComparison.Ordinal) => [1, 0, 0.1f],
        _ when text.Contains("boiler", StringComparison.Ordinal) || text.Contains("radiators", StringComparison.Ordinal) => [0, 1, 0.1f],
        _ => [0, 0, 1],
    };

    /// <summary>Vectors come after the document is active, and nothing but a search tells that they are there.</summary>
    private static Task<IReadOnlyList<string>> FoundAsync(FileSearchServer server, string store, string query, string file) =>
        FileSearchServer.UntilAsync(() => server.FilesAsync(store, query, OnlyBest), found => found.SequenceEqual([file]), $"{file} by the meaning of '{query}'");

    private static async Task AssertCitedAsync(FileSearchServer server, string store, string query, string file, string statement, int? page, string? metadata)
    {
        var document = (await server.Client.SendAsync(HttpMethod.Get, store + "/documents")).Ok().Json.GetProperty("documents").EnumerateArray().Single(d => d.GetProperty("displayName").GetString() == file);

        var (citation, cited) = (await server.SearchAsync(store, query))[0];

        Assert.Equal(("file_citation", file, statement), (citation.GetProperty("type").GetString(), citation.GetProperty("file_name").GetString(), cited));
        Assert.Equal((document.GetProperty("name").GetString(), store), (citation.GetProperty("document_uri").GetString(), citation.GetProperty("source").GetString()));
        Assert.Equal(page, citation.TryGetProperty("page_number", out var number) ? number.GetInt32() : null);
        Assert.Equal(metadata, citation.TryGetProperty("custom_metadata", out var custom) ? custom.GetRawText() : null);
    }

    private static string DocumentOf(JsonElement operation) => operation.GetProperty("response").GetProperty("documentName").GetString()!;

    private static string Metadata(string entries) => $",\"customMetadata\":[{entries}]";

    private static string Chunks(int most) => $",\"chunkingConfig\":{{\"whiteSpaceConfig\":{{\"maxTokensPerChunk\":{most},\"maxOverlapTokens\":0}}}}";

    /// <summary>Three pages, each of which is a piece.</summary>
    private static byte[] Tariff()
    {
        var pdf = new PdfMaker();
        pdf.Page(Text("Letters to Austria cost one euro.", "They are carried by train as far as Vienna, and go on by van from there,", "twice a day but for Sunday, when nobody is at work."));
        pdf.Page(Text("Parcels to Norway cost nine euros.", "The ship leaves Kiel in the afternoon and is there next morning,", "so that whoever orders before noon gets his goods within two days."));
        pdf.Page(Text("Postcards to Wales cost half a pound.", "A stamp must be on them which shows the dragon, red on green,", "and the address has to be written in both languages of the land."));
        return pdf.Make();
    }

    private static string Text(params string[] lines) => $"BT /F1 12 Tf 72 700 Td {string.Join(" 0 -14 Td ", lines.Select(l => $"({l}) Tj"))} ET";

    private static byte[] Docx(string text)
    {
        using var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        using (var part = new StreamWriter(zip.CreateEntry("word/document.xml").Open()))
        {
            part.Write($"<w:document xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"><w:body><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:body></w:document>");
        }

        return bytes.ToArray();
    }

    /// <summary>A vendor that is away for a while.</summary>
    private sealed class Interruptible(IVendor vendor) : IVendor
    {
        private volatile bool _isDown;

        public bool IsDown
        {
            get => _isDown;
            set => _isDown = value;
        }

        public VendorReply? Refuse(VendorRequest request) => IsDown ? VendorReply.Text(503, "gone for a while") : vendor.Refuse(request);

        public VendorReply Respond(VendorRequest request) => vendor.Respond(request);
    }
}
