using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace OpenInteractions.Engine.Tools.Policy;

/// <summary>
/// The operator's rules. A file that cannot be read, or is broken, denies everything until it is mended: a rule that is not there protects nobody. The file is read beside
/// those who ask, so that one that hangs, as on a disk that is away, costs each of them the time of a decision and no more.
/// </summary>
public sealed partial class RuleFilePolicy(IOptions<ToolPolicyOptions> options, TimeProvider time, ILogger<RuleFilePolicy> logger) : IToolPolicy
{
    /// <summary>Readings that hang and were given up; each holds a thread until its disk answers.</summary>
    private const int MostGivenUp = 5;

    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan GiveUpAfter = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private (DateTime Written, long Length)? _read;
    private long _lookedAt;
    private Task? _look;
    private int _givenUp;
    private int _reading;
    private volatile Rules? _rules;

    /// <inheritdoc/>
    public bool IsActive => !string.IsNullOrEmpty(options.Value.RulesFile);

    /// <inheritdoc/>
    public async ValueTask<bool> ReadsResultsAsync(CancellationToken cancellationToken) => IsActive && (await CurrentAsync(cancellationToken)).ReadsResults;

    /// <inheritdoc/>
    public async ValueTask<PolicyDecision> DecideAsync(PolicyQuestion question, CancellationToken cancellationToken) =>
        IsActive ? (await CurrentAsync(cancellationToken)).Decide(question) : PolicyDecision.Unopposed;

    private async ValueTask<Rules> CurrentAsync(CancellationToken cancellationToken)
    {
        await LookAsync().WaitAsync(cancellationToken);
        return _rules!;
    }

    /// <summary>Completes when the rules are those of the file. One reading at a time; when it hangs, all wait for it.</summary>
    private Task LookAsync()
    {
        lock (_gate)
        {
            var waited = time.GetElapsedTime(_lookedAt);
            var isDue = _look is null || (_look.IsCompleted ? waited >= LookInterval : waited >= GiveUpAfter && _givenUp < MostGivenUp);
            if (isDue)
            {
                _givenUp += _look is { IsCompleted: false } ? 1 : 0;
                _lookedAt = time.GetTimestamp();
                var reading = ++_reading;
                _look = Task.Run(() => Look(options.Value.RulesFile!, reading));
            }

            return _look!;
        }
    }

    private void Look(string path, int reading)
    {
        (DateTime, long)? found = null;
        Rules rules;
        try
        {
            var file = new FileInfo(path);
            found = file.Exists ? (file.LastWriteTimeUtc, file.Length) : null;
            lock (_gate)
            {
                if (_rules is not null && found == _read)
                {
                    return;
                }
            }

            rules = Rules.Of(JsonSerializer.Deserialize(File.ReadAllBytes(path), RuleJson.Default.RuleFile) ?? throw new FormatException("It holds nothing."));
            LogRead(rules.Count);
        }
        catch (Exception exception) // whatever it is: rules that were not understood protect nobody
        {
            rules = Rules.Broken;
            LogBroken(exception);
        }

        lock (_gate)
        {
            if (reading == _reading) // one that was given up may end after its successor, with what is no longer true
            {
                (_rules, _read) = (rules, found);
            }
        }
    }

    private sealed class Rules(IReadOnlyList<ToolRule> rules, PolicyDecision otherwise)
    {
        public static Rules Broken { get; } = new([], new PolicyDecision(PolicyVerdict.Deny, "The server's rules for tools cannot be read, so no tool may be called.", "broken rules"));

        public int Count => rules.Count;

        public bool ReadsResults => this == Broken || rules.Any(r => r.ReadsResults);

        public static Rules Of(RuleFile file) => new(
            [.. file.Rules.Select((r, i) => new ToolRule(r ?? throw new FormatException($"rule {i + 1} is null."), i + 1))],
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
