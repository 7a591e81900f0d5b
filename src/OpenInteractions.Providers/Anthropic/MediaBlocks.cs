using System.Text;

namespace OpenInteractions.Providers.Anthropic;

/// <summary>Content that a user or a tool gave, as the service's blocks (protocols 6.6: pictures and PDF, no sound, no video).</summary>
internal static class MediaBlocks
{
    private static readonly string[] Pictures = ["image/png", "image/jpeg", "image/gif", "image/webp"];

    private static readonly string[] TextTypes = ["application/json", "application/xml", "application/yaml", "application/javascript"];

    /// <summary>The block, or null for text without any letter, which the service refuses.</summary>
    public static byte[]? Render(ContentBlock content) => content switch
    {
        TextContent text => string.IsNullOrWhiteSpace(text.Text) ? null : BlockJson.Text(text.Text),
        MediaContent media when Fault(media) is { } what => throw Unsupported(what),
        ImageContent image => Image(image),
        DocumentContent document => Document(document),
        _ => throw Unsupported($"input of type '{content.Type}'"),
    };

    /// <summary>What of a medium the service never takes, or null when it may take it.</summary>
    public static string? Fault(MediaContent media) => (media, TypeOf(media)) switch
    {
        (AudioContent or VideoContent, _) => $"{media.Type} input",
        (ImageContent { Data: null }, _) => AddressFault(media),
        (DocumentContent { Data: null }, not (null or "application/pdf") and var type) => $"documents of type '{type}' by address (send them as data)",
        (DocumentContent { Data: null }, _) => AddressFault(media),
        (ImageContent or DocumentContent, null) => $"{media.Type}s without a mime_type",
        (ImageContent, { } type) => Pictures.Contains(type) ? null : $"images of type '{type}' ({string.Join(", ", Pictures)} are)",
        (DocumentContent, { } type) => type == "application/pdf" || IsText(type) ? null : $"documents of type '{type}' (application/pdf and text are)",
        _ => $"input of type '{media.Type}'",
    };

    private static byte[] Image(ImageContent image) => image.Data is { } data
        ? Source("image", writer => Base64(writer, TypeOf(image)!, data))
        : Source("image", writer => Url(writer, image.Uri));

    private static byte[] Document(DocumentContent document)
    {
        if (document.Data is null)
        {
            return Source("document", writer => Url(writer, document.Uri));
        }

        if (TypeOf(document) is "application/pdf" and var type)
        {
            return Source("document", writer => Base64(writer, type, document.Data));
        }

        var text = Encoding.UTF8.GetString(Decoded(document.Data));
        return Source("document", writer =>
        {
            writer.WriteString("type", "text");
            writer.WriteString("media_type", "text/plain");
            writer.WriteString("data", text);
        });
    }

    private static byte[] Decoded(string data)
    {
        var bytes = new byte[(data.Length * 3 / 4) + 3];
        return Convert.TryFromBase64String(data, bytes, out var length)
            ? bytes[..length]
            : throw new ApiException(ErrorCode.InvalidRequest, "input: the data of a document is not base64.", "input");
    }

    private static byte[] Source(string type, Action<Utf8JsonWriter> source) => JsonScratch.Object(writer =>
    {
        writer.WriteString("type", type);
        writer.WriteStartObject("source");
        source(writer);
        writer.WriteEndObject();
    });

    private static void Base64(Utf8JsonWriter writer, string type, string data)
    {
        writer.WriteString("type", "base64");
        writer.WriteString("media_type", type);
        writer.WriteString("data", data);
    }

    private static void Url(Utf8JsonWriter writer, string? uri)
    {
        writer.WriteString("type", "url");
        writer.WriteString("url", uri);
    }

    private static string? AddressFault(MediaContent media) =>
        media.Uri is { } uri && (uri.StartsWith("https://", StringComparison.OrdinalIgnoreCase) || uri.StartsWith("http://", StringComparison.OrdinalIgnoreCase))
            ? null
            : "media at addresses other than http and https";

    private static bool IsText(string type) => type.StartsWith("text/", StringComparison.Ordinal) || TextTypes.Contains(type);

    /// <summary>The type that the caller gave, else what the first bytes say.</summary>
    private static string? TypeOf(MediaContent media) => Normal(media.MimeType) ?? (media.Data is { } data ? Sniffed(data) : null);

    private static string? Normal(string? mimeType) =>
        mimeType?.Split(';')[0].Trim().ToLowerInvariant() switch { null or "" => null, "image/jpg" => "image/jpeg", var type => type };

    /// <summary>What the first bytes say, for callers who leave the type out.</summary>
    private static string? Sniffed(string data)
    {
        Span<byte> head = stackalloc byte[12];
        var utf8 = Encoding.ASCII.GetBytes(data.Length > 16 ? data[..16] : data);
        System.Buffers.Text.Base64.DecodeFromUtf8(utf8, head, out _, out var length);
        return head[..length] switch
        {
            [0x89, (byte)'P', (byte)'N', (byte)'G', ..] => "image/png",
            [0xFF, 0xD8, 0xFF, ..] => "image/jpeg",
            [(byte)'G', (byte)'I', (byte)'F', (byte)'8', ..] => "image/gif",
            [(byte)'R', (byte)'I', (byte)'F', (byte)'F', _, _, _, _, (byte)'W', (byte)'E', (byte)'B', (byte)'P'] => "image/webp",
            [(byte)'%', (byte)'P', (byte)'D', (byte)'F', ..] => "application/pdf",
            _ => null,
        };
    }

    private static ApiException Unsupported(string what) =>
        new(ErrorCode.FailedPrecondition, $"input: the model does not support {what}; choose a model that does or leave it out of the conversation.", "input");
}
