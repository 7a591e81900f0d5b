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

    /// <summary>Headers that the rules add to requests to a host (behaviour EN-8), for what the server fetches in the environment's name (behaviour EN-4).</summary>
    /// <param name="rules">The rules, checked before.</param>
    /// <param name="host">The host's name.</param>
    IReadOnlyList<KeyValuePair<string, string>> HeadersFor(StringOr<NetworkRules>? rules, string host);
}
