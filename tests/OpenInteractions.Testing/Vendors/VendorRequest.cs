using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace OpenInteractions.Testing.Vendors;

/// <summary>A request as it arrived on the socket of a <see cref="VendorServer"/>.</summary>
/// <param name="Number">1 for the first request of the server's life, in order of arrival.</param>
public sealed record VendorRequest(
    int Number, string Method, string Path, string Query, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    private readonly TaskCompletionSource _left = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The body, when it is well-formed JSON.</summary>
    public JsonElement? Json { get; } = Parse(Body);

    public string Text => Encoding.UTF8.GetString(Body);

    /// <summary>Completes when the caller closed the connection before the reply had ended.</summary>
    public Task CallerLeft => _left.Task;

    /// <summary>A header's value, or null; names are compared without case.</summary>
    public string? Header(string name) => Headers.GetValueOrDefault(name);

    /// <summary>A query parameter's value, or null.</summary>
    public string? Parameter(string name) => QueryHelpers.ParseQuery(Query).TryGetValue(name, out var value) ? value.ToString() : null;

    internal static async Task<VendorRequest> ReadAsync(int number, HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        var headers = context.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase);
        var request = new VendorRequest(number, context.Request.Method, context.Request.Path, context.Request.QueryString.ToString(), headers, body.ToArray());
        context.RequestAborted.Register(() => request._left.TrySetResult());
        return request;
    }

    private static JsonElement? Parse(byte[] body)
    {
        if (body.Length == 0)
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 128 });
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
