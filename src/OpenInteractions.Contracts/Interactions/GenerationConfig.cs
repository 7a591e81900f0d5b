using OpenInteractions.Contracts.Tools;
using OpenInteractions.Contracts.Validation;

namespace OpenInteractions.Contracts.Interactions;

/// <summary>Settings of one model interaction (wire 10.1).</summary>
public sealed record GenerationConfig : WireObject
{
    /// <summary>Most tokens to produce, thought tokens included (behaviour TH-3).</summary>
    [WireRange(1, int.MaxValue)]
    public int? MaxOutputTokens { get; init; }

    /// <summary>Makes sampling repeatable where the provider can.</summary>
    public long? Seed { get; init; }

    /// <summary>Texts at which the output ends; they are not part of it.</summary>
    public IReadOnlyList<string>? StopSequences { get; init; }

    /// <summary><c>minimal</c>, <c>low</c>, <c>medium</c> or <c>high</c>; a level that the model lacks is an error (behaviour TH-1).</summary>
    [WireEnum("minimal", "low", "medium", "high")]
    public string? ThinkingLevel { get; init; }

    /// <summary><c>auto</c> or <c>none</c> (default): whether thoughts come with readable summaries (behaviour TH-2).</summary>
    [WireEnum("auto", "none")]
    public string? ThinkingSummaries { get; init; }

    /// <summary><c>auto</c> (default), <c>any</c>, <c>none</c>, <c>validated</c>, or the tools that are allowed (behaviour FN-8).</summary>
    [WireEnum("auto", "any", "none", "validated")]
    [JsonConverter(typeof(StringOrConverter<ToolChoiceConfig>))]
    public StringOr<ToolChoiceConfig>? ToolChoice { get; init; }

    /// <summary>Voices: a list, or an object with <c>speakers</c> (behaviour MM-8).</summary>
    [JsonConverter(typeof(SpeechConfigConverter))]
    public SpeechConfig? SpeechConfig { get; init; }

    /// <summary>How to transcribe (behaviour MM-11).</summary>
    public TranscriptionConfig? TranscriptionConfig { get; init; }

    /// <summary>What to do with video.</summary>
    public VideoConfig? VideoConfig { get; init; }

    /// <summary>Deprecated; passed on where the model takes it (behaviour TH-5).</summary>
    [WireRange(0, 2)]
    public double? Temperature { get; init; }

    /// <summary>Deprecated; passed on where the model takes it (behaviour TH-5).</summary>
    [WireRange(0, 1)]
    public double? TopP { get; init; }

    /// <summary>Deprecated: replaced by <c>response_format</c> of type <c>image</c>.</summary>
    public ImageConfig? ImageConfig { get; init; }
}

/// <summary>What to do with video.</summary>
public sealed record VideoConfig : WireObject
{
    /// <summary>The task.</summary>
    [WireEnum("text_to_video", "image_to_video", "reference_to_video", "edit", "extend", "upscale")]
    public string? Task { get; init; }
}

/// <summary>Deprecated image settings.</summary>
public sealed record ImageConfig : WireObject
{
    /// <summary>Width to height, such as <c>16:9</c>.</summary>
    public string? AspectRatio { get; init; }

    /// <summary>Size, such as <c>2K</c>.</summary>
    public string? ImageSize { get; init; }
}

/// <summary>How to transcribe.</summary>
public sealed record TranscriptionConfig : WireObject
{
    /// <summary>Words that are likely.</summary>
    public IReadOnlyList<string>? CustomVocabulary { get; init; }

    /// <summary>Languages that are likely.</summary>
    public IReadOnlyList<string>? LanguageCodes { get; init; }

    /// <summary><c>verbatim</c>, <c>smart</c>, or the settings of one of them.</summary>
    [WireEnum("verbatim", "smart")]
    [JsonConverter(typeof(StringOrConverter<TranscriptionMode>))]
    public StringOr<TranscriptionMode>? Mode { get; init; }

    /// <summary>Deprecated.</summary>
    public IReadOnlyList<string>? AdaptationPhrases { get; init; }

    /// <summary>Deprecated.</summary>
    public IReadOnlyList<string>? LanguageHints { get; init; }

    /// <summary>Deprecated.</summary>
    [WireEnum("speaker")]
    public string? DiarizationMode { get; init; }

    /// <summary>Deprecated.</summary>
    [WireEnum("word")]
    public IReadOnlyList<string>? TimestampGranularities { get; init; }
}

/// <summary>Settings of a transcription mode.</summary>
public sealed record TranscriptionMode : WireObject
{
    /// <summary><c>verbatim</c> or <c>smart</c>.</summary>
    [WireEnum("verbatim", "smart")]
    public required string Type { get; init; }

    /// <summary>Tells speakers apart; verbatim only.</summary>
    [WireEnum("speaker")]
    public string? DiarizationMode { get; init; }

    /// <summary>Times per word; verbatim only.</summary>
    [WireEnum("word")]
    public IReadOnlyList<string>? TimestampGranularities { get; init; }

    /// <summary>The text that was read; smart only.</summary>
    public string? SourceText { get; init; }
}
