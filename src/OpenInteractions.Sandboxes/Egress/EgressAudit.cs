using Microsoft.Extensions.Logging;

namespace OpenInteractions.Sandboxes.Egress;

/// <summary>
/// Writes the decisions about one environment as lines of the log. Programs inside decide how many there are, so more than some per second are counted only; what was
/// refused because of a placeholder is always written.
/// </summary>
internal sealed partial class EgressAudit(string project, string environment, TimeProvider time, EgressInstruments instruments, ILogger logger) : IEgressAudit
{
    public const int MaxPerSecond = 100;

    private const int MaxHost = 255, MaxPath = 256, MaxReason = 300, MaxMethod = 20;
    private readonly Lock _lock = new();
    private long _second;
    private int _written;
    private long _left;

    public void Record(EgressRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        instruments.OnDecision(record);
        if (!MayWrite(record.Decision == EgressDecision.BlockedPlaceholder))
        {
            return;
        }

        var (host, path, method, reason) = (Short(record.Host, MaxHost), Short(record.Path, MaxPath), Short(record.Method, MaxMethod), Short(record.Reason, MaxReason));
        var credentials = string.Join(',', record.Credentials.Take(8));
        if (record.Decision == EgressDecision.Allowed)
        {
            LogAllowed(environment, project, method, host, record.Port, path, record.Status, record.Address, record.Rule, credentials, record.BytesOut, record.BytesIn, reason);
        }
        else if (record.Decision == EgressDecision.Refused)
        {
            LogRefused(environment, project, method, host, record.Port, path, record.Status, record.Rule, reason);
        }
        else
        {
            LogBlocked(environment, project, method, host, record.Port, path, record.Rule, reason);
        }
    }

    public void OnReplaced(SandboxNetworkSpec spec) =>
        LogReplaced(environment, project, spec.Rules?.Text ?? (spec.Rules?.Value?.Allowlist is { } list ? $"{list.Entries?.Count ?? 0} rules" : "open"));

    public void OnFault(Exception fault) => LogFault(environment, project, fault.GetType().Name, fault);

    private bool MayWrite(bool always)
    {
        long left;
        lock (_lock)
        {
            var second = time.GetUtcNow().ToUnixTimeSeconds();
            if (second != _second)
            {
                (_second, _written) = (second, 0);
            }

            if (_written >= MaxPerSecond && !always)
            {
                _left++;
                return false;
            }

            _written++;
            (left, _left) = (_written == 1 ? _left : 0, _written == 1 ? 0 : _left);
        }

        if (left > 0)
        {
            LogLeft(left, environment, project);
        }

        return true;
    }

    // What a stranger says, as a part of one line.
    private static string? Short(string? text, int most) =>
        text is null ? null : string.Concat(text.Take(most).Select(c => char.IsControl(c) || c is '\u2028' or '\u2029' ? '?' : c));

    [LoggerMessage(EventId = 4101, EventName = "EgressAllowed", Level = LogLevel.Information,
        Message = "Egress of {Environment} ({Project}): {Method} {Host}:{Port}{Path} {Status}, to {Address} by rule {Rule}, credentials [{Credentials}], {BytesOut} bytes out, {BytesIn} in {Reason}")]
    private partial void LogAllowed(string environment, string project, string? method, string? host, int port, string? path, int status, System.Net.IPAddress? address, string? rule, string credentials, long bytesOut, long bytesIn, string? reason);

    [LoggerMessage(EventId = 4102, EventName = "EgressRefused", Level = LogLevel.Information,
        Message = "Egress of {Environment} ({Project}) refused: {Method} {Host}:{Port}{Path} {Status}, rule {Rule}: {Reason}")]
    private partial void LogRefused(string environment, string project, string? method, string? host, int port, string? path, int status, string? rule, string? reason);

    [LoggerMessage(EventId = 4103, EventName = "EgressPlaceholderBlocked", Level = LogLevel.Warning,
        Message = "Egress of {Environment} ({Project}) blocked, since the placeholder of a credential must not go there: {Method} {Host}:{Port}{Path}, rule {Rule}: {Reason}")]
    private partial void LogBlocked(string environment, string project, string? method, string? host, int port, string? path, string? rule, string? reason);

    [LoggerMessage(EventId = 4104, EventName = "EgressRulesReplaced", Level = LogLevel.Information, Message = "Egress of {Environment} ({Project}) has other rules now: {Rules}")]
    private partial void LogReplaced(string environment, string project, string rules);

    [LoggerMessage(EventId = 4105, EventName = "EgressDecisionsLeftOut", Level = LogLevel.Warning, Message = "{Count} decisions about egress of {Environment} ({Project}) were not written: there were too many in a second")]
    private partial void LogLeft(long count, string environment, string project);

    [LoggerMessage(EventId = 4106, EventName = "EgressFault", Level = LogLevel.Error, Message = "A connection of {Environment} ({Project}) could not be served: {Kind}")]
    private partial void LogFault(string environment, string project, string kind, Exception fault);
}
