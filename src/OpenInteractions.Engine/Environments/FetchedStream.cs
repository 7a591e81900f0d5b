namespace OpenInteractions.Engine.Environments;

/// <summary>What a host answers, as far as it is taken. What goes wrong with it is told in words for the caller.</summary>
/// <param name="inner">The answer.</param>
/// <param name="most">Bytes at most.</param>
/// <param name="tooLarge">The words for more.</param>
/// <param name="cut">The words for a connection that ended early.</param>
internal sealed class FetchedStream(Stream inner, long most, Func<ApiException> tooLarge, Func<ApiException> cut) : Stream
{
    private long _left = most;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            var read = await inner.ReadAsync(buffer, cancellationToken);
            _left -= read;
            return _left >= 0 ? read : throw tooLarge();
        }
        catch (Exception exception) when (exception is IOException or HttpRequestException)
        {
            throw cut();
        }
    }

    public override void Flush()
    {
        // Nothing is written.
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        inner.Dispose();
        base.Dispose(disposing);
    }
}
