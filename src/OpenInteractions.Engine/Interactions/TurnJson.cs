using OpenInteractions.Engine.Providers;
using OpenInteractions.Engine.Storage;
using OpenInteractions.Engine.Tools;

namespace OpenInteractions.Engine.Interactions;

/// <summary>Between a turn's steps and the JSON that is kept of them.</summary>
internal static class TurnJson
{
    /// <summary>Steps as a JSON array, as the wire shows them.</summary>
    public static ReadOnlyMemory<byte> WriteSteps(IEnumerable<Step> steps)
    {
        using var scratch = JsonScratch.Rent();
        var json = scratch.Json;
        json.WriteStartArray();
        foreach (var step in steps)
        {
            JsonSerializer.Serialize(json, step, WireJson.Wire.Step);
        }

        json.WriteEndArray();
        return scratch.ToArray();
    }

    /// <summary>Reads a JSON array of steps; empty bytes are no steps.</summary>
    public static IReadOnlyList<Step> ReadSteps(ReadOnlyMemory<byte> json) =>
        json.IsEmpty ? [] : JsonSerializer.Deserialize(json.Span, WireJson.Wire.IReadOnlyListStep)!;

    /// <summary>What providers left with steps, by place; empty bytes when they left nothing.</summary>
    public static ReadOnlyMemory<byte> WriteStates(IReadOnlyList<HistoryStep> steps) =>
        StatesOf(steps) is { } states ? JsonSerializer.SerializeToUtf8Bytes(states, EngineJson.Default.DictionaryInt32ProviderState) : default;

    /// <summary>What providers left with steps, by place; null when they left nothing.</summary>
    public static Dictionary<int, ProviderState>? StatesOf(IReadOnlyList<HistoryStep> steps)
    {
        Dictionary<int, ProviderState>? states = null;
        for (var i = 0; i < steps.Count; i++)
        {
            if (steps[i].State is { } state)
            {
                (states ??= [])[i] = state;
            }
        }

        return states;
    }

    /// <summary>A turn of stored JSON.</summary>
    /// <param name="stored">The turn.</param>
    /// <param name="before">The steps of its parent, whose calls it may answer.</param>
    /// <param name="view">A result as the model sees it, or null.</param>
    public static HistoryTurn ToTurn(StoredTurn stored, IReadOnlyList<HistoryStep> before, Func<HistoryStep, HistoryStep>? view = null)
    {
        var states = stored.ProviderStates.IsEmpty ? null : JsonSerializer.Deserialize(stored.ProviderStates.Span, EngineJson.Default.DictionaryInt32ProviderState);
        var steps = new List<HistoryStep>();
        steps.AddRange(ReadSteps(stored.Input).Select(s => new HistoryStep(s)));
        steps.AddRange(ReadSteps(stored.Output).Select((s, i) => new HistoryStep(s, states?.GetValueOrDefault(i))));
        return new HistoryTurn(ModelView(steps, before, view), isSettled: true);
    }

    /// <summary>
    /// The steps as a model is shown them: answers to the parent's calls come first whatever order the client chose, because every vendor wants them right after the calls,
    /// and each result knows its call's name and upstream id.
    /// </summary>
    /// <param name="steps">The steps as they are kept.</param>
    /// <param name="before">The steps of the parent.</param>
    /// <param name="view">A result, or a call, as the model sees it, where that is not what the wire shows; or null.</param>
    public static IReadOnlyList<HistoryStep> ModelView(IReadOnlyList<HistoryStep> steps, IReadOnlyList<HistoryStep> before, Func<HistoryStep, HistoryStep>? view = null)
    {
        if (!HasResults(steps))
        {
            return steps;
        }

        var earlier = CallsOf(before);
        var own = CallsOf(steps);
        var resolved = steps.Select(s => s.Step is IResultStep result && (own.TryGetValue(result.CallId, out var call) || earlier.TryGetValue(result.CallId, out call))
            ? s with { State = call.State, CallName = ToolFunctionNames.Of(call.Step) }
            : s).Select(s => s.Step is IResultStep or FileSearchCallStep && view is not null ? view(s) : s).ToList();
        var answers = resolved.Where(s => s.Step is IResultStep result && !own.ContainsKey(result.CallId)).ToList();
        return answers.Count == 0 ? resolved : [.. answers, .. resolved.Except(answers, ReferenceEqualityComparer.Instance).Cast<HistoryStep>()];
    }

    /// <summary>True when there are results among the steps whose calls are not.</summary>
    public static bool AnswersOthers(IReadOnlyList<HistoryStep> steps) =>
        HasResults(steps) && CallsOf(steps) is var own && steps.Any(s => s.Step is IResultStep result && !own.ContainsKey(result.CallId));

    // Asked of every turn, most of which have none.
    private static bool HasResults(IReadOnlyList<HistoryStep> steps)
    {
        for (var i = 0; i < steps.Count; i++)
        {
            if (steps[i].Step is IResultStep)
            {
                return true;
            }
        }

        return false;
    }

    private static Dictionary<string, HistoryStep> CallsOf(IReadOnlyList<HistoryStep> steps)
    {
        var calls = new Dictionary<string, HistoryStep>(StringComparer.Ordinal);
        foreach (var step in steps)
        {
            if (step.Step is ICallStep call)
            {
                calls[call.Id] = step;
            }
        }

        return calls;
    }
}
