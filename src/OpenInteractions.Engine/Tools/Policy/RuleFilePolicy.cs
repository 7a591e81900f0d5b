using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace OpenInteractions.Engine.Tools.Policy;

/// <summary>The operator's rules. A file that cannot be read, or is broken, denies everything until it is mended: a rule that is not there protects nobody.</summary>
public sealed partial class RuleFilePolicy(IOptions<ToolPolicyOptions> options, TimeProvider time, ILogger<RuleFilePolicy> logger) : IToolPolicy
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private (DateTime Written, long Length)? _read;
    private long _lookedAt;
    private Rules? _rules;

    /// <inheritdoc/>
    public bool IsActive => !string.IsNullOrEmpty(options.Value.RulesFile);

    /// <inheritdoc/>
    public bool ReadsResults => IsActive && Current().ReadsResults;

    /// <inheritdoc/>
    public ValueTask<PolicyDecision> DecideAsync(PolicyQuestion question, CancellationToken cancellationToken) =>
        ValueTask.FromResult(IsActive ? Current().Decide(question) : PolicyDecision.Unopposed);

    private Rules Current()
    {
        lock (_gate)
        {
            if (_rules is null || time.GetElapsedTime(_lookedAt) >= LookInterval)
            {
                _lookedAt = time.GetTimestamp();
                Look(options.Value.RulesFile!);
            }

            return _rules!;
        }
    }

    private void Look(string path)
    {
        var file = new FileInfo(path);
        (DateTime, long)? found = file.Exists ? (file.LastWriteTimeUtc, file.Length) : null;
        if (_rules is not null && found == _read)
        {
            return;
        }

        _read = found;
        try
        {
            _rules = Rules.Of(JsonSerializer.Deserialize(File.ReadAllBytes(path), RuleJson.Default.RuleFile) ?? throw new FormatException("It holds nothing."));
            LogRead(_rules.Count);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException or FormatException)
        {
            _rules = Rules.Broken;
            LogBroken(exception);
        }
    }

    private sealed class Rules(IReadOnlyList<ToolRule> rules, PolicyDecision otherwise)
    {
        public static Rules Broken { get; } = new([], new PolicyDecision(PolicyVerdict.Deny, "The server's rules for tools cannot be read, so no tool may be called.", "broken rules"));

        public int Count => rules.Count;

        public bool ReadsResults => this == Broken || rules.Any(r => r.ReadsResults);

        public static Rules Of(RuleFile file) => new(
            [.. file.Rules.Select((r, i) => new ToolRule(r, i + 1))],
            file.Default switch
            {
                "allow" or null => new PolicyDecision(PolicyVerdict.Allow, null, "default"),
                "deny" => new PolicyDecision(PolicyVerdict.Deny, "No rule allows it.", "default"),
                _ => throw new FormatException("'default' must be 'allow' or 'deny'."),
            });

        public PolicyDecision Decide(PolicyQuestion question)
        {
            foreach (var rule in rules)
            {
                if (rule.Decide(question) is { } decision)
                {
                    return decision;
                }
            }

            // What may be called is decided before; a result that no rule withholds is used.
            return question.Phase == PolicyPhase.After && this != Broken ? PolicyDecision.Unopposed : otherwise;
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Read {Rules} rules for tools")]
    private partial void LogRead(int rules);

    [LoggerMessage(Level = LogLevel.Error, Message = "The rules for tools (OpenInteractions:Tools:Policy:RulesFile) cannot be used; until they can, every call is denied")]
    private partial void LogBroken(Exception exception);
}
