using Microsoft.Win32.SafeHandles;

namespace OpenInteractions.Sandboxes.Linux;

/// <summary>Copies a file without its holes, and without its content where the file system lets two files share that.</summary>
internal static class SparseCopy
{
    private const int Piece = 1024 * 1024;
    private const int NoMoreData = 6; // ENXIO
    private const nuint Clone = 0x4004_9409; // FICLONE

    public static void Copy(string from, string to, CancellationToken cancellationToken)
    {
        using var source = File.OpenHandle(from, share: FileShare.ReadWrite);
        using var target = File.OpenHandle(to, FileMode.CreateNew, FileAccess.Write);
        if (NativeMounts.Control((int)target.DangerousGetHandle(), Clone, source.DangerousGetHandle()) == 0)
        {
            return;
        }

        RandomAccess.SetLength(target, RandomAccess.GetLength(source));
        var buffer = new byte[Piece];
        foreach (var (start, end) in Ranges(source))
        {
            CopyRange(source, target, buffer, start, end, cancellationToken);
        }
    }

    /// <summary>Bytes of a file that are not holes.</summary>
    public static long DataBytes(string path)
    {
        using var file = File.OpenHandle(path, share: FileShare.ReadWrite);
        return Ranges(file).Sum(r => r.End - r.Start);
    }

    /// <summary>Where a file has data.</summary>
    public static IEnumerable<(long Start, long End)> Ranges(SafeFileHandle file)
    {
        var length = RandomAccess.GetLength(file);
        for (var at = 0L; at < length;)
        {
            var start = Next(file, at, NativeMounts.SEEK_DATA, length);
            at = start < length ? Next(file, start, NativeMounts.SEEK_HOLE, length) : length;
            if (start < at)
            {
                yield return (start, at);
            }
        }
    }

    private static void CopyRange(SafeFileHandle source, SafeFileHandle target, byte[] buffer, long start, long end, CancellationToken cancellationToken)
    {
        for (var at = start; at < end;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var count = RandomAccess.Read(source, buffer.AsSpan(0, (int)Math.Min(buffer.Length, end - at)), at);
            if (count == 0)
            {
                break;
            }

            RandomAccess.Write(target, buffer.AsSpan(0, count), at);
            at += count;
        }
    }

    private static long Next(SafeFileHandle file, long at, int what, long length)
    {
        var next = NativeMounts.Seek((int)file.DangerousGetHandle(), at, what);
        return next >= 0 ? next
            : System.Runtime.InteropServices.Marshal.GetLastPInvokeError() == NoMoreData ? length
            : what == NativeMounts.SEEK_DATA ? at : length; // a file system that knows no holes: all of it is data
    }
}
