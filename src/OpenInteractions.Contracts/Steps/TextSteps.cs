using OpenInteractions.Contracts.Content;
using OpenInteractions.Contracts.Validation;

namespace OpenInteractions.Contracts.Steps;

/// <summary>What the user gave.</summary>
public sealed record UserInputStep : Step
{
    /// <summary>The discriminator.</summary>
    public const string TypeName = "user_input";

    /// <inheritdoc/>
    public override string Type => TypeName;

    /// <summary>The blocks, in order; absent and null read as none.</summary>
    public IReadOnlyList<ContentBlock> Content { get; init => field = value ?? []; } = [];
}

/// <summary>What the model said or made.</summary>
public sealed record ModelOutputStep : Step
{
    /// <summary>The discriminator.</summary>
    public const string TypeName = "model_output";

    /// <inheritdoc/>
    public override string Type => TypeName;

    /// <summary>The blocks, in order; absent and null read as none.</summary>
    public IReadOnlyList<ContentBlock> Content { get; init => field = value ?? []; } = [];

    /// <summary>A google.rpc.Status of older revisions; kept when a vendor or an old row has it (behaviour SM-4).</summary>
    [JsonObject]
    public JsonElement? Error { get; init; }
}

/// <summary>The model thinking. The signature carries what the vendor needs to go on from this thought (behaviour TH-4).</summary>
public sealed record ThoughtStep : Step
{
    /// <summary>The discriminator.</summary>
    public const string TypeName = "thought";

    /// <inheritdoc/>
    public override string Type => TypeName;

    /// <summary>Opaque; comes back unchanged.</summary>
    public string? Signature { get; init; }

    /// <summary>A readable summary, when summaries were asked for (behaviour TH-2).</summary>
    public IReadOnlyList<ContentBlock>? Summary { get; init; }
}
