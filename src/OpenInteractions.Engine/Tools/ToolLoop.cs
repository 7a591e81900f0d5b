using OpenInteractions.Engine.Diagnostics;
using OpenInteractions.Engine.Interactions;
using OpenInteractions.Engine.Providers;
using OpenInteractions.Engine.Runs;
using OpenInteractions.Engine.Tools.Policy;
using OpenInteractions.Engine.Turns;

namespace OpenInteractions.Engine.Tools;

/// <summary>
/// A turn in rounds: the model is asked, the calls among its steps that this server answers are made, and the model is asked again with everything so far,
/// until it calls nothing more, or only what the client must answer (behaviour TL-1, TL-5; docs/decisions/0009).
/// </summary>
internal sealed class ToolLoop(OpenTools tools, ToolGate gate, ToolCallRunner runner, SealedReadings readings, ToolOptions options, EngineInstruments instruments, TurnJob job)
{
    private readonly TurnOutput _output = job.Output;
    private readonly ResultBudget _results = new(readings, job.Interaction.Project, options.MaxResultBytes);
    private readonly RepeatedFailures _failures = new(readings, job.Interaction.Project);
    private int _rounds = job.Standing?.Rounds ?? 0;
    private Usage? _used = job.Standing?.Usage;

    /// <summary>1. What a former owner left open is answered. 2. The model is asked. 3. Its calls are answered. 4. Again from 2, or the end.</summary>
    public async Task<TurnResult> RunAsync(CancellationToken cancellationToken)
    {
        // 1.
        foreach (var (step, _, _) in _output.Steps)
        {
            _ = step is IResultStep && _results.TryTake(step); // of a former owner
        }

        await new ClientResults(gate, job).CheckAsync(cancellationToken);
        if (job.Standing is { } standing && await AnswerAsync(await LeftOpenAsync(standing, cancellationToken), standing.IsCut, cancellationToken) is { } ended)
        {
            return ended;
        }

        while (true)
        {
            // 2.
            if (job.Summary is { } summary)
            {
                _used = await summary.WriteAsync(job, _used, cancellationToken);
            }

            if (job.MaxTotalTokens is { } most && Spent(_used) >= most)
            {
                return new TurnResult(InteractionStatus.Incomplete, Usage: null, Fault: null);
            }

            var (request, functions) = Request(isFirst: _rounds == 0, MustAnswer());
            var (before, calls) = (_output.Steps.Count, new RoundCalls(functions));
            job.Usage.OnAsked(request, _output);
            instruments.OnProviderCalled(isRepeated: job.IsRepeated && _rounds == (job.Standing?.Rounds ?? 0));
            var result = await TurnLoop.RunAsync(job.Provider, request, _output, calls, job.MaxSteps, cancellationToken);
            _used = job.Usage.OnAnswered(result.Usage, _output);
            result = result with { Usage = null }; // it is added up
            _rounds++;
            if (result.Status == InteractionStatus.Failed)
            {
                await _output.AnswerOwedAsync("The model's answer was refused.", cancellationToken);
                return result;
            }

            // 3.
            var made = await DecideAsync(calls.Taken, before, cancellationToken);
            if (made.Count == 0)
            {
                return await RepairAsync(result, cancellationToken);
            }

            _output.Owe(made.Where(c => c.Function is null).Select(c => c.Step));
            if (functions.IsWithdrawn)
            {
                // The policy refuses a function of the client's; there is no round left in which the model could hear it.
                throw RoundFunctions.MustAnswer(made[0].Name);
            }

            if (await AnswerAsync(made, result.IsCut, cancellationToken) is { } end)
            {
                return end;
            }
        }
    }

    /// <summary>What counts against a budget (behaviour AG-5).</summary>
    private static long Spent(Usage? used) => (used?.TotalTokens ?? 0) - (used?.TotalCachedTokens ?? 0);

    private (ModelRequest Request, RoundFunctions Functions) Request(bool isFirst, bool isWithdrawn)
    {
        var asked = job.Request();
        var functions = tools.Functions(asked.Config.ToolChoice, isFirst, isWithdrawn);
        var config = ReferenceEquals(functions.Choice, asked.Config.ToolChoice) ? asked.Config : asked.Config with { ToolChoice = functions.Choice };
        return (asked with { Functions = functions.All, NativeTools = isWithdrawn ? [] : tools.Native, PredefinedFunctions = isWithdrawn ? [] : tools.PredefinedFor(asked.Config.ToolChoice), Config = config }, functions);
    }

    private Task<TurnResult> RepairAsync(TurnResult result, CancellationToken cancellationToken)
    {
        RoundFunctions? functions = null; // put together only when the model is asked again
        return job.Repair.RunAsync(
            result,
            () =>
            {
                (var request, functions) = Request(isFirst: false, isWithdrawn: true);
                return request;
            },
            request =>
            {
                instruments.OnProviderCalled(isRepeated: false);
                return TurnLoop.RunAsync(job.Provider, request, _output, new RoundCalls(functions!), job.MaxSteps, cancellationToken);
            },
            cancellationToken);
    }

    /// <summary>True in the last round, and when more calls would lead nowhere.</summary>
    private bool MustAnswer() =>
        _rounds + 1 >= options.MaxRounds
        || (_rounds > 0 && (CallsMade() >= options.MaxCalls || _failures.HasReached(_output.Steps, options.MaxRepeatedFailures)));

    /// <summary>Calls in this turn that the server has answered, with whatever.</summary>
    private int CallsMade() => _output.Steps.Count(s => s.Step is IResultStep);

    /// <summary>
    /// The calls of a round that the server answers, each with the reason when it is not to be made: those of its tools, and those of the client's functions that
    /// the policy refuses. Those that it allows are the client's.
    /// </summary>
    private async Task<IReadOnlyList<ServerCall>> DecideAsync(IReadOnlyList<ServerCall> taken, int before, CancellationToken cancellationToken)
    {
        var ours = taken.ToDictionary(c => c.Id, StringComparer.Ordinal);
        var answered = _output.Steps.Skip(before).Select(s => s.Step).OfType<IResultStep>().Select(r => r.CallId).ToHashSet(StringComparer.Ordinal);
        var left = options.MaxCalls - CallsMade();
        var asked = new List<Task<ServerCall>>();
        for (var i = before; i < _output.Steps.Count; i++)
        {
            if (_output.Steps[i].Step is not ICallStep made || answered.Contains(made.Id))
            {
                continue;
            }

            if (ours.TryGetValue(made.Id, out var call))
            {
                asked.Add(left-- > 0 ? DecideAsync(call, cancellationToken) : Task.FromResult(call with { Refusal = $"The call was not made: a turn may make at most {options.MaxCalls} calls. Answer with what there is." }));
            }
            else if (_output.Steps[i].Step is FunctionCallStep function)
            {
                asked.Add(DecideAsync(new ServerCall(function, function.Name, Function: null), cancellationToken));
            }
        }

        return [.. (await Task.WhenAll(asked)).Where(c => c.Function is not null || c.Refusal is not null)];
    }

    private async Task<ServerCall> DecideAsync(ServerCall call, CancellationToken cancellationToken) =>
        call.Refusal is not null ? call : call with { Refusal = await gate.DecideAsync(Question(call, PolicyPhase.Before, result: null), cancellationToken) };

    private PolicyQuestion Question(ServerCall call, PolicyPhase phase, string? result) => new()
    {
        Phase = phase,
        Function = call.Name,
        Kind = call.Kind,
        Remote = call.Step is McpServerToolCallStep remote ? new RemoteTarget(remote.ServerName, remote.Name, call.Function?.Function.Address) : null,
        Arguments = readings.Arguments(job.Interaction.Project, call.Step),
        Result = result,
        Project = job.Interaction.Project,
        Agent = job.Interaction.Agent,
        InteractionId = job.Interaction.Id,
    };

    /// <summary>What becomes of calls whose owner is gone: see docs/decisions/0009.</summary>
    private async Task<IReadOnlyList<ServerCall>> LeftOpenAsync(TurnCheckpoint standing, CancellationToken cancellationToken)
    {
        var calls = new List<ServerCall>();
        foreach (var step in job.OpenCalls)
        {
            var call = new ServerCall(step, ToolFunctionNames.Of(step), tools.FunctionOf(step)) { WasStarted = standing.Started.Contains(((ICallStep)step).Id) };
            call = call switch
            {
                { WasStarted: true, Function: not { Function.IsRepeatable: true } } =>
                    call with { Refusal = "The server was interrupted during this call. It may or may not have taken effect, and was not repeated." },
                { Function: null, Step: not FunctionCallStep } => call with { Refusal = "The call was not made: the tool is no longer available." },
                _ => await DecideAsync(call, cancellationToken),
            };
            calls.Add(call);
        }

        return [.. calls.Where(c => c.Function is not null || c.Refusal is not null)]; // a function of the client's that is allowed now is the client's
    }

    /// <summary>Answers calls, and says how the turn ends; null when the model is to be asked again.</summary>
    private async Task<TurnResult?> AnswerAsync(IReadOnlyList<ServerCall> calls, bool isCut, CancellationToken cancellationToken)
    {
        var batch = new CallBatch(gate, runner, readings, _results, options, job.Interaction, _output, Question, new TurnCheckpoint
        {
            Rounds = _rounds,
            Steps = _output.Steps.Count,
            IsCut = isCut,
            Usage = _used,
            States = TurnJson.StatesOf(_output.Steps),
            Calls = [.. calls.Select(c => c.Id)],
            Started = [.. calls.Where(c => c.WasStarted).Select(c => c.Id)],
        });
        await batch.RunAsync(calls, cancellationToken);
        if (PendingCalls.Of(_output.Steps).Count > 0)
        {
            return new TurnResult(InteractionStatus.RequiresAction, Usage: null, Fault: null);
        }

        return isCut ? new TurnResult(InteractionStatus.Incomplete, Usage: null, Fault: null) : null;
    }
}
