using System.Buffers.Binary;

namespace OpenInteractions.Providers.Demo.Media;

/// <summary>Type, length and dimensions of MP4 and its relatives; the type of WebM.</summary>
internal static class VideoHeaders
{
    private const int MostBoxes = 10_000;

    public static MediaFacts? Read(MediaBytes media)
    {
        ReadOnlySpan<byte> bytes = media.Start;
        if (bytes.StartsWith<byte>([0x1A, 0x45, 0xDF, 0xA3]))
        {
            return new MediaFacts { MimeType = bytes[..Math.Min(64, bytes.Length)].IndexOf("webm"u8) >= 0 ? "video/webm" : "video/x-matroska" };
        }

        if (bytes.Length < 12 || !bytes[4..8].SequenceEqual("ftyp"u8))
        {
            return null;
        }

        var brand = bytes[8..12];
        var type = brand.StartsWith("qt"u8) ? "video/quicktime" : brand.StartsWith("M4A"u8) ? "audio/mp4" : brand.StartsWith("3g"u8) ? "video/3gpp"
            : brand.SequenceEqual("heic"u8) || brand.SequenceEqual("mif1"u8) ? "image/heic" : brand.SequenceEqual("avif"u8) ? "image/avif" : "video/mp4";
        var facts = new MediaFacts { MimeType = type };

        // The table of contents stands at the beginning or, in files that were written in one go, at the end.
        var movie = Box(bytes, "moov"u8);
        if (movie.IsEmpty && !media.IsWhole && ((ReadOnlySpan<byte>)media.End).IndexOf("moov"u8) is >= 4 and var at)
        {
            movie = Box(media.End.AsSpan(at - 4), "moov"u8);
        }

        var header = Box(movie, "mvhd"u8);
        if (header.Length >= 32)
        {
            var isLong = header[0] == 1;
            var scale = BinaryPrimitives.ReadUInt32BigEndian(header[(isLong ? 20 : 12)..]);
            var length = isLong ? BinaryPrimitives.ReadUInt64BigEndian(header[24..]) : BinaryPrimitives.ReadUInt32BigEndian(header[16..]);
            var seconds = scale == 0 ? 0 : (double)length / scale;
            facts = seconds is > 0 and < 1e9 ? facts with { Duration = TimeSpan.FromSeconds(seconds) } : facts;
        }

        return WithSize(facts, movie);
    }

    private static MediaFacts WithSize(MediaFacts facts, ReadOnlySpan<byte> movie)
    {
        var boxes = 0;
        for (var rest = movie; rest.Length >= 8 && boxes++ < MostBoxes;)
        {
            var box = Next(rest, out var name, out var after);
            var header = name.SequenceEqual("trak"u8) ? Box(box, "tkhd"u8) : default;
            if (header.Length >= 84)
            {
                // The last two fields, fixed-point: a sound track has zeros there.
                var width = BinaryPrimitives.ReadUInt16BigEndian(header[^8..]);
                var height = BinaryPrimitives.ReadUInt16BigEndian(header[^4..]);
                if (width > 0 && height > 0)
                {
                    return facts with { Width = width, Height = height };
                }
            }

            rest = after;
        }

        return facts;
    }

    private static ReadOnlySpan<byte> Box(ReadOnlySpan<byte> boxes, ReadOnlySpan<byte> wanted)
    {
        for (var count = 0; boxes.Length >= 8 && count < MostBoxes; count++)
        {
            var box = Next(boxes, out var name, out var after);
            if (name.SequenceEqual(wanted))
            {
                return box;
            }

            boxes = after;
        }

        return default;
    }

    /// <summary>The contents of the first box, as far as they are there, and what follows it.</summary>
    private static ReadOnlySpan<byte> Next(ReadOnlySpan<byte> boxes, out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> after)
    {
        long size = BinaryPrimitives.ReadUInt32BigEndian(boxes);
        var header = 8;
        name = boxes[4..8];
        if (size == 1 && boxes.Length >= 16)
        {
            size = BinaryPrimitives.ReadInt64BigEndian(boxes[8..]);
            header = 16;
        }

        var end = size < header || size > boxes.Length ? boxes.Length : (int)size; // zero means to the end of the file
        after = boxes[end..];
        return boxes[Math.Min(header, end)..end];
    }
}
