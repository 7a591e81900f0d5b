using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Microsoft.Extensions.Options;
using OpenInteractions.Engine.Outbound;
using OpenInteractions.Engine.Settings;
using OpenInteractions.Sandboxes.Egress;
using OpenInteractions.Sandboxes.Tests.Init;

namespace OpenInteractions.Sandboxes.Tests.Egress;

/// <summary>The guard as the server has it: its own resolver, its own connections.</summary>
public sealed class RealGuardTests
{
    [Fact]
    public async Task A_connection_is_taken_over_unused_and_works_in_both_directions()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;

        await using var stream = await GuardedConnection.OpenAsync(Guard("127.0.0.1/32", "::1/128"), CanonicalHost.Read("localhost", out _)!, port, Within.Time);
        using var accepted = await listener.AcceptTcpClientAsync(Within.Time);
        await EgressRig.Write(stream, "ping\r\n\r\n");
        await EgressRig.Write(accepted.GetStream(), "pong\r\n\r\n");

        Assert.Equal("ping\r\n\r\n", await Inside.ReadMessageAsync(accepted.GetStream(), Within.Time)); // and nothing of a request before it
        Assert.Equal("pong\r\n\r\n", await Inside.ReadMessageAsync(stream, Within.Time));
        Assert.Equal(port, GuardedConnection.AddressOf(stream)!.Port);
        Assert.False(listener.Pending());
    }

    [Fact]
    public async Task What_the_guard_refuses_and_what_does_not_answer_are_told_apart()
    {
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        var port = ((IPEndPoint)free.LocalEndpoint).Port;
        free.Stop();

        await Assert.ThrowsAsync<EgressRefusedException>(() => GuardedConnection.OpenAsync(Guard(), CanonicalHost.Read("localhost", out _)!, port, Within.Time));
        await Assert.ThrowsAsync<EgressUnreachableException>(() => GuardedConnection.OpenAsync(Guard("127.0.0.1/32", "::1/128"), CanonicalHost.Read("localhost", out _)!, port, Within.Time));
    }

    [OwnAddressFact]
    public async Task An_address_of_this_machine_is_refused_even_where_the_guard_would_let_it_pass()
    {
        var own = OwnAddressFactAttribute.Own;
        using var listener = new TcpListener(own!, 0);
        listener.Start();

        var refused = await Assert.ThrowsAsync<EgressRefusedException>(() =>
            GuardedConnection.OpenAsync(Guard($"{own}/32"), CanonicalHost.Read(own!.ToString(), out _)!, ((IPEndPoint)listener.LocalEndpoint).Port, Within.Time));

        Assert.Contains("own address", refused.Message, StringComparison.Ordinal);
    }

    private static OutboundGuard Guard(params string[] allowed)
    {
        var options = new OutboundOptions();
        options.AllowedNetworks.AddRange(allowed);
        return new OutboundGuard(Options.Create(options));
    }
}

/// <summary>A test that needs an address of this machine that is not loopback.</summary>
internal sealed class OwnAddressFactAttribute : FactAttribute
{
    public OwnAddressFactAttribute() => Skip = Own is null ? "This machine has no address but loopback." : null;

    public static IPAddress? Own { get; } = NetworkInterface.GetAllNetworkInterfaces().SelectMany(i => i.GetIPProperties().UnicastAddresses).Select(a => a.Address)
        .FirstOrDefault(a => a.AddressFamily == AddressFamily.InterNetwork && !IPAddress.IsLoopback(a));
}
