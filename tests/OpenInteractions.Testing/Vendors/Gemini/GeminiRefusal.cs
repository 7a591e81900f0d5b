using System.Text.Json.Nodes;

namespace OpenInteractions.Testing.Vendors.Gemini;

/// <summary>The real service would refuse the request; carries the reply in that wire's shape.</summary>
internal sealed class GeminiRefusal(VendorReply reply, string message) : Exception(message)
{
    public VendorReply Reply { get; } = reply;

    /// <summary>The google.rpc shape of the camelCase family.</summary>
    public static GeminiRefusal Rpc(int code, string status, string message, params JsonObject[] details)
    {
        var error = new JsonObject { ["code"] = code, ["message"] = message, ["status"] = status };
        if (details.Length > 0)
        {
            error["details"] = new JsonArray([.. details]);
        }

        return new(VendorReply.Json(code, new JsonObject { ["error"] = error }.ToJsonString()), message);
    }

    public static GeminiRefusal Invalid(string message) => Rpc(400, "INVALID_ARGUMENT", message);

    /// <summary>A violation of the request's shape names the place in the proto's own (snake_case) spelling.</summary>
    public static GeminiRefusal Payload(string path, string description) => Rpc(
        400,
        "INVALID_ARGUMENT",
        $"Invalid JSON payload received. {description}",
        new JsonObject
        {
            ["@type"] = "type.googleapis.com/google.rpc.BadRequest",
            ["fieldViolations"] = new JsonArray(new JsonObject
            {
                ["field"] = path,
                ["description"] = $"Invalid JSON payload received. {description}",
            }),
        });

    /// <summary>The string-code shape of the Interactions family (behaviour ER-1).</summary>
    public static GeminiRefusal Interaction(int status, string code, string message) => new(
        VendorReply.Json(status, new JsonObject { ["error"] = new JsonObject { ["code"] = code, ["message"] = message } }.ToJsonString()),
        message);

    public static GeminiRefusal InteractionInvalid(string message) => Interaction(400, "invalid_request", message);
}
