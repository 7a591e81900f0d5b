using OpenInteractions.Engine.Providers;

namespace OpenInteractions.Engine.Tools;

/// <summary>Finds calls that a model makes again, unchanged, although they failed. It follows from the steps, so the next owner of a run counts the same.</summary>
/// <param name="readings">Opens arguments that the wire does not show: without them all calls of such a tool would be one.</param>
/// <param name="project">Whose calls they are.</param>
internal sealed class RepeatedFailures(SealedReadings readings, string project)
{
    /// <summary>How often this very call has failed in the turn.</summary>
    public int Count(IReadOnlyList<HistoryStep> steps, Step call)
    {
        var key = Key(call);
        return Keys(steps).Count(k => k == key);
    }

    /// <summary>True when some call has failed so often.</summary>
    public bool HasReached(IReadOnlyList<HistoryStep> steps, int most) => Keys(steps).GroupBy(k => k).Any(g => g.Count() >= most);

    private IEnumerable<(string Name, string Arguments)> Keys(IReadOnlyList<HistoryStep> steps)
    {
        var calls = new Dictionary<string, Step>(StringComparer.Ordinal);
        foreach (var (step, _, _) in steps)
        {
            if (step is ICallStep made)
            {
                calls[made.Id] = step;
            }
            else if (step is IResultStep result && ToolResults.IsError(step) && calls.TryGetValue(result.CallId, out var call))
            {
                yield return Key(call);
            }
        }
    }

    private (string Name, string Arguments) Key(Step call) => (ToolFunctionNames.Of(call), JsonSerializer.Serialize(readings.Arguments(project, call), WireJson.Wire.JsonElement));
}
