namespace OpenInteractions.Providers.Gemini.InteractionsUpstream;

/// <summary>Keeps steps apart (behaviour SE-5): events of a step that begins while another is open wait until that one has stopped.</summary>
internal sealed class StepSequence
{
    private readonly List<Waiting> _waiting = [];
    private int? _current;

    public IEnumerable<ModelEvent> Start(int index, IEnumerable<ModelEvent> events)
    {
        if (_current is null)
        {
            _current = index;
            return events;
        }

        _waiting.Add(new(index, [.. events]));
        return [];
    }

    public IEnumerable<ModelEvent> Add(int index, IEnumerable<ModelEvent> events)
    {
        if (_current == index)
        {
            return events;
        }

        _waiting.Find(w => w.Index == index)?.Events.AddRange(events);
        return [];
    }

    public IEnumerable<ModelEvent> Stop(int index, IEnumerable<ModelEvent> events)
    {
        if (_current != index)
        {
            var waiting = _waiting.Find(w => w.Index == index);
            waiting?.Events.AddRange(events);
            waiting?.IsComplete = true;
            return [];
        }

        _current = null;
        var released = events.ToList();
        while (_current is null && _waiting.Count > 0)
        {
            var next = _waiting[0];
            _waiting.RemoveAt(0);
            released.AddRange(next.Events);
            _current = next.IsComplete ? null : next.Index;
        }

        return released;
    }

    private sealed record Waiting(int Index, List<ModelEvent> Events)
    {
        public bool IsComplete { get; set; }
    }
}
