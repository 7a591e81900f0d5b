using Microsoft.Win32.SafeHandles;

namespace OpenInteractions.Sandboxes.Linux;

/// <summary>Copies a file without its holes.</summary>
internal static class SparseCopy
{
    private const int Piece = 1024 * 1024;
    private const int NoMoreData = 6; // ENXIO

    public static void Copy(string from, string to)
    {
        using var source = File.OpenHandle(from);
        using var target = File.OpenHandle(to, FileMode.CreateNew, FileAccess.Write);
        var length = RandomAccess.GetLength(source);
        RandomAccess.SetLength(target, length);
        var buffer = new byte[Piece];
        for (var at = 0L; at < length && Next(source, at, NativeMounts.SEEK_DATA, length) is var start && start < length; at = Range(source, target, buffer, start, Next(source, start, NativeMounts.SEEK_HOLE, length)))
        {
        }
    }

    private static long Range(SafeFileHandle source, SafeFileHandle target, byte[] buffer, long start, long end)
    {
        for (var at = start; at < end;)
        {
            var count = RandomAccess.Read(source, buffer.AsSpan(0, (int)Math.Min(buffer.Length, end - at)), at);
            if (count == 0)
            {
                break;
            }

            RandomAccess.Write(target, buffer.AsSpan(0, count), at);
            at += count;
        }

        return end;
    }

    private static long Next(SafeFileHandle file, long at, int what, long length)
    {
        var next = NativeMounts.Seek((int)file.DangerousGetHandle(), at, what);
        return next >= 0 ? next
            : System.Runtime.InteropServices.Marshal.GetLastPInvokeError() == NoMoreData ? length
            : what == NativeMounts.SEEK_DATA ? at : length; // a file system that knows no holes: all of it is data
    }
}
