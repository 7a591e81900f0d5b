namespace OpenInteractions.Engine.Providers;

/// <summary>Which kinds of content a turn has: what the user gave, what a model made, and what came back from tools (behaviour FN-5).</summary>
internal static class HistoryModalities
{
    private static readonly object Key = new();

    // Kept with the turn: a chain of a thousand turns must not be searched for media at every call.
    public static Modalities Of(HistoryTurn turn) => turn.Rendered(Key, Read, static _ => sizeof(long)).Found;

    private static Kinds Read(HistoryTurn turn)
    {
        var found = Modalities.None;
        foreach (var entry in turn.Steps)
        {
            found |= entry.Step switch
            {
                UserInputStep input => Of(input.Content),
                ModelOutputStep output => Of(output.Content),
                FunctionResultStep result => OfResult(result.Result),
                McpServerToolResultStep result => OfResult(result.Result),
                _ => Modalities.None,
            };
        }

        return new Kinds(found);
    }

    private static Modalities Of(IReadOnlyList<ContentBlock> blocks) => blocks.Aggregate(Modalities.None, (found, block) => found | Of(block.Type));

    private static Modalities OfResult(JsonElement result)
    {
        // Some clients wrap the list as {"content": [...]} (behaviour FN-5).
        if (result.ValueKind == JsonValueKind.Object && result.TryGetProperty("content", out var content))
        {
            result = content;
        }

        var found = Modalities.Text;
        if (result.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in result.EnumerateArray())
            {
                if (item.ValueKind == JsonValueKind.Object && item.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String)
                {
                    found |= Of(type.GetString()!);
                }
            }
        }

        return found;
    }

    private static Modalities Of(string type) => type switch
    {
        TextContent.TypeName => Modalities.Text,
        ImageContent.TypeName => Modalities.Image,
        AudioContent.TypeName => Modalities.Audio,
        VideoContent.TypeName => Modalities.Video,
        DocumentContent.TypeName => Modalities.Document,
        _ => Modalities.None,
    };

    private sealed record Kinds(Modalities Found);
}
