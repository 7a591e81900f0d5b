using System.Net;
using System.Net.Sockets;

namespace OpenInteractions.Testing;

/// <summary>
/// Ports for servers in processes of their own, which are told where to listen and come back to the same place. They lie below those that the system gives out by itself, so that no connection of somebody else's has
/// taken one meanwhile, and each is given to one test process of this machine at a time.
/// </summary>
public static class TestPorts
{
    private const int First = 20_000;
    private const int Count = 12_000; // up to 32,000: the system's own begin at 32,768

    // Names of the kernel's, which go with this process.
    private static readonly List<Socket> Taken = [];

    /// <summary>A port that nobody listens on.</summary>
    public static int Next()
    {
        var start = Random.Shared.Next(Count);
        for (var i = 0; i < Count; i++)
        {
            var port = First + ((start + i) % Count);
            if (TryTake(port) && IsFree(port))
            {
                return port;
            }
        }

        throw new InvalidOperationException("There is no free port.");
    }

    private static bool TryTake(int port)
    {
        var name = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            name.Bind(new UnixDomainSocketEndPoint($"\0oi-test-port-{port}"));
            lock (Taken)
            {
                Taken.Add(name);
            }

            return true;
        }
        catch (SocketException)
        {
            name.Dispose();
            return false;
        }
    }

    private static bool IsFree(int port)
    {
        using var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
