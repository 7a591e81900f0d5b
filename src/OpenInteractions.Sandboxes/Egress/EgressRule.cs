using OpenInteractions.Engine.Outbound;

namespace OpenInteractions.Sandboxes.Egress;

/// <summary>A rule of an environment: which hosts, and what is added to their requests.</summary>
internal sealed record EgressRule(HostPattern Hosts)
{
    /// <summary>The credential that is added; null for none.</summary>
    public string? Credential { get; init; }

    /// <summary>Headers that are added, each name once. They win over the credential's (behaviour CR-4).</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>Whether requests have to be seen. What has nothing added is passed on untouched.</summary>
    public bool ChangesRequests => Credential is not null || Headers.Count > 0;

    /// <summary>Whether connections under this rule may live on under another one.</summary>
    public bool IsSameAs(EgressRule other) => Hosts == other.Hosts && Credential == other.Credential && Headers.SequenceEqual(other.Headers);

    public override string ToString() => Hosts.Text; // never the headers
}
