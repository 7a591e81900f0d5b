using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OpenInteractions.Engine.Diagnostics;

namespace OpenInteractions.Engine.Tools.Policy;

/// <summary>
/// The one point that every call of every kind passes, before it is made and after its result is there. It fails closed: what cannot be decided, or not in
/// time, is denied. Each decision is put on record.
/// </summary>
public sealed partial class ToolGate
{
    private readonly IToolPolicy[] _policies;
    private readonly TimeSpan _timeout;
    private readonly EngineInstruments _instruments;
    private readonly TimeProvider _time;
    private readonly ILogger<ToolGate> _logger;

    /// <summary>Made by the container of all policies that were added to it.</summary>
    public ToolGate(IEnumerable<IToolPolicy> policies, IOptions<ToolPolicyOptions> options, EngineInstruments instruments, TimeProvider time, ILogger<ToolGate> logger)
    {
        (_policies, _timeout, _instruments, _time, _logger) = ([.. policies.Where(p => p.IsActive)], options.Value.DecisionTimeout, instruments, time, logger);
    }

    /// <summary>False when no policy says anything: then every call is allowed, and the record says by nobody.</summary>
    internal bool IsActive => _policies.Length > 0;

    /// <summary>True when results are looked at.</summary>
    internal async ValueTask<bool> ReadsResultsAsync(CancellationToken cancellationToken)
    {
        foreach (var policy in _policies)
        {
            if (await ReadsResultsAsync(policy, cancellationToken))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Decides, and records it.</summary>
    /// <returns>Why not, for the model; null when it is allowed.</returns>
    internal async ValueTask<string?> DecideAsync(PolicyQuestion question, CancellationToken cancellationToken)
    {
        foreach (var policy in _policies)
        {
            if (question.Phase == PolicyPhase.After && !await ReadsResultsAsync(policy, cancellationToken))
            {
                continue;
            }

            var decision = await AskAsync(policy, question, cancellationToken);
            if (decision.Verdict != PolicyVerdict.Allow)
            {
                Record(question, decision);
                return Reason(question, decision);
            }

            if (policy == _policies[^1])
            {
                Record(question, decision);
                return null;
            }
        }

        Record(question, PolicyDecision.Unopposed);
        return null;
    }

    /// <summary>Records that a call passed which nobody has rules for.</summary>
    internal void RecordUnopposed(string interactionId, string kind)
    {
        _instruments.OnToolDecision(PolicyPhase.Before, PolicyVerdict.Allow, kind);
        LogUnopposed(interactionId, PolicyPhase.Before, kind);
    }

    private async ValueTask<PolicyDecision> AskAsync(IToolPolicy policy, PolicyQuestion question, CancellationToken cancellationToken)
    {
        try
        {
            var deciding = policy.DecideAsync(question, cancellationToken);
            return await InTimeAsync(deciding, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw; // the run ends
        }
        catch (TimeoutException)
        {
            return new PolicyDecision(PolicyVerdict.Deny, "The decision about it took too long.", "time-out");
        }
        catch (Exception exception)
        {
            LogUndecided(exception, question.InteractionId, question.Kind);
            return new PolicyDecision(PolicyVerdict.Deny, "It could not be decided about.", "fault");
        }
    }

    private async ValueTask<bool> ReadsResultsAsync(IToolPolicy policy, CancellationToken cancellationToken)
    {
        try
        {
            return await InTimeAsync(policy.ReadsResultsAsync(cancellationToken), cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw; // the run ends
        }
        catch (Exception)
        {
            return true; // it is asked about each result, and denies
        }
    }

    private ValueTask<T> InTimeAsync<T>(ValueTask<T> answer, CancellationToken cancellationToken) =>
        answer.IsCompletedSuccessfully ? answer : new(answer.AsTask().WaitAsync(_timeout, _time, cancellationToken));

    private static string Reason(PolicyQuestion question, PolicyDecision decision)
    {
        var what = question.Phase == PolicyPhase.Before ? "The call was not made" : "The call was made, but its result may not be used";
        var why = decision.Verdict == PolicyVerdict.RequireApproval ? "it needs an approval, which nobody can give on this server yet" : "it was denied";
        return decision.Reason is { Length: > 0 } reason ? $"{what}: {why}. {reason}" : $"{what}: {why}.";
    }

    private void Record(PolicyQuestion question, PolicyDecision decision)
    {
        _instruments.OnToolDecision(question.Phase, decision.Verdict, question.Kind);
        if (decision == PolicyDecision.Unopposed)
        {
            LogUnopposed(question.InteractionId, question.Phase, question.Kind);
        }
        else if (decision.Verdict == PolicyVerdict.Allow)
        {
            LogAllowed(question.InteractionId, question.Phase, question.Kind, question.Function, decision.Rule);
        }
        else
        {
            LogDenied(question.InteractionId, question.Phase, question.Kind, question.Function, decision.Verdict, decision.Rule);
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "Tool decision: {InteractionId} {Phase} {Kind}: no rule")]
    private partial void LogUnopposed(string interactionId, PolicyPhase phase, string kind);

    [LoggerMessage(Level = LogLevel.Information, Message = "Tool decision: {InteractionId} {Phase} {Kind} '{Function}': allowed by {Rule}")]
    private partial void LogAllowed(string interactionId, PolicyPhase phase, string kind, string function, string rule);

    [LoggerMessage(Level = LogLevel.Information, Message = "Tool decision: {InteractionId} {Phase} {Kind} '{Function}': {Verdict} by {Rule}")]
    private partial void LogDenied(string interactionId, PolicyPhase phase, string kind, string function, PolicyVerdict verdict, string rule);

    [LoggerMessage(Level = LogLevel.Error, Message = "Tool decision: {InteractionId} {Kind}: a policy failed, which denies")]
    private partial void LogUndecided(Exception exception, string interactionId, string kind);
}
