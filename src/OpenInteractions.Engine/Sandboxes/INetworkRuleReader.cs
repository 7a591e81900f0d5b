using OpenInteractions.Contracts.Environments;
using OpenInteractions.Contracts.Json;

namespace OpenInteractions.Engine.Sandboxes;

/// <summary>Reads the rules of a network as those who enforce them do (behaviour EN-7).</summary>
public interface INetworkRuleReader
{
    /// <summary>Checks rules.</summary>
    /// <param name="rules">The rules; null for an open network.</param>
    /// <param name="field">Where they stand in the request.</param>
    /// <exception cref="ApiException">They are wrong; the error names the place and what would be right.</exception>
    void Check(StringOr<NetworkRules>? rules, string field);

    /// <summary>What the rules add to requests to a host (behaviour EN-8), for what the server fetches in the environment's name (behaviour EN-4).</summary>
    /// <param name="rules">The rules, checked before.</param>
    /// <param name="host">The host's name.</param>
    AddedToRequests AddedFor(StringOr<NetworkRules>? rules, string host);

    /// <summary>Whether the operator lets secrets be sent without TLS.</summary>
    bool PlainSecrets { get; }
}

/// <summary>What is added to requests to a host.</summary>
/// <param name="Credential">The credential that is sent, or null.</param>
/// <param name="Headers">Headers, which are set above those of the credential (behaviour CR-4).</param>
public sealed record AddedToRequests(string? Credential, IReadOnlyList<KeyValuePair<string, string>> Headers)
{
    /// <summary>Nothing.</summary>
    public static AddedToRequests Nothing { get; } = new(null, []);

    /// <summary>The credential alone: a record would write its headers into a log.</summary>
    public override string ToString() => Credential ?? "";
}
