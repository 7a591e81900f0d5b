using System.Buffers.Text;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text;

namespace OpenInteractions.Bench.Load;

/// <summary>An HTTP/1.1 connection on a raw socket: prepared request bytes out, body pieces in, no header objects and no
/// copies. The load generator shares the cores with the server, so what it does not do is the point.</summary>
internal sealed class HttpConnection : IDisposable
{
    private const int DefaultBuffer = 16 * 1024;

    private readonly Socket _socket;
    private byte[] _buffer;
    private byte[] _whole = [];
    private int _start;
    private int _end;
    private bool _chunked;
    private bool _chunkEnds;
    private bool _finished = true;
    private long _left;

    private HttpConnection(Socket socket, int buffer)
    {
        _socket = socket;
        _buffer = new byte[buffer];
    }

    /// <param name="buffer">Bytes of the read buffer; small for thousands of connections that only wait.</param>
    /// <param name="kernelBuffer">Receive buffer of the socket, or null for the system's.</param>
    public static async ValueTask<HttpConnection> ConnectAsync(
        EndPoint address, CancellationToken cancellationToken, int buffer = DefaultBuffer, int? kernelBuffer = null)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            if (kernelBuffer is { } size)
            {
                socket.ReceiveBufferSize = size;    // Before the connect: it decides the window that is offered.
            }

            await socket.ConnectAsync(address, cancellationToken);
            return new(socket, buffer);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public async ValueTask SendAsync(ReadOnlyMemory<byte> request, CancellationToken cancellationToken)
    {
        while (!request.IsEmpty)
        {
            request = request[await _socket.SendAsync(request, SocketFlags.None, cancellationToken)..];
        }
    }

    /// <summary>Reads the status line and the headers; answers the status.</summary>
    public async ValueTask<int> ReadHeadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var length = Pending.IndexOf("\r\n\r\n"u8);
            if (length >= 0)
            {
                var status = Interpret(Pending[..(length + 2)]);
                _start += length + 4;
                return status;
            }

            await FillAsync(cancellationToken);
        }
    }

    /// <summary>The next piece of the body, valid until the next read; empty at its end.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<ReadOnlyMemory<byte>> ReadBodyAsync(CancellationToken cancellationToken)
    {
        while (!_finished)
        {
            if (_left == 0 && _chunked && !TryReadChunkSize())
            {
                await FillAsync(cancellationToken);
                continue;
            }

            if (_finished)
            {
                break;
            }

            if (_start == _end)
            {
                await FillAsync(cancellationToken);
                continue;
            }

            var length = (int)Math.Min(_left, _end - _start);
            var piece = _buffer.AsMemory(_start, length);
            _start += length;
            _left -= length;
            _chunkEnds = _chunked && _left == 0;
            _finished = !_chunked && _left == 0;
            return piece;
        }

        return default;
    }

    /// <summary>The whole body, valid until the next call.</summary>
    public async ValueTask<ReadOnlyMemory<byte>> ReadWholeBodyAsync(CancellationToken cancellationToken)
    {
        var length = 0;
        while (await ReadBodyAsync(cancellationToken) is { IsEmpty: false } piece)
        {
            if (_whole.Length < length + piece.Length)
            {
                Array.Resize(ref _whole, Math.Max(4096, (length + piece.Length) * 2));
            }

            piece.CopyTo(_whole.AsMemory(length));
            length += piece.Length;
        }

        return _whole.AsMemory(0, length);
    }

    public void Dispose() => _socket.Dispose();

    private ReadOnlySpan<byte> Pending => _buffer.AsSpan(_start, _end - _start);

    private int Interpret(ReadOnlySpan<byte> head)
    {
        _chunked = false;
        _chunkEnds = false;
        _left = 0;
        if (!Utf8Parser.TryParse(head["HTTP/1.1 ".Length..], out int status, out _))
        {
            throw new IOException("The answer does not begin with an HTTP status line.");
        }

        while (!head.IsEmpty)
        {
            var end = head.IndexOf("\r\n"u8);
            var line = head[..end];
            head = head[(end + 2)..];
            if (HeaderIs(line, "content-length"u8, out var value))
            {
                _left = Utf8Parser.TryParse(value, out long length, out _) ? length : throw new IOException("A content length is no number.");
            }
            else if (HeaderIs(line, "transfer-encoding"u8, out _))
            {
                _chunked = true;
            }
        }

        _finished = !_chunked && _left == 0;
        return status;
    }

    private static bool HeaderIs(ReadOnlySpan<byte> line, ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        value = default;
        if (line.Length <= name.Length || line[name.Length] != (byte)':' || !Ascii.EqualsIgnoreCase(line[..name.Length], name))
        {
            return false;
        }

        value = line[(name.Length + 1)..].TrimStart((byte)' ');
        return true;
    }

    private bool TryReadChunkSize()
    {
        var pending = Pending;
        var skip = _chunkEnds ? 2 : 0;      // The line end after the previous chunk's bytes.
        if (pending.Length < skip)
        {
            return false;
        }

        pending = pending[skip..];
        var end = pending.IndexOf("\r\n"u8);
        if (end < 0 || !Utf8Parser.TryParse(pending[..end], out long size, out _, 'x'))
        {
            return end < 0 ? false : throw new IOException("A chunk has no size.");
        }

        var taken = skip + end + 2;
        if (size == 0)
        {
            if (pending.Length < end + 4)
            {
                return false;
            }

            taken += 2;     // No server of this bench sends trailers.
            _finished = true;
        }

        _start += taken;
        _left = size;
        _chunkEnds = false;
        return true;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask FillAsync(CancellationToken cancellationToken)
    {
        if (_start == _end)
        {
            _start = _end = 0;
        }
        else if (_end == _buffer.Length)
        {
            if (_start == 0)
            {
                Array.Resize(ref _buffer, _buffer.Length * 2);
            }
            else
            {
                Buffer.BlockCopy(_buffer, _start, _buffer, 0, _end - _start);
                (_start, _end) = (0, _end - _start);
            }
        }

        var read = await _socket.ReceiveAsync(_buffer.AsMemory(_end), SocketFlags.None, cancellationToken);
        if (read == 0)
        {
            throw new IOException("The connection was closed in the middle of an answer.");
        }

        _end += read;
    }
}
