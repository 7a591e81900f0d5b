using OpenInteractions.Contracts.Validation;

namespace OpenInteractions.Contracts.Interactions;

/// <summary>Settings of an agent (wire 11).</summary>
[JsonConverter(typeof(AgentConfigConverter))]
public abstract record AgentConfig : WireObject
{
    private protected AgentConfig()
    {
    }

    /// <summary>The discriminator on the wire.</summary>
    public abstract string Type { get; }
}

/// <summary>The sandbox agent (behaviour AG-5).</summary>
public sealed record AntigravityConfig : AgentConfig
{
    /// <summary>The discriminator.</summary>
    public const string TypeName = "antigravity";

    /// <inheritdoc/>
    public override string Type => TypeName;

    /// <summary>The model that the agent thinks with.</summary>
    public string? Model { get; init; }

    /// <summary>Most tokens of a run; an int64 that the wire writes as a string.</summary>
    [JsonNumberHandling(JsonNumberHandling.AllowReadingFromString | JsonNumberHandling.WriteAsString)]
    [WireRange(1, double.PositiveInfinity)]
    public long? MaxTotalTokens { get; init; }
}

/// <summary>The research agent (behaviour DR-3).</summary>
public sealed record DeepResearchConfig : AgentConfig
{
    /// <summary>The discriminator.</summary>
    public const string TypeName = "deep-research";

    /// <inheritdoc/>
    public override string Type => TypeName;

    /// <summary><c>auto</c> or <c>none</c>; the upper-case forms are an older spelling.</summary>
    [WireEnum("auto", "none", "THINKING_SUMMARIES_AUTO", "THINKING_SUMMARIES_NONE")]
    public string? ThinkingSummaries { get; init; }

    /// <summary><c>auto</c> or <c>off</c>.</summary>
    [WireEnum("off", "auto")]
    public string? Visualization { get; init; }

    /// <summary>Gives a plan first and researches after the next turn.</summary>
    public bool? CollaborativePlanning { get; init; }

    /// <summary>Lets the agent query BigQuery.</summary>
    public bool? EnableBigqueryTool { get; init; }
}

/// <summary>The code repair agent.</summary>
public sealed record CodeMenderConfig : AgentConfig
{
    /// <summary>The discriminator.</summary>
    public const string TypeName = "code-mender";

    /// <inheritdoc/>
    public override string Type => TypeName;

    /// <summary>The model that the agent thinks with.</summary>
    public string? Model { get; init; }

    /// <summary>Continues a session.</summary>
    public string? SessionId { get; init; }

    /// <summary>Limits of the session.</summary>
    [JsonObject]
    public JsonElement? SessionConfig { get; init; }

    /// <summary>Asks for findings.</summary>
    [JsonObject]
    public JsonElement? FindRequest { get; init; }

    /// <summary>Asks for a fix.</summary>
    [JsonObject]
    public JsonElement? FixRequest { get; init; }
}

/// <summary>Settings that the agent itself defines; every further member is allowed.</summary>
public sealed record DynamicAgentConfig : AgentConfig
{
    /// <summary>The discriminator.</summary>
    public const string TypeName = "dynamic";

    /// <inheritdoc/>
    public override string Type => TypeName;
}

/// <summary>Settings of a kind that this build does not know, kept whole; only old or newer rows have one.</summary>
public sealed record UnknownAgentConfig(string WireType, JsonElement Raw) : AgentConfig
{
    /// <inheritdoc/>
    public override string Type => WireType;
}

internal sealed class AgentConfigConverter() : UnionConverter<AgentConfig>("type",
[
    UnionVariant.Of(AntigravityConfig.TypeName, w => w.AntigravityConfig),
    UnionVariant.Of(DeepResearchConfig.TypeName, w => w.DeepResearchConfig),
    UnionVariant.Of(CodeMenderConfig.TypeName, w => w.CodeMenderConfig),
    UnionVariant.Of(DynamicAgentConfig.TypeName, w => w.DynamicAgentConfig),
])
{
    protected override AgentConfig Unknown(string tag, JsonElement raw) => new UnknownAgentConfig(tag, raw);

    protected override JsonElement? RawOf(AgentConfig value) => (value as UnknownAgentConfig)?.Raw;
}
