using System.Text;

namespace OpenInteractions.Tools.Documents;

/// <summary>What a body is. Its first bytes say it better than its site: what has a mark of its own is what the mark says.</summary>
internal static class MediaTypes
{
    public const string Html = "text/html";
    public const string Pdf = "application/pdf";
    public const string Plain = "text/plain";
    public const string Docx = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
    public const string Xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    public const string Pptx = "application/vnd.openxmlformats-officedocument.presentationml.presentation";

    /// <summary>A package whose parts tell what it is.</summary>
    public const string Zip = "application/zip";

    private const int SniffLength = 1024;

    /// <summary>The type of a body.</summary>
    /// <param name="stated">What its site says, or null.</param>
    /// <param name="body">The bytes.</param>
    public static string Of(string? stated, ReadOnlySpan<byte> body)
    {
        if (Marked(body) is { } marked)
        {
            return marked;
        }

        // What says that it is a picture or sound and begins as a page does is the error page of a site, or worse.
        if (stated is not null && IsForEyesAndEars(stated) && LooksLikeText(body) && LooksLikeHtml(body))
        {
            return Html;
        }

        if (stated is not (null or "application/octet-stream" or "binary/octet-stream" or "application/x-download" or "unknown/unknown" or "*/*"))
        {
            return stated;
        }

        return !LooksLikeText(body) ? stated ?? "application/octet-stream" : LooksLikeHtml(body) ? Html : Plain;
    }

    private static bool IsForEyesAndEars(string type) =>
        (type.StartsWith("image/", StringComparison.Ordinal) && type != "image/svg+xml") || type.StartsWith("audio/", StringComparison.Ordinal) || type.StartsWith("video/", StringComparison.Ordinal);

    /// <summary>True for types whose bytes are text that a model reads as it is.</summary>
    public static bool IsText(string type) =>
        type.StartsWith("text/", StringComparison.Ordinal)
        || type.EndsWith("+json", StringComparison.Ordinal) || type.EndsWith("+xml", StringComparison.Ordinal) || type.EndsWith("+yaml", StringComparison.Ordinal)
        || type is "application/json" or "application/xml" or "application/javascript" or "application/x-javascript" or "application/ecmascript" or "application/yaml" or "application/x-yaml"
            or "application/toml" or "application/x-ndjson" or "application/jsonl" or "application/sql" or "application/x-sh" or "application/x-tex" or "application/rtf" or "application/csv" or "message/rfc822";

    public static bool IsHtml(string type) => type is Html or "application/xhtml+xml";

    private static string? Marked(ReadOnlySpan<byte> body) => body switch
    {
        [(byte)'%', (byte)'P', (byte)'D', (byte)'F', (byte)'-', ..] => Pdf,
        [(byte)'P', (byte)'K', 3, 4, ..] => Zip,
        [0x89, (byte)'P', (byte)'N', (byte)'G', ..] => "image/png",
        [0xFF, 0xD8, 0xFF, ..] => "image/jpeg",
        [(byte)'G', (byte)'I', (byte)'F', (byte)'8', ..] => "image/gif",
        [(byte)'R', (byte)'I', (byte)'F', (byte)'F', _, _, _, _, (byte)'W', (byte)'E', (byte)'B', (byte)'P', ..] => "image/webp",
        [(byte)'R', (byte)'I', (byte)'F', (byte)'F', _, _, _, _, (byte)'W', (byte)'A', (byte)'V', (byte)'E', ..] => "audio/wav",
        [(byte)'I', (byte)'D', (byte)'3', ..] => "audio/mpeg",
        [(byte)'f', (byte)'L', (byte)'a', (byte)'C', ..] => "audio/flac",
        [(byte)'O', (byte)'g', (byte)'g', (byte)'S', ..] => "audio/ogg",
        _ => null,
    };

    private static bool LooksLikeText(ReadOnlySpan<byte> body)
    {
        var head = body[..Math.Min(body.Length, SniffLength)];
        return head.StartsWith((byte[])[0xFF, 0xFE]) || head.StartsWith((byte[])[0xFE, 0xFF]) || !head.ContainsAnyInRange<byte>(0, 8);
    }

    private static bool LooksLikeHtml(ReadOnlySpan<byte> body)
    {
        var head = Encoding.Latin1.GetString(body[..Math.Min(body.Length, SniffLength)]).TrimStart('\u00EF', '\u00BB', '\u00BF', ' ', '\t', '\r', '\n');
        return head.StartsWith("<!doctype html", StringComparison.OrdinalIgnoreCase) || head.StartsWith("<html", StringComparison.OrdinalIgnoreCase) || head.StartsWith("<head", StringComparison.OrdinalIgnoreCase) || head.StartsWith("<body", StringComparison.OrdinalIgnoreCase);
    }
}
