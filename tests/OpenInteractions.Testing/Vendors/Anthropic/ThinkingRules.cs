using System.Text.Json;

namespace OpenInteractions.Testing.Vendors.Anthropic;

/// <summary>The rules around thinking: how it is asked for, and that signed blocks come back as they left.</summary>
internal sealed class ThinkingRules(IssuedBlocks issued)
{
    public static bool Thinks(JsonElement body, AnthropicModel model) => body.Member("thinking")?.Text("type") switch
    {
        null => model.ThinksUnlessTold,
        "disabled" or "between_tools" => false,
        _ => true,
    };

    public static bool ShowsThinking(JsonElement body, AnthropicModel model) =>
        body.Member("thinking")?.Text("display") is { } display ? display == "summarized" : !model.OmitsThinkingText;

    public static void CheckSettings(JsonElement body, AnthropicModel model)
    {
        var thinking = body.Member("thinking");
        var type = thinking?.Text("type");
        if (thinking is { } given)
        {
            RequestRules.OnlyKnown(given, $"thinking.{type}", type switch { "enabled" => ["type", "budget_tokens", "display"], "adaptive" => ["type", "display"], _ => ["type"] });
        }

        switch (type)
        {
            case null when thinking is not null:
                throw AnthropicRefusal.Invalid("thinking.type: Field required");
            case "enabled" when !model.Budget:
                throw NotSupported("enabled");
            case "enabled":
                CheckBudget(thinking!.Value, body);
                break;
            case "adaptive" when !model.Adaptive:
                throw AnthropicRefusal.Invalid("adaptive thinking is not supported on this model");
            case "disabled" when model.BetweenTools:
                throw AnthropicRefusal.Invalid("\"thinking.type.disabled\" is not supported for this model. To turn thinking off on this model, send \"thinking\": {\"type\": \"between_tools\"}.");
            case "disabled" when !model.CanDisableThinking:
                throw NotSupported("disabled");
            case "between_tools" when !model.BetweenTools:
                throw NotSupported("between_tools");
            case null or "adaptive" or "disabled" or "between_tools":
                break;
            default:
                throw AnthropicRefusal.Invalid($"thinking: Input tag '{type}' found using 'type' does not match any of the expected tags: 'adaptive', 'between_tools', 'disabled', 'enabled'");
        }

        var forced = body.Member("tool_choice")?.Text("type") is "any" or "tool";
        if (forced && !model.ForcedTools)
        {
            throw AnthropicRefusal.Invalid("tool_choice: forced tool use is not supported for this model.");
        }

        if (type is not ("enabled" or "adaptive"))
        {
            return;
        }

        if (forced)
        {
            throw AnthropicRefusal.Invalid("Thinking may not be enabled when tool_choice forces tool use.");
        }

        CheckSampling(body);
    }

    private static void CheckBudget(JsonElement thinking, JsonElement body)
    {
        if (thinking.Member("budget_tokens") is not { ValueKind: JsonValueKind.Number } budget)
        {
            throw AnthropicRefusal.Invalid("thinking.enabled.budget_tokens: Field required");
        }

        if (budget.GetInt32() < 1024)
        {
            throw AnthropicRefusal.Invalid("thinking.enabled.budget_tokens: Input should be greater than or equal to 1024");
        }

        if (budget.GetInt32() >= body.GetProperty("max_tokens").GetInt32())
        {
            throw AnthropicRefusal.Invalid("`max_tokens` must be greater than `thinking.budget_tokens`.");
        }
    }

    private static void CheckSampling(JsonElement body)
    {
        if (body.Member("temperature") is { } temperature && temperature.GetDouble() != 1)
        {
            throw AnthropicRefusal.Invalid("`temperature` may only be set to 1 when thinking is enabled.");
        }

        if (body.Member("top_k") is not null)
        {
            throw AnthropicRefusal.Invalid("`top_k` must be unset when thinking is enabled.");
        }

        if (body.Member("top_p") is { } topP && topP.GetDouble() < 0.95)
        {
            throw AnthropicRefusal.Invalid("`top_p` must be greater than or equal to 0.95 or unset when thinking is enabled.");
        }
    }

    /// <summary>Every replayed block is one that was issued, unchanged; while a tool loop is open none is missing.</summary>
    public void CheckReplay(JsonElement body, AnthropicModel model, Transcript transcript)
    {
        var messages = body.GetProperty("messages");
        var count = messages.GetArrayLength();
        var latest = LastAssistant(messages);
        foreach (var entry in transcript.Entries.Where(e => e.Role == "assistant" && e.Block.Text("type") is "thinking" or "redacted_thinking"))
        {
            CheckBlock(entry, model, isLatest: entry.Message == latest);
            if (entry.Position == Transcript.Blocks(messages[entry.Message].Member("content")).Count() - 1)
            {
                throw AnthropicRefusal.Invalid($"messages.{entry.Message}: The final block in an assistant message cannot be `thinking`.");
            }
        }

        if (!Thinks(body, model) || !IsToolResult(messages[count - 1]))
        {
            return;
        }

        // The open loop reaches back to the last message that the user wrote.
        for (var index = count - 1; index >= 0; index--)
        {
            var message = messages[index];
            if (message.Text("role") == "user" && !IsToolResult(message))
            {
                break;
            }

            if (message.Text("role") == "assistant")
            {
                CheckLoop(message, index, body, model, transcript, index == latest);
            }
        }
    }

    private void CheckBlock(Transcript.Entry entry, AnthropicModel model, bool isLatest)
    {
        var type = entry.Block.Text("type")!;
        var opaque = entry.Block.Text(type == "thinking" ? "signature" : "data");
        var place = $"messages.{entry.Message}.content.{entry.Position}";
        var thought = opaque is null ? null : issued.Find(opaque);
        if (thought is null || thought.Type != type)
        {
            throw AnthropicRefusal.Invalid(type == "thinking" ? $"{place}: Invalid `signature` in `thinking` block" : $"{place}: Invalid `data` in `redacted_thinking` block");
        }

        if (type == "thinking" && entry.Block.Text("thinking") != thought.Text)
        {
            throw AnthropicRefusal.Invalid(isLatest
                ? $"{place}: `thinking` or `redacted_thinking` blocks in the latest assistant message cannot be modified. These blocks must remain as they were in the original response."
                : $"{place}: Invalid `signature` in `thinking` block");
        }

        // A block of another model is dropped in silence by the service.
        if (thought.Model == model.Id && model.BindsThinking && !thought.Before.AsSpan().SequenceEqual(entry.Before))
        {
            throw AnthropicRefusal.Invalid($"{place}: Invalid `signature` in `thinking` block. The block is bound to a different conversation. Remove the block, or set `thinking.block_binding.prefix_mismatch_behavior` to \"drop_block\".");
        }
    }

    private void CheckLoop(JsonElement message, int index, JsonElement body, AnthropicModel model, Transcript transcript, bool isLatest)
    {
        var blocks = Transcript.Blocks(message.Member("content")).ToList();
        var first = blocks.FirstOrDefault();
        var firstType = first.ValueKind == JsonValueKind.Object ? first.Text("type") : null;
        var answer = blocks.Where(b => b.Text("type") == "tool_use").Select(b => issued.AnswerOf(b.Text("id") ?? "")).FirstOrDefault(a => a is not null);
        var bound = answer is null || answer.Model != model.Id ||
            (model.BindsThinking && !transcript.Entries.First(e => e.Message == index).Before.AsSpan().SequenceEqual(answer.Start));
        var mustBegin = body.Member("thinking")?.Text("type") == "enabled" || (!bound && answer!.BeganWithThinking);
        if (isLatest && mustBegin && firstType is not ("thinking" or "redacted_thinking"))
        {
            throw AnthropicRefusal.Invalid(
                $"messages.{index}.content.0.type: Expected `thinking` or `redacted_thinking`, but found `{firstType}`. When `thinking` is enabled, a final `assistant` message must start " +
                "with a thinking block (preceeding the lastmost set of `tool_use` and `tool_result` blocks). To avoid this requirement, disable `thinking`.");
        }

        if (bound)
        {
            return;
        }

        var replayed = blocks.Select(b => b.Text("type") switch { "thinking" => b.Text("signature"), "redacted_thinking" => b.Text("data"), _ => null }).OfType<string>();
        if (!answer!.Opaque.All(replayed.Contains))
        {
            throw AnthropicRefusal.Invalid(
                $"messages.{index}.content.0: `thinking` or `redacted_thinking` blocks in the latest assistant message cannot be modified. These blocks must remain as they were in the original response.");
        }
    }

    private static int LastAssistant(JsonElement messages)
    {
        for (var index = messages.GetArrayLength() - 1; index >= 0; index--)
        {
            if (messages[index].Text("role") == "assistant")
            {
                return index;
            }
        }

        return -1;
    }

    private static bool IsToolResult(JsonElement message) =>
        message.Text("role") == "user" && Transcript.Blocks(message.Member("content")).Any(b => b.Text("type") == "tool_result");

    private static AnthropicRefusal NotSupported(string type) => AnthropicRefusal.Invalid(
        $"\"thinking.type.{type}\" is not supported for this model. Use \"thinking.type.adaptive\" and \"output_config.effort\" to control thinking behavior.");
}
