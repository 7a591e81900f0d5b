namespace OpenInteractions.Engine.Storage;

/// <summary>Interactions at rest. Every verb is one transaction; a task that ends without an exception means that the change is durable.</summary>
public interface IInteractionStore
{
    /// <summary>Keeps an interaction that has already ended, with its labels: the one commit of a foreground unary call (design 5).</summary>
    Task InsertFinishedAsync(StoredInteraction interaction, CancellationToken cancellationToken);

    /// <summary>Reads one, or null when there is none of this id in this project.</summary>
    Task<StoredInteraction?> GetAsync(string project, string id, CancellationToken cancellationToken);

    /// <summary>Reads what is needed of a parent, or null when there is none.</summary>
    Task<ParentInteraction?> GetParentAsync(string project, string id, CancellationToken cancellationToken);

    /// <summary>
    /// Reads the content of a turn and of its ancestors, nearest first, at most <paramref name="limit"/> of them.
    /// Ends early at the root or at a gap.
    /// </summary>
    Task<IReadOnlyList<StoredTurn>> LoadTurnsAsync(string project, string id, int limit, CancellationToken cancellationToken);

    /// <summary>
    /// Erases an interaction with its events and labels, and marks every descendant (<see cref="StoredInteraction.HasGap"/>, behaviour ST-17).
    /// A run that works on it goes on until it notices (behaviour ST-16).
    /// </summary>
    /// <returns>False when there is none.</returns>
    Task<bool> DeleteAsync(string project, string id, CancellationToken cancellationToken);

    /// <summary>A page, newest first, without content (<see cref="StoredInteraction.Input"/> and the like are empty; settings, usage and errors are there).</summary>
    Task<InteractionPage> ListAsync(string project, InteractionFilter filter, string? beforeId, int limit, CancellationToken cancellationToken);

    /// <summary>The tree's members, oldest first, those whose id follows <paramref name="afterId"/>: what they are and where they stand, without settings, usage and errors.</summary>
    Task<IReadOnlyList<StoredInteraction>> ListTreeAsync(string project, string rootId, string? afterId, int limit, CancellationToken cancellationToken);

    /// <summary>Erases interactions that ended before a time, at most <paramref name="limit"/>, oldest first (behaviour ST-18).</summary>
    /// <returns>How many were erased.</returns>
    Task<int> DeleteExpiredAsync(DateTimeOffset endedBefore, int limit, CancellationToken cancellationToken);

    /// <summary>The greatest id of all projects, or null when there is none.</summary>
    Task<string?> FindNewestIdAsync(CancellationToken cancellationToken);

    /// <summary>Answers when the store can read and write.</summary>
    Task CheckAsync(CancellationToken cancellationToken);
}

/// <summary>Which interactions a list holds; members that are null do not filter.</summary>
public sealed record InteractionFilter
{
    /// <summary>Where it stands.</summary>
    public InteractionStatus? Status { get; init; }

    /// <summary>The model as asked for.</summary>
    public string? Model { get; init; }

    /// <summary>The agent as asked for.</summary>
    public string? Agent { get; init; }

    /// <summary>The parent.</summary>
    public string? PreviousId { get; init; }

    /// <summary>Created at this time or later.</summary>
    public DateTimeOffset? CreatedAfter { get; init; }

    /// <summary>Created before this time.</summary>
    public DateTimeOffset? CreatedBefore { get; init; }

    /// <summary>Labels that must all be there with these values.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();
}
