namespace OpenInteractions.Sandboxes.Init.Files;

/// <summary>A file as long as it was when it was opened: an archive says a length first, and who writes or cuts the file meanwhile must not break what follows. What is gone by then is zeros.</summary>
internal sealed class ExactStream(FileStream file) : Stream
{
    private readonly long _length = file.Length;
    private long _position;

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => _length;

    public override long Position { get => _position; set => throw new NotSupportedException(); }

    public override int Read(Span<byte> buffer)
    {
        buffer = buffer[..(int)Math.Min(buffer.Length, _length - _position)];
        if (buffer.IsEmpty)
        {
            return 0;
        }

        var read = RandomAccess.Read(file.SafeFileHandle, buffer, _position);
        if (read == 0)
        {
            buffer.Clear();
            read = buffer.Length;
        }

        _position += read;
        return read;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush()
    {
        // Nothing is written.
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
