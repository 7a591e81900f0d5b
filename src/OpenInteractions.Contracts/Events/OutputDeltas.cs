using OpenInteractions.Contracts.Content;

namespace OpenInteractions.Contracts.Events;

/// <summary>More text of a <c>model_output</c>.</summary>
public sealed record TextDelta : StepDelta
{
    /// <summary>The discriminator.</summary>
    public const string TypeName = "text";

    /// <inheritdoc/>
    public override string Type => TypeName;

    /// <summary>The fragment.</summary>
    public required string Text { get; init; }
}

/// <summary>Citations of the current text block.</summary>
public sealed record TextAnnotationDelta : StepDelta
{
    /// <summary>The discriminator.</summary>
    public const string TypeName = "text_annotation_delta";

    /// <inheritdoc/>
    public override string Type => TypeName;

    /// <summary>The annotations; byte offsets into the whole block.</summary>
    public IReadOnlyList<Annotation>? Annotations { get; init; }
}

/// <summary>A picture, or more of one.</summary>
public sealed record ImageDelta : StepDelta
{
    /// <summary>The discriminator.</summary>
    public const string TypeName = "image";

    /// <inheritdoc/>
    public override string Type => TypeName;

    /// <summary>Base64.</summary>
    public string? Data { get; init; }

    /// <summary>Address.</summary>
    public string? Uri { get; init; }

    /// <summary>Media type.</summary>
    public string? MimeType { get; init; }

    /// <summary>How finely it is meant.</summary>
    public string? Resolution { get; init; }
}

/// <summary>Sound, or more of it.</summary>
public sealed record AudioDelta : StepDelta
{
    /// <summary>The discriminator.</summary>
    public const string TypeName = "audio";

    /// <inheritdoc/>
    public override string Type => TypeName;

    /// <summary>Base64.</summary>
    public string? Data { get; init; }

    /// <summary>Address.</summary>
    public string? Uri { get; init; }

    /// <summary>Media type.</summary>
    public string? MimeType { get; init; }

    /// <summary>Samples per second.</summary>
    public int? SampleRate { get; init; }

    /// <summary>Number of channels.</summary>
    public int? Channels { get; init; }

    /// <summary>Deprecated: <see cref="SampleRate"/>.</summary>
    public int? Rate { get; init; }
}

/// <summary>A video, or more of one.</summary>
public sealed record VideoDelta : StepDelta
{
    /// <summary>The discriminator.</summary>
    public const string TypeName = "video";

    /// <inheritdoc/>
    public override string Type => TypeName;

    /// <summary>Base64.</summary>
    public string? Data { get; init; }

    /// <summary>Address.</summary>
    public string? Uri { get; init; }

    /// <summary>Media type.</summary>
    public string? MimeType { get; init; }

    /// <summary>How finely it is meant.</summary>
    public string? Resolution { get; init; }
}

/// <summary>A document, or more of one.</summary>
public sealed record DocumentDelta : StepDelta
{
    /// <summary>The discriminator.</summary>
    public const string TypeName = "document";

    /// <inheritdoc/>
    public override string Type => TypeName;

    /// <summary>Base64.</summary>
    public string? Data { get; init; }

    /// <summary>Address.</summary>
    public string? Uri { get; init; }

    /// <summary>Media type.</summary>
    public string? MimeType { get; init; }
}

/// <summary>More of a thought's summary.</summary>
public sealed record ThoughtSummaryDelta : StepDelta
{
    /// <summary>The discriminator.</summary>
    public const string TypeName = "thought_summary";

    /// <inheritdoc/>
    public override string Type => TypeName;

    /// <summary>The fragment; neighbouring texts join.</summary>
    public ContentBlock? Content { get; init; }
}

/// <summary>The thought's signature.</summary>
public sealed record ThoughtSignatureDelta : StepDelta
{
    /// <summary>The discriminator.</summary>
    public const string TypeName = "thought_signature";

    /// <inheritdoc/>
    public override string Type => TypeName;

    /// <summary>The signature.</summary>
    public string? Signature { get; init; }
}
