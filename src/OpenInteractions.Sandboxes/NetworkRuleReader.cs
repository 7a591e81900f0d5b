using Microsoft.Extensions.Options;
using OpenInteractions.Contracts.Environments;
using OpenInteractions.Contracts.Json;
using OpenInteractions.Engine.Outbound;
using OpenInteractions.Sandboxes.Egress;

namespace OpenInteractions.Sandboxes;

/// <summary>Rules of a network, read as the way out reads them.</summary>
internal sealed class NetworkRuleReader(IOptions<EgressOptions> options) : INetworkRuleReader
{
    private EgressOptions Settings => options.Value;

    public void Check(StringOr<NetworkRules>? rules, string field) => _ = EgressPolicy.From(rules, Settings, field);

    public bool PlainSecrets => Settings.PlainSecrets;

    public AddedToRequests AddedFor(StringOr<NetworkRules>? rules, string host) =>
        CanonicalHost.Read(host, out _) is { } read && EgressPolicy.From(rules, Settings).Find(read) is { } rule ? new AddedToRequests(rule.Credential, rule.Headers) : AddedToRequests.Nothing;
}
