using System.Text;
using System.Text.Json;

namespace OpenInteractions.Testing.Client;

/// <summary>An answer of the server, read whole.</summary>
public sealed record Answer(int Status, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    private JsonElement? _json;

    public string Text => Encoding.UTF8.GetString(Body);

    /// <summary>The body; fails with the body's text when it is no JSON.</summary>
    public JsonElement Json => _json ??= Parse();

    public string Id => Json.GetProperty("id").GetString()!;

    /// <summary>The interaction's status.</summary>
    public string State => Json.GetProperty("status").GetString()!;

    public IReadOnlyList<JsonElement> Steps => [.. Json.GetProperty("steps").EnumerateArray()];

    /// <summary>The text of the last <c>model_output</c>, as SDKs compute it.</summary>
    public string OutputText => string.Concat(Steps.Last(s => s.GetProperty("type").GetString() == "model_output").GetProperty("content").EnumerateArray()
        .Where(c => c.GetProperty("type").GetString() == "text").Select(c => c.GetProperty("text").GetString()));

    public string ErrorCode => Json.GetProperty("error").GetProperty("code").GetString()!;

    public string ErrorMessage => Json.GetProperty("error").GetProperty("message").GetString()!;

    public string? Header(string name) => Headers.GetValueOrDefault(name);

    public override string ToString() => $"{Status} {Text}";

    /// <summary>This answer, when it is a 200.</summary>
    public Answer Ok() => Status == 200 ? this : throw new UnexpectedAnswerException($"Expected 200, got {Status}: {Text}");

    internal static async Task<Answer> ReadAsync(HttpResponseMessage response)
    {
        using (response)
        {
            return new Answer((int)response.StatusCode, HeadersOf(response), await response.Content.ReadAsByteArrayAsync());
        }
    }

    internal static IReadOnlyDictionary<string, string> HeadersOf(HttpResponseMessage response) =>
        response.Headers.Concat(response.Content.Headers).ToDictionary(h => h.Key, h => string.Join(", ", h.Value), StringComparer.OrdinalIgnoreCase);

    private JsonElement Parse()
    {
        try
        {
            using var document = JsonDocument.Parse(Body, new JsonDocumentOptions { MaxDepth = 256 });
            return document.RootElement.Clone();
        }
        catch (JsonException exception)
        {
            throw new UnexpectedAnswerException($"Expected JSON, got {Status} with: {Text}", exception);
        }
    }
}

/// <summary>The server answered something else than the test needs to go on.</summary>
public sealed class UnexpectedAnswerException(string message, Exception? inner = null) : Exception(message, inner);
