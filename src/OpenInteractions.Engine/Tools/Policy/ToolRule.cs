using System.Text.RegularExpressions;
using OpenInteractions.Engine.Providers;

namespace OpenInteractions.Engine.Tools.Policy;

/// <summary>A rule that can be applied.</summary>
internal sealed class ToolRule
{
    /// <summary>Expressions run in linear time; this is for what is enormous.</summary>
    private static readonly TimeSpan MatchTimeout = TimeSpan.FromSeconds(1);

    private readonly Regex? _tool;
    private readonly Regex? _server;
    private readonly Regex? _agent;
    private readonly Regex? _project;
    private readonly Regex? _result;
    private readonly (string Name, Regex Pattern)[] _arguments;
    private readonly PolicyDecision _decision;

    /// <exception cref="FormatException">It cannot be understood.</exception>
    public ToolRule(RuleText text, int number)
    {
        var name = text.Name ?? $"rule {number}";
        (_tool, _server, _agent, _project) = (Glob(text.Tool), Glob(text.Server), Glob(text.Agent), Glob(text.Project));
        _result = text.Result is null ? null : Expression(text.Result, name);
        _arguments = [.. (text.Arguments ?? new Dictionary<string, string>()).Select(a => (a.Key, Expression(a.Value, name)))];
        _decision = text.Decision switch
        {
            "allow" => new PolicyDecision(PolicyVerdict.Allow, text.Reason, name),
            "deny" => new PolicyDecision(PolicyVerdict.Deny, text.Reason, name),
            "require_approval" => new PolicyDecision(PolicyVerdict.RequireApproval, text.Reason, name),
            _ => throw new FormatException($"{name}: 'decision' must be 'allow', 'deny' or 'require_approval'."),
        };
    }

    /// <summary>True when it looks at results.</summary>
    public bool ReadsResults => _result is not null;

    private bool Allows => _decision.Verdict == PolicyVerdict.Allow;

    /// <summary>The decision, or null when the rule does not fit.</summary>
    public PolicyDecision? Decide(PolicyQuestion question)
    {
        if (!FitsTool(question) || !FitsServer(question) || _agent?.IsMatch(question.Agent ?? "") == false || _project?.IsMatch(question.Project) == false)
        {
            return null;
        }

        if (question.IsUnseen && (ReadsResults || _arguments.Length > 0))
        {
            // What it looks at is not seen here. So it allows nothing, and what it forbids of some calls it forbids of all.
            return Allows ? null : _decision with { Reason = $"A rule looks at what is in calls of this tool, which the model's vendor makes by itself. {_decision.Reason}".TrimEnd() };
        }

        if ((question.Phase == PolicyPhase.After) != ReadsResults || _result?.IsMatch(question.Result ?? "") == false)
        {
            return null;
        }

        return _arguments.All(a => ValueOf(question.Arguments, a.Name) is { } value && a.Pattern.IsMatch(ToolResult.Text(value))) ? _decision : null;
    }

    private bool FitsTool(PolicyQuestion question) => _tool is null || _tool.IsMatch(question.Function) || _tool.IsMatch(question.Kind)
        || (question.Remote is { } remote && (!Allows || _server is not null) && (_tool.IsMatch(remote.Tool) || _tool.IsMatch($"{remote.Server}__{remote.Tool}")));

    // An address that nobody knows may be any.
    private bool FitsServer(PolicyQuestion question) => _server is null || (question.Remote is { } remote && (remote.Address is { } address ? _server.IsMatch(address) : !Allows));

    private static JsonElement? ValueOf(JsonElement arguments, string name)
    {
        JsonElement? value = arguments;
        foreach (var part in name.StartsWith('/') ? name[1..].Split('/').Select(p => p.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal)) : [name])
        {
            value = value switch
            {
                { ValueKind: JsonValueKind.Object } o when o.TryGetProperty(part, out var member) => member,
                { ValueKind: JsonValueKind.Array } a when int.TryParse(part, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var index) && index < a.GetArrayLength() => a[index],
                _ => null,
            };
        }

        return value;
    }

    private static Regex? Glob(string? pattern) => pattern is null
        ? null
        : new Regex($"^{Regex.Escape(pattern).Replace("\\*", ".*", StringComparison.Ordinal)}\\z", RegexOptions.NonBacktracking | RegexOptions.Singleline, MatchTimeout);

    private static Regex Expression(string pattern, string rule)
    {
        try
        {
            return new Regex(pattern, RegexOptions.NonBacktracking, MatchTimeout);
        }
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException)
        {
            throw new FormatException($"{rule}: '{pattern}' is no regular expression that can be used: {exception.Message}");
        }
    }
}
