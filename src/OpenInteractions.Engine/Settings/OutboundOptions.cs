using System.Net;

namespace OpenInteractions.Engine.Settings;

/// <summary>What requests that callers can steer may reach. Configuration section <c>OpenInteractions:Outbound</c>.</summary>
public sealed class OutboundOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "OpenInteractions:Outbound";

    /// <summary>Networks, as <c>10.1.0.0/16</c>, that tools may reach although they are not public.</summary>
    public List<string> AllowedNetworks { get; } = [];

    /// <summary>What is wrong, each with the name of its setting.</summary>
    public IEnumerable<string> Problems()
    {
        foreach (var (index, network) in AllowedNetworks.Index())
        {
            if (!IPNetwork.TryParse(network, out _))
            {
                yield return $"{Section}:{nameof(AllowedNetworks)}:{index}: must be a network such as 10.1.0.0/16, 127.0.0.1/32 or fd00::/8, with no bits set behind the prefix.";
            }
        }
    }
}
