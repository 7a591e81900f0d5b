using System.Buffers.Binary;

namespace OpenInteractions.Providers.Demo.Media;

/// <summary>Type, length, rate and channels of WAV, MP3, FLAC and Ogg.</summary>
internal static class SoundHeaders
{
    // Kilobits per second of MPEG-1 and MPEG-2 layer III by the index in the frame header.
    private static ReadOnlySpan<short> Mpeg1Rates => [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0];

    private static ReadOnlySpan<short> Mpeg2Rates => [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0];

    private static ReadOnlySpan<int> Mpeg1Samples => [44_100, 48_000, 32_000, 0];

    public static MediaFacts? Read(MediaBytes media)
    {
        ReadOnlySpan<byte> bytes = media.Start;
        return bytes.StartsWith("RIFF"u8) && bytes.Length >= 12 && bytes[8..12].SequenceEqual("WAVE"u8) ? Wave(bytes, media.Size)
            : bytes.StartsWith("fLaC"u8) ? Flac(bytes)
            : bytes.StartsWith("OggS"u8) ? Ogg(media)
            : bytes.StartsWith("ID3"u8) ? Mp3(bytes, media.Size) ?? new MediaFacts { MimeType = "audio/mpeg" }
            : Mp3(bytes, media.Size);
    }

    private static MediaFacts Wave(ReadOnlySpan<byte> bytes, long size)
    {
        int? rate = null, channels = null;
        long bytesPerSecond = 0;
        for (long at = 12; at + 8 <= bytes.Length;)
        {
            var chunk = bytes[(int)at..];
            long length = BinaryPrimitives.ReadUInt32LittleEndian(chunk[4..]);
            if (chunk.StartsWith("fmt "u8) && chunk.Length >= 20)
            {
                channels = BinaryPrimitives.ReadUInt16LittleEndian(chunk[10..]);
                rate = (int)Math.Min(int.MaxValue, BinaryPrimitives.ReadUInt32LittleEndian(chunk[12..]));
                bytesPerSecond = BinaryPrimitives.ReadUInt32LittleEndian(chunk[16..]);
            }
            else if (chunk.StartsWith("data"u8))
            {
                // A stream that was written without knowing its end says more than there is.
                var sound = Math.Min(length, size - at - 8);
                var duration = bytesPerSecond > 0 ? TimeSpan.FromSeconds((double)sound / bytesPerSecond) : (TimeSpan?)null;
                return new MediaFacts { MimeType = "audio/wav", SampleRate = rate, Channels = channels, Duration = duration };
            }

            at += 8 + length + (length & 1);
        }

        return new MediaFacts { MimeType = "audio/wav", SampleRate = rate, Channels = channels };
    }

    private static MediaFacts Flac(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 26 || (bytes[4] & 0x7F) != 0)
        {
            return new MediaFacts { MimeType = "audio/flac" };
        }

        var packed = BinaryPrimitives.ReadUInt64BigEndian(bytes[18..]);
        var rate = (int)(packed >> 44);
        var samples = packed & 0xF_FFFF_FFFF;
        return new MediaFacts
        {
            MimeType = "audio/flac",
            SampleRate = rate > 0 ? rate : null,
            Channels = (int)((packed >> 41) & 7) + 1,
            Duration = rate > 0 && samples > 0 ? TimeSpan.FromSeconds((double)samples / rate) : null,
        };
    }

    /// <summary>Opus and Vorbis name their channels and rate in the first page; the last page has the number of samples.</summary>
    private static MediaFacts Ogg(MediaBytes media)
    {
        ReadOnlySpan<byte> bytes = media.Start;
        var window = bytes[..Math.Min(bytes.Length, 200)];
        int? rate = null, channels = null;
        if (window.IndexOf("OpusHead"u8) is >= 0 and var opus && window.Length >= opus + 10)
        {
            (rate, channels) = (48_000, window[opus + 9]);
        }
        else if (window.IndexOf("\u0001vorbis"u8) is >= 0 and var vorbis && window.Length >= vorbis + 16)
        {
            (channels, rate) = (window[vorbis + 11], BinaryPrimitives.ReadInt32LittleEndian(window[(vorbis + 12)..]));
        }

        ReadOnlySpan<byte> tail = media.IsWhole ? media.Start : media.End;
        var last = tail.LastIndexOf("OggS"u8);
        var samples = last >= 0 && tail.Length >= last + 14 ? BinaryPrimitives.ReadInt64LittleEndian(tail[(last + 6)..]) : 0;
        return new MediaFacts { MimeType = "audio/ogg", SampleRate = rate, Channels = channels, Duration = rate > 0 && samples > 0 ? TimeSpan.FromSeconds((double)samples / rate.Value) : null };
    }

    /// <summary>The first frame tells rate and channels; with a constant bit rate, which most files have, its rate and the size give the length.</summary>
    private static MediaFacts? Mp3(ReadOnlySpan<byte> bytes, long size)
    {
        var at = 0;
        if (bytes.StartsWith("ID3"u8) && bytes.Length >= 10)
        {
            at = 10 + ((bytes[6] & 0x7F) << 21 | (bytes[7] & 0x7F) << 14 | (bytes[8] & 0x7F) << 7 | (bytes[9] & 0x7F));
        }

        // 11 bits of sync, MPEG 1 or 2, layer III.
        if (at < 0 || at + 4 > bytes.Length || bytes[at] != 0xFF || (bytes[at + 1] & 0xE6) != 0xE2 || (bytes[at + 1] & 0x18) == 0x08)
        {
            return null;
        }

        var version = (bytes[at + 1] >> 3) & 3;
        var kilobits = (version == 3 ? Mpeg1Rates : Mpeg2Rates)[bytes[at + 2] >> 4];
        var rate = Mpeg1Samples[(bytes[at + 2] >> 2) & 3] >> (version == 3 ? 0 : version == 2 ? 1 : 2);
        return kilobits == 0 || rate == 0 ? null : new MediaFacts
        {
            MimeType = "audio/mpeg",
            SampleRate = rate,
            Channels = (bytes[at + 3] >> 6) == 3 ? 1 : 2,
            Duration = TimeSpan.FromSeconds((size - at) * 8.0 / (kilobits * 1000)),
        };
    }
}
