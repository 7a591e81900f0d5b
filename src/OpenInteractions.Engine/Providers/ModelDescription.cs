namespace OpenInteractions.Engine.Providers;

/// <summary>A model and what it can do.</summary>
public sealed record ModelDescription
{
    /// <summary>The upstream's id.</summary>
    public required string Id { get; init; }

    /// <summary>The provider's name.</summary>
    public required string Provider { get; init; }

    /// <summary>For a person.</summary>
    public string? DisplayName { get; init; }

    /// <summary>For a person.</summary>
    public string? Description { get; init; }

    /// <summary>Models of one family share opaque reasoning tokens (P-2); usually the id without date and size.</summary>
    public required string Family { get; init; }

    /// <summary>What it can do.</summary>
    public required ModelCapabilities Capabilities { get; init; }
}

/// <summary>What a model can do. A request that needs more is refused by naming the capability (design 3).</summary>
public sealed record ModelCapabilities
{
    /// <summary>What it takes.</summary>
    public Modalities Input { get; init; } = Modalities.Text;

    /// <summary>What it makes.</summary>
    public Modalities Output { get; init; } = Modalities.Text;

    /// <summary>True when it can call functions.</summary>
    public bool Functions { get; init; } = true;

    /// <summary>True when it can call several functions at once.</summary>
    public bool ParallelCalls { get; init; } = true;

    /// <summary>True when it keeps to a JSON schema by itself.</summary>
    public bool StructuredOutput { get; init; } = true;

    /// <summary>True when it keeps to a JSON schema also while functions are declared (behaviour FN-12).</summary>
    public bool StructuredOutputWithFunctions { get; init; } = true;

    /// <summary>Types of tools that its vendor runs itself, such as <c>google_search</c> (<see cref="ModelRequest.NativeTools"/>).</summary>
    public IReadOnlyList<string> NativeTools { get; init; } = [];

    /// <summary>Levels of <c>thinking_level</c> that it takes; empty when it does not think (behaviour TH-1) or <see cref="MayThink"/>.</summary>
    public IReadOnlyList<string> ThinkingLevels { get; init; } = [];

    /// <summary>True when nothing tells whether it thinks: a level is passed on, and left out where the upstream refuses it.</summary>
    public bool MayThink { get; init; }

    /// <summary>False when sampling settings must not be sent (behaviour TH-5).</summary>
    public bool Sampling { get; init; } = true;

    /// <summary>True when an output that was cut can be continued from where it stands.</summary>
    public bool Continuation { get; init; }

    /// <summary>Most tokens in, or null when not known.</summary>
    public int? InputTokenLimit { get; init; }

    /// <summary>Most tokens out, or null when not known.</summary>
    public int? OutputTokenLimit { get; init; }
}

/// <summary>Kinds of content.</summary>
[Flags]
public enum Modalities
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Text.</summary>
    Text = 1,

    /// <summary>Pictures.</summary>
    Image = 2,

    /// <summary>Sound.</summary>
    Audio = 4,

    /// <summary>Video.</summary>
    Video = 8,

    /// <summary>Documents such as PDF.</summary>
    Document = 16,
}
