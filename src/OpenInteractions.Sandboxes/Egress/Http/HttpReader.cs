using System.Globalization;
using System.Text;

namespace OpenInteractions.Sandboxes.Egress.Http;

/// <summary>Reads messages from a stream, with one small buffer. Whoever owns it sets the time.</summary>
internal sealed class HttpReader(Stream stream)
{
    /// <summary>Longest head of a message, with its first line.</summary>
    public const int MaxHead = 32 * 1024;

    private const int MaxLine = 1024;
    private readonly byte[] _buffer = new byte[MaxHead];
    private int _start;
    private int _end;
    private BodyLength _body;
    private long _left;
    private bool _ended = true;

    /// <summary>What was read and belongs to what follows.</summary>
    public ReadOnlyMemory<byte> Buffered => _buffer.AsMemory(_start, _end - _start);

    /// <summary>Waits for the first byte of a message.</summary>
    /// <returns>False when none comes any more.</returns>
    public async ValueTask<bool> WaitAsync(CancellationToken cancellationToken) => _end > _start || await FillAsync(cancellationToken);

    /// <summary>Reads the head of a message, without the empty line.</summary>
    public async ValueTask<string> HeadAsync(CancellationToken cancellationToken)
    {
        for (var seen = 0; ;)
        {
            var found = _buffer.AsSpan(_start + seen, _end - _start - seen).IndexOf("\r\n\r\n"u8);
            if (found >= 0)
            {
                var head = Encoding.Latin1.GetString(_buffer, _start, seen + found);
                _start += seen + found + 4;
                return head;
            }

            if (_buffer.AsSpan(_start, _end - _start).IndexOf("\n\n"u8) >= 0 || _buffer.AsSpan(_start, _end - _start).IndexOf("\n\r\n"u8) is > 0 and var bare && _buffer[_start + bare - 1] != '\r')
            {
                throw new HttpFaultException("lines end in CR LF, and neither stands alone");
            }

            seen = Math.Max(0, _end - _start - 3);
            if (_end - _start >= MaxHead)
            {
                throw new HttpFaultException($"the head is longer than {MaxHead} bytes");
            }

            if (!await FillAsync(cancellationToken))
            {
                throw new HttpFaultException("the connection ended in the middle of a head");
            }
        }
    }

    /// <summary>Begins the body of the message whose head was read.</summary>
    public void Begin(BodyLength body)
    {
        _body = body;
        _left = Math.Max(0, body.Bytes);
        _ended = body.IsNone;
        _inChunks = false;
    }

    private bool _inChunks;

    /// <summary>Reads on in the body; 0 at its end. A body that is cut is an error, never an end.</summary>
    public async ValueTask<int> ReadAsync(Memory<byte> into, CancellationToken cancellationToken)
    {
        if (_ended)
        {
            return 0;
        }

        if (_body == BodyLength.Chunked && _left == 0 && !await NextChunkAsync(cancellationToken))
        {
            _ended = true;
            return 0;
        }

        var wanted = _body == BodyLength.UntilEnd ? into : into[..(int)Math.Min(into.Length, _left)];
        var read = await SomeAsync(wanted, cancellationToken);
        if (read == 0)
        {
            return _body == BodyLength.UntilEnd ? 0 : throw new HttpFaultException("the connection ended in the middle of a body");
        }

        _left -= _body == BodyLength.UntilEnd ? 0 : read;
        _ended = _body.Bytes > 0 && _left == 0;
        return read;
    }

    private async ValueTask<bool> NextChunkAsync(CancellationToken cancellationToken)
    {
        if (_inChunks && (await LineAsync(cancellationToken)).Length > 0)
        {
            throw new HttpFaultException("a chunk is longer than it says");
        }

        _inChunks = true;
        var line = await LineAsync(cancellationToken);
        var digits = line.Split(';')[0]; // extensions say nothing to anybody, and end here
        if (digits.Length is 0 or > 8 || !digits.All(char.IsAsciiHexDigit))
        {
            throw new HttpFaultException("the size of a chunk is not one to eight hexadecimal digits");
        }

        _left = long.Parse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        if (_left > 0)
        {
            return true;
        }

        // Trailers end here too: they would come behind all that was checked.
        for (var lines = 0; (await LineAsync(cancellationToken)).Length > 0; lines++)
        {
            if (lines == 32)
            {
                throw new HttpFaultException("there are more than 32 trailers");
            }
        }

        return false;
    }

    private async ValueTask<string> LineAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var line = _buffer.AsSpan(_start, _end - _start).IndexOf((byte)'\n');
            if (line >= 0)
            {
                var text = Encoding.Latin1.GetString(_buffer, _start, line);
                _start += line + 1;
                return text.EndsWith('\r') && !text.AsSpan(0, text.Length - 1).ContainsAny('\r', '\0') ? text[..^1] : throw new HttpFaultException("lines end in CR LF, and neither stands alone");
            }

            if (_end - _start > MaxLine)
            {
                throw new HttpFaultException($"a line between chunks is longer than {MaxLine} bytes");
            }

            if (!await FillAsync(cancellationToken))
            {
                throw new HttpFaultException("the connection ended in the middle of a body");
            }
        }
    }

    private async ValueTask<int> SomeAsync(Memory<byte> into, CancellationToken cancellationToken)
    {
        if (_end == _start)
        {
            return into.Length == 0 ? 0 : await stream.ReadAsync(into, cancellationToken);
        }

        var taken = Math.Min(into.Length, _end - _start);
        _buffer.AsMemory(_start, taken).CopyTo(into);
        _start += taken;
        return taken;
    }

    private async ValueTask<bool> FillAsync(CancellationToken cancellationToken)
    {
        if (_start == _end)
        {
            (_start, _end) = (0, 0);
        }
        else if (_end == _buffer.Length)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }

        var read = await stream.ReadAsync(_buffer.AsMemory(_end), cancellationToken);
        _end += read;
        return read > 0;
    }
}
