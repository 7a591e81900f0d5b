using System.Text;

namespace OpenInteractions.Providers.OpenAI;

/// <summary>Media blocks in the terms of these wires. What a wire cannot carry is refused by name, never dropped (behaviour ST-12).</summary>
internal static class OpenAIMedia
{
    private static readonly string[] ImageTypes = ["image/png", "image/jpeg", "image/webp", "image/gif"];

    /// <summary>An address, or the picture itself as a data URL.</summary>
    public static string ImageUrl(ImageContent image, bool takesAddresses)
    {
        if (image.Data is { } data)
        {
            var type = image.MimeType is "image/jpg" ? "image/jpeg" : image.MimeType ?? "image/png";
            return ImageTypes.Contains(type) ? $"data:{type};base64,{data}" : throw Unsupported($"images of the type {type}");
        }

        return takesAddresses ? Address(image) : throw Unsupported("images by address");
    }

    public static string? Detail(ImageContent image) => image.Resolution switch { "low" => "low", "high" or "ultra_high" => "high", _ => null };

    /// <summary>Text documents travel as text: these wires take files of PDF only.</summary>
    public static string? DocumentText(DocumentContent document)
    {
        if (document.Data is null || document.MimeType is not ({ } type) || !(type.StartsWith("text/", StringComparison.Ordinal) || type is "application/json"))
        {
            return null;
        }

        return $"[document, {type}]\n{Encoding.UTF8.GetString(Convert.FromBase64String(document.Data))}";
    }

    public static string PdfUrl(DocumentContent document) => document.MimeType is null or "application/pdf"
        ? $"data:application/pdf;base64,{document.Data}"
        : throw Unsupported($"documents of the type {document.MimeType}");

    public static (string Data, string Format) Audio(AudioContent audio) => (audio.Data, audio.MimeType) switch
    {
        ({ } data, "audio/wav" or "audio/x-wav" or "audio/wave") => (data, "wav"),
        ({ } data, "audio/mp3" or "audio/mpeg") => (data, "mp3"),
        (null, _) => throw Unsupported("audio by address"),
        _ => throw Unsupported($"audio of the type {audio.MimeType}"),
    };

    public static string Address(MediaContent media) => media.Uri is { } uri && (uri.StartsWith("https://", StringComparison.OrdinalIgnoreCase) || uri.StartsWith("http://", StringComparison.OrdinalIgnoreCase))
        ? uri
        : throw Unsupported($"{media.Type} at addresses other than http");

    public static ApiException Unsupported(string what) => new(ErrorCode.FailedPrecondition, $"This model's provider does not take {what}.");
}
