using System.Text;
using OpenInteractions.Testing.Client;

namespace OpenInteractions.Faults.Tests.Tools;

/// <summary>A store of files, filled over HTTP as clients do.</summary>
internal static class FileStore
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Makes a store with one text in it, which can be found.</summary>
    /// <returns>Its name.</returns>
    public static async Task<string> FillAsync(InteractionsClient client, string text)
    {
        var store = (await client.PostAsync("fileSearchStores", "{}")).Ok().Json.GetProperty("name").GetString()!;
        var start = await client.SendAsync(Upload(client, $"/upload/v1/{store}:uploadToFileSearchStore", """{"displayName":"notes.txt","mimeType":"text/plain"}""", "start"));
        var address = new Uri(start.Ok().Header("x-goog-upload-url")!);
        var bytes = Upload(client, address.PathAndQuery, text, "upload, finalize");
        bytes.Headers.Add("X-Goog-Upload-Offset", "0");
        var operation = (await client.SendAsync(bytes)).Ok().Json.GetProperty("name").GetString()!;
        await DoneAsync(client, operation);
        return store;
    }

    private static HttpRequestMessage Upload(InteractionsClient client, string path, string body, string command)
    {
        var request = client.Request(HttpMethod.Post, path, new ByteArrayContent(Encoding.UTF8.GetBytes(body)));
        request.Content!.Headers.ContentType = new("application/json");
        request.Headers.Add("X-Goog-Upload-Protocol", "resumable");
        request.Headers.Add("X-Goog-Upload-Command", command);
        return request;
    }

    /// <summary>Asks until the operation is done, as clients do: it has no other sign.</summary>
    private static async Task DoneAsync(InteractionsClient client, string operation)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!(await client.SendAsync(HttpMethod.Get, operation)).Ok().Json.GetProperty("done").GetBoolean())
        {
            Assert.False(patience.IsCancellationRequested, $"The operation '{operation}' was never done.");
        }
    }
}
