using System.Buffers.Binary;

namespace OpenInteractions.Providers.Demo.Media;

/// <summary>Type and dimensions of PNG, JPEG, GIF, WebP and BMP, from their headers.</summary>
internal static class ImageHeaders
{
    public static MediaFacts? Read(ReadOnlySpan<byte> bytes) =>
        bytes.StartsWith(PngSignature) ? Png(bytes)
        : bytes.StartsWith<byte>([0xFF, 0xD8, 0xFF]) ? Jpeg(bytes)
        : bytes.StartsWith("GIF87a"u8) || bytes.StartsWith("GIF89a"u8) ? Gif(bytes)
        : bytes.StartsWith("RIFF"u8) && bytes.Length >= 12 && bytes[8..12].SequenceEqual("WEBP"u8) ? WebP(bytes)
        : bytes.StartsWith("BM"u8) && bytes.Length >= 26 && BinaryPrimitives.ReadInt32LittleEndian(bytes[14..]) >= 40 ? Bmp(bytes)
        : null;

    private static ReadOnlySpan<byte> PngSignature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    private static MediaFacts Png(ReadOnlySpan<byte> bytes) => bytes.Length >= 24 && bytes[12..16].SequenceEqual("IHDR"u8)
        ? Image("image/png", BinaryPrimitives.ReadInt32BigEndian(bytes[16..]), BinaryPrimitives.ReadInt32BigEndian(bytes[20..]))
        : new MediaFacts { MimeType = "image/png" };

    private static MediaFacts Gif(ReadOnlySpan<byte> bytes) => bytes.Length >= 10
        ? Image("image/gif", BinaryPrimitives.ReadUInt16LittleEndian(bytes[6..]), BinaryPrimitives.ReadUInt16LittleEndian(bytes[8..]))
        : new MediaFacts { MimeType = "image/gif" };

    private static MediaFacts Bmp(ReadOnlySpan<byte> bytes) =>
        Image("image/bmp", BinaryPrimitives.ReadInt32LittleEndian(bytes[18..]), Math.Abs((long)BinaryPrimitives.ReadInt32LittleEndian(bytes[22..])) is var height && height <= int.MaxValue ? (int)height : 0);

    /// <summary>The size stands in the first frame header; segments before it may be long (an embedded thumbnail).</summary>
    private static MediaFacts Jpeg(ReadOnlySpan<byte> bytes)
    {
        for (var at = 2; at + 9 < bytes.Length && bytes[at] == 0xFF;)
        {
            var marker = bytes[at + 1];
            if (marker == 0xFF)
            {
                at++; // fill byte
            }
            else if (marker is 0x01 or (>= 0xD0 and <= 0xD8))
            {
                at += 2; // markers without a segment
            }
            else if (marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC))
            {
                return Image("image/jpeg", BinaryPrimitives.ReadUInt16BigEndian(bytes[(at + 7)..]), BinaryPrimitives.ReadUInt16BigEndian(bytes[(at + 5)..]));
            }
            else
            {
                at += 2 + Math.Max(2, (int)BinaryPrimitives.ReadUInt16BigEndian(bytes[(at + 2)..]));
            }
        }

        return new MediaFacts { MimeType = "image/jpeg" };
    }

    private static MediaFacts WebP(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length >= 30)
        {
            var chunk = bytes[12..16];
            if (chunk.SequenceEqual("VP8X"u8))
            {
                return Image("image/webp", 1 + Int24(bytes[24..]), 1 + Int24(bytes[27..]));
            }

            if (chunk.SequenceEqual("VP8 "u8))
            {
                return Image("image/webp", BinaryPrimitives.ReadUInt16LittleEndian(bytes[26..]) & 0x3FFF, BinaryPrimitives.ReadUInt16LittleEndian(bytes[28..]) & 0x3FFF);
            }

            if (chunk.SequenceEqual("VP8L"u8))
            {
                var packed = BinaryPrimitives.ReadUInt32LittleEndian(bytes[21..]);
                return Image("image/webp", (int)(packed & 0x3FFF) + 1, (int)((packed >> 14) & 0x3FFF) + 1);
            }
        }

        return new MediaFacts { MimeType = "image/webp" };
    }

    private static int Int24(ReadOnlySpan<byte> bytes) => bytes[0] | (bytes[1] << 8) | (bytes[2] << 16);

    private static MediaFacts Image(string type, int width, int height) =>
        width > 0 && height > 0 ? new MediaFacts { MimeType = type, Width = width, Height = height } : new MediaFacts { MimeType = type };
}
