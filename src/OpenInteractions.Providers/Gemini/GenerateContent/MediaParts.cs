using System.Globalization;

namespace OpenInteractions.Providers.Gemini.GenerateContent;

/// <summary>Media blocks as parts.</summary>
internal static class MediaParts
{
    /// <summary>Writes the members of a part that holds this medium.</summary>
    public static void Write(Utf8JsonWriter json, MediaContent media)
    {
        WriteData(json, media);
        var resolution = media switch { ImageContent image => image.Resolution, VideoContent video => video.Resolution, _ => null };
        if (resolution is not null)
        {
            json.WriteStartObject("mediaResolution");
            json.WriteString("level", "MEDIA_RESOLUTION_" + resolution.ToUpperInvariant());
            json.WriteEndObject();
        }

        if (media is VideoContent { Processing.Value: { } sampling })
        {
            json.WriteStartObject("videoMetadata");
            WriteOptional(json, "startOffset", sampling.StartOffset);
            WriteOptional(json, "endOffset", sampling.EndOffset);
            if (sampling.Fps is { } fps)
            {
                json.WriteNumber("fps", fps);
            }

            json.WriteEndObject();
        }
    }

    public static void WriteData(Utf8JsonWriter json, MediaContent media)
    {
        json.WriteStartObject(media.Data is null ? "fileData" : "inlineData");
        if (media.Data is { } data)
        {
            json.WriteString("mimeType", MimeType(media));
            json.WriteString("data", data);
        }
        else
        {
            // Without a type the vendor looks at the file itself.
            WriteOptional(json, "mimeType", media.MimeType);
            json.WriteString("fileUri", media.Uri);
        }

        json.WriteEndObject();
    }

    private static void WriteOptional(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, value);
        }
    }

    /// <summary>The vendor wants a type with inline data; where the caller gave none, the usual one of the kind.</summary>
    private static string MimeType(MediaContent media) => media switch
    {
        { MimeType: "audio/l16" } when media is AudioContent { SampleRate: { } rate } => string.Create(CultureInfo.InvariantCulture, $"audio/l16;rate={rate}"),
        { MimeType: { } given } => given,
        ImageContent => "image/png",
        AudioContent => "audio/wav",
        VideoContent => "video/mp4",
        _ => "application/pdf",
    };
}
