using OpenInteractions.Providers.Http;

namespace OpenInteractions.Providers.Gemini.InteractionsUpstream;

/// <summary>Reads the event stream of an Interactions upstream. Steps pass nearly unchanged; signatures are sealed on the way.</summary>
internal sealed class EventReader(string family, GeminiSignatures signatures) : IAnswer
{
    private readonly StepSequence _sequence = new();
    private readonly Dictionary<int, StepReader> _open = [];
    private Interaction? _completed;
    private InteractionError? _error;

    /// <summary>Gives the rest of an answer that the upstream ended at a limit of its own; only after <see cref="End"/>.</summary>
    public string? ContinuationToken =>
        _completed is { Status: InteractionStatus.RequiresContinuation, Unknown: { } members }
        && members.TryGetValue("continuation_token", out var token) && token.ValueKind == JsonValueKind.String
            ? token.GetString()
            : null;

    public bool IsOver { get; private set; }

    public Usage? UsageSoFar => _completed?.Usage;

    public void OnDone() => IsOver = true;

    public void OnFrame(ReadOnlyMemory<byte> data, List<ModelEvent> output) =>
        output.AddRange(Parse(UpstreamJson.Parse(data.Span)) switch
        {
            StepStartEvent start => Start(start.Index, start.Step),
            StepDeltaEvent delta => Step(delta.Index, reader => reader.Piece(delta.Delta)),
            StepStopEvent stop => Stop(stop.Index),
            InteractionCompletedEvent completed => Complete(completed.Interaction),
            ErrorEvent error => Fail(error.Error),
            _ => [], // created, status updates, and kinds that are newer than this build
        });

    public void OnWhole(JsonElement data, List<ModelEvent> output)
    {
        var interaction = Parse(() => UsageReading.OfInteraction(data).Deserialize(WireJson.Wire.Interaction)) ?? throw UpstreamFailureException.Malformed();
        foreach (var step in interaction.Steps ?? [])
        {
            output.AddRange(Start(index: 0, step));
            output.AddRange(Stop(index: 0));
        }

        Complete(interaction);
    }

    public void OnEnd(List<ModelEvent> output) => output.Add(End());

    private ModelStopped End()
    {
        if (_completed is null && _error is null)
        {
            throw UpstreamFailureException.Incomplete();
        }

        var error = _error ?? (_completed!.Status is InteractionStatus.Failed ? _completed.Errors is [var first, ..] ? first : new InteractionError() : null);
        if (error is not null)
        {
            return WireCodes.Fault(error) is { } fault
                ? new ModelStopped(ModelStopReason.Blocked, _completed?.Usage, fault)
                : throw WireCodes.Failure(error);
        }

        return _completed!.Status switch
        {
            InteractionStatus.Completed or InteractionStatus.RequiresAction when _open.Count > 0 => throw UpstreamFailureException.Incomplete(), // nor do we know what waits behind it
            InteractionStatus.Completed or InteractionStatus.RequiresAction => new(ModelStopReason.Finished, _completed.Usage),
            InteractionStatus.Incomplete or InteractionStatus.RequiresContinuation or InteractionStatus.BudgetExceeded => new(ModelStopReason.TokenLimit, _completed.Usage),
            _ => throw UpstreamFailureException.Incomplete(),
        };
    }

    private static StreamEvent Parse(JsonElement data) =>
        Parse(() => UsageReading.OfEvent(ShellCompletion.Of(data)).Deserialize(WireJson.Wire.StreamEvent)) ?? throw UpstreamFailureException.Malformed();

    private static T Parse<T>(Func<T> parse)
    {
        try
        {
            return parse();
        }
        catch (Exception e) when (e is JsonException or NotSupportedException)
        {
            throw UpstreamFailureException.Malformed();
        }
    }

    private IEnumerable<ModelEvent> Start(int index, Step step)
    {
        _open[index] = new StepReader(family, signatures);
        return _sequence.Start(index, [.. _open[index].Start(step)]);
    }

    private IEnumerable<ModelEvent> Step(int index, Func<StepReader, IEnumerable<ModelEvent>> read) =>
        _open.TryGetValue(index, out var reader) ? _sequence.Add(index, read(reader)) : throw UpstreamFailureException.Malformed();

    private IEnumerable<ModelEvent> Stop(int index)
    {
        var events = _open.Remove(index, out var reader) ? reader.Stop() : throw UpstreamFailureException.Malformed();
        return _sequence.Stop(index, events);
    }

    private ModelEvent[] Complete(Interaction interaction)
    {
        _completed = interaction;
        return [];
    }

    private ModelEvent[] Fail(InteractionError error)
    {
        _error = error;
        return [];
    }
}
