using System.Net.Http.Headers;
using System.Text.Json;
using OpenInteractions.Testing.Client;

namespace OpenInteractions.Tools.Tests.Mixed;

/// <summary>A store of files that is filled over the public routes, as clients fill theirs.</summary>
internal static class UploadedStore
{
    /// <summary>Makes the store, uploads the files, and waits until all of them can be found.</summary>
    /// <returns>The store's name.</returns>
    public static async Task<string> FillAsync(InteractionsClient client, params (string Name, string Type, byte[] Content)[] files)
    {
        var store = (await client.PostAsync("fileSearchStores", """{"displayName":"Handbooks"}""")).Ok().Json.Text("name");
        foreach (var (name, type, content) in files)
        {
            await DoneAsync(client, await UploadAsync(client, store, name, type, content));
        }

        return store;
    }

    private static async Task<string> UploadAsync(InteractionsClient client, string store, string name, string type, byte[] content)
    {
        var body = $$"""{"displayName":{{JsonSerializer.Serialize(name)}},"chunkingConfig":{"whiteSpaceConfig":{"maxTokensPerChunk":16,"maxOverlapTokens":0} } }""";
        using var start = client.Request(HttpMethod.Post, $"/upload/v1/{store}:uploadToFileSearchStore", InteractionsClient.Json(body));
        start.Headers.Add("X-Goog-Upload-Protocol", "resumable");
        start.Headers.Add("X-Goog-Upload-Command", "start");
        start.Headers.Add("X-Goog-Upload-Header-Content-Type", type);
        var begun = (await client.SendAsync(start)).Ok();

        using var upload = client.Request(HttpMethod.Post, new Uri(begun.Header("x-goog-upload-url")!).PathAndQuery, new ByteArrayContent(content));
        upload.Content!.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        upload.Headers.Add("X-Goog-Upload-Command", "upload, finalize");
        upload.Headers.Add("X-Goog-Upload-Offset", "0");
        return (await client.SendAsync(upload)).Ok().Json.Text("name");
    }

    /// <summary>Asks until the operation is done, as clients do: it has no other sign.</summary>
    private static async Task DoneAsync(InteractionsClient client, string operation)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            var shown = (await client.SendAsync(HttpMethod.Get, operation)).Ok().Json;
            if (shown.GetProperty("done").GetBoolean())
            {
                Assert.False(shown.TryGetProperty("error", out var error), $"The file was not read: {error}");
                return;
            }

            Assert.False(patience.IsCancellationRequested, $"'{operation}' is not done.");
        }
    }
}
