using OpenInteractions.Contracts.Validation;

namespace OpenInteractions.Contracts.Interactions;

/// <summary>What one modality of the output must look like (wire 10.2).</summary>
[JsonConverter(typeof(ResponseFormatConverter))]
public abstract record ResponseFormat : WireObject
{
    private protected ResponseFormat()
    {
    }

    /// <summary>The discriminator on the wire.</summary>
    public abstract string Type { get; }
}

/// <summary>Text, plain or JSON that fits a schema.</summary>
public sealed record TextResponseFormat : ResponseFormat
{
    /// <summary>The discriminator.</summary>
    public const string TypeName = "text";

    /// <inheritdoc/>
    public override string Type => TypeName;

    /// <summary><c>application/json</c> or <c>text/plain</c> (default).</summary>
    [WireEnum("application/json", "text/plain")]
    public string? MimeType { get; init; }

    /// <summary>The JSON Schema that the text must fit (behaviour SO-2).</summary>
    [JsonObject]
    public JsonElement? Schema { get; init; }
}

/// <summary>A picture.</summary>
public sealed record ImageResponseFormat : ResponseFormat
{
    /// <summary>The discriminator.</summary>
    public const string TypeName = "image";

    /// <inheritdoc/>
    public override string Type => TypeName;

    /// <summary><c>image/jpeg</c> (default).</summary>
    [WireEnum("image/jpeg", "image/png", "image/webp")]
    public string? MimeType { get; init; }

    /// <summary>Width to height.</summary>
    [WireEnum("1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9", "1:8", "8:1", "1:4", "4:1")]
    public string? AspectRatio { get; init; }

    /// <summary>Size; the K is upper case (behaviour MM-6).</summary>
    [WireEnum("512", "1K", "2K", "4K")]
    public string? ImageSize { get; init; }

    /// <summary><c>inline</c> or <c>uri</c>.</summary>
    [WireEnum("inline", "uri")]
    public string? Delivery { get; init; }
}

/// <summary>Sound.</summary>
public sealed record AudioResponseFormat : ResponseFormat
{
    /// <summary>The discriminator.</summary>
    public const string TypeName = "audio";

    /// <inheritdoc/>
    public override string Type => TypeName;

    /// <summary>The format.</summary>
    [WireEnum("audio/mp3", "audio/ogg_opus", "audio/l16", "audio/wav", "audio/alaw", "audio/mulaw")]
    public string? MimeType { get; init; }

    /// <summary>Samples per second.</summary>
    [WireRange(1, 1_000_000)]
    public int? SampleRate { get; init; }

    /// <summary>Bits per second.</summary>
    [WireRange(1, 10_000_000)]
    public int? BitRate { get; init; }

    /// <summary><c>inline</c> or <c>uri</c>.</summary>
    [WireEnum("inline", "uri")]
    public string? Delivery { get; init; }
}

/// <summary>A video.</summary>
public sealed record VideoResponseFormat : ResponseFormat
{
    /// <summary>The discriminator.</summary>
    public const string TypeName = "video";

    /// <inheritdoc/>
    public override string Type => TypeName;

    /// <summary>Width to height.</summary>
    [WireEnum("16:9", "9:16")]
    public string? AspectRatio { get; init; }

    /// <summary>Lines.</summary>
    [WireEnum("360p", "720p", "1080p", "4k")]
    public string? Resolution { get; init; }

    /// <summary>Length in seconds with an <c>s</c>: <c>8s</c>.</summary>
    public string? Duration { get; init; }

    /// <summary><c>inline</c> or <c>uri</c>.</summary>
    [WireEnum("inline", "uri")]
    public string? Delivery { get; init; }

    /// <summary>Where to put it.</summary>
    public string? GcsUri { get; init; }
}

/// <summary>A bare JSON Schema for the text, without an entry around it.</summary>
public sealed record SchemaResponseFormat(JsonElement Schema) : ResponseFormat
{
    /// <inheritdoc/>
    public override string Type => TextResponseFormat.TypeName;
}

/// <summary>A schema's own <c>type</c> member is not one of ours (<c>object</c>, a list, or absent): such an object is a schema for the text.</summary>
internal sealed class ResponseFormatConverter() : UnionConverter<ResponseFormat>("type",
[
    UnionVariant.Of(TextResponseFormat.TypeName, w => w.TextResponseFormat),
    UnionVariant.Of(ImageResponseFormat.TypeName, w => w.ImageResponseFormat),
    UnionVariant.Of(AudioResponseFormat.TypeName, w => w.AudioResponseFormat),
    UnionVariant.Of(VideoResponseFormat.TypeName, w => w.VideoResponseFormat),
])
{
    public override ResponseFormat Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        JsonDiscriminator.Peek(reader, "type"u8) is null
            ? new SchemaResponseFormat(JsonElement.ParseValue(ref reader))
            : base.Read(ref reader, typeToConvert, options);

    protected override ResponseFormat Unknown(string tag, JsonElement raw) => new SchemaResponseFormat(raw);

    protected override JsonElement? RawOf(ResponseFormat value) => (value as SchemaResponseFormat)?.Schema;
}
