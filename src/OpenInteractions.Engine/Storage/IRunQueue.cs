namespace OpenInteractions.Engine.Storage;

/// <summary>Proof that one node owns one run. Every write of that run carries it.</summary>
/// <param name="RunId">The interaction's id: a run has no other.</param>
/// <param name="Owner">The node's name, new at each start of a process.</param>
/// <param name="Epoch">Grows at each claim, so that a write by an owner who was replaced matches no row.</param>
public readonly record struct RunLease(string RunId, string Owner, long Epoch)
{
    /// <summary>The lease of a run that is claimed by whoever puts it into the queue.</summary>
    public static RunLease First(string runId, string owner) => new(runId, owner, 1);
}

/// <summary>
/// Runs that have not ended. A run is <c>queued</c> or <c>running</c>; its row is gone when it has ended. State changes are conditional and say
/// whether they happened: the database decides.
/// </summary>
public interface IRunQueue
{
    /// <summary>
    /// Keeps a new interaction and its run in one commit: queued, or running when <paramref name="claimedBy"/> is given. The interaction's
    /// status is stored as given.
    /// </summary>
    /// <param name="interaction">The interaction, not ended.</param>
    /// <param name="run">What the run needs to be started anywhere.</param>
    /// <param name="claimedBy">The owner who starts at once (its lease has epoch 1), or null.</param>
    /// <param name="ttl">How long the lease lasts from now.</param>
    /// <param name="cancellationToken">Ends the waiting, not the commit.</param>
    Task<RunLease?> InsertAsync(StoredInteraction interaction, NewRun run, string? claimedBy, TimeSpan ttl, CancellationToken cancellationToken);

    /// <summary>
    /// As <see cref="InsertAsync"/>, once per mark: when its key was used before in this project and what it made is still there, nothing is kept and the
    /// first create is told. The mark goes with its interaction.
    /// </summary>
    Task<MarkedInsert> InsertOnceAsync(StoredInteraction interaction, NewRun run, IdempotencyMark mark, string? claimedBy, TimeSpan ttl, CancellationToken cancellationToken);

    /// <summary>The create that came first with a key, as <see cref="InsertOnceAsync"/> would tell of it; null when there is none.</summary>
    Task<EarlierCreate?> FindEarlierAsync(string project, string key, CancellationToken cancellationToken);

    /// <summary>
    /// Takes queued runs, and running ones whose lease is over, in the order of the rules. A take-over from a dead owner is
    /// counted in <see cref="ClaimedRun.TakeOvers"/>; a queued run is not, nor one that its own owner lost by renewing too late. The interaction's status becomes <c>in_progress</c>.
    /// </summary>
    Task<IReadOnlyList<ClaimedRun>> ClaimAsync(string owner, TimeSpan ttl, int limit, ClaimRules rules, CancellationToken cancellationToken);

    /// <summary>
    /// Takes runs that somebody wants cancelled and nobody works on: those that were handed back, and those whose lease is over. They are only to be ended, so
    /// that no rule is asked; take-overs are counted as by <see cref="ClaimAsync"/>.
    /// </summary>
    Task<IReadOnlyList<ClaimedRun>> ClaimCancelledAsync(string owner, TimeSpan ttl, int limit, CancellationToken cancellationToken);

    /// <summary>The epoch of the run's newest owner: 0 when it had none yet, null when there is no run of this id: it has ended, or never was.</summary>
    Task<long?> FindEpochAsync(string project, string id, CancellationToken cancellationToken);

    /// <summary>Extends leases. Returns those that are still held; a lease that is missing from the answer is lost.</summary>
    Task<IReadOnlyList<RunLease>> RenewAsync(IReadOnlyList<RunLease> leases, TimeSpan ttl, CancellationToken cancellationToken);

    /// <summary>Hands a run back at a planned stop: queued again, not counted as a take-over.</summary>
    Task<bool> ReleaseAsync(RunLease lease, CancellationToken cancellationToken);

    /// <summary>
    /// Ends a run: writes the outcome into the interaction, puts <paramref name="journal"/> in place of the batches, removes the run.
    /// </summary>
    /// <returns>False when the lease was lost: nothing was written. True also when the interaction was deleted meanwhile.</returns>
    Task<bool> FinishAsync(RunLease lease, RunOutcome outcome, IReadOnlyList<JournalBatch> journal, CancellationToken cancellationToken);

    /// <summary>
    /// Asks for a run to be cancelled. A queued run that nobody has begun ends here and now with <paramref name="outcome"/>; of one that runs, or that was
    /// handed back with what it had made, the wish is noted for its owner.
    /// </summary>
    Task<CancelResult> CancelAsync(string project, string id, RunOutcome outcome, IReadOnlyList<JournalBatch> journal, CancellationToken cancellationToken);

    /// <summary>Of the given leases, those whose run somebody wants cancelled.</summary>
    Task<IReadOnlyList<RunLease>> FindCancelledAsync(IReadOnlyList<RunLease> leases, CancellationToken cancellationToken);

    /// <summary>
    /// Ends the leases of owners that cannot be alive, where the engine can know that: with one process per data directory, every owner but this one.
    /// </summary>
    /// <returns>How many runs are now free to be taken over.</returns>
    Task<int> ExpireDeadOwnersAsync(string liveOwner, CancellationToken cancellationToken);

    /// <summary>How many runs are queued and how many are running.</summary>
    Task<(long Queued, long Running)> CountAsync(CancellationToken cancellationToken);

    /// <summary>What is queued, by project and priority.</summary>
    Task<IReadOnlyList<QueuedRuns>> ReadQueueAsync(CancellationToken cancellationToken);
}

/// <summary>What a run needs to be started anywhere.</summary>
public sealed record NewRun
{
    /// <summary>The whole request as JSON, secrets included: it is gone when the run has ended.</summary>
    public required ReadOnlyMemory<byte> Request { get; init; }

    /// <summary>Lower runs first.</summary>
    public required int Priority { get; init; }

    /// <summary>The provider of its model, for limits; empty when it is not known.</summary>
    public string Provider { get; init; } = "";

    /// <summary>
    /// How long the run may take from now on, waiting included. A duration and not a time: from here on the store's clock counts, and a node whose
    /// clock is wrong, or was set, ends no run by it.
    /// </summary>
    public required TimeSpan TimeLeft { get; init; }
}

/// <summary>Runs of one project and priority that are queued.</summary>
/// <param name="Project">The project.</param>
/// <param name="Priority">The priority.</param>
/// <param name="Count">How many.</param>
/// <param name="OldestWait">How long the oldest has waited, by the store's clock.</param>
public readonly record struct QueuedRuns(string Project, int Priority, long Count, TimeSpan OldestWait);

/// <summary>A run that was claimed.</summary>
public sealed record ClaimedRun
{
    /// <summary>The lease.</summary>
    public required RunLease Lease { get; init; }

    /// <summary>The interaction as it stands.</summary>
    public required StoredInteraction Interaction { get; init; }

    /// <summary>The whole request.</summary>
    public required ReadOnlyMemory<byte> Request { get; init; }

    /// <summary>As in <see cref="NewRun.Provider"/>.</summary>
    public string Provider { get; init; } = "";

    /// <summary>True when somebody wants it cancelled.</summary>
    public bool IsCancelRequested { get; init; }

    /// <summary>How often the run was taken over from a dead owner, this time included.</summary>
    public required int TakeOvers { get; init; }

    /// <summary>What is left of <see cref="NewRun.TimeLeft"/>, by the store's clock; negative when it is over.</summary>
    public required TimeSpan TimeLeft { get; init; }
}

/// <summary>How a run ended.</summary>
public sealed record RunOutcome
{
    /// <summary>The final status.</summary>
    public required InteractionStatus Status { get; init; }

    /// <summary>When it ended.</summary>
    public required DateTimeOffset Updated { get; init; }

    /// <summary>Kinds of content in the whole chain up to and with this turn.</summary>
    public required int ChainModalities { get; init; }

    /// <summary>As in <see cref="StoredInteraction.Output"/>.</summary>
    public required ReadOnlyMemory<byte> Output { get; init; }

    /// <summary>As in <see cref="StoredInteraction.ProviderStates"/>.</summary>
    public ReadOnlyMemory<byte> ProviderStates { get; init; }

    /// <summary>As in <see cref="StoredInteraction.Usage"/>.</summary>
    public ReadOnlyMemory<byte> Usage { get; init; }

    /// <summary>As in <see cref="StoredInteraction.Errors"/>.</summary>
    public ReadOnlyMemory<byte> Errors { get; init; }

    /// <summary>As in <see cref="StoredInteraction.PendingCalls"/>.</summary>
    public ReadOnlyMemory<byte> PendingCalls { get; init; }
}

/// <summary>What became of a wish to cancel.</summary>
public enum CancelResult
{
    /// <summary>There is no run of this id: it has ended, or never was.</summary>
    NotRunning,

    /// <summary>It was queued and has ended now.</summary>
    Ended,

    /// <summary>It runs, and its owner will be told.</summary>
    Requested,
}
