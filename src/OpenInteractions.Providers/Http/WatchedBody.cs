namespace OpenInteractions.Providers.Http;

/// <summary>The body of an answer, whose reader gives up after silence, where the time counts per read and never in total (P-7), and after too many bytes.</summary>
/// <param name="inner">The bytes.</param>
/// <param name="watch">Ends the reads, for silence and for a caller who has left.</param>
/// <param name="firstByte">Longest silence before the first byte.</param>
/// <param name="idle">Longest silence after it.</param>
/// <param name="most">Most bytes.</param>
/// <param name="caller">Whoever wants the answer.</param>
internal sealed class WatchedBody(Stream inner, SilenceWatch watch, TimeSpan firstByte, TimeSpan idle, long most, CancellationToken caller) : Stream
{
    private bool _hasRead;
    private long _bytes;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>Reads. The token of the watch ends the wait; it holds the caller's.</summary>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        watch.Wait(_hasRead ? idle : firstByte);
        try
        {
            var read = await inner.ReadAsync(buffer, watch.Token).ConfigureAwait(false);
            _hasRead = true;
            _bytes += read;
            return _bytes <= most ? read : throw UpstreamFailureException.TooLarge(most);
        }
        catch (OperationCanceledException) when (watch.HasEnded && !caller.IsCancellationRequested)
        {
            throw new UpstreamFailureException(ErrorCode.DeadlineExceeded, "The model provider fell silent in the middle of its answer.", isRetryable: false);
        }
        catch (Exception e) when (e is IOException && !caller.IsCancellationRequested)
        {
            throw UpstreamFailureException.Incomplete();
        }
        finally
        {
            watch.Rest();
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
            inner.Dispose();
        }

        base.Dispose(disposing);
    }
}
