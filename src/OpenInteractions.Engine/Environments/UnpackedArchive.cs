using System.IO.Compression;

namespace OpenInteractions.Engine.Environments;

/// <summary>A tar archive as it comes, packed with gzip or not: which of them, its first bytes say.</summary>
internal static class UnpackedArchive
{
    /// <summary>The archive without its packing. The source stays open.</summary>
    /// <param name="archive">The bytes as they come.</param>
    /// <param name="most">How many of them at most.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async Task<Stream> OpenAsync(Stream archive, long most, CancellationToken cancellationToken)
    {
        var first = new byte[2];
        var read = await archive.ReadAtLeastAsync(first, first.Length, throwOnEndOfStream: false, cancellationToken);
        var whole = new Joined(first.AsMemory(0, read), archive, most);
        return first is [0x1F, 0x8B] ? new GZipStream(whole, CompressionMode.Decompress) : whole;
    }

    /// <summary>What was read already, and then the rest; neither is closed.</summary>
    private sealed class Joined(ReadOnlyMemory<byte> first, Stream rest, long most) : Stream
    {
        private ReadOnlyMemory<byte> _first = first;
        private readonly long _most = most;
        private long _left = most;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count) => Counted(TakeFirst(buffer.AsSpan(offset, count)) is > 0 and var taken ? taken : rest.Read(buffer, offset, count));

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            Counted(TakeFirst(buffer.Span) is > 0 and var taken ? taken : await rest.ReadAsync(buffer, cancellationToken));

        public override void Flush()
        {
            // Nothing is written.
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        private int TakeFirst(Span<byte> buffer)
        {
            var count = Math.Min(buffer.Length, _first.Length);
            _first.Span[..count].CopyTo(buffer);
            _first = _first[count..];
            return count;
        }

        private int Counted(int read)
        {
            _left -= read;
            return _left >= 0 ? read : throw new ApiException(ErrorCode.FailedPrecondition, $"It is larger than {_most} bytes, the most that is taken.");
        }
    }
}
