using System.Text;
using System.Threading.Channels;
using Microsoft.Extensions.DependencyInjection;
using OpenInteractions.Api.Tests.Hosting;
using OpenInteractions.Contracts.Errors;
using OpenInteractions.Engine.FileSearch;
using OpenInteractions.Testing;
using OpenInteractions.Testing.Client;

namespace OpenInteractions.Api.Tests.FileSearch;

/// <summary>Stores, documents, uploads and operations over HTTP.</summary>
public sealed class StoreTests : IAsyncLifetime
{
    private readonly GatedReader _reader = new();
    private TestServer _server = null!;
    private InteractionsClient _client = null!;

    public async Task InitializeAsync()
    {
        _server = await TestServer.StartWithKeysAsync(
            [("one", "key-1"), ("two", "key-2")],
            [("OpenInteractions:FileSearch:MaxFileLength", "3000000"), ("OpenInteractions:FileSearch:MaxPendingDocuments", "3")],
            services => services.AddSingleton<IDocumentReader>(_reader));
        _client = _server.Client.WithKey("key-1");
    }

    public async Task DisposeAsync()
    {
        _client.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task A_store_is_made_read_listed_and_deleted()
    {
        var made = (await _client.PostAsync("fileSearchStores", """{"displayName":"Größe & Maß"}""")).Ok();
        var name = made.Json.GetProperty("name").GetString()!;

        Assert.Matches("^fileSearchStores/gro-e-ma-[0-9a-z]{12}$", name);
        Assert.Equal("Größe & Maß", made.Json.GetProperty("displayName").GetString());
        Assert.Equal("0", made.Json.GetProperty("activeDocumentsCount").GetString());
        Assert.Equal(made.Text, (await _client.SendAsync(HttpMethod.Get, name)).Ok().Text);
        Assert.Contains(name, (await _client.SendAsync(HttpMethod.Get, "fileSearchStores")).Ok().Text, StringComparison.Ordinal);
        Assert.Equal("{}", (await _client.SendAsync(HttpMethod.Delete, name)).Ok().Text);
        AssertError(await _client.SendAsync(HttpMethod.Get, name), 404, "NOT_FOUND", name);
        AssertError(await _client.SendAsync(HttpMethod.Delete, name), 404, "NOT_FOUND", name);
    }

    [Fact]
    public async Task A_store_without_a_name_has_a_random_one()
    {
        Assert.Matches("^fileSearchStores/[0-9a-z]{12}$", (await _client.PostAsync("fileSearchStores", "")).Ok().Json.GetProperty("name").GetString());
        Assert.Matches("^fileSearchStores/[0-9a-z]{12}$", (await _client.PostAsync("fileSearchStores", """{"displayName":"東京"}""")).Ok().Json.GetProperty("name").GetString());
    }

    [Fact]
    public async Task Lists_come_in_pages()
    {
        for (var n = 0; n < 5; n++)
        {
            (await _client.PostAsync("fileSearchStores", $$"""{"displayName":"s{{n}}"}""")).Ok();
        }

        var seen = new List<string?>();
        string? token = null;
        do
        {
            var page = (await _client.SendAsync(HttpMethod.Get, $"fileSearchStores?pageSize=2{(token is null ? "" : "&pageToken=" + token)}")).Ok().Json;
            seen.AddRange(page.GetProperty("fileSearchStores").EnumerateArray().Select(s => s.GetProperty("displayName").GetString()));
            token = page.TryGetProperty("nextPageToken", out var next) ? next.GetString() : null;
        }
        while (token is not null);

        Assert.Equal(["s0", "s1", "s2", "s3", "s4"], seen);
        AssertError(await _client.SendAsync(HttpMethod.Get, "fileSearchStores?pageSize=101"), 400, "INVALID_ARGUMENT", "pageSize");
        AssertError(await _client.SendAsync(HttpMethod.Get, "fileSearchStores?pageToken=x"), 400, "INVALID_ARGUMENT", "pageToken");
    }

    [Fact]
    public async Task A_file_in_many_requests_is_one_document_and_its_operation_says_when_it_is_done()
    {
        var store = await NewStoreAsync();
        var start = await StartAsync(store, """
            {"displayName":"notes.txt","customMetadata":[{"key":"year","numericValue":1843},{"key":"tags","stringListValue":{"values":["a"]}}],
             "chunkingConfig":{"whiteSpaceConfig":{"maxTokensPerChunk":100,"maxOverlapTokens":10}}}
            """);
        Assert.Equal("active", start.Ok().Header("x-goog-upload-status"));
        var url = start.Header("x-goog-upload-url")!;
        Assert.StartsWith(_server.Address.ToString(), url, StringComparison.Ordinal);
        var content = Encoding.UTF8.GetBytes(new string('x', 1_500_000) + " end");

        var first = (await SendAsync(url, "upload", 0, content[..1_200_000])).Ok();
        Assert.Equal(("active", "1200000"), (first.Header("x-goog-upload-status"), first.Header("x-goog-upload-size-received")));
        AssertError(await SendAsync(url, "upload", 0, content[..10]), 400, "INVALID_ARGUMENT", "1200000 bytes are kept");
        Assert.Equal("1200000", (await SendAsync(url, "query", null, [])).Ok().Header("x-goog-upload-size-received"));
        var last = (await SendAsync(url, "upload, finalize", 1_200_000, content[1_200_000..])).Ok();

        Assert.Equal("final", last.Header("x-goog-upload-status"));
        var operation = last.Json.GetProperty("name").GetString()!;
        Assert.StartsWith(store + "/upload/operations/", operation, StringComparison.Ordinal);
        Assert.False((await _client.SendAsync(HttpMethod.Get, operation)).Ok().Json.GetProperty("done").GetBoolean());
        Assert.Equal("1", (await _client.SendAsync(HttpMethod.Get, store)).Ok().Json.GetProperty("pendingDocumentsCount").GetString());
        var read = await _reader.LetThroughAsync();
        Assert.Equal((content.Length, "text/plain", new Chunking(100, 10)), read);

        var done = await DoneAsync(operation);
        var document = done.Json.GetProperty("response").GetProperty("documentName").GetString()!;
        Assert.Equal(done.Text, (await _client.SendAsync(HttpMethod.Get, operation.Replace("/upload/", "/", StringComparison.Ordinal))).Ok().Text);
        var shown = (await _client.SendAsync(HttpMethod.Get, document)).Ok().Json;
        Assert.Equal(("STATE_ACTIVE", "notes.txt", "1500004", "text/plain", 2), (
            shown.GetProperty("state").GetString(), shown.GetProperty("displayName").GetString(), shown.GetProperty("sizeBytes").GetString(),
            shown.GetProperty("mimeType").GetString(), shown.GetProperty("customMetadata").GetArrayLength()));
        Assert.Equal(shown.GetRawText(), Assert.Single((await _client.SendAsync(HttpMethod.Get, store + "/documents")).Ok().Json.GetProperty("documents").EnumerateArray()).GetRawText());

        AssertError(await _client.SendAsync(HttpMethod.Delete, store), 400, "FAILED_PRECONDITION", "force=true");
        AssertError(await _client.SendAsync(HttpMethod.Delete, document), 400, "FAILED_PRECONDITION", "force=true");
        (await _client.SendAsync(HttpMethod.Delete, document + "?force=true")).Ok();
        AssertError(await _client.SendAsync(HttpMethod.Get, operation), 404, "NOT_FOUND", "documents");
        (await _client.SendAsync(HttpMethod.Delete, store)).Ok();
        AssertError(await _client.SendAsync(HttpMethod.Get, store + "/documents"), 404, "NOT_FOUND", store);
    }

    [Theory]
    [InlineData("https://ai.example.com", "https://ai.example.com/upload/v1beta/fileSearchStores/")]
    [InlineData("https://ai.example.com/gemini/", "https://ai.example.com/gemini/upload/v1beta/fileSearchStores/")]
    public async Task Behind_a_proxy_an_upload_goes_on_at_the_address_that_the_operator_gave(string configured, string expected)
    {
        await using var server = await TestServer.StartAsync(("OpenInteractions:Requests:PublicAddress", configured));
        var store = (await server.Client.PostAsync("fileSearchStores", "{}")).Ok().Json.GetProperty("name").GetString();
        using var start = server.Client.Request(HttpMethod.Post, $"/upload/v1beta/{store}:uploadToFileSearchStore", InteractionsClient.Json("{}"));
        start.Headers.Add("X-Goog-Upload-Protocol", "resumable");
        start.Headers.Add("X-Goog-Upload-Command", "start");
        start.Headers.Add("X-Goog-Upload-Header-Content-Type", "text/plain");
        start.Headers.Add("X-Forwarded-Host", "elsewhere.example");
        start.Headers.Add("X-Forwarded-Proto", "http");

        Assert.StartsWith(expected, (await server.Client.SendAsync(start)).Ok().Header("x-goog-upload-url"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(10, "Send the rest")]
    [InlineData(4, "Begin a new upload")]
    public async Task A_file_of_another_length_than_was_announced_is_not_taken(int announced, string remedy)
    {
        var store = await NewStoreAsync();
        var url = (await StartAsync(store, "{}", length: announced.ToString(System.Globalization.CultureInfo.InvariantCulture))).Ok().Header("x-goog-upload-url")!;

        AssertError(await SendAsync(url, "upload, finalize", 0, "seven b"u8.ToArray()), 400, "INVALID_ARGUMENT", remedy);
        AssertError(await SendAsync(url, "finalize", null, []), 400, "INVALID_ARGUMENT", $"{announced} bytes were announced");

        Assert.False((await _client.SendAsync(HttpMethod.Get, store + "/documents")).Ok().Json.GetProperty("documents").EnumerateArray().Any());
    }

    [Fact]
    public async Task Whoever_did_not_hear_that_the_upload_is_finished_asks_again_and_has_one_document()
    {
        var store = await NewStoreAsync();
        var url = (await StartAsync(store, "{}", length: "5")).Ok().Header("x-goog-upload-url")!;
        var first = (await SendAsync(url, "upload, finalize", 0, "hello"u8.ToArray())).Ok();

        var second = (await SendAsync(url, "upload, finalize", 0, "hello"u8.ToArray())).Ok();
        var asked = (await SendAsync(url, "query", null, [])).Ok();

        Assert.Equal(("final", "final"), (second.Header("x-goog-upload-status"), asked.Header("x-goog-upload-status")));
        Assert.Equal((first.Text, first.Text), (second.Text, asked.Text));
        Assert.Single((await _client.SendAsync(HttpMethod.Get, store + "/documents")).Ok().Json.GetProperty("documents").EnumerateArray());
    }

    [Theory]
    [InlineData("abc")]
    [InlineData("-1")]
    [InlineData("99999999999999999999")]
    public async Task A_page_token_that_somebody_made_up_is_refused(string last)
    {
        var mark = System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes($"one|fileSearchStores\n{last}"))[..6];
        var token = System.Buffers.Text.Base64Url.EncodeToString([.. mark, .. Encoding.UTF8.GetBytes(last)]);

        AssertError(await _client.SendAsync(HttpMethod.Get, $"fileSearchStores?pageToken={token}"), 400, "INVALID_ARGUMENT", "pageToken");
    }

    [Fact]
    public async Task A_document_that_cannot_be_read_says_why()
    {
        var store = await NewStoreAsync();
        var url = (await StartAsync(store, "{}")).Ok().Header("x-goog-upload-url")!;
        var operation = (await SendAsync(url, "upload, finalize", 0, "unreadable"u8.ToArray())).Ok().Json.GetProperty("name").GetString()!;
        await _reader.LetThroughAsync();

        var done = await DoneAsync(operation);

        Assert.Equal("This is no text.", done.Json.GetProperty("error").GetProperty("message").GetString());
        var document = Assert.Single((await _client.SendAsync(HttpMethod.Get, store + "/documents")).Ok().Json.GetProperty("documents").EnumerateArray());
        Assert.Equal(("STATE_FAILED", "This is no text."), (document.GetProperty("state").GetString(), document.GetProperty("error").GetProperty("message").GetString()));
        Assert.Equal("1", (await _client.SendAsync(HttpMethod.Get, store)).Ok().Json.GetProperty("failedDocumentsCount").GetString());
    }

    [Fact]
    public async Task Another_projects_stores_are_not_there()
    {
        var store = await NewStoreAsync();
        var url = (await StartAsync(store, "{}")).Ok().Header("x-goog-upload-url")!;
        using var other = _server.Client.WithKey("key-2");

        AssertError(await other.SendAsync(HttpMethod.Get, store), 404, "NOT_FOUND", store);
        AssertError(await other.SendAsync(HttpMethod.Get, store + "/documents"), 404, "NOT_FOUND", store);
        AssertError(await other.SendAsync(HttpMethod.Delete, store + "?force=true"), 404, "NOT_FOUND", store);
        AssertError(await StartAsync(store, "{}", other), 404, "NOT_FOUND", store);
        AssertError(await SendAsync(url, "upload, finalize", 0, "x"u8.ToArray(), other), 404, "NOT_FOUND", "no such upload");
        AssertError(await SendAsync(url, "query", null, [], other), 404, "NOT_FOUND", "no such upload");
        Assert.DoesNotContain(store, (await other.SendAsync(HttpMethod.Get, "fileSearchStores")).Ok().Text, StringComparison.Ordinal);
        Assert.Equal(401, (await _server.Client.SendAsync(HttpMethod.Get, store)).Status);
        Assert.Equal(401, (await StartAsync(store, "{}", _server.Client)).Status);
    }

    [Theory]
    [InlineData("""{"displayname":"x"}""", "displayName")]
    [InlineData("""{"displayName":1}""", "displayName")]
    [InlineData("""{"embeddingModel":"models/other"}""", "Leave it out")]
    [InlineData("[]", "an object")]
    [InlineData("{", "JSON")]
    public async Task A_wrong_store_is_refused_with_the_place_and_the_remedy(string body, string told) =>
        AssertError(await _client.PostAsync("fileSearchStores", body), 400, "INVALID_ARGUMENT", told);

    [Theory]
    [InlineData("""{"customMetadata":[{"key":"a"}]}""", "customMetadata[0]")]
    [InlineData("""{"customMetadata":[{"key":"a","stringValue":"x","numericValue":1}]}""", "exactly one of")]
    [InlineData("""{"customMetadata":[{"key":"","stringValue":"x"}]}""", "'key'")]
    [InlineData("""{"customMetadata":[{"key":"a","stringValue":"x"},{"key":"a","stringValue":"y"}]}""", "customMetadata[1]")]
    [InlineData("""{"customMetadata":[{"stringValue":"x"}]}""", "customMetadata[0].key")]
    [InlineData("""{"chunkingConfig":{"whiteSpaceConfig":{"maxTokensPerChunk":1}}}""", "from 16 to 2048")]
    [InlineData("""{"chunkingConfig":{"whiteSpaceConfig":{"maxTokensPerChunk":100,"maxOverlapTokens":60}}}""", "half of")]
    [InlineData("""{"mimeType":"text"}""", "mimeType")]
    [InlineData("""{"surprise":1}""", "surprise")]
    public async Task A_wrong_upload_is_refused_with_the_place_and_the_remedy(string body, string told) =>
        AssertError(await StartAsync(await NewStoreAsync(), body), 400, "INVALID_ARGUMENT", told);

    [Fact]
    public async Task More_than_twenty_entries_of_metadata_are_refused()
    {
        var entries = string.Join(',', Enumerable.Range(0, 21).Select(n => $$"""{"key":"k{{n}}","numericValue":{{n}}}"""));

        AssertError(await StartAsync(await NewStoreAsync(), $$"""{"customMetadata":[{{entries}}]}"""), 400, "INVALID_ARGUMENT", "20 entries");
    }

    [Fact]
    public async Task A_file_that_is_too_large_is_refused_before_and_while_it_comes()
    {
        var store = await NewStoreAsync();

        AssertError(await StartAsync(store, "{}", length: "3000001"), 413, "INVALID_ARGUMENT", "3000000 bytes");
        var url = (await StartAsync(store, "{}")).Ok().Header("x-goog-upload-url")!;
        AssertError(await SendAsync(url, "upload, finalize", 0, new byte[3_000_001]), 413, "INVALID_ARGUMENT", "3000000 bytes");
    }

    [Fact]
    public async Task More_documents_than_may_wait_are_refused_for_now()
    {
        var store = await NewStoreAsync();
        for (var n = 0; n < 3; n++)
        {
            (await StartAsync(store, "{}")).Ok();
        }

        var refused = await StartAsync(store, "{}");

        AssertError(refused, 429, "RESOURCE_EXHAUSTED", "3 documents");
        Assert.NotNull(refused.Header("retry-after"));
    }

    [Fact]
    public async Task An_upload_that_was_cancelled_is_gone()
    {
        var url = (await StartAsync(await NewStoreAsync(), "{}")).Ok().Header("x-goog-upload-url")!;

        Assert.Equal("cancelled", (await SendAsync(url, "cancel", null, [])).Ok().Header("x-goog-upload-status"));

        AssertError(await SendAsync(url, "upload, finalize", 0, "x"u8.ToArray()), 404, "NOT_FOUND", "command 'start'");
    }

    [Fact]
    public async Task Anything_but_the_resumable_protocol_is_refused_with_what_to_do()
    {
        var store = await NewStoreAsync();
        var url = (await StartAsync(store, "{}")).Ok().Header("x-goog-upload-url")!;

        AssertError(await _client.PostAsync($"/upload/v1/{store}:uploadToFileSearchStore", "bytes"), 400, "INVALID_ARGUMENT", "X-Goog-Upload-Command: start");
        AssertError(await SendAsync(url, "append", 0, []), 400, "INVALID_ARGUMENT", "X-Goog-Upload-Command");
        AssertError(await SendAsync(url, "upload", -1, []), 400, "INVALID_ARGUMENT", "X-Goog-Upload-Offset");
    }

    [Fact]
    public async Task An_import_says_that_there_are_no_files()
    {
        var store = await NewStoreAsync();

        AssertError(await _client.PostAsync(store + ":importFile", """{"fileName":"files/abc"}"""), 400, "FAILED_PRECONDITION", "uploadToFileSearchStore");
        AssertError(await _client.PostAsync(store + ":importFile", "{}"), 400, "INVALID_ARGUMENT", "fileName");
        AssertError(await _client.PostAsync("fileSearchStores/none:importFile", """{"fileName":"files/abc"}"""), 404, "NOT_FOUND", "none");
    }

    private static void AssertError(Answer answer, int status, string name, string told)
    {
        var error = answer.Json.GetProperty("error");
        Assert.Equal((status, status, name), (answer.Status, error.GetProperty("code").GetInt32(), error.GetProperty("status").GetString()));
        Assert.Contains(told, error.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    private async Task<string> NewStoreAsync() => (await _client.PostAsync("fileSearchStores", """{"displayName":"s"}""")).Ok().Json.GetProperty("name").GetString()!;

    private async Task<Answer> StartAsync(string store, string body, InteractionsClient? client = null, string? length = null)
    {
        client ??= _client;
        var request = client.Request(HttpMethod.Post, $"/upload/v1/{store}:uploadToFileSearchStore", InteractionsClient.Json(body));
        request.Headers.Add("X-Goog-Upload-Protocol", "resumable");
        request.Headers.Add("X-Goog-Upload-Command", "start");
        request.Headers.Add("X-Goog-Upload-Header-Content-Type", "text/plain");
        if (length is not null)
        {
            request.Headers.Add("X-Goog-Upload-Header-Content-Length", length);
        }

        return await client.SendAsync(request);
    }

    private async Task<Answer> SendAsync(string url, string command, int? offset, byte[] bytes, InteractionsClient? client = null)
    {
        client ??= _client;
        var request = client.Request(HttpMethod.Post, new Uri(url).PathAndQuery, new ByteArrayContent(bytes));
        request.Content!.Headers.ContentType = new("application/json");
        request.Headers.Add("X-Goog-Upload-Command", command);
        if (offset is not null)
        {
            request.Headers.Add("X-Goog-Upload-Offset", offset.Value.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }

        return await client.SendAsync(request);
    }

    /// <summary>Asks until the operation is done, as clients do: it has no other sign.</summary>
    private async Task<Answer> DoneAsync(string operation)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            var answer = (await _client.SendAsync(HttpMethod.Get, operation)).Ok();
            if (answer.Json.GetProperty("done").GetBoolean())
            {
                return answer;
            }

            patience.Token.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Reads when the test lets it.</summary>
    private sealed class GatedReader : IDocumentReader
    {
        private readonly Channel<bool> _gate = Channel.CreateUnbounded<bool>();
        private readonly TaskCompletionSource<(int, string, Chunking)> _read = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public async Task<(int Length, string MimeType, Chunking Chunking)> LetThroughAsync()
        {
            _gate.Writer.TryWrite(true);
            return await _read.Task.OrTimeout("the reading");
        }

        public async Task<IReadOnlyList<NewChunk>> ReadAsync(ReadOnlyMemory<byte> content, string mimeType, Chunking chunking, CancellationToken cancellationToken)
        {
            await _gate.Reader.ReadAsync(cancellationToken);
            _read.TrySetResult((content.Length, mimeType, chunking));
            var text = Encoding.UTF8.GetString(content.Span);
            return text == "unreadable" ? throw new ApiException(ErrorCode.InvalidRequest, "This is no text.") : [new NewChunk(text[^3..], null)];
        }
    }
}
