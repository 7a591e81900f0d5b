using System.Buffers.Binary;
using OpenInteractions.Sandboxes.Frames;

namespace OpenInteractions.Sandboxes.Init.Files;

/// <summary>Records of a result stream: their length, then path, kind, size, mode, uid, time of the last change and of the making (-1 where that is not known), and the target of a link.</summary>
internal static unsafe class Entries
{
    public const int RegularFile = 0x8000, DirectoryType = 0x4000, LinkType = 0xA000;

    public static void Write(FileChannel channel, string shown, in Native.StatX stat, string path)
    {
        var record = new PayloadWriter().Text(RawNames.Shown(shown)).Byte(KindOf(stat.Type)).Long((long)stat.Size).Int(stat.Mode & 0xFFF).Long(stat.Uid)
            .Long((stat.ModifiedSeconds * 1000) + (stat.ModifiedNanoseconds / 1_000_000)).Long(stat.Born ?? -1).Text(stat.Type == LinkType ? RawNames.Shown(TargetOf(path)) : "");
        Write(channel, record);
    }

    public static void Write(FileChannel channel, PayloadWriter record)
    {
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, record.Written.Length);
        channel.Write(length);
        channel.Write(record.Written.Span);
    }

    public static string TargetOf(string path)
    {
        const int MaxTarget = 4096;
        var target = stackalloc byte[MaxTarget];
        var length = Native.ReadLinkAt(Native.AT_FDCWD, path, target, MaxTarget);
        return length <= 0 ? "" : RawNames.Read(new ReadOnlySpan<byte>(target, (int)length));
    }

    private static byte KindOf(int type) => type switch
    {
        RegularFile => (byte)'f',
        DirectoryType => (byte)'d',
        LinkType => (byte)'l',
        _ => (byte)'o',
    };
}
