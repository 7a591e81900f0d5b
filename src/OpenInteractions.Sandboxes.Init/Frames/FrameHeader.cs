using System.Buffers.Binary;

namespace OpenInteractions.Sandboxes.Frames;

/// <summary>What stands before the bytes of each frame: length, type, stream, two bytes that are zero, channel. Numbers are little-endian.</summary>
/// <param name="Type">What it says.</param>
/// <param name="Stream">Which stream of the channel; 0 where a frame has none.</param>
/// <param name="Channel">Which channel; 0 is the connection itself.</param>
/// <param name="Length">Bytes that follow.</param>
internal readonly record struct FrameHeader(FrameType Type, byte Stream, uint Channel, int Length)
{
    /// <summary>Bytes of a header.</summary>
    public const int Size = 12;

    /// <summary>The version of all this. Both sides have the same, since the server brings the init along.</summary>
    public const int Version = 3;

    /// <summary>Bytes that one frame may carry at most.</summary>
    public const int MaxLength = 256 * 1024;

    /// <summary>Bytes that one frame of data may carry at most.</summary>
    public const int MaxData = 64 * 1024;

    /// <summary>What each stream may send before its reader says more.</summary>
    public const int FirstCredit = 256 * 1024;

    /// <summary>The same for each direction of a connection outwards, of which there are many.</summary>
    public const int DoorCredit = 64 * 1024;

    public void Write(Span<byte> target)
    {
        BinaryPrimitives.WriteInt32LittleEndian(target, Length);
        target[4] = (byte)Type;
        target[5] = Stream;
        target[6] = target[7] = 0;
        BinaryPrimitives.WriteUInt32LittleEndian(target[8..], Channel);
    }

    /// <summary>Reads a header.</summary>
    /// <exception cref="FrameException">It is not one, or announces more than a frame may have.</exception>
    public static FrameHeader Read(ReadOnlySpan<byte> source)
    {
        var length = BinaryPrimitives.ReadInt32LittleEndian(source);
        var type = (FrameType)source[4];
        if (length is < 0 or > MaxLength || (type == FrameType.Data && length > MaxData))
        {
            throw new FrameException("A frame is longer than frames may be.");
        }

        if (source[6] != 0 || source[7] != 0 || type is not ((>= FrameType.Hello and <= FrameType.Shutdown) or FrameType.Open or FrameType.Opened))
        {
            throw new FrameException("There is no such frame.");
        }

        return new FrameHeader(type, source[5], BinaryPrimitives.ReadUInt32LittleEndian(source[8..]), length);
    }
}

/// <summary>The other side does not keep to the protocol. Nothing that it says after that is listened to.</summary>
internal sealed class FrameException(string message) : Exception(message);
