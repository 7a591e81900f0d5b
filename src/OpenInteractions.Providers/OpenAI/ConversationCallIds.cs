using System.Text;

namespace OpenInteractions.Providers.OpenAI;

/// <summary>
/// Call ids as one conversation shows them to an upstream: its own come back as it made them. Some servers number the calls of every answer from nought; of
/// calls that would then be called the same, the later ones get a number behind, always the same in the same conversation, so that its beginning stays as it
/// was (protocols P-4, P-6).
/// </summary>
internal sealed class ConversationCallIds
{
    private static readonly object TurnsWithCalls = new();

    private readonly Dictionary<int, Dictionary<string, string>> _renamed = [];

    /// <param name="turns">The conversation.</param>
    /// <param name="idFor">The id by which the upstream knows a call, or the native one.</param>
    /// <param name="fit">Makes an id one that the wire takes.</param>
    public ConversationCallIds(IReadOnlyList<HistoryTurn> turns, Func<HistoryStep, string> idFor, Func<string, string> fit)
    {
        var taken = new HashSet<string>(StringComparer.Ordinal);
        Dictionary<string, string>? all = null;
        foreach (var turn in WithCalls(turns))
        {
            foreach (var step in turns[turn].Steps)
            {
                switch (step.Step)
                {
                    case ICallStep call:
                        var own = idFor(step);
                        var id = fit(own);
                        if (taken.Add(id))
                        {
                            all?.Remove(call.Id);
                            break;
                        }

                        for (var n = 2; !taken.Add(id = fit($"{own}_{n}")); n++)
                        {
                        }

                        (all ??= new(StringComparer.Ordinal))[call.Id] = id;
                        Rename(turn, call.Id, id);
                        break;
                    case IResultStep result when all is not null && all.TryGetValue(result.CallId, out var known):
                        Rename(turn, result.CallId, known);
                        break;
                }
            }
        }
    }

    /// <summary>What a turn is called differently for being where it is in this conversation, to be compared by value; empty for nearly every turn.</summary>
    public string Changes(int turn)
    {
        if (!_renamed.TryGetValue(turn, out var renamed))
        {
            return "";
        }

        var changes = new StringBuilder();
        foreach (var (native, id) in renamed)
        {
            changes.Append(native).Append('\n').Append(id).Append('\n');
        }

        return changes.ToString();
    }

    /// <summary>Another id than its own for a call or a result of a turn, or null.</summary>
    public string? Renamed(int turn, Step step) =>
        _renamed.GetValueOrDefault(turn)?.GetValueOrDefault(step switch { ICallStep call => call.Id, IResultStep result => result.CallId, _ => "" });

    /// <summary>The places of turns with calls or results: in a long conversation few have any, and a stretch knows its own.</summary>
    private static IEnumerable<int> WithCalls(IReadOnlyList<HistoryTurn> turns)
    {
        var whole = HistoryStretch.WholeIn(turns, turns.Count);
        for (var i = 0; i < whole; i += HistoryStretch.Length)
        {
            var offsets = new HistoryStretch(turns, i).Rendered(
                TurnsWithCalls, static s => Enumerable.Range(0, HistoryStretch.Length).Where(o => HasCalls(s[o])).ToArray(), static o => o.Length * sizeof(int));
            foreach (var offset in offsets)
            {
                yield return i + offset;
            }
        }

        for (var i = whole; i < turns.Count; i++)
        {
            yield return i;
        }
    }

    private static bool HasCalls(HistoryTurn turn) => turn.Steps.Any(s => s.Step is ICallStep or IResultStep);

    private void Rename(int turn, string native, string id)
    {
        if (!_renamed.TryGetValue(turn, out var renamed))
        {
            _renamed[turn] = renamed = new(StringComparer.Ordinal);
        }

        renamed[native] = id;
    }
}
