using OpenInteractions.Contracts.Environments;
using OpenInteractions.Contracts.Steps;
using OpenInteractions.Contracts.Tools;

namespace OpenInteractions.Contracts.Interactions;

/// <summary>One turn: what came in, the steps that came out, how it ended (wire 4). In event payloads only some members are set.</summary>
public sealed record Interaction : WireObject
{
    /// <summary>The id.</summary>
    public required string Id { get; init; }

    /// <summary>Always <c>interaction</c>.</summary>
    public string Object { get; init => field = value ?? "interaction"; } = "interaction";

    /// <summary>Where it stands.</summary>
    public required InteractionStatus Status { get; init; }

    /// <summary>The model that was asked for.</summary>
    public string? Model { get; init; }

    /// <summary>The agent that was asked for.</summary>
    public string? Agent { get; init; }

    /// <summary>When it was accepted (behaviour SM-6).</summary>
    public DateTimeOffset? Created { get; init; }

    /// <summary>When it last changed.</summary>
    public DateTimeOffset? Updated { get; init; }

    /// <summary>The tier that was used (behaviour TI-3).</summary>
    public string? ServiceTier { get; init; }

    /// <summary>The interaction that this one continues.</summary>
    public string? PreviousInteractionId { get; init; }

    /// <summary>The sandbox, only when one was asked for.</summary>
    public string? EnvironmentId { get; init; }

    /// <summary>The steps: of the model alone in the answer to a create, of the whole turn in a get (behaviour ST-2); absent in events.</summary>
    public IReadOnlyList<Step>? Steps { get; init; }

    /// <summary>Tokens used.</summary>
    public Usage? Usage { get; init; }

    /// <summary>Diagnostics, mainly with <c>failed</c> (behaviour SM-4).</summary>
    public IReadOnlyList<InteractionError>? Errors { get; init; }

    /// <summary>The normalised input, only when asked for (behaviour ST-21).</summary>
    public InteractionInput? Input { get; init; }

    /// <summary>As in the request.</summary>
    public string? SystemInstruction { get; init; }

    /// <summary>As in the request, without the headers of MCP servers.</summary>
    public IReadOnlyList<Tool>? Tools { get; init; }

    /// <summary>As in the request.</summary>
    public GenerationConfig? GenerationConfig { get; init; }

    /// <summary>As in the request.</summary>
    public AgentConfig? AgentConfig { get; init; }

    /// <summary>As in the request.</summary>
    [JsonConverter(typeof(OneOrManyConverter<ResponseFormat>))]
    public OneOrMany<ResponseFormat>? ResponseFormat { get; init; }

    /// <summary>As in the request.</summary>
    public IReadOnlyList<SafetySetting>? SafetySettings { get; init; }

    /// <summary>As in the request.</summary>
    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    /// <summary>As in the request.</summary>
    public WebhookConfig? WebhookConfig { get; init; }

    /// <summary>As in the request, without secrets.</summary>
    [JsonConverter(typeof(StringOrConverter<EnvironmentSpec>))]
    public StringOr<EnvironmentSpec>? Environment { get; init; }
}

/// <summary>Why something went wrong (behaviour SM-4).</summary>
public sealed record InteractionError : WireObject
{
    /// <summary>A code in snake case, such as those of behaviour ER-2 to ER-4.</summary>
    public string? Code { get; init; }

    /// <summary>For a person.</summary>
    public string? Message { get; init; }
}

/// <summary>A page of interactions, newest first, without steps. Our extension.</summary>
public sealed record InteractionList
{
    /// <summary>The interactions.</summary>
    public required IReadOnlyList<Interaction> Interactions { get; init; }

    /// <summary>Gives the next page; absent on the last one.</summary>
    public string? NextPageToken { get; init; }
}

/// <summary>The tree that an interaction stands in: its ancestors and every branch. Our extension.</summary>
public sealed record InteractionTree
{
    /// <summary>The interaction from which the tree grew.</summary>
    public required string RootId { get; init; }

    /// <summary>The interactions of the tree, oldest first.</summary>
    public required IReadOnlyList<InteractionTreeNode> Nodes { get; init; }

    /// <summary>Gives the next page; absent on the last one.</summary>
    public string? NextPageToken { get; init; }
}

/// <summary>One interaction of a tree.</summary>
public sealed record InteractionTreeNode
{
    /// <summary>The id.</summary>
    public required string Id { get; init; }

    /// <summary>The parent; absent at the root.</summary>
    public string? PreviousInteractionId { get; init; }

    /// <summary>Where it stands.</summary>
    public required InteractionStatus Status { get; init; }

    /// <summary>The model that was asked for.</summary>
    public string? Model { get; init; }

    /// <summary>The agent that was asked for.</summary>
    public string? Agent { get; init; }

    /// <summary>When it was accepted.</summary>
    public required DateTimeOffset Created { get; init; }
}
