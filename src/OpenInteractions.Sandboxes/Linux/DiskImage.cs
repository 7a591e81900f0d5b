using System.Buffers.Binary;
using System.IO.Compression;

namespace OpenInteractions.Sandboxes.Linux;

/// <summary>
/// A disk as it is sent: compressed, without its holes. A head (what it is, its slot, its length), pieces with their places, and a piece of no bytes as the mark of its end. What is read was written by another host and
/// is checked as the words of a stranger.
/// </summary>
internal static class DiskImage
{
    private const int HeadLength = 24;
    private const int PieceHead = 12;
    private const int Piece = 1 << 20;
    private const long Longest = 1L << 41;

    private static ReadOnlySpan<byte> Mark => "oi-disk\u0001"u8;

    public static async Task WriteAsync(string path, int slot, Stream target, CancellationToken cancellationToken)
    {
        await using var packed = new BrotliStream(target, CompressionLevel.Fastest, leaveOpen: true);
        using var source = File.OpenHandle(path);
        var buffer = new byte[PieceHead + Piece];
        Mark.CopyTo(buffer);
        BinaryPrimitives.WriteInt64LittleEndian(buffer.AsSpan(8), slot);
        BinaryPrimitives.WriteInt64LittleEndian(buffer.AsSpan(16), RandomAccess.GetLength(source));
        await packed.WriteAsync(buffer.AsMemory(0, HeadLength), cancellationToken);
        foreach (var (start, end) in SparseCopy.Ranges(source))
        {
            for (var at = start; at < end;)
            {
                var count = RandomAccess.Read(source, buffer.AsSpan(PieceHead, (int)Math.Min(Piece, end - at)), at);
                if (count == 0)
                {
                    throw new SandboxException(SandboxErrorKind.Conflict, "The disk became shorter while it was read.");
                }

                Head(buffer, at, count);
                await packed.WriteAsync(buffer.AsMemory(0, PieceHead + count), cancellationToken);
                at += count;
            }
        }

        Head(buffer, 0, 0);
        await packed.WriteAsync(buffer.AsMemory(0, PieceHead), cancellationToken);
    }

    /// <summary>Writes the disk to a new file.</summary>
    /// <returns>The slot that its files belong to.</returns>
    /// <exception cref="SandboxException">It is no image, or not a whole one.</exception>
    public static async Task<int> ReadAsync(Stream source, string path, CancellationToken cancellationToken)
    {
        await using var unpacked = new BrotliStream(source, CompressionMode.Decompress, leaveOpen: true);
        var buffer = new byte[Piece];
        await FillAsync(unpacked, buffer.AsMemory(0, HeadLength), cancellationToken);
        var (slot, length) = (BinaryPrimitives.ReadInt64LittleEndian(buffer.AsSpan(8)), BinaryPrimitives.ReadInt64LittleEndian(buffer.AsSpan(16)));
        if (!buffer.AsSpan(0, 8).SequenceEqual(Mark) || slot is < 0 or > ushort.MaxValue || length is <= 0 or > Longest)
        {
            throw Broken();
        }

        using var target = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write);
        RandomAccess.SetLength(target, length);
        while (true)
        {
            await FillAsync(unpacked, buffer.AsMemory(0, PieceHead), cancellationToken);
            var (at, count) = (BinaryPrimitives.ReadInt64LittleEndian(buffer), BinaryPrimitives.ReadInt32LittleEndian(buffer.AsSpan(8)));
            if (count == 0)
            {
                RandomAccess.FlushToDisk(target);
                return (int)slot;
            }

            if (count is < 0 or > Piece || at < 0 || at > length - count)
            {
                throw Broken();
            }

            await FillAsync(unpacked, buffer.AsMemory(0, count), cancellationToken);
            RandomAccess.Write(target, buffer.AsSpan(0, count), at);
        }
    }

    private static void Head(byte[] buffer, long at, int count)
    {
        BinaryPrimitives.WriteInt64LittleEndian(buffer, at);
        BinaryPrimitives.WriteInt32LittleEndian(buffer.AsSpan(8), count);
    }

    private static async Task FillAsync(Stream source, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            await source.ReadExactlyAsync(buffer, cancellationToken);
        }
        catch (Exception exception) when (exception is EndOfStreamException or InvalidOperationException or InvalidDataException)
        {
            throw Broken(); // the last two are what the decompressor says of bytes that it cannot read
        }
    }

    private static SandboxException Broken() => new(SandboxErrorKind.Invalid, "The image of the disk is broken, or ends too early.");
}
