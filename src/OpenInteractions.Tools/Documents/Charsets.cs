using System.Text;
using System.Text.RegularExpressions;

namespace OpenInteractions.Tools.Documents;

/// <summary>
/// Which characters bytes stand for: by their mark, by what the site says, by what the page says of itself, and else by what they look like. Names mean
/// what they mean to browsers: pages that say ISO-8859-1 are written in Windows-1252.
/// </summary>
internal static partial class Charsets
{
    // What browsers read before they decide.
    private const int PrescanLength = 1024;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private static Encoding Western => CodePagesEncodingProvider.Instance.GetEncoding(1252)!;

    public static string Decode(ReadOnlySpan<byte> bytes, string? stated)
    {
        if (OfMark(bytes) is var (marked, length) && marked is not null)
        {
            return marked.GetString(bytes[length..]);
        }

        if (Find(stated) is { } said)
        {
            return said.GetString(bytes);
        }

        if (Find(Declared(bytes)) is { } declared)
        {
            // A page in UTF-16 could not have said so in ASCII.
            return (declared.CodePage is 1200 or 1201 ? Encoding.UTF8 : declared).GetString(bytes);
        }

        try
        {
            return Strict.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return Western.GetString(bytes);
        }
    }

    private static (Encoding? Encoding, int Length) OfMark(ReadOnlySpan<byte> bytes) => bytes switch
    {
        [0xEF, 0xBB, 0xBF, ..] => (Encoding.UTF8, 3),
        [0xFF, 0xFE, ..] => (Encoding.Unicode, 2),
        [0xFE, 0xFF, ..] => (Encoding.BigEndianUnicode, 2),
        _ => (null, 0),
    };

    private static string? Declared(ReadOnlySpan<byte> bytes)
    {
        var head = Encoding.Latin1.GetString(bytes[..Math.Min(bytes.Length, PrescanLength)]);
        var found = MetaCharset().Match(Comment().Replace(head, ""));
        return found.Success ? found.Groups[1].Value : XmlEncoding().Match(head) is { Success: true } xml ? xml.Groups[1].Value : null;
    }

    private static Encoding? Find(string? name)
    {
        if (string.IsNullOrWhiteSpace(name))
        {
            return null;
        }

        var label = name.Trim().ToLowerInvariant() switch
        {
            "utf8" or "unicode-1-1-utf-8" or "x-unicode20utf8" => "utf-8",
            "iso-8859-1" or "iso8859-1" or "iso_8859-1" or "latin1" or "l1" or "ascii" or "us-ascii" or "ansi_x3.4-1968" or "cp1252" or "x-cp1252" => "windows-1252",
            "iso-8859-9" or "latin5" => "windows-1254",
            "iso-8859-11" or "tis-620" => "windows-874",
            "gb2312" or "gbk" or "chinese" or "gb_2312-80" or "x-gbk" => "gb18030",
            "x-sjis" or "ms_kanji" or "shift-jis" or "sjis" or "windows-31j" => "shift_jis",
            "ks_c_5601-1987" or "ksc5601" or "korean" or "windows-949" => "euc-kr",
            "big5-hkscs" or "cn-big5" or "x-x-big5" => "big5",
            "utf-16" or "ucs-2" or "unicode" => "utf-16",
            var other => other,
        };
        if (label is "utf-7" or "utf-32" or "utf-32be")
        {
            return null; // not of the web; what is written in UTF-7 only looks harmless
        }

        try
        {
            return CodePagesEncodingProvider.Instance.GetEncoding(label) ?? Encoding.GetEncoding(label);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    [GeneratedRegex("""<meta[^>]+charset\s*=\s*["']?\s*([A-Za-z0-9_:.-]+)""", RegexOptions.IgnoreCase | RegexOptions.NonBacktracking)]
    private static partial Regex MetaCharset();

    [GeneratedRegex("""^\s*<\?xml[^>]+encoding\s*=\s*["']([A-Za-z0-9_:.-]+)["']""", RegexOptions.NonBacktracking)]
    private static partial Regex XmlEncoding();

    [GeneratedRegex("<!--.*?-->", RegexOptions.Singleline | RegexOptions.NonBacktracking)]
    private static partial Regex Comment();
}
