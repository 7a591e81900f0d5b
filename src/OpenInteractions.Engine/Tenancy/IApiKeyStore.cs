using OpenInteractions.Contracts.Keys;

namespace OpenInteractions.Engine.Tenancy;

/// <summary>Keeps the keys of callers, as hashes, for all nodes of a store.</summary>
public interface IApiKeyStore
{
    /// <summary>Keeps a key.</summary>
    /// <returns>False when there is one of its id or its hash, revoked or not: that one stays as it is.</returns>
    Task<bool> InsertAsync(ApiKeyEntry key, CancellationToken cancellationToken);

    /// <summary>Ends a key. Its row stays.</summary>
    /// <returns>False when there is none of this id that is valid.</returns>
    Task<bool> RevokeAsync(string id, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>The keys that are valid, the oldest first.</summary>
    Task<IReadOnlyList<ApiKeyEntry>> ListAsync(CancellationToken cancellationToken);

    /// <summary>What differs whenever a key was made or revoked since; empty when there was never one.</summary>
    Task<string> ReadVersionAsync(CancellationToken cancellationToken);
}
