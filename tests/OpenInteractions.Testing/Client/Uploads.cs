using System.Globalization;
using System.Text.Json;

namespace OpenInteractions.Testing.Client;

/// <summary>Files on their way into stores of documents, over HTTP as clients send them (wire 22).</summary>
public static class Uploads
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Makes an empty store.</summary>
    /// <returns>Its name.</returns>
    public static async Task<string> NewStoreAsync(this InteractionsClient client) =>
        (await client.PostAsync("fileSearchStores", "{}")).Ok().Json.GetProperty("name").GetString()!;

    /// <summary>Begins an upload of a text.</summary>
    /// <returns>Where its bytes go, without scheme and host: a server that was started again has another port.</returns>
    public static async Task<string> BeginUploadAsync(this InteractionsClient client, string store, string fileName)
    {
        var request = client.Request(HttpMethod.Post, $"/upload/v1/{store}:uploadToFileSearchStore", InteractionsClient.Json($$"""{"displayName":"{{fileName}}","mimeType":"text/plain"}"""));
        request.Headers.Add("X-Goog-Upload-Protocol", "resumable");
        request.Headers.Add("X-Goog-Upload-Command", "start");
        return new Uri((await client.SendAsync(request)).Ok().Header("x-goog-upload-url")!).PathAndQuery;
    }

    /// <summary>Sends bytes, or a command without any.</summary>
    public static Task<Answer> SendUploadAsync(this InteractionsClient client, string path, string command, byte[] bytes, long? offset = null)
    {
        var request = client.Request(HttpMethod.Post, path, new ByteArrayContent(bytes));
        request.Content!.Headers.ContentType = new("application/json"); // as the official client says
        request.Headers.Add("X-Goog-Upload-Command", command);
        if (offset is { } at)
        {
            request.Headers.Add("X-Goog-Upload-Offset", at.ToString(CultureInfo.InvariantCulture));
        }

        return client.SendAsync(request);
    }

    /// <summary>Asks until the operation of a finished upload is done, as clients do: it has no other sign.</summary>
    public static async Task<JsonElement> DocumentOfAsync(this InteractionsClient client, Answer finished)
    {
        var operation = finished.Ok().Json.GetProperty("name").GetString()!;
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            var shown = (await client.SendAsync(HttpMethod.Get, operation)).Ok().Json;
            if (shown.GetProperty("done").GetBoolean())
            {
                return shown;
            }

            if (patience.IsCancellationRequested)
            {
                throw new TimeoutException($"The operation '{operation}' was never done.");
            }
        }
    }

    /// <summary>Uploads a text whole, and waits until it can be found.</summary>
    public static async Task UploadAsync(this InteractionsClient client, string store, string fileName, byte[] text) =>
        await client.DocumentOfAsync(await client.SendUploadAsync(await client.BeginUploadAsync(store, fileName), "upload, finalize", text, 0));
}
