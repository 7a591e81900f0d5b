using OpenInteractions.Engine.Storage;

namespace OpenInteractions.Engine.Tests.Interactions;

/// <summary>A store of which a test has a part, and needs no more.</summary>
internal abstract class PartOfAStore : IInteractionStore
{
    public virtual Task InsertFinishedAsync(StoredInteraction interaction, CancellationToken cancellationToken) => throw new NotSupportedException();

    public virtual Task<StoredInteraction?> GetAsync(string project, string id, CancellationToken cancellationToken) => throw new NotSupportedException();

    public virtual Task<ParentInteraction?> GetParentAsync(string project, string id, CancellationToken cancellationToken) => throw new NotSupportedException();

    public virtual Task<IReadOnlyList<StoredTurn>> LoadTurnsAsync(string project, string id, int limit, CancellationToken cancellationToken) => throw new NotSupportedException();

    public virtual Task<bool> DeleteAsync(string project, string id, CancellationToken cancellationToken) => throw new NotSupportedException();

    public virtual Task<InteractionPage> ListAsync(string project, InteractionFilter filter, string? beforeId, int limit, CancellationToken cancellationToken) => throw new NotSupportedException();

    public virtual Task<IReadOnlyList<StoredInteraction>> ListTreeAsync(string project, string rootId, string? afterId, int limit, CancellationToken cancellationToken) => throw new NotSupportedException();

    public virtual Task<int> DeleteExpiredAsync(DateTimeOffset endedBefore, int limit, CancellationToken cancellationToken) => throw new NotSupportedException();

    public virtual Task<string?> FindNewestIdAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    public virtual Task CheckAsync(CancellationToken cancellationToken) => throw new NotSupportedException();
}
