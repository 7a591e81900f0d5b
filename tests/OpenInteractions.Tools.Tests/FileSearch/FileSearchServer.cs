using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Npgsql;
using OpenInteractions.Contracts.Keys;
using OpenInteractions.Testing.Client;
using OpenInteractions.Testing.Postgres;

namespace OpenInteractions.Tools.Tests.FileSearch;

/// <summary>A server process with two projects, over either database, and what a client of its files does.</summary>
internal sealed class FileSearchServer : IAsyncDisposable
{
    public const string Sqlite = "sqlite";
    public const string Postgres = "postgres";

    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);

    private readonly ServerProcess _server;

    private FileSearchServer(ServerProcess server)
    {
        _server = server;
        Client = server.Client.WithKey("key-1");
        Other = server.Client.WithKey("key-2");
    }

    public InteractionsClient Client { get; }

    /// <summary>Of another project.</summary>
    public InteractionsClient Other { get; }

    public static async Task<FileSearchServer> StartAsync(string engine, params (string, string)[] settings)
    {
        (string, string)[] database = engine == Postgres ? [("OpenInteractions__Storage__Postgres__ConnectionString", await NewDatabaseAsync())] : [];
        return new FileSearchServer(await ServerProcess.StartAsync(WriteKeysAsync, [.. settings, .. database]));
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        Other.Dispose();
        await _server.DisposeAsync();
    }

    /// <summary>Completes when the server writes such a line; ask before what makes it write.</summary>
    public Task LoggedAsync(string text) => _server.LoggedAsync(text);

    public async Task<string> NewStoreAsync() => (await Client.PostAsync("fileSearchStores", """{"displayName":"files"}""")).Ok().Json.GetProperty("name").GetString()!;

    /// <summary>Uploads a file in two requests and waits until the server is done with it.</summary>
    /// <returns>The operation.</returns>
    public async Task<JsonElement> UploadAsync(string store, string name, string type, byte[] content, string more = "")
    {
        var start = Client.Request(HttpMethod.Post, $"/upload/v1/{store}:uploadToFileSearchStore", InteractionsClient.Json($$"""{"displayName":"{{name}}"{{more}}}"""));
        start.Headers.Add("X-Goog-Upload-Protocol", "resumable");
        start.Headers.Add("X-Goog-Upload-Command", "start");
        start.Headers.Add("X-Goog-Upload-Header-Content-Type", type);
        var url = new Uri((await Client.SendAsync(start)).Ok().Header("x-goog-upload-url")!).PathAndQuery;
        var half = content.Length / 2;
        Assert.Equal("active", (await SendAsync(url, "upload", 0, content[..half])).Header("x-goog-upload-status"));
        var last = await SendAsync(url, "upload, finalize", half, content[half..]);
        Assert.Equal("final", last.Header("x-goog-upload-status"));
        var operation = last.Json.GetProperty("name").GetString()!;
        var done = await UntilAsync(
            async () => (await Client.SendAsync(HttpMethod.Get, operation)).Ok().Json, o => o.GetProperty("done").GetBoolean(), $"the end of the operation for {name}");
        return done;
    }

    /// <summary>The citations of an answer of the demo model, and what each of them cites.</summary>
    public async Task<IReadOnlyList<(JsonElement Citation, string Cited)>> SearchAsync(string store, string query, string more = "")
    {
        var answer = (await Client.CreateAsync($$"""{"model":"demo","input":"Search my files for \"{{query}}\".","tools":[{"type":"file_search","file_search_store_names":["{{store}}"]{{more}}}]}""")).Ok();
        Assert.Equal("completed", answer.State);
        var block = answer.Steps[^1].GetProperty("content")[0];
        var text = System.Text.Encoding.UTF8.GetBytes(block.GetProperty("text").GetString()!);
        return !block.TryGetProperty("annotations", out var annotations) ? [] :
        [
            .. annotations.EnumerateArray().Select(a => (a, System.Text.Encoding.UTF8.GetString(text[a.GetProperty("start_index").GetInt32()..a.GetProperty("end_index").GetInt32()]))),
        ];
    }

    /// <summary>The files that a search cites, in their order.</summary>
    public async Task<IReadOnlyList<string>> FilesAsync(string store, string query, string more = "") =>
        [.. (await SearchAsync(store, query, more)).Select(c => c.Citation.GetProperty("file_name").GetString()!)];

    /// <summary>Looks, request after request, until something is as it shall be: for what has no other sign.</summary>
    public static async Task<T> UntilAsync<T>(Func<Task<T>> look, Func<T, bool> holds, string step)
    {
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            var seen = await look();
            if (holds(seen))
            {
                return seen;
            }

            if (Stopwatch.GetElapsedTime(began) > Longest)
            {
                throw new TimeoutException($"This never came: {step}. The last look showed: {(seen is IEnumerable<string> list ? string.Join(", ", list) : seen)}");
            }
        }
    }

    private async Task<Answer> SendAsync(string url, string command, int offset, byte[] bytes)
    {
        var request = Client.Request(HttpMethod.Post, url, new ByteArrayContent(bytes));
        request.Headers.Add("X-Goog-Upload-Command", command);
        request.Headers.Add("X-Goog-Upload-Offset", offset.ToString(CultureInfo.InvariantCulture));
        return (await Client.SendAsync(request)).Ok();
    }

    private static Task WriteKeysAsync(string data)
    {
        var entries = new[] { "1", "2" }.Select(n => $$"""{"id":"key_{{n}}","project":"project-{{n}}","sha256":"{{ApiKeyFile.Hash($"key-{n}")}}","created":"2026-11-21T10:00:00Z"}""");
        return File.WriteAllTextAsync(Path.Combine(data, "keys.json"), $"[{string.Join(',', entries)}]");
    }

    private static async Task<string> NewDatabaseAsync()
    {
        var cluster = await PostgresCluster.GetAsync();
        var name = cluster.NextName();
        await using var source = NpgsqlDataSource.Create(cluster.ConnectionString("postgres") + ";Pooling=false");
        await using var create = source.CreateCommand($"CREATE DATABASE {name} TEMPLATE template0");
        await create.ExecuteNonQueryAsync();
        return cluster.ConnectionString(name);
    }
}
