using System.Text.Json;

namespace OpenInteractions.Testing.Vendors.Anthropic;

/// <summary>The rules for the order of messages and for the pairing of calls and results.</summary>
internal static class MessageRules
{
    public static void Check(JsonElement body, AnthropicModel model, string version, bool continuesPausedTurn)
    {
        if (body.Member("messages") is not { ValueKind: JsonValueKind.Array } messages)
        {
            throw AnthropicRefusal.Invalid("messages: Field required");
        }

        var count = messages.GetArrayLength();
        if (count == 0)
        {
            throw AnthropicRefusal.Invalid("messages: at least one message is required");
        }

        for (var index = 0; index < count; index++)
        {
            CheckShape(messages, index, count, version);
        }

        var ids = new HashSet<string>();
        for (var index = 0; index < count; index++)
        {
            CheckCalls(messages, index, ids);
            CheckResults(messages, index);
        }

        CheckTools(messages, body);
        CheckEnd(messages[count - 1], body, model, continuesPausedTurn);
    }

    /// <summary>Which tools these are does not matter: the service wants some.</summary>
    private static void CheckTools(JsonElement messages, JsonElement body)
    {
        var hasTools = body.Member("tools") is { ValueKind: JsonValueKind.Array } tools && tools.GetArrayLength() > 0;
        if (!hasTools && messages.EnumerateArray().SelectMany(m => Transcript.Blocks(m.Member("content"))).Any(b => b.Text("type") is "tool_use" or "tool_result"))
        {
            throw AnthropicRefusal.Invalid("Requests which include `tool_use` or `tool_result` blocks must define tools.");
        }
    }

    private static void CheckShape(JsonElement messages, int index, int count, string version)
    {
        var message = messages[index];
        RequestRules.OnlyKnown(message, $"messages.{index}", "role", "content");
        var role = message.Text("role");
        if (role is not ("user" or "assistant"))
        {
            throw AnthropicRefusal.Invalid($"messages.{index}.role: Input should be 'user' or 'assistant'");
        }

        if (index == 0 && role != "user")
        {
            throw AnthropicRefusal.Invalid("messages: first message must use the \"user\" role");
        }

        // The service merges neighbours of one role by now; compatible servers still refuse them, so an adapter must not count on it.
        if (index > 0 && messages[index - 1].Text("role") == role)
        {
            throw AnthropicRefusal.Invalid($"messages: roles must alternate between \"user\" and \"assistant\", but found multiple \"{role}\" roles in a row");
        }

        var content = message.Member("content") ?? throw AnthropicRefusal.Invalid($"messages.{index}.content: Field required");
        if (content.ValueKind is not (JsonValueKind.String or JsonValueKind.Array))
        {
            throw AnthropicRefusal.Invalid($"messages.{index}.content: Input should be a valid string or list");
        }

        var isEmpty = content.ValueKind == JsonValueKind.String ? content.GetString()!.Length == 0 : content.GetArrayLength() == 0;
        if (isEmpty && !(index == count - 1 && role == "assistant"))
        {
            throw AnthropicRefusal.Invalid(role == "user"
                ? $"messages.{index}: user messages must have non-empty content"
                : $"messages.{index}: all messages must have non-empty content except for the optional final assistant message");
        }

        var position = 0;
        foreach (var block in Transcript.Blocks(content))
        {
            BlockRules.Check(block, $"messages.{index}.content.{position++}", role, version);
        }
    }

    private static void CheckCalls(JsonElement messages, int index, HashSet<string> ids)
    {
        var calls = Ids(messages[index], "tool_use", "id");
        for (var i = 0; i < calls.Count; i++)
        {
            if (!ids.Add(calls[i]))
            {
                throw AnthropicRefusal.Invalid($"messages.{index}.content.{i}: `tool_use` ids must be unique");
            }
        }

        if (calls.Count == 0)
        {
            return;
        }

        var answered = index + 1 < messages.GetArrayLength() ? LeadingResults(messages[index + 1]) : [];
        var open = calls.Except(answered).ToList();
        if (open.Count > 0)
        {
            throw AnthropicRefusal.Invalid(
                $"messages.{index}: `tool_use` ids were found without `tool_result` blocks immediately after: {string.Join(", ", open)}. " +
                "Each `tool_use` block must have a corresponding `tool_result` block in the next message.");
        }
    }

    private static void CheckResults(JsonElement messages, int index)
    {
        var known = index == 0 ? [] : Ids(messages[index - 1], "tool_use", "id");
        var seen = new HashSet<string>();
        var position = 0;
        foreach (var block in Transcript.Blocks(messages[index].Member("content")))
        {
            if (block.Text("type") == "tool_result")
            {
                var id = block.Text("tool_use_id")!;
                if (!known.Contains(id))
                {
                    throw AnthropicRefusal.Invalid(
                        $"messages.{index}.content.{position}: unexpected `tool_use_id` found in `tool_result` blocks: {id}. " +
                        "Each `tool_result` block must have a corresponding `tool_use` block in the previous message.");
                }

                if (!seen.Add(id))
                {
                    throw AnthropicRefusal.Invalid(
                        $"messages.{index}.content.{position}: each tool_use must have a single result. Found multiple `tool_result` blocks with id: {id}");
                }
            }

            position++;
        }
    }

    private static void CheckEnd(JsonElement last, JsonElement body, AnthropicModel model, bool continuesPausedTurn)
    {
        if (last.Text("role") != "assistant" || continuesPausedTurn)
        {
            return;
        }

        if (!model.Prefill || body.Member("thinking")?.Text("type") is "enabled" or "adaptive")
        {
            throw AnthropicRefusal.Invalid("This model does not support assistant message prefill. The conversation must end with a user message.");
        }

        var final = Transcript.Blocks(last.Member("content")).LastOrDefault();
        if (final.ValueKind == JsonValueKind.Object && final.Text("type") == "text" && final.Text("text") is { } text && text != text.TrimEnd())
        {
            throw AnthropicRefusal.Invalid("messages: final assistant content cannot end with trailing whitespace");
        }
    }

    /// <summary>Results count only while nothing else stands before them.</summary>
    private static List<string> LeadingResults(JsonElement message) =>
        [.. Transcript.Blocks(message.Member("content")).TakeWhile(b => b.Text("type") == "tool_result").Select(b => b.Text("tool_use_id") ?? "")];

    private static List<string> Ids(JsonElement message, string type, string member) =>
        [.. Transcript.Blocks(message.Member("content")).Where(b => b.Text("type") == type).Select(b => b.Text(member) ?? "")];
}
