using System.Text;

namespace OpenInteractions.Providers.OpenAI;

/// <summary>
/// Call ids as one conversation shows them to an upstream: its own come back as it made them. Some servers number the calls of every answer from nought; of
/// calls that would then be called the same, the later ones get a number behind, always the same in the same conversation, so that its beginning stays as it
/// was (protocols P-4, P-6).
/// </summary>
internal sealed class ConversationCallIds
{
    private readonly Dictionary<string, string>?[] _renamed;

    /// <param name="turns">The conversation.</param>
    /// <param name="idFor">The id by which the upstream knows a call, or the native one.</param>
    /// <param name="fit">Makes an id one that the wire takes.</param>
    public ConversationCallIds(IReadOnlyList<HistoryTurn> turns, Func<HistoryStep, string> idFor, Func<string, string> fit)
    {
        _renamed = new Dictionary<string, string>?[turns.Count];
        var taken = new HashSet<string>(StringComparer.Ordinal);
        Dictionary<string, string>? all = null;
        for (var turn = 0; turn < turns.Count; turn++)
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

                        (all ??= new(StringComparer.Ordinal))[call.Id] = (_renamed[turn] ??= new(StringComparer.Ordinal))[call.Id] = id;
                        break;
                    case IResultStep result when all is not null && all.TryGetValue(result.CallId, out var known):
                        (_renamed[turn] ??= new(StringComparer.Ordinal))[result.CallId] = known;
                        break;
                }
            }
        }
    }

    /// <summary>What a turn is called differently for being where it is in this conversation, to be compared by value; empty for nearly every turn.</summary>
    public string Changes(int turn)
    {
        if (_renamed[turn] is not { } renamed)
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
        _renamed[turn]?.GetValueOrDefault(step switch { ICallStep call => call.Id, IResultStep result => result.CallId, _ => "" });
}
