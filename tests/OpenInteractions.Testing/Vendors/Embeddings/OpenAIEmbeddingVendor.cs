using System.Text.Json;
using System.Text.Json.Nodes;

namespace OpenInteractions.Testing.Vendors.Embeddings;

/// <summary><c>POST /v1/embeddings</c>, as strict as the vendor, with the vectors that a test gives. Its entries come in another order than the texts, as they may.</summary>
/// <param name="vector">The vector of a text.</param>
public sealed class OpenAIEmbeddingVendor(Func<string, float[]> vector) : IVendor
{
    /// <summary>The key that it accepts; null when it asks for none.</summary>
    public string? Key { get; init; } = "sk-test-embeddings";

    /// <summary>Most texts of one request.</summary>
    public int MostTexts { get; init; } = 2048;

    public VendorReply? Refuse(VendorRequest request)
    {
        if (Key is not null && request.Header("authorization") != $"Bearer {Key}")
        {
            return Error(401, "Incorrect API key provided.", null, "invalid_api_key");
        }

        if (request is not { Method: "POST", Path: "/v1/embeddings" })
        {
            return Error(404, $"Invalid URL ({request.Method} {request.Path})", null, null);
        }

        if (request.Header("content-type")?.Split(';')[0] != "application/json" || request.Json is not { ValueKind: JsonValueKind.Object } body)
        {
            return Error(400, "We could not parse the JSON body of your request.", null, null);
        }

        foreach (var member in body.EnumerateObject())
        {
            if (FaultOf(member) is { } fault)
            {
                return Error(400, fault, member.Name, "invalid_value");
            }
        }

        return body.TryGetProperty("model", out _) && body.TryGetProperty("input", out _) ? null : Error(400, "you must provide a model parameter and an input", null, null);
    }

    public VendorReply Respond(VendorRequest request)
    {
        var body = request.Json!.Value;
        var entries = body.GetProperty("input").EnumerateArray().Select((text, index) => new JsonObject
        {
            ["object"] = "embedding",
            ["index"] = index,
            ["embedding"] = new JsonArray([.. vector(text.GetString()!).Select(v => JsonValue.Create(v))]),
        });
        return VendorReply.Json(200, new JsonObject
        {
            ["object"] = "list",
            ["data"] = new JsonArray([.. entries.Reverse()]),
            ["model"] = body.GetProperty("model").GetString(),
            ["usage"] = new JsonObject { ["prompt_tokens"] = 8, ["total_tokens"] = 8 },
        }.ToJsonString());
    }

    private string? FaultOf(JsonProperty member) => member.Name switch
    {
        "model" => member.Value.ValueKind == JsonValueKind.String ? null : "'model' must be a string",
        "input" => member.Value.ValueKind != JsonValueKind.Array || member.Value.GetArrayLength() == 0 || member.Value.GetArrayLength() > MostTexts ? $"'input' must have 1 to {MostTexts} texts"
            : member.Value.EnumerateArray().Any(t => t.ValueKind != JsonValueKind.String || t.GetString()!.Length == 0) ? "'$.input' is invalid."
            : null,
        "encoding_format" => member.Value.GetString() is "float" or "base64" ? null : "'encoding_format' must be float or base64",
        "dimensions" => member.Value.TryGetInt32(out var count) && count > 0 ? null : "'dimensions' must be positive",
        "user" => null,
        _ => $"Unrecognized request argument supplied: {member.Name}",
    };

    private static VendorReply Error(int status, string message, string? parameter, string? code) => VendorReply.Json(status, new JsonObject
    {
        ["error"] = new JsonObject { ["message"] = message, ["type"] = "invalid_request_error", ["param"] = parameter, ["code"] = code },
    }.ToJsonString());
}
