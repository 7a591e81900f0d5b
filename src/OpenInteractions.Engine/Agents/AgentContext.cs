using OpenInteractions.Engine.Providers;
using OpenInteractions.Engine.Tools;

namespace OpenInteractions.Engine.Agents;

/// <summary>
/// What an agent's model is shown: the instructions of its environment, and a history that is shortened when it grows (behaviour AG-6). What the user said, what the model said and which
/// calls it made stays; of old results the beginning and the end stay. What is shortened follows from the steps alone, so that a new owner of the run and every later turn show
/// the same, and notes that the model wrote stand in a step (<see cref="ContextSummary"/>); and it moves in strides, so that between two of them the history only grows and the vendor's cache goes on fitting.
/// </summary>
internal static class AgentContext
{
    /// <summary>Characters that are kept at the beginning and at the end of a result.</summary>
    private const int Kept = 400;

    /// <summary>Characters of an argument that are kept, of a call whose result was shortened.</summary>
    private const int KeptArgument = 1000;

    /// <summary>How tokens are counted.</summary>
    public const int CharactersPerToken = 4;

    /// <summary>Requests with all of it.</summary>
    /// <param name="request">Makes a request with the conversation as it is.</param>
    /// <param name="instructions">Instructions of the environment, or null.</param>
    /// <param name="mostTokens">Tokens beyond which the history is shortened.</param>
    public static Func<ModelRequest> Of(Func<ModelRequest> request, string? instructions, int mostTokens) => () =>
    {
        var asked = request();
        return asked with
        {
            SystemInstruction = instructions is null ? asked.SystemInstruction : $"{asked.SystemInstruction}\n\n{instructions}",
            History = Shortened(ContextSummary.Applied(asked.History), (long)mostTokens * CharactersPerToken),
        };
    };

    /// <summary>The history with everything before the last stride shortened.</summary>
    /// <param name="history">The conversation.</param>
    /// <param name="most">Characters that it may have.</param>
    internal static IReadOnlyList<HistoryTurn> Shortened(IReadOnlyList<HistoryTurn> history, long most)
    {
        var (tiny, cut) = Ends(history, most);
        if (cut == 0)
        {
            return history;
        }

        var turns = new List<HistoryTurn>(history.Count);
        var at = 0;
        foreach (var turn in history)
        {
            var first = at;
            turns.Add(first >= cut ? turn : new HistoryTurn([.. turn.Steps.Select((s, i) => first + i < tiny ? Tiny(s) : first + i < cut ? Shorter(s) : s)], isSettled: false));
            at += turn.Steps.Count;
        }

        return turns;
    }

    /// <summary>
    /// How many steps are shown by a note alone, and how many with their ends. The steps are walked through as they came. Wherever what is shown reaches the bound, all but the newest quarter is
    /// shortened, and of that the oldest to a note, until half of the room is free: so the next time is far away.
    /// </summary>
    private static (int Tiny, int Cut) Ends(IReadOnlyList<HistoryTurn> history, long most)
    {
        var (sizes, tiny, cut, shown) = (new List<(long Whole, long Short, long Tiny)>(), 0, 0, 0L);
        foreach (var step in history.SelectMany(t => t.Steps))
        {
            sizes.Add((Size(step), Size(Shorter(step)), Size(Tiny(step))));
            shown += sizes[^1].Whole;
            if (shown <= most)
            {
                continue;
            }

            // The last one stays whole, whatever its size.
            var (kept, from) = (0L, sizes.Count - 1);
            while (from > cut && kept + sizes[from].Whole <= most / 4)
            {
                kept += sizes[from].Whole;
                from--;
            }

            for (; cut < from; cut++)
            {
                shown -= sizes[cut].Whole - sizes[cut].Short;
            }

            for (; tiny < cut && shown > most / 2; tiny++)
            {
                shown -= sizes[tiny].Short - sizes[tiny].Tiny;
            }
        }

        return (tiny, cut);
    }

    /// <summary>A result whose content is only told of.</summary>
    private static HistoryStep Tiny(HistoryStep step) => step.Step switch
    {
        FunctionResultStep result => step with { Step = result with { Result = Note(result.Result) }, Sources = [] },
        McpServerToolResultStep result => step with { Step = result with { Result = Note(result.Result) }, Sources = [] },
        CodeExecutionResultStep result => step with { Step = result with { Result = Note(result.Result) }, Sources = [] },
        _ => Shorter(step),
    };

    private static JsonElement Note(JsonElement result) => ShorterResult(result) is var shorter && ToolResult.Text(shorter).Length <= 200
        ? shorter
        : ToolResults.Text("[The result was left out here, because the conversation is long. Do it again to see it.]");

    private static HistoryStep Shorter(HistoryStep step) => step.Step switch
    {
        FunctionCallStep { Arguments: { ValueKind: JsonValueKind.Object } arguments } call when arguments.GetRawText().Length > KeptArgument => step with { Step = call with { Arguments = Shorter(arguments) } },
        CodeExecutionCallStep { Arguments.Code: { Length: > KeptArgument } code } call => step with { Step = call with { Arguments = call.Arguments with { Code = Shorter(code, KeptArgument) } } },
        FunctionResultStep result => step with { Step = result with { Result = ShorterResult(result.Result) }, Sources = [] },
        McpServerToolResultStep result => step with { Step = result with { Result = ShorterResult(result.Result) }, Sources = [] },
        CodeExecutionResultStep result => step with { Step = result with { Result = ShorterResult(result.Result) }, Sources = [] },
        _ => step,
    };

    /// <summary>Long texts of arguments are cut, in an object that is still one.</summary>
    private static JsonElement Shorter(JsonElement arguments)
    {
        using var scratch = JsonScratch.RentObject(json =>
        {
            foreach (var member in arguments.EnumerateObject())
            {
                if (member.Value.ValueKind == JsonValueKind.String && member.Value.GetString() is { Length: > KeptArgument } text)
                {
                    json.WriteString(member.Name, Shorter(text, KeptArgument));
                }
                else
                {
                    member.WriteTo(json);
                }
            }
        });
        return JsonElement.Parse(scratch.Written.Span);
    }

    private static JsonElement ShorterResult(JsonElement result)
    {
        var text = ToolResult.Text(result);
        var isMedia = result.ValueKind == JsonValueKind.Array && result.EnumerateArray().Any(b => b.ValueKind == JsonValueKind.Object && b.TryGetProperty("data"u8, out _));
        if (isMedia)
        {
            var words = result.EnumerateArray().Where(b => b.ValueKind == JsonValueKind.Object && b.TryGetProperty("text"u8, out var t) && t.ValueKind == JsonValueKind.String).Select(b => b.GetProperty("text"u8).GetString());
            return ToolResults.Text($"{Shorter(string.Join('\n', words), Kept * 2)}\n[A picture was shown here.]");
        }

        return text.Length <= Kept * 3 ? result : ToolResults.Text(Shorter(text, Kept * 2));
    }

    /// <summary>The beginning and the end of a text.</summary>
    internal static string Shorter(string text, int kept) => text.Length <= kept + 100
        ? text
        : $"{Excerpt.Of(text, kept / 2)}\n[{text.Length - kept} characters were left out here, because the conversation is long. Do it again to see them.]\n{End(text, kept / 2)}";

    private static string End(string text, int length)
    {
        var from = text.Length - length;
        return text[(char.IsLowSurrogate(text[from]) ? from + 1 : from)..];
    }

    /// <summary>Characters of a history.</summary>
    internal static long Size(IReadOnlyList<HistoryTurn> history) => history.Sum(t => t.Steps.Sum(Size));

    internal static long Size(HistoryStep step) => step.Step switch
    {
        UserInputStep s => s.Content.Sum(Size),
        ModelOutputStep s => s.Content.Sum(Size),
        ThoughtStep s => s.Summary?.Sum(Size) ?? 0,
        FunctionCallStep s => s.Arguments.ValueKind == JsonValueKind.Undefined ? 0 : s.Arguments.GetRawText().Length,
        CodeExecutionCallStep s => s.Arguments.Code?.Length ?? 0,
        IResultStep => ToolResults.Payload(step.Step) is { } payload ? SizeOfResult(payload) : 200,
        _ => 200,
    };

    private static long Size(ContentBlock block) => block is TextContent text ? text.Text.Length : MediaSize;

    /// <summary>A medium costs about a thousand tokens, whatever its bytes.</summary>
    private const int MediaSize = 1000 * CharactersPerToken;

    private static long SizeOfResult(JsonElement payload) => payload.ValueKind == JsonValueKind.Array
        ? payload.EnumerateArray().Sum(b => b.ValueKind == JsonValueKind.Object && b.TryGetProperty("data"u8, out _) ? MediaSize : b.GetRawText().Length)
        : payload.GetRawText().Length;
}
