using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OpenInteractions.Engine.Diagnostics;

namespace OpenInteractions.Engine.Tools;

/// <summary>Makes one call: within its time, and with a result whatever happens.</summary>
public sealed partial class ToolCallRunner(IOptions<ToolOptions> options, EngineInstruments instruments, TimeProvider time, ILogger<ToolCallRunner> logger)
{
    /// <exception cref="OperationCanceledException">The run ends.</exception>
    internal async Task<Step> RunAsync(ServerCall call, string interactionId, CancellationToken cancellationToken)
    {
        var function = call.Function!.Function;
        var began = time.GetTimestamp();
        var limit = options.Value.Of(function).Timeout;
        using var timer = new CancellationTokenSource(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
        var (result, outcome) = (default(Step), "");
        try
        {
            // Beside the others, whatever it does before it waits; and one that does not listen does not hold the run up.
            var running = Task.Run(() => function.RunAsync(call.Step, either.Token), either.Token);
            Forget(running);
            result = await running.WaitAsync(either.Token);
            outcome = ToolResults.IsError(result) ? "error" : "ok";
            if (result is not IResultStep given || given.CallId != call.Id)
            {
                throw new InvalidOperationException($"The tool answered a call with a step of the type '{result.Type}' that is not its result.");
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (OperationCanceledException) when (timer.IsCancellationRequested)
        {
            (result, outcome) = (function.Failed(call.Step, $"The call took longer than {limit} and was given up. It may or may not have taken effect."), "timeout");
        }
        catch (Exception exception)
        {
            LogFailed(exception, interactionId, call.Kind);
            (result, outcome) = (function.Failed(call.Step, "The tool failed on the server's side. It may or may not have taken effect."), "fault");
        }

        var took = time.GetElapsedTime(began);
        instruments.OnToolCall(call.Kind, outcome, took);
        LogCalled(interactionId, call.Kind, call.Id, outcome, took.TotalMilliseconds);
        return result;
    }

    /// <summary>What fails after nobody waits for it any more concerns nobody.</summary>
    private static void Forget(Task running) => running.ContinueWith(static t => _ = t.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Run {InteractionId} called a tool of the kind {Kind} ({CallId}): {Outcome} after {Milliseconds} ms")]
    private partial void LogCalled(string interactionId, string kind, string callId, string outcome, double milliseconds);

    [LoggerMessage(Level = LogLevel.Error, Message = "A tool of the kind {Kind} failed in run {InteractionId}")]
    private partial void LogFailed(Exception exception, string interactionId, string kind);
}
