namespace OpenInteractions.Providers.Http;

/// <summary>The body of an answer, whose reader gives up after silence: the time counts per read, never in total (P-7).</summary>
internal sealed class IdleTimeoutStream(Stream inner, TimeSpan firstByte, TimeSpan idle, TimeProvider time) : Stream
{
    private CancellationTokenSource _silence = new(Timeout.InfiniteTimeSpan, time);
    private bool _hasRead;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (!_silence.TryReset())
        {
            _silence.Dispose();
            _silence = new(Timeout.InfiniteTimeSpan, time);
        }

        // TryReset has cleared earlier registrations, so the caller's token is joined for this read alone.
        await using var joined = cancellationToken.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), _silence);
        _silence.CancelAfter(_hasRead ? idle : firstByte);
        try
        {
            var read = await inner.ReadAsync(buffer, _silence.Token);
            _hasRead = true;
            return read;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new UpstreamFailureException(ErrorCode.DeadlineExceeded, "The model provider fell silent in the middle of its answer.", isRetryable: false);
        }
        catch (Exception e) when (e is IOException && !cancellationToken.IsCancellationRequested)
        {
            throw UpstreamFailureException.Incomplete();
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Read it asynchronously.");

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _silence.Dispose();
            inner.Dispose();
        }

        base.Dispose(disposing);
    }
}
