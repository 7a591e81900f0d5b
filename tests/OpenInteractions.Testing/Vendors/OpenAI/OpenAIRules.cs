using System.Text.Json;
using System.Text.RegularExpressions;

namespace OpenInteractions.Testing.Vendors.OpenAI;

/// <summary>Checks that Responses and Chat Completions have in common.</summary>
internal static partial class OpenAIRules
{
    public static bool Has(JsonElement o, string name) => o.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null;

    public static bool Streams(JsonElement body) => body.TryGetProperty("stream", out var stream) && stream.ValueKind == JsonValueKind.True;

    public static long? Number(JsonElement o, string name) => Has(o, name) ? o.GetProperty(name).GetInt64() : null;

    public static string Type(JsonElement o, string path) =>
        o.ValueKind == JsonValueKind.Object && o.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String
            ? type.GetString()!
            : throw new RefusedException(OpenAIError.Missing($"{path}.type"));

    public static void CheckModel(string model)
    {
        if (!OpenAIModelRules.Exists(model))
        {
            throw new RefusedException(new OpenAIError(404, $"The model `{model}` does not exist or you do not have access to it.", null, "model_not_found"));
        }
    }

    public static void CheckRange(JsonElement body, string name, int maximum)
    {
        if (Has(body, name) && body.GetProperty(name).GetDouble() is var value && (value < 0 || value > maximum))
        {
            throw new RefusedException(OpenAIError.Bad(
                value < 0
                    ? $"Invalid '{name}': decimal below minimum value. Expected a value >= 0, but got {value} instead."
                    : $"Invalid '{name}': decimal above maximum value. Expected a value <= {maximum}, but got {value} instead.",
                name, value < 0 ? "decimal_below_min_value" : "decimal_above_max_value"));
        }
    }

    public static void CheckEffort(string effort, string model, string param)
    {
        var supported = OpenAIModelRules.Efforts(model);
        if (!supported.Contains(effort))
        {
            var list = string.Join(", ", supported[..^1].Select(s => $"'{s}'")) + $", and '{supported[^1]}'";
            throw new RefusedException(OpenAIError.Bad($"Unsupported value: '{effort}' is not supported with the '{model}' model. Supported values are: {list}.", param, "unsupported_value"));
        }
    }

    public static void CheckName(string name, string param)
    {
        if (!NamePattern().IsMatch(name))
        {
            throw new RefusedException(OpenAIError.Bad($"Invalid '{param}': string does not match pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'.", param, "invalid_value"));
        }

        CheckLength(name, 64, param);
    }

    public static void CheckLength(string value, int longest, string param)
    {
        if (value.Length > longest)
        {
            throw new RefusedException(OpenAIError.Bad($"Invalid '{param}': string too long. Expected a string with maximum length {longest}, but got a string with length {value.Length} instead.", param, "string_above_max_length"));
        }
    }

    public static void CheckFunctionSchema(JsonElement function, bool strict, string name, string param)
    {
        if (!Has(function, "parameters"))
        {
            return;
        }

        OpenAIError Refuse(string why) => OpenAIError.Bad($"Invalid schema for function '{name}': {why}", param, "invalid_function_parameters");
        var schema = function.GetProperty("parameters");
        if (!schema.TryGetProperty("type", out var type) || type.ValueKind != JsonValueKind.String || type.GetString() != "object")
        {
            throw new RefusedException(Refuse("schema must be a JSON Schema of 'type: \"object\"', got 'type: \"None\"'."));
        }

        if (strict)
        {
            StrictSchemaRules.Check(schema, Refuse);
        }
    }

    public static void CheckChoice(string choice, int tools)
    {
        if (choice is not ("none" or "auto" or "required"))
        {
            throw new RefusedException(OpenAIError.InvalidValue("tool_choice", choice, "none", "auto", "required"));
        }

        if (choice == "required" && tools == 0)
        {
            throw new RefusedException(OpenAIError.Bad("Tool choice 'required' must be specified with 'tools' parameter.", "tool_choice"));
        }
    }

    public static void CheckJsonIsMentioned(JsonElement body, string member, string message)
    {
        if (!body.TryGetProperty(member, out var messages) || !messages.GetRawText().Contains("json", StringComparison.OrdinalIgnoreCase))
        {
            throw new RefusedException(OpenAIError.Bad(message, member));
        }
    }

    public static void CheckImageUrl(string url, string param)
    {
        var isData = DataUrl().IsMatch(url);
        if (!isData && !(Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"))
        {
            throw new RefusedException(OpenAIError.Bad($"Invalid '{param}'. Expected a valid URL, but got a value with an invalid format.", param, "invalid_value"));
        }

        if (isData && !(url.StartsWith("data:image/png", StringComparison.Ordinal) || url.StartsWith("data:image/jpeg", StringComparison.Ordinal)
            || url.StartsWith("data:image/gif", StringComparison.Ordinal) || url.StartsWith("data:image/webp", StringComparison.Ordinal)))
        {
            throw new RefusedException(OpenAIError.Bad("You uploaded an unsupported image. Please make sure your image has of one the following formats: ['png', 'jpeg', 'gif', 'webp'].", param, "image_parse_error"));
        }
    }

    [GeneratedRegex(@"^[a-zA-Z0-9_-]+$")]
    private static partial Regex NamePattern();

    [GeneratedRegex(@"^data:[a-z]+/[a-z0-9.+-]+;base64,[A-Za-z0-9+/=]+$", RegexOptions.NonBacktracking)]
    private static partial Regex DataUrl();
}
