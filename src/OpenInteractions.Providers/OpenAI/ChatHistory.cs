namespace OpenInteractions.Providers.OpenAI;

/// <summary>
/// A turn of the conversation as chat messages. The wire wants the results of calls directly after the message with the calls, all of them
/// and before anything else, and lets only users show pictures (protocols 6.3).
/// </summary>
internal sealed class ChatHistory(string provider, string family, ChatProfile profile)
{
    private const int LongestCallId = 40;

    private sealed record Key(string Provider, string Family, ChatProfile Profile, bool InOpenTurn, string CallIds, string Wire = "chat");

    private sealed record StretchKey(Key OfTurns);

    /// <summary>
    /// The turns as messages. Reasoning goes back only inside a tool loop that is still open, that is after the last thing the user said:
    /// servers that want it there refuse or ignore it elsewhere.
    /// </summary>
    public IReadOnlyList<byte[]> Render(IReadOnlyList<HistoryTurn> turns)
    {
        var ids = new ConversationCallIds(turns, step => step.CallIdFor(provider)!, CallId);
        var firstOpen = turns.Count - 1;
        while (firstOpen > 0 && !turns[firstOpen].Steps.Any(s => s.Step is UserInputStep))
        {
            firstOpen--;
        }

        var key = new Key(provider, family, profile, InOpenTurn: false, CallIds: "");
        return RequestBuffer.Render(
            turns,
            firstOpen,
            new StretchKey(key),
            turn => turns[turn].Rendered(
                key with { InOpenTurn = turn >= firstOpen, CallIds = ids.Changes(turn) },
                t => Write(t.Steps, turn >= firstOpen, step => ids.Renamed(turn, step.Step) ?? CallId(step.CallIdFor(provider)!)),
                static bytes => bytes.Length));
    }

    private byte[] Write(IReadOnlyList<HistoryStep> steps, bool inOpenTurn, Func<HistoryStep, string> callId) => RequestBuffer.Elements(writer =>
    {
        var messages = new ChatMessages(writer, profile, callId);
        HashSet<string> own = [];
        foreach (var step in steps)
        {
            if (step.Step is ICallStep call)
            {
                own.Add(call.Id);
            }
        }

        // Results of the turn before come first, whatever the client put in front of them.
        foreach (var step in steps)
        {
            if (step.Step is IResultStep result && !own.Contains(result.CallId))
            {
                messages.Result(step);
            }
        }

        foreach (var step in steps)
        {
            switch (step.Step)
            {
                case UserInputStep user:
                    messages.User(user.Content);
                    break;
                case ThoughtStep when inOpenTurn && IsOwn(step):
                    messages.Reasoning(step.State!.Data!.Value);
                    break;
                case ModelOutputStep output:
                    messages.Output(output);
                    break;
                case ICallStep:
                    messages.Call(step, IsOwn(step) ? step.State!.Data : null);
                    break;
                case IResultStep result when own.Contains(result.CallId):
                    messages.Result(step);
                    break;
            }
        }

        messages.End();
    });

    private string CallId(string id) => profile.ShortCallIds ? ShortId(id) : CallIds.Fit(id, LongestCallId);

    private bool IsOwn(HistoryStep step) => step.State is { Data: not null } state && state.Provider == provider && state.Family == family;

    /// <summary>Nine letters and digits, the same for the same id.</summary>
    private static string ShortId(string id)
    {
        const string Alphabet = "abcdefghijklmnopqrstuvwxyz0123456789";
        if (id.Length == 9 && id.All(char.IsAsciiLetterOrDigit))
        {
            return id;
        }

        var hash = System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(id));
        return string.Create(9, hash, (span, bytes) =>
        {
            for (var i = 0; i < span.Length; i++)
            {
                span[i] = Alphabet[bytes[i] % Alphabet.Length];
            }
        });
    }
}
