using System.Buffers.Binary;
using System.Text;

namespace OpenInteractions.Sandboxes.Frames;

/// <summary>Writes the content of a frame: numbers little-endian, texts as UTF-8 behind their length.</summary>
internal sealed class PayloadWriter
{
    private byte[] _bytes = new byte[256];
    private int _length;

    public ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, _length);

    public PayloadWriter Byte(byte value)
    {
        Room(1)[0] = value;
        return this;
    }

    public PayloadWriter Flag(bool value) => Byte(value ? (byte)1 : (byte)0);

    public PayloadWriter Int(int value)
    {
        BinaryPrimitives.WriteInt32LittleEndian(Room(4), value);
        return this;
    }

    public PayloadWriter Long(long value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(Room(8), value);
        return this;
    }

    public PayloadWriter Text(string value)
    {
        var length = Encoding.UTF8.GetByteCount(value);
        Int(length);
        Encoding.UTF8.GetBytes(value, Room(length));
        return this;
    }

    public PayloadWriter Texts(IReadOnlyCollection<string> values)
    {
        Int(values.Count);
        foreach (var value in values)
        {
            Text(value);
        }

        return this;
    }

    private Span<byte> Room(int count)
    {
        var needed = _length + count;
        if (needed > _bytes.Length)
        {
            Array.Resize(ref _bytes, Math.Max(needed, _bytes.Length * 2));
        }

        var room = _bytes.AsSpan(_length, count);
        _length = needed;
        return room;
    }
}

/// <summary>Reads the content of a frame, and believes none of its lengths.</summary>
internal ref struct PayloadReader(ReadOnlySpan<byte> bytes)
{
    private const int MaxTexts = 65_536;
    private ReadOnlySpan<byte> _rest = bytes;

    public readonly bool IsAtEnd => _rest.IsEmpty;

    public byte Byte() => Take(1)[0];

    public bool Flag() => Byte() switch
    {
        0 => false,
        1 => true,
        _ => throw new FrameException("A flag is neither set nor clear."),
    };

    public int Int() => BinaryPrimitives.ReadInt32LittleEndian(Take(4));

    public long Long() => BinaryPrimitives.ReadInt64LittleEndian(Take(8));

    public string Text() => Encoding.UTF8.GetString(Take(Int()));

    public string[] Texts()
    {
        var count = Int();
        // Each text has at least the four bytes of its length.
        if (count is < 0 or > MaxTexts || count > _rest.Length / 4)
        {
            throw new FrameException("A list announces more than there is.");
        }

        var texts = new string[count];
        for (var i = 0; i < count; i++)
        {
            texts[i] = Text();
        }

        return texts;
    }

    public readonly void Done()
    {
        if (!_rest.IsEmpty)
        {
            throw new FrameException("A frame has more than it should.");
        }
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count < 0 || count > _rest.Length)
        {
            throw new FrameException("A frame is shorter than it says.");
        }

        var taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }
}
