using System.Text.Json;

namespace OpenInteractions.Testing.Vendors.OpenAI;

/// <summary>What <c>POST /v1/responses</c> refuses, in the order in which the service looks.</summary>
internal sealed class ResponsesRules(ResponsesInputRules inputRules)
{
    private static readonly Shape Request = new(
        ("background", "b?"), ("context_management", "a?"), ("conversation", "so?"), ("include", "a?"), ("input", "sa"), ("instructions", "sa?"),
        ("max_output_tokens", "i?"), ("max_tool_calls", "i?"), ("metadata", "o?"), ("model", "s"), ("parallel_tool_calls", "b?"),
        ("previous_response_id", "s?"), ("prompt", "o?"), ("prompt_cache_key", "s"), ("prompt_cache_retention", "s?"), ("reasoning", "o?"),
        ("safety_identifier", "s"), ("service_tier", "s?"), ("store", "b?"), ("stream", "b?"), ("stream_options", "o?"), ("temperature", "n?"),
        ("text", "o"), ("tool_choice", "so"), ("tools", "a"), ("top_logprobs", "i?"), ("top_p", "n?"), ("truncation", "s?"), ("user", "s"));

    private static readonly Shape Reasoning = new(("effort", "s?"), ("summary", "s?"), ("generate_summary", "s?"));
    private static readonly Shape Text = new(("format", "o"), ("verbosity", "s?"));
    private static readonly Shape SchemaFormat = new(("type", "s!"), ("name", "s!"), ("schema", "o!"), ("strict", "b?"), ("description", "s"));
    private static readonly Shape Function = new(("type", "s!"), ("name", "s!"), ("description", "s?"), ("parameters", "o?"), ("strict", "b?"), ("defer_loading", "b"));
    private static readonly Shape FunctionChoice = new(("type", "s!"), ("name", "s!"));
    private static readonly Shape WebSearch = new(("type", "s!"), ("filters", "o?"), ("search_context_size", "s?"), ("user_location", "o?"));
    private static readonly Shape AllowedChoice = new(("type", "s!"), ("mode", "s!"), ("tools", "a!"));

    public void Check(JsonElement body)
    {
        Request.Check(body, "");
        if (!body.TryGetProperty("model", out var model))
        {
            throw new RefusedException(OpenAIError.Missing("model"));
        }

        var name = model.GetString()!;
        CheckSettings(body, name);
        CheckTools(body);
        CheckText(body);
        inputRules.Check(body, name);
    }

    private static void CheckSettings(JsonElement body, string model)
    {
        if (body.TryGetProperty("stream_options", out var options) && options.ValueKind == JsonValueKind.Object && !OpenAIRules.Streams(body))
        {
            throw new RefusedException(OpenAIError.Bad("The 'stream_options' parameter is only allowed when 'stream' is enabled.", "stream_options"));
        }

        if (OpenAIRules.Number(body, "max_output_tokens") is < 16 and var tokens)
        {
            throw new RefusedException(OpenAIError.Bad($"Invalid 'max_output_tokens': integer below minimum value. Expected a value >= 16, but got {tokens} instead.", "max_output_tokens", "integer_below_min_value"));
        }

        OpenAIRules.CheckRange(body, "temperature", 2);
        OpenAIRules.CheckRange(body, "top_p", 1);
        var reasons = OpenAIModelRules.Reasons(model);
        foreach (var sampling in (string[])["temperature", "top_p"])
        {
            if (reasons && OpenAIRules.Has(body, sampling))
            {
                throw new RefusedException(OpenAIError.Unsupported(sampling) with { Code = null });
            }
        }

        if (OpenAIRules.Has(body, "include") && body.GetProperty("include").EnumerateArray().Any(i => i.GetString() == "reasoning.encrypted_content") && !reasons)
        {
            throw new RefusedException(OpenAIError.Bad("Encrypted content is not supported with this model.", "include"));
        }

        if (OpenAIRules.Has(body, "reasoning"))
        {
            CheckReasoning(body.GetProperty("reasoning"), model, reasons);
        }
    }

    private static void CheckReasoning(JsonElement reasoning, string model, bool reasons)
    {
        Reasoning.Check(reasoning, "reasoning");
        foreach (var member in reasoning.EnumerateObject())
        {
            if (!reasons)
            {
                throw new RefusedException(OpenAIError.Unsupported($"reasoning.{member.Name}"));
            }
        }

        if (OpenAIRules.Has(reasoning, "effort"))
        {
            OpenAIRules.CheckEffort(reasoning.GetProperty("effort").GetString()!, model, "reasoning.effort");
        }

        if (OpenAIRules.Has(reasoning, "summary") && reasoning.GetProperty("summary").GetString() is not ("auto" or "concise" or "detailed") and var summary)
        {
            throw new RefusedException(OpenAIError.InvalidValue("reasoning.summary", summary!, "concise", "detailed", "auto"));
        }
    }

    private static void CheckTools(JsonElement body)
    {
        var names = new List<string>();
        var own = new List<string>();
        var tools = body.TryGetProperty("tools", out var t) ? t.EnumerateArray().ToList() : [];
        for (var i = 0; i < tools.Count; i++)
        {
            var type = OpenAIRules.Type(tools[i], $"tools[{i}]");
            if (type is "web_search" or "web_search_preview")
            {
                WebSearch.Check(tools[i], $"tools[{i}]");
                own.Add(type);
                continue;
            }

            if (type != "function")
            {
                continue; // other tools of the service have shapes of their own, none of which this project sends
            }

            Function.Check(tools[i], $"tools[{i}]");
            OpenAIRules.CheckName(tools[i].GetProperty("name").GetString()!, $"tools[{i}].name");
            names.Add(tools[i].GetProperty("name").GetString()!);
            // This API is strict unless told otherwise: a schema without strict:false has to be a strict one.
            var strict = !OpenAIRules.Has(tools[i], "strict") || tools[i].GetProperty("strict").GetBoolean();
            OpenAIRules.CheckFunctionSchema(tools[i], strict, names[^1], $"tools[{i}].parameters");
        }

        if (!body.TryGetProperty("tool_choice", out var choice))
        {
            return;
        }

        if (choice.ValueKind == JsonValueKind.String)
        {
            OpenAIRules.CheckChoice(choice.GetString()!, tools.Count);
            return;
        }

        var kind = OpenAIRules.Type(choice, "tool_choice");
        if (kind is "function")
        {
            FunctionChoice.Check(choice, "tool_choice");
            RequireDeclared(choice, names);
        }
        else if (kind is "allowed_tools")
        {
            AllowedChoice.Check(choice, "tool_choice");
            if (choice.GetProperty("mode").GetString() is not ("auto" or "required") and var mode)
            {
                throw new RefusedException(OpenAIError.InvalidValue("tool_choice.mode", mode!, "auto", "required"));
            }

            foreach (var allowed in choice.GetProperty("tools").EnumerateArray().Where(a => !own.Contains(OpenAIRules.Type(a, "tool_choice.tools"))))
            {
                RequireDeclared(allowed, names);
            }
        }
    }

    private static void RequireDeclared(JsonElement choice, List<string> names)
    {
        if (!choice.TryGetProperty("name", out var name) || !names.Contains(name.GetString()!))
        {
            throw new RefusedException(OpenAIError.Bad("Tool choice 'function' not found in 'tools' parameter.", "tool_choice"));
        }
    }

    private static void CheckText(JsonElement body)
    {
        if (!body.TryGetProperty("text", out var text))
        {
            return;
        }

        Text.Check(text, "text");
        if (!text.TryGetProperty("format", out var format))
        {
            return;
        }

        switch (OpenAIRules.Type(format, "text.format"))
        {
            case "text":
                break;
            case "json_object":
                OpenAIRules.CheckJsonIsMentioned(body, "input", "Response input messages must contain the word 'json' in some form to use 'text.format' of type 'json_object'.");
                break;
            case "json_schema":
                SchemaFormat.Check(format, "text.format");
                OpenAIRules.CheckName(format.GetProperty("name").GetString()!, "text.format.name");
                if (!format.TryGetProperty("strict", out var strict) || strict.ValueKind != JsonValueKind.False)
                {
                    StrictSchemaRules.Check(format.GetProperty("schema"), why => OpenAIError.Bad(
                        $"Invalid schema for response_format '{format.GetProperty("name").GetString()}': {why}", "text.format.schema", "invalid_json_schema"));
                }

                break;
            case var other:
                throw new RefusedException(OpenAIError.InvalidValue("text.format.type", other, "json_object", "json_schema", "text"));
        }
    }
}
