using OpenInteractions.Contracts.Environments;
using OpenInteractions.Contracts.Errors;
using OpenInteractions.Contracts.Json;
using OpenInteractions.Engine.Outbound;
using OpenInteractions.Sandboxes.Egress.Http;

namespace OpenInteractions.Sandboxes.Egress;

/// <summary>
/// What an environment may reach, under what the operator allows at all. Immutable; an update is another policy (behaviour EN-9). Both have to allow a host: a rule
/// narrows the operator's ceiling and never widens it.
/// </summary>
internal sealed class EgressPolicy
{
    /// <summary>Most entries of an allowlist.</summary>
    public const int MaxRules = 500;

    /// <summary>Most headers that a rule adds.</summary>
    public const int MaxHeaders = 32;

    /// <summary>Longest value of one of them.</summary>
    public const int MaxHeaderValue = 8192;

    private readonly EgressOptions _operator;
    private readonly EgressRule[] _rules;

    private EgressPolicy(EgressOptions options, IEnumerable<EgressRule> rules)
    {
        _operator = options;
        _rules = [.. rules.OrderByDescending(r => r.Hosts.Rank)];
    }

    /// <summary>Reads the rules of a request.</summary>
    /// <param name="network">What the caller said; null for an open network.</param>
    /// <param name="options">What the operator says.</param>
    /// <param name="field">The place of <paramref name="network"/> in the request, for errors.</param>
    /// <exception cref="ApiException">The rules are wrong; the message names the place and what would be right.</exception>
    public static EgressPolicy From(StringOr<NetworkRules>? network, EgressOptions options, string field = "environment.network")
    {
        ArgumentNullException.ThrowIfNull(options);
        if (network is null || (network.Text is null && network.Value?.Allowlist is null))
        {
            return new EgressPolicy(options, [new EgressRule(HostPattern.All)]);
        }

        if (network.Text is not null)
        {
            return network.Text == "disabled" ? new EgressPolicy(options, []) : throw Wrong(field, "it is 'disabled' or an object with an allowlist");
        }

        var entries = network.Value!.Allowlist!.Entries ?? [];
        if (entries.Count > MaxRules)
        {
            throw Wrong($"{field}.allowlist", $"it has at most {MaxRules} entries");
        }

        var rules = entries.Select((e, i) => Rule(e, $"{field}.allowlist[{i}]")).ToList();
        if (rules.Index().FirstOrDefault(r => rules.Take(r.Index).Any(o => o.Hosts == r.Item.Hosts)) is { Item: { } twice } found)
        {
            throw Wrong($"{field}.allowlist[{found.Index}].domain", $"'{twice.Hosts.Text}' is listed twice; use one entry");
        }

        return new EgressPolicy(options, rules);
    }

    /// <summary>The rule that lets a host pass; null when none does. Which ports, says <see cref="EgressOptions.IsPort"/>.</summary>
    public EgressRule? Find(CanonicalHost host) => _operator.IsUnderCeiling(host) ? _rules.FirstOrDefault(r => r.Hosts.Matches(host)) : null;

    private static EgressRule Rule(AllowlistEntry entry, string field)
    {
        if (HostPattern.Read(entry.Domain, out var fault) is not { } hosts)
        {
            throw Wrong($"{field}.domain", $"{fault}. A domain is a name as 'example.com', '*.example.com' for all names below it, or '*', without scheme and port");
        }

        if (hosts.IsAll && entry.Credential is not null)
        {
            throw Wrong($"{field}.credential", "a credential is not sent to everybody. Name the domains that it is for");
        }

        if (entry.Credential is { Length: 0 })
        {
            throw Wrong($"{field}.credential", "it is the id of a credential");
        }

        return new EgressRule(hosts) { Credential = entry.Credential, Headers = Headers(entry.Transform, $"{field}.transform") };
    }

    private static List<KeyValuePair<string, string>> Headers(OneOrMany<IReadOnlyDictionary<string, string>>? transform, string field)
    {
        // Of a list, the later map wins, as it would if they were applied one after the other.
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in ((IEnumerable<IReadOnlyDictionary<string, string>>?)transform ?? []).SelectMany(m => m))
        {
            if (!HttpHead.IsToken(name) || value is null || !HttpHead.IsValue(value) || value.Length > MaxHeaderValue)
            {
                throw Wrong(field, $"a header is a name and a value of one line with at most {MaxHeaderValue} characters of Latin-1");
            }

            if (HopByHop.Owns(name))
            {
                throw Wrong(field, $"'{name}' belongs to the connection and cannot be set");
            }

            headers[name] = value;
        }

        return headers.Count <= MaxHeaders ? [.. headers] : throw Wrong(field, $"it has at most {MaxHeaders} headers");
    }

    private static ApiException Wrong(string field, string fault) => new(ErrorCode.InvalidRequest, $"Invalid network rule in '{field}': {fault}.", field);
}
