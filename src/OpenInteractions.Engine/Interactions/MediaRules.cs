using System.Globalization;
using System.Text.RegularExpressions;
using static OpenInteractions.Engine.Interactions.Requirement;

namespace OpenInteractions.Engine.Interactions;

/// <summary>What must hold inside a block of media, whichever model it is for (behaviour MM-1, wire 7).</summary>
internal static partial class MediaRules
{
    /// <summary>More than any model looks at.</summary>
    private const int MostFps = 120;

    private const string Pdf = "application/pdf";

    /// <param name="media">The block.</param>
    /// <param name="path">Where it stands.</param>
    /// <exception cref="ApiException">It is wrong; the message names the place and the remedy.</exception>
    public static void Check(MediaContent media, string path)
    {
        Require(media.Data is not null || media.Uri is not null, path, $"'{path}' needs 'data' (base64) or 'uri'.");
        Require(media.Data is null || media.Uri is null, path, $"'{path}' has both 'data' and 'uri': give one.");
        if (media.Data is { } data)
        {
            Require(data.Length > 0, $"{path}.data", $"'{path}.data' may not be empty.");
            Require(!string.IsNullOrEmpty(media.MimeType), $"{path}.mime_type", $"'{path}' needs 'mime_type', such as '{ExampleOf(media)}'.");
        }
        else
        {
            var isWeb = Uri.TryCreate(media.Uri, UriKind.Absolute, out var uri) && uri.Scheme is "https" or "http";
            Require(media.MimeType is not { Length: 0 }, $"{path}.mime_type", $"'{path}.mime_type' may not be empty: leave it out, or give one such as '{ExampleOf(media)}'.");
            Require(isWeb, $"{path}.uri", $"Invalid value for '{path}.uri': expected an http(s) address; send other media as 'data'.");
        }

        Require(
            media.MimeType is null || !IsOfAnotherKind(media, media.MimeType),
            $"{path}.mime_type",
            $"Invalid value '{Excerpt.Of(media.MimeType ?? "")}' for '{path}.mime_type': a block of type '{media.Type}' has a type such as '{ExampleOf(media)}'.");
        if (media is VideoContent { Processing.Value: { } sampling })
        {
            CheckSampling(sampling, $"{path}.processing");
        }
    }

    /// <summary>Refuses a PDF in the body that is larger than models take one (behaviour MM-3).</summary>
    /// <param name="media">A block that is complete.</param>
    /// <param name="path">Where it stands.</param>
    /// <param name="mostPdfBytes">Most bytes of a PDF.</param>
    /// <exception cref="ApiException">It is larger; the message names the place and the remedy.</exception>
    public static void RequireSize(MediaContent media, string path, long mostPdfBytes)
    {
        if (media is { Data: { } data, MimeType: { } type } && Plain(type) == Pdf && BytesOf(data) is var bytes && bytes > mostPdfBytes)
        {
            throw Wrong($"{path}.data", $"'{path}.data' is a PDF of {bytes} bytes; in a request one may have at most {mostPdfBytes}. Send it as 'uri', or in several parts.");
        }
    }

    /// <summary>What the base64 holds, without decoding it.</summary>
    private static long BytesOf(string data) => (data.Length / 4L * 3) - (data.EndsWith("==", StringComparison.Ordinal) ? 2 : data.EndsWith('=') ? 1 : 0);

    /// <summary>Containers of films hold sound alone, too; other types that are unknown here are the vendor's business.</summary>
    private static bool IsOfAnotherKind(MediaContent media, string mimeType)
    {
        var type = Plain(mimeType);
        return type.Split('/')[0] switch
        {
            "image" => media is not ImageContent,
            "audio" or "video" => media is ImageContent or DocumentContent,
            "text" => media is not DocumentContent,
            _ => media is not DocumentContent && IsDocument(type),
        };
    }

    /// <summary>True for a document of Adobe, Microsoft Office or OpenDocument (wire 7).</summary>
    private static bool IsDocument(string type) =>
        type is Pdf or "application/msword" or "application/vnd.ms-excel" or "application/vnd.ms-powerpoint"
        || type.StartsWith("application/vnd.openxmlformats-officedocument.", StringComparison.Ordinal)
        || type.StartsWith("application/vnd.oasis.opendocument.", StringComparison.Ordinal);

    /// <summary>A type without its parameters, in small letters.</summary>
    private static string Plain(string mimeType) => mimeType.Split(';')[0].Trim().ToLowerInvariant();

    private static void CheckSampling(VideoSampling sampling, string path)
    {
        var (start, end) = (OffsetOf(sampling.StartOffset, $"{path}.start_offset"), OffsetOf(sampling.EndOffset, $"{path}.end_offset"));
        Require(sampling.Fps is null or (> 0 and <= MostFps), $"{path}.fps", $"Invalid value for '{path}.fps': expected more than 0 and at most {MostFps} pictures a second.");
        Require(end is null || end > (start ?? 0), $"{path}.end_offset", $"Invalid value for '{path}.end_offset': it must be behind the start.");
    }

    private static double? OffsetOf(string? text, string path)
    {
        if (text is null)
        {
            return null;
        }

        Require(Offset().IsMatch(text), path, $"Invalid value '{Excerpt.Of(text)}' for '{path}': expected seconds such as '10.5s'.");
        return double.Parse(text[..^1], CultureInfo.InvariantCulture);
    }

    [GeneratedRegex(@"^[0-9]{1,9}(\.[0-9]{1,9})?s\z", RegexOptions.CultureInvariant)]
    private static partial Regex Offset();

    private static string ExampleOf(MediaContent media) => media switch
    {
        ImageContent => "image/png",
        AudioContent => "audio/wav",
        VideoContent => "video/mp4",
        _ => Pdf,
    };
}
