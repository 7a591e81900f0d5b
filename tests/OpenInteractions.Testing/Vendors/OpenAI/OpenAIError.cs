using System.Text.Json.Nodes;

namespace OpenInteractions.Testing.Vendors.OpenAI;

/// <summary>A refusal in the vendor's shape: <c>{"error":{message,type,param,code}}</c>, all four members always present.</summary>
internal sealed record OpenAIError(int Status, string Message, string? Param, string? Code, string Type = "invalid_request_error")
{
    public VendorReply Reply() => VendorReply.Json(Status, new JsonObject
    {
        ["error"] = new JsonObject { ["message"] = Message, ["type"] = Type, ["param"] = Param, ["code"] = Code },
    }.ToJsonString()).WithHeader("x-request-id", "req_fake00000000000000000000000000");

    public static OpenAIError Bad(string message, string? param = null, string? code = null) => new(400, message, param, code);

    public static OpenAIError Missing(string param) => Bad($"Missing required parameter: '{param}'.", param, "missing_required_parameter");

    public static OpenAIError Unknown(string param) => Bad($"Unknown parameter: '{param}'.", param, "unknown_parameter");

    public static OpenAIError Unsupported(string param) =>
        Bad($"Unsupported parameter: '{param}' is not supported with this model.", param, "unsupported_parameter");

    public static OpenAIError InvalidType(string param, string expected, string got) =>
        Bad($"Invalid type for '{param}': expected {expected}, but got {got} instead.", param, "invalid_type");

    public static OpenAIError InvalidValue(string param, string got, params string[] supported)
    {
        var list = supported.Length == 1 ? $"'{supported[0]}'" : string.Join(", ", supported[..^1].Select(s => $"'{s}'")) + $", and '{supported[^1]}'";
        return Bad($"Invalid value: '{got}'. Supported values are: {list}.", param, "invalid_value");
    }

    public static OpenAIError EmptyArray(string param) =>
        Bad($"Invalid '{param}': empty array. Expected an array with minimum length 1, but got an empty array instead.", param, "empty_array");
}

/// <summary>Carries the first broken rule out of nested checks.</summary>
internal sealed class RefusedException(OpenAIError error) : Exception(error.Message)
{
    public OpenAIError Error { get; } = error;
}
