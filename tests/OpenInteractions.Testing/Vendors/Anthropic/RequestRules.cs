using System.Text.Json;
using System.Text.RegularExpressions;

namespace OpenInteractions.Testing.Vendors.Anthropic;

/// <summary>The rules for everything of a request but its messages.</summary>
internal static partial class RequestRules
{
    public const string Current = "2026-10-21";
    public const string Older = "2023-06-01";

    private static readonly string[] Known =
    [
        "model", "messages", "max_tokens", "cache_control", "container", "diagnostics", "inference_geo", "metadata", "output_config", "service_tier",
        "speed", "stop_sequences", "stream", "system", "thinking", "tool_choice", "tools", "user_profile_id", "workspace_id",
    ];

    private static readonly string[] Sampling = ["temperature", "top_p", "top_k"];

    private static readonly string[] ToolMembers =
        ["name", "description", "input_schema", "cache_control", "type", "strict", "input_examples", "eager_input_streaming", "defer_loading", "allowed_callers"];

    public static AnthropicModel Check(JsonElement body, string version)
    {
        if (body.ValueKind != JsonValueKind.Object)
        {
            throw AnthropicRefusal.Invalid("Input should be a valid dictionary");
        }

        OnlyKnown(body, "", version == Current ? Known : [.. Known, .. Sampling]);
        var name = body.Text("model") ?? throw AnthropicRefusal.Invalid("model: Field required");
        var maxTokens = body.Member("max_tokens") ?? throw AnthropicRefusal.Invalid("max_tokens: Field required");
        var model = AnthropicModel.Find(name) ?? throw new AnthropicRefusal(404, "not_found_error", $"model: {name}");
        if (maxTokens.ValueKind != JsonValueKind.Number || !maxTokens.TryGetInt32(out var limit))
        {
            throw AnthropicRefusal.Invalid("max_tokens: Input should be a valid integer");
        }

        if (limit > model.MaxTokens)
        {
            throw AnthropicRefusal.Invalid($"max_tokens: {limit} > {model.MaxTokens}, which is the maximum allowed number of output tokens for {name}");
        }

        if (limit < 0)
        {
            throw AnthropicRefusal.Invalid("max_tokens: Input should be greater than or equal to 0");
        }

        CheckSampling(body, model);
        CheckTools(body);
        CheckOutput(body, model);
        CheckCacheMarks(body);
        ThinkingRules.CheckSettings(body, model);
        return model;
    }

    public static void OnlyKnown(JsonElement element, string path, params string[] known)
    {
        foreach (var property in element.EnumerateObject())
        {
            if (!known.Contains(property.Name))
            {
                throw AnthropicRefusal.Invalid($"{(path.Length == 0 ? "" : path + ".")}{property.Name}: Extra inputs are not permitted");
            }
        }
    }

    private static void CheckSampling(JsonElement body, AnthropicModel model)
    {
        var given = Sampling.Where(s => body.Member(s) is not null).ToList();
        if (given.Count > 0 && !model.Sampling)
        {
            throw AnthropicRefusal.Invalid($"`{given[0]}` is deprecated for this model.");
        }

        if (given.Contains("temperature") && given.Contains("top_p"))
        {
            throw AnthropicRefusal.Invalid("`temperature` and `top_p` cannot both be specified for this model. Please use only one.");
        }

        if (body.Member("temperature") is { } temperature && temperature.GetDouble() is < 0 or > 1)
        {
            throw AnthropicRefusal.Invalid("temperature: range: 0..1");
        }
    }

    private static void CheckTools(JsonElement body)
    {
        var names = new HashSet<string>();
        var tools = body.Member("tools");
        var index = 0;
        foreach (var tool in tools is { ValueKind: JsonValueKind.Array } array ? [.. array.EnumerateArray()] : Array.Empty<JsonElement>())
        {
            var type = tool.Text("type") ?? "custom";
            var path = $"tools.{index++}.{type}";
            var name = tool.Text("name") ?? throw AnthropicRefusal.Invalid($"{path}.name: Field required");
            if (type == "custom")
            {
                OnlyKnown(tool, path, ToolMembers);
                CheckClientTool(tool, path, name);
            }

            if (!names.Add(name))
            {
                throw AnthropicRefusal.Invalid("tools: Tool names must be unique.");
            }
        }

        if (body.Member("tool_choice") is not { } choice)
        {
            return;
        }

        if (names.Count == 0)
        {
            throw AnthropicRefusal.Invalid("tool_choice may only be specified while providing tools.");
        }

        CheckChoice(choice, names);
    }

    private static void CheckClientTool(JsonElement tool, string path, string name)
    {
        if (!ToolName().IsMatch(name))
        {
            throw AnthropicRefusal.Invalid($"{path}.name: String should match pattern '^[a-zA-Z0-9_-]{{1,128}}$'");
        }

        var schema = tool.Member("input_schema") ?? throw AnthropicRefusal.Invalid($"{path}.input_schema: Field required");
        if (schema.Text("type") != "object")
        {
            throw AnthropicRefusal.Invalid($"{path}.input_schema.type: Input should be 'object'");
        }

        if (schema.Member("oneOf") is not null || schema.Member("anyOf") is not null || schema.Member("allOf") is not null)
        {
            throw AnthropicRefusal.Invalid($"{path}.input_schema: input_schema does not support oneOf, allOf, or anyOf at the top level");
        }
    }

    private static void CheckChoice(JsonElement choice, HashSet<string> names)
    {
        switch (choice.Text("type"))
        {
            case "auto" or "any":
                OnlyKnown(choice, "tool_choice", "type", "disable_parallel_tool_use");
                break;
            case "none":
                OnlyKnown(choice, "tool_choice.none", "type");
                break;
            case "tool":
                OnlyKnown(choice, "tool_choice.tool", "type", "name", "disable_parallel_tool_use");
                var name = choice.Text("name") ?? throw AnthropicRefusal.Invalid("tool_choice.tool.name: Field required");
                if (!names.Contains(name))
                {
                    throw AnthropicRefusal.Invalid($"Tool '{name}' not found in provided tools");
                }

                break;
            default:
                throw AnthropicRefusal.Invalid("tool_choice: Input tag found using 'type' does not match any of the expected tags: 'auto', 'any', 'tool', 'none'");
        }
    }

    private static void CheckOutput(JsonElement body, AnthropicModel model)
    {
        if (body.Member("output_config") is not { } output)
        {
            return;
        }

        OnlyKnown(output, "output_config", "effort", "format");
        if (output.Member("effort") is { } effort)
        {
            if (!model.Effort)
            {
                throw AnthropicRefusal.Invalid("This model does not support the effort parameter.");
            }

            var level = effort.GetString();
            if (level is not ("low" or "medium" or "high") && !(model.ExtraEffort && level is "xhigh" or "max"))
            {
                throw AnthropicRefusal.Invalid("output_config.effort: Input should be 'low', 'medium', 'high', 'xhigh' or 'max'");
            }
        }

        if (output.Member("format") is { } format)
        {
            OnlyKnown(format, "output_config.format", "type", "schema");
            if (format.Text("type") != "json_schema")
            {
                throw AnthropicRefusal.Invalid("output_config.format.type: Input should be 'json_schema'");
            }

            OutputSchemaRules.Check(format.Member("schema") ?? throw AnthropicRefusal.Invalid("output_config.format.schema: Field required"));
        }
    }

    private static void CheckCacheMarks(JsonElement body)
    {
        var marks = Marks(body);
        if (marks > 4)
        {
            throw AnthropicRefusal.Invalid($"A maximum of 4 blocks with cache_control may be provided. Found {marks}.");
        }
    }

    private static int Marks(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().Sum(p => p switch
        {
            { Name: "cache_control", Value.ValueKind: JsonValueKind.Object } => 1,
            // Free JSON of callers may use the same word.
            { Name: "input" or "input_schema" or "schema" } => 0,
            _ => Marks(p.Value),
        }),
        JsonValueKind.Array => element.EnumerateArray().Sum(Marks),
        _ => 0,
    };

    [GeneratedRegex("^[a-zA-Z0-9_-]{1,128}$")]
    private static partial Regex ToolName();
}
