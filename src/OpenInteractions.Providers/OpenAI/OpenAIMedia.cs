using System.Text;

namespace OpenInteractions.Providers.OpenAI;

/// <summary>Media blocks in the terms of these wires. What a wire cannot carry is refused by name, never dropped (behaviour ST-12).</summary>
internal static class OpenAIMedia
{
    private static readonly string[] ImageTypes = ["image/png", "image/jpeg", "image/webp", "image/gif"];

    /// <summary>What of a medium a wire never takes, or null when it may take it.</summary>
    /// <param name="media">The medium.</param>
    /// <param name="chat">How the server's Chat Completions differ, or null for Responses.</param>
    public static string? Fault(MediaContent media, ChatProfile? chat) => media switch
    {
        ImageContent { Data: not null } image => ImageTypes.Contains(TypeOf(image)) ? null : $"images of the type {TypeOf(image)}",
        ImageContent => chat is { ImageAddresses: false } ? "images by address" : AddressFault(media),
        DocumentContent document when IsText(document) => null,
        DocumentContent { Data: not null } document => document.MimeType is null or "application/pdf" ? null : $"documents of the type {document.MimeType}",
        DocumentContent => chat is null ? AddressFault(media) : "documents by address",
        AudioContent when chat is { Audio: false } => "audio",
        AudioContent { Data: null } => "audio by address",
        AudioContent audio => AudioFormat(audio) is null ? $"audio of the type {audio.MimeType}" : null,
        _ => media.Type,
    };

    /// <exception cref="ApiException">The wire does not take the medium.</exception>
    public static void Require(ContentBlock block, ChatProfile? chat)
    {
        if (block is not MediaContent media)
        {
            throw Unsupported(block.Type);
        }

        if (Fault(media, chat) is { } what)
        {
            throw Unsupported(what);
        }
    }

    /// <summary>An address, or the picture itself as a data URL.</summary>
    public static string ImageUrl(ImageContent image) => image.Data is { } data ? $"data:{TypeOf(image)};base64,{data}" : image.Uri!;

    public static string? Detail(ImageContent image) => image.Resolution switch { "low" => "low", "high" or "ultra_high" => "high", _ => null };

    /// <summary>Text documents travel as text: these wires take files of PDF only.</summary>
    public static string? DocumentText(DocumentContent document) => IsText(document)
        ? $"[document, {document.MimeType}]\n{Encoding.UTF8.GetString(Convert.FromBase64String(document.Data!))}"
        : null;

    public static string PdfUrl(DocumentContent document) => $"data:application/pdf;base64,{document.Data}";

    public static string? AudioFormat(AudioContent audio) => audio.MimeType switch
    {
        "audio/wav" or "audio/x-wav" or "audio/wave" => "wav",
        "audio/mp3" or "audio/mpeg" => "mp3",
        _ => null,
    };

    private static string TypeOf(ImageContent image) => image.MimeType is "image/jpg" ? "image/jpeg" : image.MimeType ?? "image/png";

    private static bool IsText(DocumentContent document) =>
        document is { Data: not null, MimeType: { } type } && (type.StartsWith("text/", StringComparison.Ordinal) || type is "application/json");

    private static string? AddressFault(MediaContent media) =>
        media.Uri is { } uri && (uri.StartsWith("https://", StringComparison.OrdinalIgnoreCase) || uri.StartsWith("http://", StringComparison.OrdinalIgnoreCase))
            ? null
            : $"{media.Type} at addresses other than http";

    private static ApiException Unsupported(string what) => new(ErrorCode.FailedPrecondition, $"This model's provider does not take {what}.");
}
