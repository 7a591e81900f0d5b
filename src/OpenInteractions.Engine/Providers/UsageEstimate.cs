using System.Text;

namespace OpenInteractions.Engine.Providers;

/// <summary>
/// Tokens of a model call whose upstream reports none (protocols 6.3, behaviour SE-11): a token for every four bytes of UTF-8, rounded up per piece
/// of text, and flat rates for media, which are round figures of the size that vendors charge. Documented in docs/api.md.
/// </summary>
internal static class UsageEstimate
{
    private const int BytesOfToken = 4;

    private static readonly object Key = new();

    /// <summary>What a call has read and written.</summary>
    /// <param name="request">The call.</param>
    /// <param name="made">Its steps.</param>
    public static Usage Of(ModelRequest request, IEnumerable<HistoryStep> made)
    {
        var (written, thought) = (0L, OfBytes(request.Meter.HiddenThought));
        foreach (var step in made)
        {
            if (step.Step is ThoughtStep { Summary: var summary })
            {
                thought += OfBlocks(summary ?? []);
            }
            else
            {
                written += OfStep(step.Step);
            }
        }

        var read = OfText(request.SystemInstruction) + request.Functions.Sum(OfFunction) + request.History.Sum(OfTurn);
        return new Usage
        {
            TotalInputTokens = read,
            TotalOutputTokens = written,
            TotalThoughtTokens = thought,
            TotalTokens = read + written + thought,
        };
    }

    /// <summary>Kept with a turn that will not change, as adapters keep what they made of it: a long conversation is counted once.</summary>
    private static long OfTurn(HistoryTurn turn) =>
        turn.Rendered(Key, static t => new Counted(t.Steps.Sum(s => OfStep(s.Step))), static _ => sizeof(long)).Tokens;

    private static long OfStep(Step step) => step switch
    {
        UserInputStep said => OfBlocks(said.Content),
        ModelOutputStep said => OfBlocks(said.Content),
        ThoughtStep => 0, // what was thought in an earlier call is seldom read again
        FunctionCallStep call => OfText(call.Name) + OfText(call.Arguments.GetRawText()),
        FunctionResultStep { Result: var result } when ToolResult.Blocks(result) is { } blocks => OfBlocks(blocks),
        FunctionResultStep { Result: var result } => OfText(ToolResult.Text(result)),
        _ => OfBytes(JsonSerializer.SerializeToUtf8Bytes(step, WireJson.Wire.Step).Length),
    };

    private static long OfFunction(FunctionTool function) => OfText(function.Name) + OfText(function.Description) + OfText(function.Parameters?.GetRawText());

    private static long OfBlocks(IReadOnlyList<ContentBlock> blocks) => blocks.Sum(OfBlock);

    private static long OfBlock(ContentBlock block) => block switch
    {
        TextContent text => OfText(text.Text),
        ImageContent or DocumentContent => 256,
        AudioContent or VideoContent => 512,
        UnknownContent unknown => OfText(unknown.Raw.GetRawText()),
        _ => 0,
    };

    private static long OfText(string? text) => text is null ? 0 : OfBytes(Encoding.UTF8.GetByteCount(text));

    private static long OfBytes(long bytes) => (bytes + BytesOfToken - 1) / BytesOfToken;

    private sealed record Counted(long Tokens);
}
