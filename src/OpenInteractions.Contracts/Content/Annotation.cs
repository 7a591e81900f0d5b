using OpenInteractions.Contracts.Validation;

namespace OpenInteractions.Contracts.Content;

/// <summary>A mark on a range of a text block (wire 8).</summary>
[JsonConverter(typeof(AnnotationConverter))]
public abstract record Annotation : WireObject
{
    private protected Annotation()
    {
    }

    /// <summary>The discriminator on the wire.</summary>
    public abstract string Type { get; }

    /// <summary>First byte of the range in the text's UTF-8 form.</summary>
    [WireRange(0, int.MaxValue)]
    public int? StartIndex { get; init; }

    /// <summary>The byte after the last one of the range.</summary>
    [WireRange(0, int.MaxValue)]
    public int? EndIndex { get; init; }
}

/// <summary>The text rests on a web page.</summary>
public sealed record UrlCitation : Annotation
{
    /// <summary>The discriminator.</summary>
    public const string TypeName = "url_citation";

    /// <inheritdoc/>
    public override string Type => TypeName;

    /// <summary>The page's address.</summary>
    public string? Url { get; init; }

    /// <summary>The page's title.</summary>
    public string? Title { get; init; }
}

/// <summary>The text rests on a file.</summary>
public sealed record FileCitation : Annotation
{
    /// <summary>The discriminator.</summary>
    public const string TypeName = "file_citation";

    /// <inheritdoc/>
    public override string Type => TypeName;

    /// <summary>The document's address.</summary>
    public string? DocumentUri { get; init; }

    /// <summary>The file's name.</summary>
    public string? FileName { get; init; }

    /// <summary>The passage or store that was found.</summary>
    public string? Source { get; init; }

    /// <summary>The page, counted from 1.</summary>
    [WireRange(0, int.MaxValue)]
    public int? PageNumber { get; init; }

    /// <summary>A medium inside the document.</summary>
    public string? MediaId { get; init; }

    /// <summary>What the owner of the file stored with it.</summary>
    [JsonObject]
    public JsonElement? CustomMetadata { get; init; }
}

/// <summary>The text names a place.</summary>
public sealed record PlaceCitation : Annotation
{
    /// <summary>The discriminator.</summary>
    public const string TypeName = "place_citation";

    /// <inheritdoc/>
    public override string Type => TypeName;

    /// <summary>The place's id.</summary>
    public string? PlaceId { get; init; }

    /// <summary>The place's name.</summary>
    public string? Name { get; init; }

    /// <summary>A page about the place.</summary>
    public string? Url { get; init; }

    /// <summary>Reviews that the text rests on.</summary>
    public IReadOnlyList<ReviewSnippet>? ReviewSnippets { get; init; }
}

/// <summary>A review of a place.</summary>
public sealed record ReviewSnippet : WireObject
{
    /// <summary>The review's id.</summary>
    public string? ReviewId { get; init; }

    /// <summary>The review's title.</summary>
    public string? Title { get; init; }

    /// <summary>The review's address.</summary>
    public string? Url { get; init; }
}

/// <summary>Who speaks a range, and how; also on input text for speech models (behaviour MM-8).</summary>
public sealed record SpeechMetadata : Annotation
{
    /// <summary>The discriminator.</summary>
    public const string TypeName = "speech_metadata";

    /// <inheritdoc/>
    public override string Type => TypeName;

    /// <summary>The speaker.</summary>
    public string? Speaker { get; init; }

    /// <summary>The manner of speaking.</summary>
    public string? Style { get; init; }
}

/// <summary>When a word of a transcript was spoken, and by whom.</summary>
public sealed record WordInfo : Annotation
{
    /// <summary>The discriminator.</summary>
    public const string TypeName = "word_info";

    /// <inheritdoc/>
    public override string Type => TypeName;

    /// <summary>The word.</summary>
    public string? Text { get; init; }

    /// <summary>Begin, in seconds with an <c>s</c>.</summary>
    public string? StartOffset { get; init; }

    /// <summary>End, in seconds with an <c>s</c>.</summary>
    public string? EndOffset { get; init; }

    /// <summary>The speaker, such as <c>spk_1</c>.</summary>
    public string? Speaker { get; init; }
}

/// <summary>A kind of annotation that this build does not know, kept whole.</summary>
public sealed record UnknownAnnotation(string WireType, JsonElement Raw) : Annotation
{
    /// <inheritdoc/>
    public override string Type => WireType;
}

internal sealed class AnnotationConverter() : UnionConverter<Annotation>("type",
[
    UnionVariant.Of(UrlCitation.TypeName, w => w.UrlCitation),
    UnionVariant.Of(FileCitation.TypeName, w => w.FileCitation),
    UnionVariant.Of(PlaceCitation.TypeName, w => w.PlaceCitation),
    UnionVariant.Of(SpeechMetadata.TypeName, w => w.SpeechMetadata),
    UnionVariant.Of(WordInfo.TypeName, w => w.WordInfo),
])
{
    protected override Annotation Unknown(string tag, JsonElement raw) => new UnknownAnnotation(tag, raw);

    protected override JsonElement? RawOf(Annotation value) => (value as UnknownAnnotation)?.Raw;
}
