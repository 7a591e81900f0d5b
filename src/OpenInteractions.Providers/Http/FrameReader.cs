using System.Buffers;

namespace OpenInteractions.Providers.Http;

/// <summary>
/// Reads the data of server-sent events. All frames that came with one read are given without a wait between them, and without a copy: a short
/// answer that arrives whole costs one read, however many pieces it has.
/// </summary>
/// <param name="body">The bytes.</param>
/// <param name="maxFrame">Longest frame. An image in one piece fits; a stream without a line break does not fill the memory.</param>
internal sealed class FrameReader(Stream body, long maxFrame) : IDisposable
{
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(4096);
    private ArrayBufferWriter<byte>? _joined;
    private int _frame; // where the frame that is being read begins
    private int _line; // where its current line begins
    private int _scanned; // up to here the line has no end
    private int _end; // up to here there are bytes
    private int _dataAt;
    private int _dataLength;
    private DataLines _data;
    private bool _skipsLineFeed;
    private bool _hasBegun;

    private enum DataLines
    {
        None,
        One,
        Several,
    }

    /// <summary>Reads more bytes: give <see cref="Take(int)"/> their number. What <see cref="TryRead"/> gave before is no longer valid.</summary>
    public ValueTask<int> ReadAsync(CancellationToken cancellationToken)
    {
        MakeRoom();
        return body.ReadAsync(_buffer.AsMemory(_end), cancellationToken);
    }

    /// <summary>So many bytes were read.</summary>
    /// <returns>False at the end. A frame that was cut off there is not delivered.</returns>
    public bool Take(int read)
    {
        _end += read;
        return read > 0;
    }

    /// <summary>The data of the next frame that is complete; false when more bytes are needed.</summary>
    public bool TryRead(out ReadOnlyMemory<byte> data)
    {
        while (TryReadLine(out var line))
        {
            if (line.Length > 0)
            {
                Take(line);
                continue;
            }

            var had = _data;
            (_data, _frame) = (DataLines.None, _line);
            if (had != DataLines.None)
            {
                data = had == DataLines.One ? _buffer.AsMemory(_dataAt, _dataLength) : _joined!.WrittenMemory;
                return true;
            }
        }

        data = default;
        return false;
    }

    public void Dispose()
    {
        if (_buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = [];
        }
    }

    /// <summary>Lines end with a line feed, a carriage return, or both.</summary>
    private bool TryReadLine(out ReadOnlySpan<byte> line)
    {
        if (_skipsLineFeed && _line < _end)
        {
            _skipsLineFeed = false;
            _line += _buffer[_line] == '\n' ? 1 : 0;
            _scanned = Math.Max(_scanned, _line);
        }

        var length = _buffer.AsSpan(_scanned, _end - _scanned).IndexOfAny((byte)'\n', (byte)'\r');
        if (length < 0)
        {
            _scanned = _end;
            line = default;
            return false;
        }

        var end = _scanned + length;
        line = _buffer.AsSpan(_line, end - _line);
        if (!_hasBegun)
        {
            _hasBegun = true;
            line = line.StartsWith("\uFEFF"u8) ? line[3..] : line;
        }

        _skipsLineFeed = _buffer[end] == '\r';
        _line = _scanned = end + 1;
        return true;
    }

    /// <summary>Only the data matters: every vendor says in it what kind of event it is.</summary>
    private void Take(ReadOnlySpan<byte> line)
    {
        if (!line.StartsWith("data"u8) || (line.Length > 4 && line[4] != ':'))
        {
            return;
        }

        var value = line.Length > 4 ? line[5..] : default;
        value = value.Length > 0 && value[0] == ' ' ? value[1..] : value;
        if (_data == DataLines.None)
        {
            // The line ends before the line break that was just read, which is one byte.
            (_data, _dataLength, _dataAt) = (DataLines.One, value.Length, _line - 1 - value.Length);
            return;
        }

        if (_data == DataLines.One)
        {
            _joined ??= new ArrayBufferWriter<byte>();
            _joined.ResetWrittenCount();
            _joined.Write(_buffer.AsSpan(_dataAt, _dataLength));
            _data = DataLines.Several;
        }

        _joined!.Write("\n"u8);
        _joined!.Write(value);
    }

    private void MakeRoom()
    {
        if (_frame > 0)
        {
            _buffer.AsSpan(_frame, _end - _frame).CopyTo(_buffer);
            (_line, _scanned, _end, _dataAt, _frame) = (_line - _frame, _scanned - _frame, _end - _frame, _dataAt - _frame, 0);
        }

        if (_end < _buffer.Length)
        {
            return;
        }

        if (_buffer.Length >= maxFrame)
        {
            throw UpstreamFailureException.TooLarge(maxFrame);
        }

        var larger = ArrayPool<byte>.Shared.Rent(_buffer.Length * 2);
        _buffer.AsSpan(0, _end).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}
