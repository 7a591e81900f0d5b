using System.Text.Json;
using System.Text.Json.Nodes;

namespace OpenInteractions.Testing.Vendors.Gemini;

/// <summary>The members of an Interactions request: snake_case, closed, and every complaint names the path (behaviour TR-4, ER-6).</summary>
internal static class InteractionShape
{
    private static readonly string[] Request =
    [
        "model", "agent", "input", "system_instruction", "tools", "generation_config", "agent_config", "response_format", "previous_interaction_id", "store",
        "background", "stream", "environment", "service_tier", "safety_settings", "labels", "webhook_config", "continuation_token", "cached_content",
        "response_modalities", "response_mime_type",
    ];

    private static readonly string[] GenerationConfig =
    [
        "max_output_tokens", "seed", "stop_sequences", "thinking_level", "thinking_summaries", "tool_choice", "speech_config", "transcription_config",
        "video_config", "temperature", "top_p", "image_config",
    ];

    private static readonly Dictionary<string, string[]> Steps = new()
    {
        ["user_input"] = ["content"],
        ["model_output"] = ["content", "error"],
        ["thought"] = ["signature", "summary"],
        ["function_call"] = ["id", "name", "arguments", "signature"],
        ["function_result"] = ["call_id", "name", "result", "is_error", "signature"],
        ["code_execution_call"] = ["id", "arguments", "signature"],
        ["code_execution_result"] = ["call_id", "result", "is_error", "signature"],
        ["url_context_call"] = ["id", "arguments", "signature"],
        ["url_context_result"] = ["call_id", "result", "is_error", "signature"],
        ["google_search_call"] = ["id", "arguments", "search_type", "signature"],
        ["google_search_result"] = ["call_id", "result", "is_error", "signature"],
        ["google_maps_call"] = ["id", "arguments", "signature"],
        ["google_maps_result"] = ["call_id", "result", "signature"],
        ["file_search_call"] = ["id", "signature"],
        ["file_search_result"] = ["call_id", "result", "signature"],
        ["mcp_server_tool_call"] = ["id", "name", "server_name", "arguments"],
        ["mcp_server_tool_result"] = ["call_id", "name", "server_name", "result"],
    };

    private static readonly Dictionary<string, string[]> Contents = new()
    {
        ["text"] = ["text", "annotations"],
        ["image"] = ["data", "uri", "mime_type", "resolution"],
        ["audio"] = ["data", "uri", "mime_type", "channels", "sample_rate"],
        ["document"] = ["data", "uri", "mime_type"],
        ["video"] = ["data", "uri", "mime_type", "name", "processing", "resolution"],
    };

    private static readonly Dictionary<string, string[]> Tools = new()
    {
        ["function"] = ["name", "description", "parameters"],
        ["code_execution"] = [],
        ["google_search"] = ["search_types"],
        ["url_context"] = [],
        ["google_maps"] = ["latitude", "longitude", "enable_widget"],
        ["file_search"] = ["file_search_store_names", "metadata_filter", "top_k"],
        ["computer_use"] = ["environment", "excluded_predefined_functions", "enable_prompt_injection_detection", "disabled_safety_policies"],
        ["mcp_server"] = ["name", "url", "headers", "allowed_tools"],
    };

    public static void Check(JsonObject request)
    {
        Known(request, Request, "");
        if (request["generation_config"] is { } config)
        {
            Known(Object(config, "generation_config"), GenerationConfig, "generation_config");
            OneOf(config["thinking_level"], "generation_config.thinking_level", "minimal", "low", "medium", "high");
            OneOf(config["thinking_summaries"], "generation_config.thinking_summaries", "auto", "none");
            if (config["tool_choice"] is JsonObject choice)
            {
                Known(choice, ["allowed_tools"], "generation_config.tool_choice");
            }
            else
            {
                OneOf(config["tool_choice"], "generation_config.tool_choice", "auto", "any", "none", "validated");
            }
        }

        var tools = request["tools"] as JsonArray ?? [];
        for (var i = 0; i < tools.Count; i++)
        {
            Typed(tools[i], Tools, $"tools[{i}]");
        }

        if (request["input"] is JsonArray input)
        {
            CheckInput(input);
        }
    }

    private static void CheckInput(JsonArray input)
    {
        for (var i = 0; i < input.Count; i++)
        {
            var path = $"input[{i}]";
            var element = Object(input[i], path);
            if (element.ContainsKey("role"))
            {
                throw GeminiRefusal.InteractionInvalid(
                    "The legacy Interactions API schema is no longer supported. Send a list of steps, see https://ai.google.dev/gemini-api/docs/interactions-breaking-changes-may-2026.");
            }

            if (Contents.ContainsKey((string?)element["type"] ?? ""))
            {
                CheckContent(element, path);
                continue;
            }

            Typed(element, Steps, path);
            foreach (var name in (string[])["content", "summary"])
            {
                CheckContents(element[name], $"{path}.{name}");
            }

            if ((string?)element["type"] == "function_result" && element["result"] is JsonArray)
            {
                CheckContents(element["result"], $"{path}.result");
            }
        }
    }

    private static void CheckContents(JsonNode? list, string path)
    {
        if (list is null)
        {
            return;
        }

        if (list is not JsonArray { Count: > 0 } contents)
        {
            throw GeminiRefusal.InteractionInvalid($"Invalid value at '{path}': expected a list of content with at least one element.");
        }

        for (var i = 0; i < contents.Count; i++)
        {
            CheckContent(contents[i], $"{path}[{i}]");
        }
    }

    private static void CheckContent(JsonNode? content, string path)
    {
        Typed(content, Contents, path);
        var block = content!.AsObject();
        if ((string?)block["type"] == "text")
        {
            if (block["text"] is not JsonValue)
            {
                throw GeminiRefusal.InteractionInvalid($"Missing required parameter '{path}.text'.");
            }
        }
        else if (block.ContainsKey("data") == block.ContainsKey("uri"))
        {
            throw GeminiRefusal.InteractionInvalid($"Exactly one of '{path}.data' and '{path}.uri' must be set.");
        }
    }

    private static void Typed(JsonNode? node, Dictionary<string, string[]> types, string path)
    {
        var element = Object(node, path);
        var type = (string?)element["type"];
        if (type is null || !types.TryGetValue(type, out var fields))
        {
            throw GeminiRefusal.InteractionInvalid(
                $"Invalid value '{type}' at '{path}.type'. Supported values: {string.Join(", ", types.Keys.Select(t => $"'{t}'"))}.");
        }

        Known(element, ["type", .. fields], path);
    }

    private static void Known(JsonObject element, IReadOnlyCollection<string> fields, string path)
    {
        foreach (var (name, value) in element)
        {
            if (!fields.Contains(name))
            {
                throw GeminiRefusal.Interaction(400, "parameter_unknown", $"Unknown parameter '{(path.Length == 0 ? name : $"{path}.{name}")}'.");
            }

            if (value is null)
            {
                throw GeminiRefusal.InteractionInvalid($"Invalid value null at '{(path.Length == 0 ? name : $"{path}.{name}")}'.");
            }
        }
    }

    private static void OneOf(JsonNode? value, string path, params string[] allowed)
    {
        if (value is not null && (value.GetValueKind() != JsonValueKind.String || !allowed.Contains((string?)value)))
        {
            throw GeminiRefusal.InteractionInvalid($"Invalid value {value.ToJsonString()} at '{path}'. Supported values: {string.Join(", ", allowed.Select(a => $"'{a}'"))}.");
        }
    }

    private static JsonObject Object(JsonNode? node, string path) =>
        node as JsonObject ?? throw GeminiRefusal.InteractionInvalid($"Invalid value at '{path}': expected an object.");
}
