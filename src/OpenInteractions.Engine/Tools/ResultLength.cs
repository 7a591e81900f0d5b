using OpenInteractions.Engine.Providers;

namespace OpenInteractions.Engine.Tools;

/// <summary>
/// Keeps the text of results within a bound: what is longer is cut, and says so, because a model that does not know takes a part for the whole. What the
/// wire types and nothing is sealed for is bounded by its tool.
/// </summary>
internal sealed class ResultLength(SealedReadings readings, string project)
{
    /// <summary>The result with at most so many characters of text, and a note when that is not all.</summary>
    public Step Bound(Step result, int most)
    {
        if (readings.Payload(project, result) is not { } payload)
        {
            return result;
        }

        if (Blocks(payload) is not { } blocks)
        {
            var text = ToolResult.Text(payload);
            return text.Length <= most ? result : readings.WithPayload(project, result, ToolResults.Text(Cut(text, most) + Note(most, text.Length)));
        }

        var length = blocks.OfType<TextContent>().Sum(b => (long)b.Text.Length);
        return length <= most ? result : readings.WithPayload(project, result, JsonSerializer.SerializeToElement(BoundBlocks(blocks, most, length), WireJson.Wire.IReadOnlyListContentBlock));
    }

    /// <summary>The result with a remark for the model behind it.</summary>
    public Step Remark(Step result, string remark)
    {
        if (readings.Payload(project, result) is not { } payload)
        {
            return result;
        }

        return Blocks(payload) is { } blocks
            ? readings.WithPayload(project, result, JsonSerializer.SerializeToElement([.. blocks, new TextContent { Text = remark }], WireJson.Wire.IReadOnlyListContentBlock))
            : readings.WithPayload(project, result, ToolResults.Text($"{ToolResult.Text(payload)}\n\n{remark}"));
    }

    private static List<ContentBlock> BoundBlocks(IReadOnlyList<ContentBlock> blocks, int most, long length)
    {
        var kept = new List<ContentBlock>();
        var left = most;
        foreach (var block in blocks)
        {
            if (block is not TextContent text)
            {
                kept.Add(block);
            }
            else if (left > 0)
            {
                kept.Add(text.Text.Length <= left ? text : text with { Text = Cut(text.Text, left) });
                left -= Math.Min(left, text.Text.Length);
            }
        }

        kept.Add(new TextContent { Text = Note(most, length).Trim() });
        return kept;
    }

    private static IReadOnlyList<ContentBlock>? Blocks(JsonElement payload)
    {
        try
        {
            return ToolResult.Blocks(payload) is { } blocks && !blocks.Any(b => b is UnknownContent) ? blocks : null;
        }
        catch (JsonException)
        {
            return null; // a list of something else
        }
    }

    // Half of a character is no text.
    private static string Cut(string text, int most) => text[..(char.IsHighSurrogate(text[most - 1]) ? most - 1 : most)];

    private static string Note(int most, long length) =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"\n\n[Cut here: these are the first {most} of {length} characters. Ask for less, or for a part.]");
}
