using System.Net.Sockets;

namespace OpenInteractions.Sandboxes.Egress;

/// <summary>A stream whose sending side can be ended alone.</summary>
public interface IHalfClose
{
    /// <summary>Says that nothing more will be sent.</summary>
    ValueTask CompleteWritesAsync(CancellationToken cancellationToken);

    /// <summary>Cuts the connection off, so that the other end sees that something is missing.</summary>
    void Abort();
}

/// <summary>The sandbox's end of a connection: counts what passes, spends the budget, and can be given back what was only looked at.</summary>
internal sealed class ClientStream(Stream inner, EgressBudget budget, Patience patience) : Stream, IHalfClose
{
    private ReadOnlyMemory<byte> _again;
    private long _bytesIn;
    private long _bytesOut;

    /// <summary>Bytes into the sandbox.</summary>
    public long BytesIn => Volatile.Read(ref _bytesIn);

    /// <summary>Bytes out of the sandbox.</summary>
    public long BytesOut => Volatile.Read(ref _bytesOut);

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>Gives back what was read: it is read again first.</summary>
    public void Unread(ReadOnlyMemory<byte> data) => _again = (byte[])[.. data.Span, .. _again.Span];

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_again.Length > 0) // also for a read of nothing, which only asks whether there is something
        {
            var again = Math.Min(buffer.Length, _again.Length);
            _again[..again].CopyTo(buffer);
            _again = _again[again..];
            return again;
        }

        var read = await inner.ReadAsync(buffer, cancellationToken);
        Interlocked.Add(ref _bytesOut, read);
        budget.Spend(read);
        patience.OnBytes();
        return read;
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        budget.Spend(buffer.Length);
        await inner.WriteAsync(buffer, cancellationToken);
        Interlocked.Add(ref _bytesIn, buffer.Length);
        patience.OnBytes();
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    public ValueTask CompleteWritesAsync(CancellationToken cancellationToken) => HalfClose.CompleteAsync(inner, cancellationToken);

    public void Abort() => HalfClose.Abort(inner);

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}

internal static class HalfClose
{
    /// <summary>Ends the sending side, where the stream knows such a thing.</summary>
    public static async ValueTask CompleteAsync(Stream stream, CancellationToken cancellationToken)
    {
        switch (stream)
        {
            case IHalfClose half:
                await half.CompleteWritesAsync(cancellationToken);
                break;
            case NetworkStream { Socket: { } socket }:
                socket.Shutdown(SocketShutdown.Send);
                break;
        }
    }

    /// <summary>Cuts a connection off, where the stream knows such a thing.</summary>
    public static void Abort(Stream stream)
    {
        switch (stream)
        {
            case IHalfClose half:
                half.Abort();
                break;
            case NetworkStream { Socket: { } socket }:
                socket.Close(0);
                break;
        }
    }
}
