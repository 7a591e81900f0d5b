using OpenInteractions.Sandboxes.Egress;
using OpenInteractions.Sandboxes.Frames;

namespace OpenInteractions.Sandboxes.Connection;

/// <summary>
/// The bytes of a connection of a program inside. Reading gives credit back as bytes are taken, writing waits for credit. Disposing lets what was written through and
/// then closes; <see cref="Abort"/> cuts it off, so that the program does not take a part for the whole.
/// </summary>
internal sealed class DoorStream(FrameConnection connection, uint number) : Stream, IHalfClose
{
    private const int CreditStep = FrameHeader.DoorCredit / 4;
    private readonly Lock _lock = new();
    private readonly Queue<byte[]> _waiting = [];
    private readonly CreditGate _gate = new(FrameHeader.DoorCredit);
    private TaskCompletionSource? _more;
    private int _allowed = FrameHeader.DoorCredit;
    private int _offset;
    private int _owed;
    private bool _readEnded;
    private bool _writeEnded;
    private bool _closed;
    private bool _disposed;
    private IOException? _failure;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>Takes what the program sent. On the thread that reads frames.</summary>
    public void Add(ReadOnlySpan<byte> data)
    {
        lock (_lock)
        {
            if ((_allowed -= data.Length) < 0 || _readEnded)
            {
                throw new FrameException("It sends more than it has credit for, or after the end.");
            }

            if (data.Length > 0 && !_disposed)
            {
                _waiting.Enqueue(data.ToArray());
                Signal();
            }
        }
    }

    public void Grant(int bytes) => _gate.Grant(bytes);

    public void EndReading(IOException? failure)
    {
        lock (_lock)
        {
            _readEnded = true;
            _failure ??= failure;
            Signal();
        }
    }

    /// <summary>The init has forgotten it.</summary>
    public void Close(IOException? failure)
    {
        lock (_lock)
        {
            _closed = true;
        }

        EndReading(failure);
        _gate.Close();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            Task more;
            lock (_lock)
            {
                ObjectDisposedException.ThrowIf(_disposed, this);
                if (_waiting.TryPeek(out var next))
                {
                    return Take(next, buffer.Span);
                }

                if (_readEnded)
                {
                    return _failure is { } failure ? throw new IOException(failure.Message) : 0;
                }

                _more ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                more = _more.Task;
            }

            await more.WaitAsync(cancellationToken);
        }
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (!buffer.IsEmpty)
        {
            if (_writeEnded || await _gate.TakeAsync(buffer.Length, cancellationToken) is not (> 0 and var taken))
            {
                throw new IOException(_failure?.Message ?? "The program inside reads no more.");
            }

            await SendAsync(FrameType.Data, buffer[..taken], cancellationToken);
            buffer = buffer[taken..];
        }
    }

    public async ValueTask CompleteWritesAsync(CancellationToken cancellationToken)
    {
        if (!_writeEnded && !_closed)
        {
            _writeEnded = true;
            await SendAsync(FrameType.End, ReadOnlyMemory<byte>.Empty, cancellationToken);
        }
    }

    public void Abort() => Forget(ChannelStream.Error);

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
        // Each write is a frame already.
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        Forget(ChannelStream.In);
        base.Dispose(disposing);
    }

    private void Forget(byte how)
    {
        lock (_lock)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
            _writeEnded = true;
            _waiting.Clear();
            Signal();
        }

        _gate.Close();
        if (!_closed)
        {
            connection.Post(FrameType.Cancel, number, how, []);
        }
    }

    private async ValueTask SendAsync(FrameType type, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        try
        {
            await connection.SendAsync(type, number, ChannelStream.Out, payload, cancellationToken);
        }
        catch (SandboxException e)
        {
            throw new IOException(e.Message);
        }
    }

    private int Take(byte[] next, Span<byte> buffer)
    {
        var taken = Math.Min(buffer.Length, next.Length - _offset);
        next.AsSpan(_offset, taken).CopyTo(buffer);
        _offset += taken;
        if (_offset == next.Length)
        {
            _waiting.Dequeue();
            _offset = 0;
        }

        _owed += taken;
        if (_owed >= CreditStep && !_closed && !_readEnded)
        {
            _allowed += _owed;
            connection.PostCredit(number, ChannelStream.In, _owed);
            _owed = 0;
        }

        return taken;
    }

    private void Signal()
    {
        _more?.TrySetResult();
        _more = null;
    }
}
