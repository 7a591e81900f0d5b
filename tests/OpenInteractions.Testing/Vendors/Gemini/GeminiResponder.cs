using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace OpenInteractions.Testing.Vendors.Gemini;

/// <summary>
/// The model of the fake: answers from the conversation that it really received. "call NAME with {json}" calls a declared function, results are
/// told back, "what did I say first?" repeats the user's first words.
/// </summary>
internal sealed partial class GeminiResponder
{
    private int _signatures;
    private int _calls;

    public GeminiTurn Answer(GeminiConversation conversation)
    {
        if (conversation.Results.Length > 0)
        {
            var told = conversation.Results.Select(r => $"{r.Name} returned {r.Text}.");
            return Says(string.Join(' ', told));
        }

        var last = conversation.UserTexts.LastOrDefault() ?? "";
        var turn = GeminiTurn.Empty;
        foreach (var (name, arguments) in CallsIn(last))
        {
            if (!conversation.Functions.Contains(name))
            {
                return Says($"I have no function named {name}.");
            }

            turn = turn.Calls(name, arguments, NewCallId());
            turn = turn.Pieces.Length == 1 ? turn.Signed(NewLabel("call")) : turn; // in parallel only the first is signed
        }

        if (turn.Pieces.Length > 0)
        {
            return turn.Costs(new() { Prompt = Tokens(conversation), Output = 5 * turn.Pieces.Length, Thoughts = 4 });
        }

        if (last.Contains("what did I say first", StringComparison.OrdinalIgnoreCase))
        {
            return Says($"You first said: {conversation.UserTexts[0]}");
        }

        return Says(conversation.Media > 0 ? $"You said: {last} ({conversation.Media} media)" : $"You said: {last}");

        GeminiTurn Says(string text) => GeminiTurn.Says([.. Words().Matches(text).Select(m => m.Value)])
            .Signed(NewLabel("text"))
            .Costs(new() { Prompt = Tokens(conversation), Output = Math.Max(1, text.Length / 4), Thoughts = 4 });
    }

    public string NewCallId() => $"call_{Interlocked.Increment(ref _calls):D4}";

    private string NewLabel(string kind) => $"{kind}-{Interlocked.Increment(ref _signatures)}";

    private static int Tokens(GeminiConversation conversation) => 1 + (conversation.UserTexts.Sum(t => t.Length) / 4);

    /// <summary>Each "call NAME with {…}" of the text; the object ends where its JSON ends.</summary>
    private static IEnumerable<(string Name, string Arguments)> CallsIn(string text)
    {
        foreach (Match match in CallWith().Matches(text))
        {
            var start = match.Groups["json"].Index;
            if (Json(Encoding.UTF8.GetBytes(text[start..])) is { } arguments)
            {
                yield return (match.Groups["name"].Value, arguments);
            }
        }
    }

    private static string? Json(byte[] text)
    {
        var reader = new Utf8JsonReader(text, isFinalBlock: false, default);
        return JsonDocument.TryParseValue(ref reader, out var document) ? document!.RootElement.GetRawText() : null;
    }

    [GeneratedRegex(@"\bcall\s+(?<name>[A-Za-z_][\w.:-]*)\s+with\s+(?<json>\{)", RegexOptions.IgnoreCase)]
    private static partial Regex CallWith();

    [GeneratedRegex(@"\S+\s*")]
    private static partial Regex Words();
}
