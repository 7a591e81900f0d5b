using OpenInteractions.Engine.Providers;

namespace OpenInteractions.Engine.Turns;

/// <summary>
/// What a turn has used: as the upstream reported it, or else as counted here (behaviour SE-11, protocols 6.3). All adapters pass here, and a
/// turn whose upstream reports pays nothing for it.
/// </summary>
/// <param name="before">Usage of model calls that had ended under a former owner, or null.</param>
internal sealed class TurnUsage(Usage? before)
{
    private Usage? _before = before;
    private ModelRequest? _asked;
    private int _firstStep;
    private int _begunBefore;

    /// <summary>True when what <see cref="Of"/> gave was counted here.</summary>
    public bool IsEstimated { get; private set; }

    /// <summary>The model is about to be asked; what it makes comes behind the steps that there are.</summary>
    public void OnAsked(ModelRequest request, TurnOutput output) => (_asked, _firstStep, _begunBefore) = (request, output.Steps.Count, output.Begun);

    /// <summary>True when the model has begun to answer what it was asked last.</summary>
    public bool HasAnswer(TurnOutput output) => output.Begun > _begunBefore;

    /// <summary>A model call has ended, and the turn goes on: what it used is added up.</summary>
    /// <returns>The usage of all calls that have ended.</returns>
    public Usage? OnAnswered(Usage? reported, TurnOutput output)
    {
        _before = Of(reported, output, hasAnswered: true);
        _asked = null;
        return _before;
    }

    /// <summary>A model call broke off, and the turn goes on without it: what it used is added up.</summary>
    public void OnBroken(TurnOutput output)
    {
        _before = Of(reported: null, output, HasAnswer(output));
        _asked = null;
    }

    /// <summary>The usage of the turn as it stands now; null when no model has answered.</summary>
    /// <param name="reported">What the upstream told at the end; null when it told nothing, or was cut before it could.</param>
    /// <param name="output">What came of it.</param>
    /// <param name="hasAnswered">False when the model has given nothing: then nothing was used that anybody knows of.</param>
    public Usage? Of(Usage? reported, TurnOutput output, bool hasAnswered)
    {
        reported ??= _asked?.Meter.Reading;
        if (reported is null && _asked is not null && hasAnswered)
        {
            IsEstimated = true;
            reported = UsageEstimate.Of(_asked, output.Steps.Skip(_firstStep));
        }

        return Usage.Sum(_before, reported);
    }
}
