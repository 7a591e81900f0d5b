using System.Text.Json;

namespace OpenInteractions.Testing.Vendors.OpenAI;

/// <summary>What the service refuses in <c>messages</c>: shapes by role, and the order of calls and tool messages.</summary>
internal static class ChatMessageRules
{
    private static readonly Dictionary<string, Shape> Roles = new()
    {
        ["system"] = new(("role", "s!"), ("content", "sa!"), ("name", "s")),
        ["developer"] = new(("role", "s!"), ("content", "sa!"), ("name", "s")),
        ["user"] = new(("role", "s!"), ("content", "sa!"), ("name", "s")),
        ["assistant"] = new(("role", "s!"), ("content", "sa?"), ("name", "s"), ("tool_calls", "a"), ("refusal", "s?"), ("audio", "o?"), ("function_call", "o?"), ("annotations", "a")),
        ["tool"] = new(("role", "s!"), ("content", "sa!"), ("tool_call_id", "s!")),
    };

    private static readonly Shape Call = new(("id", "s!"), ("type", "s!"), ("function", "o!"));
    private static readonly Shape CalledFunction = new(("name", "s!"), ("arguments", "s!"));
    private static readonly Shape ImageUrl = new(("url", "s!"), ("detail", "s"));
    private static readonly Shape Audio = new(("data", "s!"), ("format", "s!"));
    private static readonly Shape File = new(("file_data", "s"), ("filename", "s"), ("file_id", "s"));

    public static void Check(JsonElement body, string model, ChatDialect dialect)
    {
        if (!body.TryGetProperty("messages", out var messages))
        {
            throw new RefusedException(OpenAIError.Missing("messages"));
        }

        if (messages.GetArrayLength() == 0)
        {
            throw new RefusedException(OpenAIError.EmptyArray("messages"));
        }

        var open = new List<string>();
        var afterCalls = false;
        var i = 0;
        foreach (var message in messages.EnumerateArray())
        {
            var role = CheckShape(message, i, model, dialect);
            if (role == "tool")
            {
                var id = message.GetProperty("tool_call_id").GetString()!;
                if (!afterCalls)
                {
                    throw new RefusedException(OpenAIError.Bad("Invalid parameter: messages with role 'tool' must be a response to a preceeding message with 'tool_calls'.", $"messages.[{i}].role"));
                }

                if (!open.Remove(id))
                {
                    throw new RefusedException(OpenAIError.Bad($"Invalid parameter: 'tool_call_id' of '{id}' not found in 'tool_calls' of previous message.", $"messages.[{i}].tool_call_id"));
                }
            }
            else
            {
                RequireAnswered(open, i);
                open = CallIds(message, i);
                afterCalls = open.Count > 0;
            }

            i++;
        }

        RequireAnswered(open, i);
        if (dialect is { WantsReasoningBack: true, ReasoningField: { } field })
        {
            CheckReasoning([.. messages.EnumerateArray()], field);
        }
    }

    private static void CheckReasoning(List<JsonElement> messages, string field)
    {
        var lastUser = messages.FindLastIndex(m => m.GetProperty("role").GetString() == "user");
        for (var i = 0; i < messages.Count; i++)
        {
            var has = OpenAIRules.Has(messages[i], field);
            if (has && i < lastUser)
            {
                throw new RefusedException(OpenAIError.Bad($"The {field} of an earlier turn must not be sent (message index {i}).", null, "invalid_request_error"));
            }

            if (!has && i > lastUser && messages[i].TryGetProperty("tool_calls", out _))
            {
                throw new RefusedException(OpenAIError.Bad($"Missing `{field}` field in the assistant message at message index {i}.", null, "invalid_request_error"));
            }
        }
    }

    private static void RequireAnswered(List<string> open, int at)
    {
        if (open.Count > 0)
        {
            throw new RefusedException(OpenAIError.Bad(
                $"An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. The following tool_call_ids did not have response messages: {string.Join(", ", open)}",
                $"messages.[{at}].role"));
        }
    }

    private static List<string> CallIds(JsonElement message, int at)
    {
        var ids = new List<string>();
        if (!message.TryGetProperty("tool_calls", out var calls))
        {
            return ids;
        }

        if (calls.GetArrayLength() == 0)
        {
            throw new RefusedException(OpenAIError.EmptyArray($"messages[{at}].tool_calls"));
        }

        var i = 0;
        foreach (var call in calls.EnumerateArray())
        {
            var path = $"messages[{at}].tool_calls[{i++}]";
            Call.Check(call, path);
            CalledFunction.Check(call.GetProperty("function"), $"{path}.function");
            OpenAIRules.CheckName(call.GetProperty("function").GetProperty("name").GetString()!, $"{path}.function.name");
            var id = call.GetProperty("id").GetString()!;
            OpenAIRules.CheckLength(id, 40, $"{path}.id");
            if (ids.Contains(id))
            {
                throw new RefusedException(OpenAIError.Bad($"Duplicate value for 'tool_call_id' of '{id}'.", $"{path}.id"));
            }

            ids.Add(id);
        }

        return ids;
    }

    private static string CheckShape(JsonElement message, int at, string model, ChatDialect dialect)
    {
        if (message.ValueKind != JsonValueKind.Object || !message.TryGetProperty("role", out var roleElement) || roleElement.ValueKind != JsonValueKind.String)
        {
            throw new RefusedException(OpenAIError.Missing($"messages[{at}].role"));
        }

        var role = roleElement.GetString()!;
        if (!Roles.TryGetValue(role, out var shape))
        {
            throw new RefusedException(OpenAIError.InvalidValue($"messages[{at}].role", role, "system", "assistant", "user", "function", "tool", "developer"));
        }

        shape.Check(message, $"messages[{at}]", unknown => role == "assistant" && unknown == $"messages[{at}].{dialect.ReasoningField}" ? null : OpenAIError.Unknown(unknown));
        var hasContent = OpenAIRules.Has(message, "content");
        if (role == "assistant" && !hasContent && !message.TryGetProperty("tool_calls", out _) && !OpenAIRules.Has(message, "refusal"))
        {
            throw new RefusedException(OpenAIError.Bad("Invalid value for 'content': expected a string, got null.", $"messages.[{at}].content"));
        }

        if (hasContent)
        {
            CheckContent(message.GetProperty("content"), role, at, model);
        }

        return role;
    }

    private static void CheckContent(JsonElement content, string role, int at, string model)
    {
        if (content.ValueKind != JsonValueKind.Array)
        {
            return;
        }

        if (content.GetArrayLength() == 0)
        {
            throw new RefusedException(OpenAIError.EmptyArray($"messages[{at}].content"));
        }

        var i = 0;
        foreach (var part in content.EnumerateArray())
        {
            var path = $"messages[{at}].content[{i++}]";
            var type = OpenAIRules.Type(part, path);
            if (type == "image_url" && role != "user")
            {
                throw new RefusedException(OpenAIError.Bad(
                    $"Invalid 'messages[{at}]'. Image URLs are only allowed for messages with role 'user', but this message with role '{role}' contains an image URL.", $"messages[{at}]", "invalid_value"));
            }

            string[] allowed = role switch
            {
                "user" => ["text", "image_url", "input_audio", "refusal", "audio", "file"],
                "assistant" => ["text", "refusal"],
                _ => ["text"],
            };
            if (!allowed.Contains(type))
            {
                throw new RefusedException(OpenAIError.InvalidValue(path, type, allowed));
            }

            CheckPart(part, type, path, model);
        }
    }

    private static void CheckPart(JsonElement part, string type, string path, string model)
    {
        new Shape(("type", "s!"), type switch
        {
            "text" => ("text", "s!"),
            "refusal" => ("refusal", "s!"),
            _ => (type, "o!"),
        }).Check(part, path);
        switch (type)
        {
            case "image_url":
                ImageUrl.Check(part.GetProperty("image_url"), $"{path}.image_url");
                OpenAIRules.CheckImageUrl(part.GetProperty("image_url").GetProperty("url").GetString()!, $"{path}.image_url.url");
                break;
            case "input_audio":
                Audio.Check(part.GetProperty("input_audio"), $"{path}.input_audio");
                if (part.GetProperty("input_audio").GetProperty("format").GetString() is not ("wav" or "mp3") and var format)
                {
                    throw new RefusedException(OpenAIError.InvalidValue($"{path}.input_audio.format", format!, "wav", "mp3"));
                }

                if (!OpenAIModelRules.HearsAudio(model))
                {
                    throw new RefusedException(OpenAIError.Bad("This model does not support audio input.", $"{path}", "unsupported_content"));
                }

                break;
            case "file":
                File.Check(part.GetProperty("file"), $"{path}.file");
                break;
        }
    }
}
