using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using OpenInteractions.Engine.Outbound;

namespace OpenInteractions.Sandboxes.Egress;

/// <summary>A connection outwards, made by the guard: it resolves the name once, checks every address and connects to a checked one.</summary>
internal static class GuardedConnection
{
    public static async Task<Stream> OpenAsync(OutboundGuard guard, CanonicalHost host, int port, CancellationToken cancellationToken)
    {
        var own = false;
        try
        {
            return await guard.ConnectAsync(host.Name, port, address => own |= IsOwn(address), cancellationToken);
        }
        catch (OutboundRefusedException)
        {
            throw new EgressRefusedException(own ? $"'{host.Name}' leads to this server's own address" : $"'{host.Name}' does not exist, or leads to no public address");
        }
        catch (Exception exception) when (exception is SocketException or TimeoutException)
        {
            throw new EgressUnreachableException($"'{host.Name}' does not answer on port {port}");
        }
    }

    /// <summary>Where a connection of the guard leads to.</summary>
    public static IPEndPoint? AddressOf(Stream stream) => (stream as NetworkStream)?.Socket.RemoteEndPoint as IPEndPoint;

    /// <summary>
    /// This machine has addresses that are public, with its own API behind them. Loopback is not asked about here: the guard lets it pass only when the operator listed it.
    /// </summary>
    private static bool IsOwn(IPAddress address) =>
        !IPAddress.IsLoopback(address) && NetworkInterface.GetAllNetworkInterfaces().Any(i => i.GetIPProperties().UnicastAddresses.Any(a => a.Address.Equals(address)));
}
