using OpenInteractions.Contracts.Validation;

namespace OpenInteractions.Contracts.Content;

/// <summary>A piece of content: text or media, given by the user or made by a model or tool (wire 7).</summary>
[JsonConverter(typeof(ContentBlockConverter))]
public abstract record ContentBlock : WireObject
{
    private protected ContentBlock()
    {
    }

    /// <summary>The discriminator on the wire.</summary>
    public abstract string Type { get; }
}

/// <summary>Text, with annotations that cite byte ranges of it.</summary>
public sealed record TextContent : ContentBlock
{
    /// <summary>The discriminator.</summary>
    public const string TypeName = "text";

    /// <inheritdoc/>
    public override string Type => TypeName;

    /// <summary>The text.</summary>
    public required string Text { get; init; }

    /// <summary>Citations and other marks; their indexes are UTF-8 byte offsets into <see cref="Text"/> (behaviour TL-13).</summary>
    public IReadOnlyList<Annotation>? Annotations { get; init; }
}

/// <summary>What image, audio, video and document blocks share: bytes in the body, or an address.</summary>
public abstract record MediaContent : ContentBlock
{
    private protected MediaContent()
    {
    }

    /// <summary>The bytes as standard base64 with padding. Exactly one of this and <see cref="Uri"/> is set in a request (behaviour MM-1).</summary>
    [Base64]
    public string? Data { get; init; }

    /// <summary>A Files API address, a public http(s) address or, for video, a YouTube address (behaviour MM-2).</summary>
    public string? Uri { get; init; }

    /// <summary>The media type, such as <c>image/png</c>. An open set.</summary>
    [MediaType]
    public string? MimeType { get; init; }
}

/// <summary>A picture.</summary>
public sealed record ImageContent : MediaContent
{
    /// <summary>The discriminator.</summary>
    public const string TypeName = "image";

    /// <inheritdoc/>
    public override string Type => TypeName;

    /// <summary>How finely the model looks: <c>low</c>, <c>medium</c>, <c>high</c>, <c>ultra_high</c>.</summary>
    [WireEnum("low", "medium", "high", "ultra_high")]
    public string? Resolution { get; init; }
}

/// <summary>Sound.</summary>
public sealed record AudioContent : MediaContent
{
    /// <summary>The discriminator.</summary>
    public const string TypeName = "audio";

    /// <inheritdoc/>
    public override string Type => TypeName;

    /// <summary>Number of channels, for raw formats.</summary>
    [WireRange(1, 64)]
    public int? Channels { get; init; }

    /// <summary>Samples per second, for raw formats.</summary>
    [WireRange(1, 1_000_000)]
    public int? SampleRate { get; init; }
}

/// <summary>A document such as a PDF.</summary>
public sealed record DocumentContent : MediaContent
{
    /// <summary>The discriminator.</summary>
    public const string TypeName = "document";

    /// <inheritdoc/>
    public override string Type => TypeName;
}

/// <summary>A video.</summary>
public sealed record VideoContent : MediaContent
{
    /// <summary>The discriminator.</summary>
    public const string TypeName = "video";

    /// <inheritdoc/>
    public override string Type => TypeName;

    /// <summary>A label that the model may cite.</summary>
    public string? Name { get; init; }

    /// <summary><c>static</c>, <c>agentic</c>, or how to sample it.</summary>
    [WireEnum("static", "agentic")]
    [JsonConverter(typeof(StringOrConverter<VideoSampling>))]
    public StringOr<VideoSampling>? Processing { get; init; }

    /// <summary>How finely the model looks: <c>low</c>, <c>medium</c>, <c>high</c>, <c>ultra_high</c>.</summary>
    [WireEnum("low", "medium", "high", "ultra_high")]
    public string? Resolution { get; init; }
}

/// <summary>How a video is sampled.</summary>
public sealed record VideoSampling : WireObject
{
    /// <summary>Always <c>static</c>.</summary>
    [WireEnum("static")]
    public required string Type { get; init; }

    /// <summary>Frames looked at per second of video.</summary>
    public double? Fps { get; init; }

    /// <summary>Where to begin, in seconds with an <c>s</c>: <c>10.5s</c>.</summary>
    public string? StartOffset { get; init; }

    /// <summary>Where to end, in seconds with an <c>s</c>.</summary>
    public string? EndOffset { get; init; }
}

/// <summary>A kind of content that this build does not know, kept whole.</summary>
public sealed record UnknownContent(string WireType, JsonElement Raw) : ContentBlock
{
    /// <inheritdoc/>
    public override string Type => WireType;
}

internal sealed class ContentBlockConverter() : UnionConverter<ContentBlock>("type",
[
    UnionVariant.Of(TextContent.TypeName, w => w.TextContent),
    UnionVariant.Of(ImageContent.TypeName, w => w.ImageContent),
    UnionVariant.Of(AudioContent.TypeName, w => w.AudioContent),
    UnionVariant.Of(DocumentContent.TypeName, w => w.DocumentContent),
    UnionVariant.Of(VideoContent.TypeName, w => w.VideoContent),
])
{
    protected override ContentBlock Unknown(string tag, JsonElement raw) => new UnknownContent(tag, raw);

    protected override JsonElement? RawOf(ContentBlock value) => (value as UnknownContent)?.Raw;
}
