using System.Text.Json.Nodes;

namespace OpenInteractions.Testing.Vendors.Anthropic;

/// <summary>One broken rule of the service, in the service's own error shape.</summary>
internal sealed class AnthropicRefusal(int status, string type, string message) : Exception(message)
{
    public static AnthropicRefusal Invalid(string message) => new(400, "invalid_request_error", message);

    public VendorReply ToReply(string requestId) => Reply(status, type, Message, requestId);

    public static VendorReply Reply(int status, string type, string message, string requestId) =>
        VendorReply.Json(status, Body(type, message, requestId).ToJsonString(AnthropicJson.Relaxed))
            .WithHeader("request-id", requestId);

    /// <summary>The same object is the body of an HTTP error and the data of an <c>error</c> event.</summary>
    public static JsonObject Body(string type, string message, string requestId) => new()
    {
        ["type"] = "error",
        ["error"] = new JsonObject { ["type"] = type, ["message"] = message },
        ["request_id"] = requestId,
    };
}
