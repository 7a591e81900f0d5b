using OpenInteractions.Engine.Interactions;
using OpenInteractions.Engine.Providers;
using OpenInteractions.Engine.Runs;
using OpenInteractions.Engine.Storage;
using OpenInteractions.Engine.Tools.Policy;
using OpenInteractions.Engine.Turns;

namespace OpenInteractions.Engine.Tools;

/// <summary>
/// The calls of one round, side by side within the limit; results become steps in the order in which they come. Nothing starts before its start is durable
/// (docs/decisions/0009).
/// </summary>
internal sealed class CallBatch(
    ToolGate gate,
    ToolCallRunner runner,
    SealedReadings readings,
    ResultBudget budget,
    ToolOptions options,
    StoredInteraction interaction,
    TurnOutput output,
    Func<ServerCall, PolicyPhase, string?, PolicyQuestion> question,
    TurnCheckpoint checkpoint)
{
    private readonly ResultLength _length = new(readings, interaction.Project);
    private readonly RepeatedFailures _failures = new(readings, interaction.Project);
    private readonly List<string> _started = [.. checkpoint.Started];

    public async Task RunAsync(IReadOnlyList<ServerCall> calls, CancellationToken cancellationToken)
    {
        var waiting = new List<ServerCall>(calls.Where(c => c.Refusal is null));
        var lines = new HashSet<object>(ReferenceEqualityComparer.Instance); // of the calls that run
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var running = new List<Task<(ServerCall Call, Step Result)>>();
        try
        {
            var isKept = false;
            while (waiting.Count > 0 || running.Count > 0 || !isKept)
            {
                var next = waiting.Where(c => LineOf(c) is not { } line || lines.Add(line)).Take(options.MaxConcurrentCalls - running.Count).ToList();
                waiting.RemoveAll(next.Contains);

                if (next.Count > 0 || !isKept)
                {
                    await KeepAsync(next, cancellationToken);
                }

                running.AddRange(next.Select(c => MakeAsync(c, ended.Token)));
                foreach (var refused in isKept ? [] : calls.Where(c => c.Refusal is not null))
                {
                    await PutAsync(refused, Failed(refused, refused.Refusal!), cancellationToken);
                }

                isKept = true;
                if (running.Count > 0)
                {
                    output.Show();
                    var first = await Task.WhenAny(running);
                    running.Remove(first);
                    var (call, result) = await first;
                    if (LineOf(call) is { } free)
                    {
                        lines.Remove(free);
                    }

                    await PutAsync(call, result, cancellationToken);
                }
            }
        }
        finally
        {
            await ended.CancelAsync();
            await ((Task)Task.WhenAll(running)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static object? LineOf(ServerCall call) => call.Function!.Function.Line;

    private static Step Failed(ServerCall call, string message) => call.Function?.Function.Failed(call.Step, message) ?? ToolResults.Failed(call.Step, message);

    /// <summary>Marks calls as started, and waits until that is durable; without calls the mark goes with what comes next.</summary>
    private async Task KeepAsync(List<ServerCall> next, CancellationToken cancellationToken)
    {
        _started.AddRange(next.Select(c => c.Id).Except(_started));
        if (output.Log is not { IsKept: true } log)
        {
            return;
        }

        var mark = checkpoint with { Started = [.. _started] };
        await log.CheckpointAsync(mark.Write(), InteractionEvents.StatusUpdate(interaction.Id, InteractionStatus.InProgress), cancellationToken);
        if (next.Count > 0)
        {
            output.Show();
            await log.WaitDurableAsync(log.LastNumber, cancellationToken);
        }
    }

    private async Task<(ServerCall Call, Step Result)> MakeAsync(ServerCall call, CancellationToken cancellationToken)
    {
        output.OnMade(call.Id);
        var result = await runner.RunAsync(call, interaction.Id, cancellationToken);
        if (await gate.ReadsResultsAsync(cancellationToken))
        {
            var text = readings.Payload(interaction.Project, result) is { } payload ? ToolResult.Text(payload) : JsonSerializer.Serialize(result, WireJson.Wire.Step);
            if (await gate.DecideAsync(question(call, PolicyPhase.After, text), cancellationToken) is { } refusal)
            {
                result = Failed(call, refusal);
            }
        }

        result = _length.Bound(result, options.Of(call.Function!.Function).MaxResultLength);
        return (call, budget.TryTake(result) ? result : Failed(call, string.Create(
            System.Globalization.CultureInfo.InvariantCulture, $"The call was made, but its result was dropped: the results of a turn may have {options.MaxResultBytes} bytes together. Ask for less, or go on in another turn.")));
    }

    private async Task PutAsync(ServerCall call, Step result, CancellationToken cancellationToken)
    {
        if (ToolResults.IsError(result) && _failures.Count(output.Steps, call.Step) is > 0 and var before)
        {
            result = _length.Remark(result, $"This call has failed {before + 1} times in the same way. Do not make it again unchanged.");
        }

        await output.PutAsync(result, state: null, cancellationToken);
        if (call is { Refusal: null, Function.Function.IsRepeatable: false })
        {
            output.Log?.Hurry(); // until it is kept, a crash makes it uncertain for ever
        }
    }
}
