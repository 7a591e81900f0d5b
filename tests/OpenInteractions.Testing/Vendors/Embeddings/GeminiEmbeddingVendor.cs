using System.Text.Json;
using System.Text.Json.Nodes;

namespace OpenInteractions.Testing.Vendors.Embeddings;

/// <summary><c>POST /v1beta/models/…:batchEmbedContents</c> (wire 23), as strict as the vendor, with the vectors that a test gives.</summary>
/// <param name="vector">The vector of a text for a task, which is null where the request names none.</param>
public sealed class GeminiEmbeddingVendor(Func<string, string?, float[]> vector) : IVendor
{
    /// <summary>The key that it accepts.</summary>
    public const string Key = "AIzaFakeEmbeddingKey-0123456789abcdefgh";

    private const string Prefix = "/v1beta/models/";
    private const string Verb = ":batchEmbedContents";
    private const int MostTexts = 100;

    public VendorReply? Refuse(VendorRequest request)
    {
        if (request.Header("x-goog-api-key") != Key)
        {
            return Error(400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key.");
        }

        if (request.Method != "POST" || !request.Path.StartsWith(Prefix, StringComparison.Ordinal) || !request.Path.EndsWith(Verb, StringComparison.Ordinal))
        {
            return Error(404, "NOT_FOUND", "Requested entity was not found.");
        }

        var model = request.Path[Prefix.Length..^Verb.Length];
        if (request.Json is not { ValueKind: JsonValueKind.Object } body || body.EnumerateObject().Any(m => m.Name != "requests") || !body.TryGetProperty("requests", out var requests) || requests.ValueKind != JsonValueKind.Array)
        {
            return Error(400, "INVALID_ARGUMENT", "Invalid JSON payload received.");
        }

        return requests.GetArrayLength() is 0 or > MostTexts ? Error(400, "INVALID_ARGUMENT", $"at most {MostTexts} requests can be in one batch")
            : requests.EnumerateArray().Select(r => FaultOf(r, model)).FirstOrDefault(f => f is not null) is { } fault ? Error(400, "INVALID_ARGUMENT", fault)
            : null;
    }

    public VendorReply Respond(VendorRequest request) => VendorReply.Json(200, new JsonObject
    {
        ["embeddings"] = new JsonArray([.. request.Json!.Value.GetProperty("requests").EnumerateArray().Select(r => new JsonObject
        {
            ["values"] = new JsonArray([.. vector(
                r.GetProperty("content").GetProperty("parts")[0].GetProperty("text").GetString()!,
                r.TryGetProperty("taskType", out var task) ? task.GetString() : null).Select(v => JsonValue.Create(v))]),
        })]),
    }.ToJsonString());

    private static string? FaultOf(JsonElement request, string model)
    {
        foreach (var member in request.EnumerateObject())
        {
            var isRight = member.Name switch
            {
                "model" => member.Value.GetString() == $"models/{model}",
                "content" => member.Value.EnumerateObject().All(m => m.Name is "parts" or "role")
                    && member.Value.GetProperty("parts").EnumerateArray().All(p => p.GetProperty("text").GetString()!.Length > 0 && p.EnumerateObject().Count() == 1),
                "taskType" => !model.StartsWith("gemini-embedding-2", StringComparison.Ordinal) && member.Value.GetString() is "RETRIEVAL_QUERY" or "RETRIEVAL_DOCUMENT" or "SEMANTIC_SIMILARITY",
                "outputDimensionality" => member.Value.TryGetInt32(out var count) && count > 0,
                "title" => true,
                _ => false,
            };
            if (!isRight)
            {
                return $"Invalid value at 'requests.{member.Name}'";
            }
        }

        return request.TryGetProperty("model", out _) && request.TryGetProperty("content", out _) ? null : "a request needs a model and a content";
    }

    private static VendorReply Error(int status, string code, string message) =>
        VendorReply.Json(status, new JsonObject { ["error"] = new JsonObject { ["code"] = status, ["message"] = message, ["status"] = code } }.ToJsonString());
}
