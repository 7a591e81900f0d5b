using System.Text.Json;
using OpenInteractions.Contracts.Content;
using OpenInteractions.Contracts.Json;
using OpenInteractions.Contracts.Steps;
using OpenInteractions.Engine.Providers;
using OpenInteractions.Engine.Tools;

namespace OpenInteractions.Providers.Demo;

/// <summary>What the demo model reads from one turn. Kept with settled turns, so that a long chain is read once.</summary>
internal sealed class TurnReading
{
    private static readonly object Key = new();

    private TurnReading(HistoryTurn turn)
    {
        var items = new List<ConversationItem>();
        foreach (var entry in turn.Steps)
        {
            Read(entry, items);
        }

        Items = items;
        Facts = [.. items.OfType<Said>().SelectMany(said => FactReading.In(said.Text))];
        Tokens = InputTokens.Of(items);
    }

    /// <summary>Everything of interest, in order.</summary>
    public IReadOnlyList<ConversationItem> Items { get; }

    /// <summary>What the user told, in order.</summary>
    public IReadOnlyList<Fact> Facts { get; }

    /// <summary>What the turn costs as input.</summary>
    public InputTokens Tokens { get; }

    public static TurnReading Of(HistoryTurn turn) => turn.Rendered(Key, static t => new TurnReading(t), static r => r.Size);

    // Texts belong to the steps; only what was cut out of them is ours.
    private long Size => 200 + (Items.Count * 48L) + Facts.Sum(f => 80L + (2 * (f.Key.Length + f.Value.Length)));

    private static void Read(HistoryStep entry, List<ConversationItem> items)
    {
        switch (entry.Step)
        {
            case UserInputStep input:
                items.Add(new Said(TextOf(input.Content)));
                items.AddRange(input.Content.OfType<MediaContent>().Select(m => new Shown(m)));
                break;
            case ModelOutputStep output when TextOf(output.Content) is { Length: > 0 } text:
                items.Add(new Answered(text));
                break;
            case ThoughtStep thought:
                items.Add(new Thought(thought.Signature));
                break;
            case ICallStep:
                items.Add(new Called(ToolFunctionNames.Of(entry.Step)));
                break;
            case FunctionResultStep result:
                ReadResult(entry.CallName ?? result.Name ?? result.CallId, result.Result, result.IsError is true, items);
                break;
            case IResultStep result:
                var wire = JsonSerializer.SerializeToElement(entry.Step, WireJson.Wire.Step);
                var isError = wire.TryGetProperty("is_error", out var failed) && failed.ValueKind == JsonValueKind.True;
                ReadResult(entry.CallName ?? result.CallId, wire.TryGetProperty("result", out var given) ? given : JsonElement.Parse("\"\""), isError, items);
                break;
        }
    }

    private static void ReadResult(string name, JsonElement result, bool isError, List<ConversationItem> items)
    {
        // Some clients wrap the list as {"content": [...]} (behaviour FN-5).
        if (result.ValueKind == JsonValueKind.Object && result.TryGetProperty("content", out var content) && content.ValueKind == JsonValueKind.Array)
        {
            result = content;
        }

        items.Add(new CameBack(name, result, isError));
        if (result.ValueKind == JsonValueKind.Array)
        {
            items.AddRange(ToolResultMedia(result).Select(m => new Shown(m)));
        }
    }

    private static IEnumerable<MediaContent> ToolResultMedia(JsonElement blocks)
    {
        foreach (var block in blocks.EnumerateArray())
        {
            MediaContent? media = null;
            try
            {
                media = block.ValueKind == JsonValueKind.Object ? block.Deserialize(WireJson.Wire.ContentBlock) as MediaContent : null;
            }
            catch (JsonException)
            {
                // A list that is not content blocks is a value like any other.
            }

            if (media is not null)
            {
                yield return media;
            }
        }
    }

    private static string TextOf(IReadOnlyList<ContentBlock> blocks) => blocks.OfType<TextContent>().ToArray() switch
    {
        [] => "",
        [var only] => only.Text,
        var several => string.Join('\n', several.Select(t => t.Text)),
    };
}
