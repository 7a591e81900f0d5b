namespace OpenInteractions.Engine.Turns;

/// <summary>
/// Folds a stream of events into the steps that it describes. An index that begins a second time replaces what was assembled for it: the first
/// attempt was cut (design 5).
/// </summary>
public sealed class EventFold
{
    private readonly SortedDictionary<int, StepAssembler> _open = [];
    private readonly SortedDictionary<int, Step> _steps = [];

    /// <summary>The steps that are complete, by index.</summary>
    public IReadOnlyDictionary<int, Step> Steps => _steps;

    /// <summary>The highest index that began; -1 when none did.</summary>
    public int LastIndex { get; private set; } = -1;

    /// <summary>Takes an event.</summary>
    public void Apply(StreamEvent value)
    {
        switch (value)
        {
            case StepStartEvent start:
                _steps.Remove(start.Index);
                _open[start.Index] = new StepAssembler(start.Step);
                LastIndex = Math.Max(LastIndex, start.Index);
                break;
            case StepDeltaEvent delta when _open.TryGetValue(delta.Index, out var assembler):
                assembler.Add(delta.Delta);
                break;
            case StepStopEvent stop when _open.Remove(stop.Index, out var assembler):
                _steps[stop.Index] = assembler.Build();
                break;
        }
    }
}
