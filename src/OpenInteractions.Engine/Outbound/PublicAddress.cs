using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace OpenInteractions.Engine.Outbound;

/// <summary>Which addresses are public: reachable for everybody on the internet, and nothing of this machine, its network or its platform.</summary>
internal static class PublicAddress
{
    // IANA's special-purpose registry for IPv4. What is not for everybody there is not for callers here.
    private static readonly IPNetwork[] Special4 =
    [
        IPNetwork.Parse("0.0.0.0/8"), // "this" network
        IPNetwork.Parse("10.0.0.0/8"),
        IPNetwork.Parse("100.64.0.0/10"), // behind a carrier's NAT, and one platform's metadata
        IPNetwork.Parse("127.0.0.0/8"),
        IPNetwork.Parse("168.63.129.16/32"), // metadata of a platform at an address that looks public
        IPNetwork.Parse("169.254.0.0/16"), // link-local, and most platforms' metadata
        IPNetwork.Parse("172.16.0.0/12"),
        IPNetwork.Parse("192.0.0.0/24"), // protocol assignments, and one platform's metadata
        IPNetwork.Parse("192.0.2.0/24"), // documentation
        IPNetwork.Parse("192.88.99.0/24"), // 6to4 relays
        IPNetwork.Parse("192.168.0.0/16"),
        IPNetwork.Parse("198.18.0.0/15"), // benchmarks
        IPNetwork.Parse("198.51.100.0/24"), // documentation
        IPNetwork.Parse("203.0.113.0/24"), // documentation
        IPNetwork.Parse("224.0.0.0/4"), // multicast
        IPNetwork.Parse("240.0.0.0/4"), // reserved, and broadcast
    ];

    /// <summary>The only part of IPv6 that is given out as public; loopback, ULA, link-local, multicast, mapped and translated forms lie outside.</summary>
    private static readonly IPNetwork GlobalUnicast = IPNetwork.Parse("2000::/3");

    private static readonly IPNetwork[] Special6 =
    [
        IPNetwork.Parse("2001::/23"), // protocol assignments: Teredo, ORCHID, benchmarks
        IPNetwork.Parse("2001:db8::/32"), // documentation
        IPNetwork.Parse("2002::/16"), // 6to4: carries an IPv4 address
        IPNetwork.Parse("3fff::/20"), // documentation
    ];

    /// <summary>The well-known prefix of NAT64: its last 32 bits are an IPv4 address, and a network without IPv4 reaches every public one through it.</summary>
    private static readonly IPNetwork Nat64 = IPNetwork.Parse("64:ff9b::/96");

    public static bool IsPublic(IPAddress address)
    {
        address = Plain(address);
        if (address.AddressFamily == AddressFamily.InterNetwork)
        {
            return !Special4.Any(n => n.Contains(address));
        }

        return Nat64.Contains(address)
            ? IsPublic(Embedded(address))
            : GlobalUnicast.Contains(address) && !Special6.Any(n => n.Contains(address));
    }

    /// <summary>An address in its plain form: an IPv4 address that is written as IPv6 is the IPv4 one, and a zone says nothing about where it is.</summary>
    public static IPAddress Plain(IPAddress address) =>
        address.IsIPv4MappedToIPv6 ? address.MapToIPv4()
        : address.AddressFamily == AddressFamily.InterNetworkV6 && address.ScopeId != 0 ? new IPAddress(address.GetAddressBytes())
        : address;

    private static IPAddress Embedded(IPAddress address) =>
        new(BinaryPrimitives.ReverseEndianness(BinaryPrimitives.ReadUInt32BigEndian(address.GetAddressBytes().AsSpan(12))));
}
