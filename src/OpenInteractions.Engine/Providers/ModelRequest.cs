namespace OpenInteractions.Engine.Providers;

/// <summary>Everything one model call needs. Adapters read it and never change it.</summary>
public sealed record ModelRequest
{
    /// <summary>The upstream's own id of the model, without <c>provider/</c> and <c>models/</c>.</summary>
    public required ModelDescription Model { get; init; }

    /// <summary>The model as callers know it, for what they are told; where it differs from the upstream's own id.</summary>
    public string? PublicModel { get; init; }

    /// <summary>The conversation, oldest first: earlier turns and this one's input and steps so far.</summary>
    public required IReadOnlyList<HistoryTurn> History { get; init; }

    /// <summary>Instructions for this interaction, or null.</summary>
    public string? SystemInstruction { get; init; }

    /// <summary>Functions that the model may call, in a fixed order (P-6). Only these: tools that the server runs arrive here as functions too.</summary>
    public IReadOnlyList<FunctionTool> Functions { get; init; } = [];

    /// <summary>Tools of the vendor's own that the vendor runs, where configuration chose them.</summary>
    public IReadOnlyList<Tool> NativeTools { get; init; } = [];

    /// <summary>Names of functions that the model knows because of its native tools, without a declaration; the client answers them.</summary>
    public IReadOnlyList<string> PredefinedFunctions { get; init; } = [];

    /// <summary>Generation settings, never null.</summary>
    public required GenerationConfig Config { get; init; }

    /// <summary>What the output must look like, one entry per modality; empty when free.</summary>
    public IReadOnlyList<ResponseFormat> ResponseFormats { get; init; } = [];

    /// <summary>Safety thresholds for providers that have them.</summary>
    public IReadOnlyList<SafetySetting> SafetySettings { get; init; } = [];

    /// <summary><c>flex</c>, <c>standard</c>, <c>priority</c> or <c>deferred</c>.</summary>
    public string ServiceTier { get; init; } = "standard";

    /// <summary>False when nobody can watch the pieces as they come: an adapter may then join those that arrived together.</summary>
    public bool IsFollowed { get; init; } = true;

    /// <summary>Whose interaction it is: reasoning tokens are sealed for this project and open for no other (<see cref="ISignatureEnvelope"/>).</summary>
    public required string Project { get; init; }

    /// <summary>Where the provider says what the call has used so far.</summary>
    public UsageMeter Meter { get; init; } = new();

    /// <summary>Where the provider notes settings that it had to leave out for the sake of the history.</summary>
    public LeftOut LeftOut { get; init; } = new();

    /// <summary>The same request, to which the model can give nothing but an answer. The functions stay declared: some upstreams refuse a history with calls of others.</summary>
    internal ModelRequest Answering() => Functions.Count == 0 ? this : this with { Config = Config with { ToolChoice = new("none") } };

    /// <summary>The interaction's id, for logs and for the upstream's safety identifier where it takes one.</summary>
    public required string InteractionId { get; init; }
}
