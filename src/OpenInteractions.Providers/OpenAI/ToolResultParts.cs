namespace OpenInteractions.Providers.OpenAI;

/// <summary>A call's result as the model shall see it: text, and media that stand beside it.</summary>
internal sealed record ToolResultParts(string Text, IReadOnlyList<MediaContent> Media)
{
    /// <summary>Reads a result of any form: a string, an object, a list of blocks, or such a list in <c>{"content": [...]}</c> (behaviour FN-5).</summary>
    public static ToolResultParts Read(Step step)
    {
        var wire = JsonSerializer.SerializeToElement(step, WireJson.Wire.Step);
        var result = wire.TryGetProperty("result", out var value) ? value : default;
        var isError = wire.TryGetProperty("is_error", out var failed) && failed.ValueKind == JsonValueKind.True;
        var parts = Read(result);
        // These wires have no mark for a failed call, so the model is told in words (behaviour FN-6).
        return isError ? parts with { Text = $"Error: {parts.Text}" } : parts;
    }

    private static ToolResultParts Read(JsonElement result)
    {
        if (result.ValueKind == JsonValueKind.String)
        {
            return new(result.GetString()!, []);
        }

        var list = result.ValueKind == JsonValueKind.Object && result.TryGetProperty("content", out var wrapped) && result.EnumerateObject().Count() == 1 ? wrapped : result;
        if (list.ValueKind != JsonValueKind.Array || !TryReadBlocks(list, out var blocks))
        {
            return new(result.ValueKind == JsonValueKind.Undefined ? "" : PlainJson.Of(result), []);
        }

        return new(string.Join("\n", blocks.OfType<TextContent>().Select(t => t.Text)), [.. blocks.OfType<MediaContent>()]);
    }

    private static bool TryReadBlocks(JsonElement list, out List<ContentBlock> blocks)
    {
        blocks = [];
        foreach (var item in list.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Object || !item.TryGetProperty("type", out var type) || type.ValueKind != JsonValueKind.String)
            {
                return false;
            }

            try
            {
                var block = item.Deserialize(WireJson.Wire.ContentBlock);
                if (block is null or UnknownContent)
                {
                    return false;
                }

                blocks.Add(block);
            }
            catch (JsonException)
            {
                return false; // it looks like a block and is none: the model sees the JSON as it is
            }
        }

        return true;
    }
}
