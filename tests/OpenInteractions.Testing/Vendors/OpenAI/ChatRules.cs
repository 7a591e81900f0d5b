using System.Text.Json;

namespace OpenInteractions.Testing.Vendors.OpenAI;

/// <summary>What <c>POST /v1/chat/completions</c> refuses.</summary>
internal static class ChatRules
{
    private static readonly Shape Request = new(
        ("messages", "a"), ("model", "s"), ("audio", "o?"), ("frequency_penalty", "n?"), ("function_call", "so"), ("functions", "a"), ("logit_bias", "o?"),
        ("logprobs", "b?"), ("max_completion_tokens", "i?"), ("max_tokens", "i?"), ("metadata", "o?"), ("modalities", "a?"), ("n", "i?"),
        ("parallel_tool_calls", "b"), ("prediction", "o?"), ("presence_penalty", "n?"), ("prompt_cache_key", "s"), ("prompt_cache_retention", "s?"),
        ("reasoning_effort", "s?"), ("response_format", "o"), ("safety_identifier", "s"), ("seed", "i?"), ("service_tier", "s?"), ("stop", "sa?"),
        ("store", "b?"), ("stream", "b?"), ("stream_options", "o?"), ("temperature", "n?"), ("tool_choice", "so"), ("tools", "a"), ("top_logprobs", "i?"),
        ("top_p", "n?"), ("user", "s"), ("verbosity", "s?"), ("web_search_options", "o"));

    private static readonly Shape Tool = new(("type", "s!"), ("function", "o!"));
    private static readonly Shape Function = new(("name", "s!"), ("description", "s"), ("parameters", "o"), ("strict", "b?"));
    private static readonly Shape SchemaFormat = new(("type", "s!"), ("json_schema", "o!"));
    private static readonly Shape Schema = new(("name", "s!"), ("schema", "o"), ("strict", "b?"), ("description", "s"));
    private static readonly Shape StreamOptions = new(("include_usage", "b"), ("include_obfuscation", "b"));

    public static void Check(JsonElement body, ChatDialect dialect)
    {
        Request.Check(body, "", name => OpenAIError.Bad($"Unrecognized request argument supplied: {name}"));
        if (!body.TryGetProperty("model", out var model))
        {
            throw new RefusedException(OpenAIError.Bad("you must provide a model parameter"));
        }

        var name = model.GetString()!;
        CheckSettings(body, name);
        CheckTools(body);
        CheckFormat(body);
        ChatMessageRules.Check(body, name, dialect);
    }

    private static void CheckSettings(JsonElement body, string model)
    {
        if (OpenAIRules.Has(body, "stream_options"))
        {
            StreamOptions.Check(body.GetProperty("stream_options"), "stream_options");
            if (!OpenAIRules.Streams(body))
            {
                throw new RefusedException(OpenAIError.Bad("The 'stream_options' parameter is only allowed when 'stream' is enabled.", "stream_options"));
            }
        }

        var reasons = OpenAIModelRules.Reasons(model);
        if (OpenAIRules.Has(body, "max_tokens") && reasons)
        {
            throw new RefusedException(OpenAIError.Bad("Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.", "max_tokens", "unsupported_parameter"));
        }

        if (OpenAIRules.Has(body, "max_tokens") && OpenAIRules.Has(body, "max_completion_tokens"))
        {
            throw new RefusedException(OpenAIError.Bad("Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported.", "max_tokens"));
        }

        foreach (var refused in (string[])["temperature", "top_p"])
        {
            if (reasons && OpenAIRules.Has(body, refused) && body.GetProperty(refused).GetDouble() is not 1 and var value)
            {
                throw new RefusedException(OpenAIError.Bad($"Unsupported value: '{refused}' does not support {value} with this model. Only the default (1) value is supported.", refused, "unsupported_value"));
            }
        }

        OpenAIRules.CheckRange(body, "temperature", 2);
        OpenAIRules.CheckRange(body, "top_p", 1);
        CheckStop(body, reasons);
        if (OpenAIRules.Has(body, "reasoning_effort"))
        {
            if (!reasons)
            {
                throw new RefusedException(OpenAIError.Bad("Unrecognized request argument supplied: reasoning_effort"));
            }

            OpenAIRules.CheckEffort(body.GetProperty("reasoning_effort").GetString()!, model, "reasoning_effort");
        }
    }

    private static void CheckStop(JsonElement body, bool reasons)
    {
        if (!OpenAIRules.Has(body, "stop"))
        {
            return;
        }

        if (reasons)
        {
            throw new RefusedException(OpenAIError.Unsupported("stop"));
        }

        var stop = body.GetProperty("stop");
        if (stop.ValueKind == JsonValueKind.Array && stop.GetArrayLength() > 4)
        {
            throw new RefusedException(OpenAIError.Bad($"Invalid 'stop': array too long. Expected an array with maximum length 4, but got an array with length {stop.GetArrayLength()} instead.", "stop", "array_above_max_length"));
        }
    }

    private static void CheckTools(JsonElement body)
    {
        var names = new List<string>();
        if (body.TryGetProperty("tools", out var tools))
        {
            if (tools.GetArrayLength() == 0)
            {
                throw new RefusedException(OpenAIError.EmptyArray("tools"));
            }

            var i = 0;
            foreach (var tool in tools.EnumerateArray())
            {
                var path = $"tools[{i++}]";
                if (OpenAIRules.Type(tool, path) is not ("function" or "custom") and var type)
                {
                    throw new RefusedException(OpenAIError.InvalidValue($"{path}.type", type, "function", "custom"));
                }

                Tool.Check(tool, path);
                var function = tool.GetProperty("function");
                Function.Check(function, $"{path}.function");
                names.Add(function.GetProperty("name").GetString()!);
                OpenAIRules.CheckName(names[^1], $"{path}.function.name");
                var strict = OpenAIRules.Has(function, "strict") && function.GetProperty("strict").GetBoolean();
                OpenAIRules.CheckFunctionSchema(function, strict, names[^1], $"{path}.function.parameters");
            }
        }

        foreach (var needsTools in (string[])["tool_choice", "parallel_tool_calls"])
        {
            if (names.Count == 0 && body.TryGetProperty(needsTools, out _))
            {
                throw new RefusedException(OpenAIError.Bad($"Invalid value for '{needsTools}': '{needsTools}' is only allowed when 'tools' are specified.", needsTools));
            }
        }

        if (body.TryGetProperty("tool_choice", out var choice))
        {
            CheckChoice(choice, names);
        }
    }

    private static void CheckChoice(JsonElement choice, List<string> names)
    {
        if (choice.ValueKind == JsonValueKind.String)
        {
            OpenAIRules.CheckChoice(choice.GetString()!, names.Count);
            return;
        }

        IEnumerable<JsonElement> named = OpenAIRules.Type(choice, "tool_choice") switch
        {
            "function" => [choice],
            "allowed_tools" when choice.TryGetProperty("allowed_tools", out var allowed) && allowed.TryGetProperty("tools", out var list) && allowed.TryGetProperty("mode", out _)
                => list.EnumerateArray(),
            "allowed_tools" => throw new RefusedException(OpenAIError.Missing("tool_choice.allowed_tools")),
            var other => throw new RefusedException(OpenAIError.InvalidValue("tool_choice.type", other, "function", "allowed_tools", "custom")),
        };
        foreach (var one in named)
        {
            if (!one.TryGetProperty("function", out var function) || !function.TryGetProperty("name", out var name))
            {
                throw new RefusedException(OpenAIError.Missing("tool_choice.function"));
            }

            if (!names.Contains(name.GetString()!))
            {
                throw new RefusedException(OpenAIError.Bad($"Invalid value for 'tool_choice': no function named '{name.GetString()}' was specified in the 'tools' parameter.", "tool_choice"));
            }
        }
    }

    private static void CheckFormat(JsonElement body)
    {
        if (!body.TryGetProperty("response_format", out var format))
        {
            return;
        }

        switch (OpenAIRules.Type(format, "response_format"))
        {
            case "text":
                break;
            case "json_object":
                OpenAIRules.CheckJsonIsMentioned(body, "messages", "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'.");
                break;
            case "json_schema":
                SchemaFormat.Check(format, "response_format");
                var schema = format.GetProperty("json_schema");
                Schema.Check(schema, "response_format.json_schema");
                OpenAIRules.CheckName(schema.GetProperty("name").GetString()!, "response_format.json_schema.name");
                if (OpenAIRules.Has(schema, "strict") && schema.GetProperty("strict").GetBoolean() && schema.TryGetProperty("schema", out var declared))
                {
                    StrictSchemaRules.Check(declared, why => OpenAIError.Bad($"Invalid schema for response_format '{schema.GetProperty("name").GetString()}': {why}", "response_format"));
                }

                break;
            case var other:
                throw new RefusedException(OpenAIError.InvalidValue("response_format.type", other, "json_object", "json_schema", "text"));
        }
    }
}
