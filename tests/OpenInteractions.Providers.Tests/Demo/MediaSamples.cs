using System.Buffers.Binary;
using System.Text;

namespace OpenInteractions.Providers.Tests.Demo;

/// <summary>Small media, put together by their specifications, as base64.</summary>
internal static class MediaSamples
{
    public static string Png(int width, int height) =>
        Make([0x89], "PNG\r\n\u001a\n", Big(13), "IHDR", Big(width), Big(height), new byte[] { 8, 6, 0, 0, 0 }, Big(0), Big(0), "IEND", Big(0));

    public static string Gif(int width, int height) => Make("GIF89a", Little16(width), Little16(height), new byte[] { 0, 0, 0, 0x3B });

    /// <summary>With an application segment and a table before the frame, as cameras write it.</summary>
    public static string Jpeg(int width, int height) =>
        Make([0xFF, 0xD8, 0xFF, 0xE1], Big16(1002), new byte[1000], new byte[] { 0xFF, 0xDB }, Big16(67), new byte[65], new byte[] { 0xFF, 0xFF, 0xC2 }, Big16(17), new byte[] { 8 }, Big16(height), Big16(width), new byte[10]);

    public static string WebPLossless(int width, int height) =>
        Make("RIFF", Little(100), "WEBPVP8L", Little(80), new byte[] { 0x2F }, Little((width - 1) | ((height - 1) << 14)), new byte[20]);

    public static string WebPExtended(int width, int height) =>
        Make("RIFF", Little(100), "WEBPVP8X", Little(10), Little(0), Little(width - 1).AsSpan(0, 3).ToArray(), Little(height - 1).AsSpan(0, 3).ToArray(), new byte[20]);

    public static string Wave(double seconds, int rate, int channels)
    {
        var data = new byte[(int)(seconds * rate) * channels * 2];
        return Make("RIFF", Little(36 + data.Length), "WAVEfmt ", Little(16), Little16(1), Little16(channels), Little(rate), Little(rate * channels * 2), Little16(channels * 2), Little16(16), "data", Little(data.Length), data);
    }

    /// <summary>Frames of 128 kbit/s at 44.1 kHz, behind an empty tag.</summary>
    public static string Mp3(int frames) => Make("ID3", new byte[] { 4, 0, 0, 0, 0, 0, 10 }, new byte[10], Enumerable.Range(0, frames).SelectMany(_ => new byte[] { 0xFF, 0xFB, 0x90, 0x00 }.Concat(new byte[413])).ToArray());

    /// <summary>With the table of contents behind the media data.</summary>
    public static string Mp4(int seconds, int width, int height, int padding)
    {
        var header = Box("mvhd", Big(0), Big(0), Big(0), Big(1000), Big(seconds * 1000), new byte[80]);
        var sound = Box("trak", Box("tkhd", new byte[84]));
        var picture = Box("trak", Box("tkhd", new byte[76], Big(width << 16), Big(height << 16)));
        return Make(Box("ftyp", "isom"u8.ToArray(), Big(0)), Box("mdat", new byte[padding]), Box("moov", header, sound, picture));
    }

    public static string Pdf(int pages) => Make(
        "%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n",
        $"2 0 obj\n<< /Type /Pages /Kids [] /Count {pages} >>\nendobj\n",
        string.Concat(Enumerable.Range(3, pages).Select(n => $"{n} 0 obj\n<< /Type /Page /Parent 2 0 R >>\nendobj\n")),
        "%%EOF\n");

    private static byte[] Box(string name, params byte[][] content)
    {
        var body = content.SelectMany(c => c).ToArray();
        return [.. Big(8 + body.Length), .. Encoding.ASCII.GetBytes(name), .. body];
    }

    private static string Make(params object[] parts) =>
        Convert.ToBase64String([.. parts.SelectMany(p => p is string text ? Encoding.ASCII.GetBytes(text) : (byte[])p)]);

    private static string Make(byte[] first, params object[] parts) => Make([first, .. parts]);

    private static byte[] Big(int value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        return bytes;
    }

    private static byte[] Big16(int value) => Big(value)[2..];

    private static byte[] Little(int value) => [.. Big(value).Reverse()];

    private static byte[] Little16(int value) => Little(value)[..2];
}
