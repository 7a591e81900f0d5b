using System.Buffers.Binary;

namespace OpenInteractions.Sandboxes.Linux;

/// <summary>
/// The network namespace of a sandbox with doors, made by the thread that is in it: a loopback device, which has the addresses that names resolve to as its own. It leads
/// nowhere else.
/// </summary>
internal static unsafe class LocalNetwork
{
    // As `ip link set lo up` and `ip route add local 198.18.0.0/15 dev lo` say it.
    private const ushort NewLink = 16, NewRoute = 24;
    private const ushort Request = 1, Acknowledge = 4, Create = 0x400, Exclusive = 0x200;
    private const int LoopbackIndex = 1;

    public static void Make()
    {
        const int Netlink = 16, Raw = 3;
        var socket = NativeMounts.Socket(Netlink, Raw | NativeMounts.O_CLOEXEC, 0);
        LaunchThread.Check(socket, "The network of a sandbox could not be set");
        try
        {
            // struct ifinfomsg: family, type, index, flags, which flags change; the flag is "up".
            var link = new byte[16];
            BinaryPrimitives.WriteInt32LittleEndian(link.AsSpan(4), LoopbackIndex);
            BinaryPrimitives.WriteInt32LittleEndian(link.AsSpan(8), 1);
            BinaryPrimitives.WriteInt32LittleEndian(link.AsSpan(12), 1);
            Ask(socket, NewLink, 0, link);
            // struct rtmsg: family, lengths, service, table, protocol, scope, type, flags; then the destination and the device, each behind its length and kind.
            const byte Internet = 2, Bits = 15, LocalTable = 255, Boot = 3, Host = 254, Local = 2;
            Ask(socket, NewRoute, Create | Exclusive, [Internet, Bits, 0, 0, LocalTable, Boot, Host, Local, 0, 0, 0, 0, 8, 0, 1, 0, 198, 18, 0, 0, 8, 0, 4, 0, LoopbackIndex, 0, 0, 0]);
        }
        finally
        {
            _ = NativeMounts.Close(socket);
        }

        try
        {
            // Of this network namespace alone: whoever is nobody may listen on port 80 there.
            File.WriteAllText("/proc/sys/net/ipv4/ip_unprivileged_port_start", "0");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A container whose settings are read-only. The init finds the ports closed, and says so.
        }
    }

    private static void Ask(int socket, ushort type, ushort flags, ReadOnlySpan<byte> body)
    {
        const int HeaderSize = 16, ErrorAt = 16;
        var message = new byte[HeaderSize + body.Length];
        BinaryPrimitives.WriteInt32LittleEndian(message, message.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(message.AsSpan(4), type);
        BinaryPrimitives.WriteUInt16LittleEndian(message.AsSpan(6), (ushort)(Request | Acknowledge | flags));
        body.CopyTo(message.AsSpan(HeaderSize));
        var answer = new byte[1024];
        fixed (byte* bytes = message, into = answer)
        {
            LaunchThread.Check((int)NativeMounts.Send(socket, bytes, message.Length, 0), "The network of a sandbox could not be set");
            LaunchThread.Check((int)NativeMounts.Receive(socket, into, answer.Length, 0), "The network of a sandbox could not be set");
        }

        var error = BinaryPrimitives.ReadInt32LittleEndian(answer.AsSpan(ErrorAt));
        if (error != 0)
        {
            throw LaunchThread.Failure("The network of a sandbox could not be set", -error);
        }
    }
}
