namespace OpenInteractions.Providers.OpenAI;

/// <summary>
/// Puts the pieces of several items in order: one step is open at a time, and what arrives for another waits until the open one has stopped
/// (behaviour SE-5). Parallel calls of some servers interleave.
/// </summary>
internal sealed class StepOrder
{
    private readonly List<(int Key, List<ModelEvent> Events, bool Stopped)> _steps = [];

    /// <summary>Takes an event of a step and adds to <paramref name="output"/> whatever may go out now.</summary>
    public void Add(int key, ModelEvent modelEvent, List<ModelEvent> output)
    {
        if (modelEvent is StepPiece && _steps is [{ Stopped: false } open, ..] && open.Key == key)
        {
            output.Add(modelEvent);
            return;
        }

        var at = _steps.FindIndex(s => s.Key == key && !s.Stopped);
        if (at < 0)
        {
            _steps.Add((key, [], false));
            at = _steps.Count - 1;
        }

        if (at == 0)
        {
            output.Add(modelEvent);
        }
        else
        {
            _steps[at].Events.Add(modelEvent);
        }

        if (modelEvent is not StepStopped)
        {
            return;
        }

        _steps[at] = _steps[at] with { Stopped = true };
        while (_steps is [{ Stopped: true }, ..])
        {
            _steps.RemoveAt(0);
            if (_steps.Count > 0)
            {
                output.AddRange(_steps[0].Events);
                _steps[0].Events.Clear();
            }
        }
    }
}
