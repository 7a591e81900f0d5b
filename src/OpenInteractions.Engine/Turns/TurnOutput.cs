using OpenInteractions.Engine.Events;
using OpenInteractions.Engine.Providers;
using OpenInteractions.Engine.Tools;

namespace OpenInteractions.Engine.Turns;

/// <summary>
/// The steps that a turn makes, and the events that tell of them. The plain answer and the stream come from the same calls; without a log
/// nobody listens and only the steps are kept.
/// </summary>
internal sealed class TurnOutput
{
    private static readonly JsonElement EmptyObject = JsonDocument.Parse("{}").RootElement.Clone();

    private readonly EventLog? _log;
    private readonly TaskCompletionSource _begun;
    private int _shownThrough;
    private readonly List<HistoryStep> _steps;
    private Step? _held;
    private Step? _shell;
    private StepAssembler? _open;
    private List<Step>? _owed;
    private HashSet<string>? _made;

    /// <summary>The output of a turn that begins, or that a new owner goes on with.</summary>
    /// <param name="log">Tells of the steps, or null.</param>
    /// <param name="begun">Set when the model has given something and pauses.</param>
    /// <param name="final">Steps of earlier model calls, kept from a former owner.</param>
    /// <param name="shownThrough">The highest index that a client may have been shown by a former owner; -1 when there was none.</param>
    public TurnOutput(EventLog? log, TaskCompletionSource begun, IReadOnlyList<HistoryStep> final, int shownThrough)
    {
        (_log, _begun, _steps, _shownThrough) = (log, begun, [.. final], shownThrough);
    }

    /// <summary>The complete steps.</summary>
    public IReadOnlyList<HistoryStep> Steps => _steps;

    /// <summary>True when the model has given anything at all.</summary>
    public bool HasBegun => Begun > 0;

    /// <summary>How much the model has begun to give, in all its calls.</summary>
    public int Begun { get; private set; }

    /// <summary>How much of it there may be.</summary>
    public OutputBound Bound { get; init; } = new(long.MaxValue);

    /// <summary>The run's events, or null.</summary>
    public EventLog? Log => _log;

    /// <summary>True when the step that is open is a function call whose arguments are not whole as they were written.</summary>
    public bool IsUnfinishedCall => _held is null
        ? _shell is FunctionCallStep && !CallArguments.IsObject(_open!.Arguments)
        : _held is FunctionCallStep { Arguments: var given } && !(given.ValueKind == JsonValueKind.Object && given.EnumerateObject().MoveNext());

    /// <summary>True when a step has begun, and has something in it, and has not ended.</summary>
    public bool HasOpenStep => _open is not null || _held is not (null or ModelOutputStep { Content.Count: 0 } or ThoughtStep { Signature: null, Summary: null });

    /// <summary>A step begins. Its event waits for the first piece, so that steps that stay empty are never seen.</summary>
    /// <exception cref="ApiException"><see cref="ErrorCode.ServiceUnavailable"/>: the one before it has not ended.</exception>
    public void Hold(Step shell)
    {
        if (_open is not null)
        {
            throw OutOfOrder();
        }

        Begun++;
        _held = shell;
    }

    /// <summary>The model has given something that is shown only when it is whole.</summary>
    public void Begin() => Begun++;

    /// <summary>A whole step, told as a shell, its payload and its end (behaviour SE-7).</summary>
    public async ValueTask PutAsync(Step step, ProviderState? state, CancellationToken cancellationToken)
    {
        if (_log is not null)
        {
            var (shell, deltas) = StepPieces.Of(step);
            (_open, _shell) = (new StepAssembler(shell), shell); // so that a cut finds it
            await EmitStartAsync(shell, cancellationToken);
            foreach (var delta in deltas)
            {
                await AppendAsync(new StepDeltaEvent { Index = _steps.Count, Delta = delta }, cancellationToken);
            }
        }

        await EndAsync(step, state, cancellationToken);
    }

    /// <summary>These calls are the server's to answer, whatever becomes of the turn.</summary>
    public void Owe(IEnumerable<Step> calls) => (_owed ??= []).AddRange(calls);

    /// <summary>A call is made from now on: nobody can say afterwards that it was not.</summary>
    public void OnMade(string callId)
    {
        lock (_steps) // calls are made side by side
        {
            (_made ??= new(StringComparer.Ordinal)).Add(callId);
        }
    }

    /// <summary>
    /// The turn ends: calls that are still without a result get one that says so, and whether they were made, so that calls and results pair up in everything that is kept.
    /// </summary>
    /// <param name="reason">Why there is no result, a sentence for the model.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask AnswerOwedAsync(string reason, CancellationToken cancellationToken)
    {
        if (_owed is null)
        {
            return;
        }

        // Looked up and not booked: a result may have been taken back since (ReplaceFromAsync), and a call that was cut while it was told is none.
        var answered = _steps.Select(s => s.Step).OfType<IResultStep>().Select(r => r.CallId).ToHashSet(StringComparer.Ordinal);
        foreach (var call in _owed.Where(c => _steps.Any(s => s.Step == c)).ToArray())
        {
            if (answered.Add(((ICallStep)call).Id))
            {
                var made = _made?.Contains(((ICallStep)call).Id) == true ? "The call may or may not have taken effect." : "The call was not made.";
                await PutAsync(ToolResults.Failed(call, $"{reason} {made}"), state: null, cancellationToken);
            }
        }
    }

    /// <summary>The model pauses: who follows gets what there is, and who waits for the first output goes on, both on this thread.</summary>
    public void Show()
    {
        Tell();
        _log?.Show();
    }

    private void Tell()
    {
        if (HasBegun)
        {
            _begun.TrySetResult();
        }
    }

    private ValueTask AppendAsync(StreamEvent value, CancellationToken cancellationToken)
    {
        if (_log is null)
        {
            return ValueTask.CompletedTask;
        }

        var room = _log.AppendAsync(value, cancellationToken);
        if (!room.IsCompleted)
        {
            Tell(); // who reads makes the room
        }

        return room;
    }

    /// <summary>A piece of the step that began last.</summary>
    public async ValueTask AddAsync(StepDelta delta, CancellationToken cancellationToken)
    {
        if (_held is not null)
        {
            await BeginAsync(cancellationToken);
        }

        (_open ?? throw OutOfOrder()).Add(delta);
        await AppendAsync(new StepDeltaEvent { Index = _steps.Count, Delta = delta }, cancellationToken);
    }

    /// <summary>The step that began last is complete.</summary>
    /// <returns>The step, or null when there was nothing in it.</returns>
    /// <exception cref="ApiException"><see cref="ErrorCode.MalformedFunctionCall"/>: the arguments cannot be read.</exception>
    public async ValueTask<Step?> StopAsync(ProviderState? state, CancellationToken cancellationToken)
    {
        if (_held is ModelOutputStep { Content.Count: 0 } or ThoughtStep { Signature: null, Summary: null })
        {
            _held = null;
            return null;
        }

        if (_held is not null)
        {
            await BeginAsync(cancellationToken);
        }

        if (_shell is FunctionCallStep call)
        {
            await FinishArgumentsAsync(call, cancellationToken);
        }

        return await EndAsync((_open ?? throw OutOfOrder()).Build(), state, cancellationToken);
    }

    /// <summary>
    /// Ends a step that was cut: text that came stays; what cannot stand alone, such as half of a call, is replaced by an empty thought, so that
    /// what a client assembled and what is kept stay the same.
    /// </summary>
    public async ValueTask CutAsync(CancellationToken cancellationToken)
    {
        _held = null;
        if (_open is null)
        {
            return;
        }

        if (_shell is ModelOutputStep or ThoughtStep)
        {
            await EndAsync(_open.Build(), state: null, cancellationToken);
        }
        else
        {
            await FillAsync(cancellationToken);
        }
    }

    /// <summary>
    /// Replaces steps that a former owner may have shown beyond those that there are now by empty thoughts: a client who assembled them cannot
    /// be told that they are gone, only what stands in their place.
    /// </summary>
    public async ValueTask ReplaceStaleAsync(CancellationToken cancellationToken)
    {
        while (_steps.Count <= _shownThrough)
        {
            await FillAsync(cancellationToken);
        }
    }

    /// <summary>Replaces the steps from an index on by empty thoughts: the store does not take what was told of them.</summary>
    public async ValueTask ReplaceFromAsync(int index, CancellationToken cancellationToken)
    {
        var count = _steps.Count + (_open is null ? 0 : 1);
        (_held, _open, _shell) = (null, null, null);
        if (index < _steps.Count)
        {
            _steps.RemoveRange(index, _steps.Count - index);
        }

        while (_steps.Count < count)
        {
            await FillAsync(cancellationToken);
        }
    }

    /// <summary>
    /// Takes back the steps from an index on, for others that take their places. Clients who were shown them see those begin again (docs/api.md); of places that
    /// stay empty they are told at the end (<see cref="ReplaceStaleAsync"/>).
    /// </summary>
    /// <returns>What was there.</returns>
    public IReadOnlyList<HistoryStep> TakeBack(int index)
    {
        var taken = _steps.GetRange(index, _steps.Count - index);
        _shownThrough = _log is null ? _shownThrough : Math.Max(_shownThrough, _steps.Count - (_open is null ? 1 : 0));
        (_held, _open, _shell) = (null, null, null);
        _steps.RemoveRange(index, taken.Count);
        return taken;
    }

    /// <summary>Puts steps back in place of what came after <see cref="TakeBack"/>.</summary>
    public async ValueTask PutBackAsync(int index, IReadOnlyList<HistoryStep> steps, CancellationToken cancellationToken)
    {
        TakeBack(index);
        foreach (var (step, state, _) in steps)
        {
            await PutAsync(step, state, cancellationToken);
        }
    }

    /// <summary>What an adapter gives are steps one after the other (behaviour SE-5); whatever upstream it has must not make it pass on anything else.</summary>
    private static ApiException OutOfOrder() => new(ErrorCode.ServiceUnavailable, "The model provider's answer is not well-formed.");

    private async ValueTask BeginAsync(CancellationToken cancellationToken)
    {
        var shell = _held!;
        _held = null;
        var (wire, given) = Split(shell);
        _shell = wire;
        _open = new StepAssembler(wire);
        await EmitStartAsync(wire, cancellationToken);
        foreach (var delta in given)
        {
            await AddAsync(delta, cancellationToken);
        }
    }

    private ValueTask EmitStartAsync(Step shell, CancellationToken cancellationToken) =>
        AppendAsync(new StepStartEvent { Index = _steps.Count, Step = shell }, cancellationToken);

    private async ValueTask<Step> EndAsync(Step step, ProviderState? state, CancellationToken cancellationToken)
    {
        var index = _steps.Count;
        _steps.Add(new HistoryStep(step, state));
        (_open, _shell) = (null, null);
        await AppendAsync(new StepStopEvent { Index = index }, cancellationToken);
        return step;
    }

    private async ValueTask FillAsync(CancellationToken cancellationToken)
    {
        var empty = new ThoughtStep();
        await EmitStartAsync(empty, cancellationToken);
        await EndAsync(empty, state: null, cancellationToken);
    }

    private async ValueTask FinishArgumentsAsync(FunctionCallStep call, CancellationToken cancellationToken)
    {
        var written = _open!.Arguments;
        var arguments = CallArguments.Read(written)
            ?? throw new ApiException(ErrorCode.MalformedFunctionCall, $"The model wrote arguments for '{call.Name}' that are not a JSON object, or one that is nested too deep to be sent back.");
        if (written == arguments)
        {
            return;
        }

        if (arguments.StartsWith(written, StringComparison.Ordinal))
        {
            await AddAsync(new ArgumentsDelta { Arguments = arguments[written.Length..] }, cancellationToken);
            return;
        }

        // A client has put the broken text together already: the step begins again, which replaces it.
        _open = new StepAssembler(call);
        await EmitStartAsync(call, cancellationToken);
        await AddAsync(new ArgumentsDelta { Arguments = arguments }, cancellationToken);
    }

    /// <summary>What goes into the start event, and what follows as a delta although it was given at once (behaviour SE-6, SE-9).</summary>
    private static (Step Shell, IReadOnlyList<StepDelta> Given) Split(Step step) => step switch
    {
        FunctionCallStep { Arguments.ValueKind: JsonValueKind.Object } call when call.Arguments.EnumerateObject().MoveNext() =>
            (call with { Arguments = EmptyObject }, [new ArgumentsDelta { Arguments = call.Arguments.GetRawText() }]),
        FunctionCallStep call => (call with { Arguments = EmptyObject }, []),
        _ => (step, []),
    };
}
