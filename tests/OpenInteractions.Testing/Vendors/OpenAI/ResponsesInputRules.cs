using System.Text.Json;

namespace OpenInteractions.Testing.Vendors.OpenAI;

/// <summary>What the service refuses in <c>input</c>: shapes of items, ids that it never stored, and broken pairs.</summary>
internal sealed class ResponsesInputRules(IssuedReasoning issued)
{
    private static readonly Shape Message = new(("type", "s"), ("role", "s!"), ("content", "sa!"), ("id", "s"), ("status", "s"), ("phase", "s?"));
    private static readonly Shape Call = new(("type", "s!"), ("call_id", "s!"), ("name", "s!"), ("arguments", "s!"), ("id", "s?"), ("status", "s?"), ("namespace", "s"));
    private static readonly Shape CallOutput = new(("type", "s!"), ("call_id", "s!"), ("output", "sa!"), ("id", "s?"), ("status", "s?"));
    private static readonly Shape Reasoning = new(("type", "s!"), ("summary", "a!"), ("id", "s"), ("encrypted_content", "s?"), ("content", "a"), ("status", "s?"));

    private static readonly Dictionary<string, Shape> RanByService = new()
    {
        ["web_search_call"] = new(("type", "s!"), ("id", "s"), ("status", "s!"), ("action", "o")),
        ["code_interpreter_call"] = new(("type", "s!"), ("id", "s"), ("status", "s!"), ("code", "s?"), ("container_id", "s!"), ("outputs", "a?")),
        ["file_search_call"] = new(("type", "s!"), ("id", "s"), ("status", "s!"), ("queries", "a!"), ("results", "a?")),
        ["mcp_call"] = new(("type", "s!"), ("id", "s"), ("status", "s"), ("server_label", "s!"), ("name", "s!"), ("arguments", "s!"), ("output", "s?"), ("error", "so?"), ("approval_request_id", "s?")),
    };

    private static readonly Dictionary<string, Shape> Parts = new()
    {
        ["input_text"] = new(("type", "s!"), ("text", "s!")),
        ["output_text"] = new(("type", "s!"), ("text", "s!"), ("annotations", "a"), ("logprobs", "a?")),
        ["refusal"] = new(("type", "s!"), ("refusal", "s!")),
        ["input_image"] = new(("type", "s!"), ("image_url", "s?"), ("file_id", "s?"), ("detail", "s?")),
        ["input_file"] = new(("type", "s!"), ("file_data", "s"), ("filename", "s"), ("file_id", "s?"), ("file_url", "s"), ("detail", "s")),
        ["input_audio"] = new(("type", "s!"), ("input_audio", "o!")),
    };

    private static readonly Shape SummaryText = new(("type", "s!"), ("text", "s!"));

    public void Check(JsonElement body, string model)
    {
        if (!body.TryGetProperty("input", out var input))
        {
            throw new RefusedException(OpenAIError.Bad("One of \"input\" or \"previous_response_id\" or 'prompt' or 'conversation_id' must be provided.", "input", "missing_required_parameter"));
        }

        if (input.ValueKind == JsonValueKind.String)
        {
            return;
        }

        var items = input.EnumerateArray().ToList();
        if (items.Count == 0)
        {
            throw new RefusedException(OpenAIError.Bad("One of \"input\" or \"previous_response_id\" or 'prompt' or 'conversation_id' must be provided.", "input", "missing_required_parameter"));
        }

        var stored = !(body.TryGetProperty("store", out var store) && store.ValueKind == JsonValueKind.False);
        for (var i = 0; i < items.Count; i++)
        {
            CheckItem(items[i], $"input[{i}]", model);
            CheckId(items[i], stored);
        }

        CheckPairs(items);
        CheckReasoningPairs(items, model);
    }

    private static void CheckItem(JsonElement item, string path, string model)
    {
        var type = item.ValueKind == JsonValueKind.Object && item.TryGetProperty("type", out var t) && t.ValueKind == JsonValueKind.String ? t.GetString()! : "message";
        switch (type)
        {
            case "message":
                Message.Check(item, path);
                CheckMessage(item, path, model);
                break;
            case "function_call":
                Call.Check(item, path);
                OpenAIRules.CheckLength(item.GetProperty("call_id").GetString()!, 64, $"{path}.call_id");
                OpenAIRules.CheckName(item.GetProperty("name").GetString()!, $"{path}.name");
                break;
            case "function_call_output":
                CallOutput.Check(item, path);
                OpenAIRules.CheckLength(item.GetProperty("call_id").GetString()!, 64, $"{path}.call_id");
                CheckParts(item.GetProperty("output"), $"{path}.output", ["input_text", "input_image", "input_file"], model);
                break;
            case "reasoning":
                Reasoning.Check(item, path);
                var parts = item.GetProperty("summary").EnumerateArray().ToList();
                for (var i = 0; i < parts.Count; i++)
                {
                    SummaryText.Check(parts[i], $"{path}.summary[{i}]");
                }

                break;
            case "item_reference":
                break;
            case var _ when RanByService.TryGetValue(type, out var ran):
                ran.Check(item, path);
                break;
            default:
                throw new RefusedException(OpenAIError.InvalidValue(path, type, ["message", "function_call", "function_call_output", "reasoning", "item_reference", .. RanByService.Keys]));
        }
    }

    private static void CheckMessage(JsonElement item, string path, string model)
    {
        var role = item.GetProperty("role").GetString()!;
        if (role is not ("assistant" or "system" or "developer" or "user"))
        {
            throw new RefusedException(OpenAIError.InvalidValue($"{path}.role", role, "assistant", "system", "developer", "user"));
        }

        string[] allowed = role == "assistant" ? ["output_text", "refusal"] : ["input_text", "input_image", "input_file", "input_audio"];
        CheckParts(item.GetProperty("content"), $"{path}.content", allowed, model);
    }

    private static void CheckParts(JsonElement content, string path, string[] allowed, string model)
    {
        if (content.ValueKind != JsonValueKind.Array)
        {
            return;
        }

        var parts = content.EnumerateArray().ToList();
        for (var i = 0; i < parts.Count; i++)
        {
            var at = $"{path}[{i}]";
            var type = OpenAIRules.Type(parts[i], at);
            if (!allowed.Contains(type))
            {
                throw new RefusedException(OpenAIError.InvalidValue(at, type, allowed));
            }

            Parts[type].Check(parts[i], at);
            CheckMedia(parts[i], type, at, model);
        }
    }

    private static void CheckMedia(JsonElement part, string type, string path, string model)
    {
        if (type == "input_image" && OpenAIRules.Has(part, "image_url"))
        {
            OpenAIRules.CheckImageUrl(part.GetProperty("image_url").GetString()!, $"{path}.image_url");
        }
        else if (type == "input_image" && !OpenAIRules.Has(part, "file_id"))
        {
            throw new RefusedException(OpenAIError.Missing($"{path}.image_url"));
        }

        if (type == "input_file" && part.TryGetProperty("file_data", out var data))
        {
            if (!part.TryGetProperty("filename", out _))
            {
                throw new RefusedException(OpenAIError.Missing($"{path}.filename"));
            }

            if (!data.GetString()!.StartsWith("data:application/pdf;base64,", StringComparison.Ordinal))
            {
                throw new RefusedException(OpenAIError.Bad($"Invalid '{path}.file_data'. Expected a base64-encoded data URL with an application/pdf MIME type, but got a value without it.", $"{path}.file_data", "invalid_value"));
            }
        }

        if (type == "input_audio" && !OpenAIModelRules.HearsAudio(model))
        {
            throw new RefusedException(OpenAIError.Bad("This model does not support audio inputs.", $"{path}", "invalid_value"));
        }
    }

    /// <summary>Nothing was stored, so an id can only point into the void. The real service looks it up and answers 404.</summary>
    private static void CheckId(JsonElement item, bool stored)
    {
        if (!stored && item.TryGetProperty("id", out var id) && id.ValueKind == JsonValueKind.String)
        {
            throw new RefusedException(new OpenAIError(404,
                $"Item with id '{id.GetString()}' not found. Items are not persisted when `store` is set to false. Try again with `store` set to true, or remove this item from your input.", "input", null));
        }
    }

    private static void CheckPairs(List<JsonElement> items)
    {
        var calls = new HashSet<string>();
        var answered = new HashSet<string>();
        foreach (var item in items)
        {
            switch (item.TryGetProperty("type", out var type) ? type.GetString() : null)
            {
                case "function_call" when !calls.Add(item.GetProperty("call_id").GetString()!):
                    throw new RefusedException(OpenAIError.Bad($"Duplicate function call with call_id {item.GetProperty("call_id").GetString()}.", "input"));
                case "function_call_output":
                    var id = item.GetProperty("call_id").GetString()!;
                    if (!calls.Contains(id))
                    {
                        throw new RefusedException(OpenAIError.Bad($"No tool call found for function call output with call_id {id}.", "input"));
                    }

                    if (!answered.Add(id))
                    {
                        throw new RefusedException(OpenAIError.Bad($"Duplicate function call output with call_id {id}.", "input"));
                    }

                    break;
            }
        }

        if (calls.Except(answered).FirstOrDefault() is { } open)
        {
            throw new RefusedException(OpenAIError.Bad($"No tool output found for function call {open}.", "input"));
        }
    }

    private void CheckReasoningPairs(List<JsonElement> items, string model)
    {
        for (var i = 0; i < items.Count; i++)
        {
            if (items[i].TryGetProperty("type", out var type) && type.GetString() == "reasoning")
            {
                CheckFollower(items, i);
            }
            else if (Key(items[i]) is { } key && key != IssuedReasoning.MessageKey && issued.NeedsReasoning(key, model)
                && !(i > 0 && items[i - 1].TryGetProperty("type", out var before) && before.GetString() == "reasoning"))
            {
                throw new RefusedException(OpenAIError.Bad($"Item '{key[5..]}' of type '{items[i].GetProperty("type").GetString()}' was provided without its required 'reasoning' item.", "input"));
            }
        }
    }

    private void CheckFollower(List<JsonElement> items, int at)
    {
        var content = OpenAIRules.Has(items[at], "encrypted_content") ? items[at].GetProperty("encrypted_content").GetString()! : "";
        if (!issued.TryGet(content, out var known))
        {
            throw new RefusedException(OpenAIError.Bad(
                $"The encrypted content {content[..Math.Min(4, content.Length)]}... could not be verified. Reason: Encrypted content could not be decrypted or parsed.", null, "invalid_encrypted_content"));
        }

        if (at + 1 >= items.Count || Key(items[at + 1]) != known.Follower)
        {
            throw new RefusedException(OpenAIError.Bad("Item 'rs_0' of type 'reasoning' was provided without its required following item.", "input"));
        }
    }

    /// <summary>How <see cref="IssuedReasoning"/> knows an output item again, now that ids may not come back.</summary>
    private static string? Key(JsonElement item)
    {
        if (item.TryGetProperty("type", out var type) && type.GetString() == "function_call")
        {
            return IssuedReasoning.CallKey(item.GetProperty("call_id").GetString()!);
        }

        if (type.ValueKind == JsonValueKind.String && RanByService.ContainsKey(type.GetString()!))
        {
            return IssuedReasoning.ItemKey(type.GetString()!);
        }

        return item.TryGetProperty("role", out var role) && role.GetString() == "assistant" ? IssuedReasoning.MessageKey : null;
    }
}
