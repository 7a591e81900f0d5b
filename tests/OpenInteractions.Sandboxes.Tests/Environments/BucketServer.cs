using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace OpenInteractions.Sandboxes.Tests.Environments;

/// <summary>A storage that speaks the JSON API of Google's, with one bucket: it refuses what the real one refuses, and gives lists in pages of two.</summary>
internal sealed class BucketServer : IDisposable
{
    public const string Bucket = "the-bucket";
    private const int Page = 2;
    private readonly HttpListener _listener;

    public BucketServer() => (_listener, Address) = LocalListener.Start(AnswerAsync);

    public string Address { get; }

    /// <summary>The objects, by their names.</summary>
    public SortedDictionary<string, byte[]> Objects { get; } = new(StringComparer.Ordinal);

    /// <summary>What requests must have in 'Authorization'; null for a public bucket.</summary>
    public string? Needed { get; set; }

    /// <summary>Says of an object that it has this many bytes.</summary>
    public long? Claimed { get; set; }

    public void Add(string name, string content) => Objects[name] = Encoding.UTF8.GetBytes(content);

    public void Dispose() => _listener.Close();

    private async Task AnswerAsync(HttpListenerRequest request, HttpListenerResponse response)
    {
        var rest = request.RawUrl!.Split('?')[0] is var path && path.StartsWith($"/storage/v1/b/{Bucket}/o", StringComparison.Ordinal) ? path[$"/storage/v1/b/{Bucket}/o".Length..] : null;
        if (Needed is { } needed && request.Headers["Authorization"] != needed)
        {
            response.StatusCode = request.Headers["Authorization"] is null ? 401 : 403;
        }
        else if (rest == "")
        {
            var prefix = request.QueryString["prefix"] ?? "";
            var after = request.QueryString["pageToken"] is { } token ? Encoding.UTF8.GetString(Convert.FromBase64String(token)) : null;
            var all = Objects.Where(o => o.Key.StartsWith(prefix, StringComparison.Ordinal) && (after is null || string.CompareOrdinal(o.Key, after) > 0)).ToList();
            var page = all.Take(Math.Min(Page, int.Parse(request.QueryString["maxResults"] ?? "1000", System.Globalization.CultureInfo.InvariantCulture))).ToList();
            var list = new JsonObject();
            if (page.Count > 0)
            {
                list["items"] = new JsonArray([.. page.Select(o => Shown(o.Key))]);
            }

            if (page.Count < all.Count)
            {
                list["nextPageToken"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(page[^1].Key));
            }

            await WriteAsync(response, Encoding.UTF8.GetBytes(list.ToJsonString()));
        }
        else if (rest is ['/', .. var escaped] && !escaped.Contains('/', StringComparison.Ordinal) && Objects.TryGetValue(Uri.UnescapeDataString(escaped), out var content))
        {
            await WriteAsync(response, request.QueryString["alt"] == "media" ? content : Encoding.UTF8.GetBytes(Shown(Uri.UnescapeDataString(escaped)).ToJsonString()));
        }
        else
        {
            response.StatusCode = 404;
        }
    }

    private JsonObject Shown(string name) => new() { ["name"] = name, ["size"] = (Claimed ?? Objects[name].Length).ToString(System.Globalization.CultureInfo.InvariantCulture) };

    private static async Task WriteAsync(HttpListenerResponse response, byte[] content) => await response.OutputStream.WriteAsync(content);
}
