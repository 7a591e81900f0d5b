namespace OpenInteractions.Engine.Storage;

/// <summary>
/// One turn as it is kept: what came in, what came out, how it ended. The JSON members hold exactly what the wire shows, so that an answer is
/// put together without being parsed; what the wire must not show stands beside them.
/// </summary>
public sealed record StoredInteraction
{
    /// <summary>The id. Ids order by time of creation.</summary>
    public required string Id { get; init; }

    /// <summary>The project that it belongs to. Every query names it (design 8).</summary>
    public required string Project { get; init; }

    /// <summary>Where it stands.</summary>
    public required InteractionStatus Status { get; init; }

    /// <summary>The model as the caller asked for it.</summary>
    public string? Model { get; init; }

    /// <summary>The agent as the caller asked for it.</summary>
    public string? Agent { get; init; }

    /// <summary>The interaction that this one continues.</summary>
    public string? PreviousId { get; init; }

    /// <summary>The first interaction of the chain; the own id when there is no parent.</summary>
    public required string RootId { get; init; }

    /// <summary>How many turns stand before this one.</summary>
    public required int Depth { get; init; }

    /// <summary>When it was accepted (behaviour SM-6).</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>When it last changed.</summary>
    public required DateTimeOffset Updated { get; init; }

    /// <summary>The tier that is used.</summary>
    public required string ServiceTier { get; init; }

    /// <summary>True when it runs in the background and may be cancelled (behaviour BG-3).</summary>
    public required bool IsBackground { get; init; }

    /// <summary>Kinds of content in the whole chain up to and with this turn, for ST-12 without reading the chain.</summary>
    public required int ChainModalities { get; init; }

    /// <summary>The request's settings that a get echoes, as a JSON object without secrets and without <c>input</c>.</summary>
    public required ReadOnlyMemory<byte> Settings { get; init; }

    /// <summary>The normalised input: a JSON array of steps.</summary>
    public required ReadOnlyMemory<byte> Input { get; init; }

    /// <summary>The steps that this turn made: a JSON array. Empty bytes while it runs.</summary>
    public ReadOnlyMemory<byte> Output { get; init; }

    /// <summary>What providers left with the steps, by place in <see cref="Output"/>: a JSON object, or empty bytes. Never shown.</summary>
    public ReadOnlyMemory<byte> ProviderStates { get; init; }

    /// <summary>A JSON object, or empty bytes.</summary>
    public ReadOnlyMemory<byte> Usage { get; init; }

    /// <summary>A JSON array of <see cref="InteractionError"/>, or empty bytes.</summary>
    public ReadOnlyMemory<byte> Errors { get; init; }

    /// <summary>Calls that the client owes an answer for: a JSON array of <c>{"id","name"}</c>, or empty bytes (behaviour FN-3).</summary>
    public ReadOnlyMemory<byte> PendingCalls { get; init; }

    /// <summary>The caller's marks, for the list's filter; they stand in <see cref="Settings"/> too.</summary>
    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    /// <summary>True when an ancestor was deleted: the chain cannot be continued (behaviour ST-17). Set by the store.</summary>
    public bool HasGap { get; init; }

    /// <summary>True when the events that clients saw are kept; false when the event sequence follows from the steps alone.</summary>
    public bool HasJournal { get; init; }
}

/// <summary>What must be known of a parent to accept a turn, without its content.</summary>
public sealed record ParentInteraction
{
    /// <summary>The id.</summary>
    public required string Id { get; init; }

    /// <summary>Where it stands (behaviour ST-6 to ST-8).</summary>
    public required InteractionStatus Status { get; init; }

    /// <summary>The first interaction of the chain.</summary>
    public required string RootId { get; init; }

    /// <summary>How many turns stand before it.</summary>
    public required int Depth { get; init; }

    /// <summary>Kinds of content in the chain.</summary>
    public required int ChainModalities { get; init; }

    /// <summary>Calls without an answer, as in <see cref="StoredInteraction.PendingCalls"/>.</summary>
    public required ReadOnlyMemory<byte> PendingCalls { get; init; }

    /// <summary>True when an ancestor was deleted.</summary>
    public required bool HasGap { get; init; }
}

/// <summary>The content of one turn of a chain.</summary>
public sealed record StoredTurn
{
    /// <summary>The id.</summary>
    public required string Id { get; init; }

    /// <summary>The parent, or null.</summary>
    public string? PreviousId { get; init; }

    /// <summary>As in <see cref="StoredInteraction.Input"/>.</summary>
    public required ReadOnlyMemory<byte> Input { get; init; }

    /// <summary>As in <see cref="StoredInteraction.Output"/>.</summary>
    public required ReadOnlyMemory<byte> Output { get; init; }

    /// <summary>As in <see cref="StoredInteraction.ProviderStates"/>.</summary>
    public required ReadOnlyMemory<byte> ProviderStates { get; init; }
}
