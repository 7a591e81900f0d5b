using OpenInteractions.Engine.Storage;

namespace OpenInteractions.Engine.Credentials;

/// <summary>Keeps credentials. Everything is of one project.</summary>
public interface ICredentialStore
{
    /// <summary>Keeps a new one.</summary>
    /// <param name="credential">The credential; its number and version are not read.</param>
    /// <param name="most">How many the project may have.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<Insertion> InsertAsync(StoredCredential credential, int most, CancellationToken cancellationToken);

    /// <summary>A credential, or null.</summary>
    /// <param name="project">The project.</param>
    /// <param name="id">The credential.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<StoredCredential?> GetAsync(string project, string id, CancellationToken cancellationToken);

    /// <summary>Credentials without what they hold, the oldest first.</summary>
    /// <param name="project">The project.</param>
    /// <param name="after">The number of the last one of the page before, or 0.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<IReadOnlyList<StoredCredential>> ListAsync(string project, long after, int limit, CancellationToken cancellationToken);

    /// <summary>Changes one that nobody has changed since it was read, and lets others fetch access tokens for it.</summary>
    /// <param name="credential">
    /// As it was read, but for <see cref="StoredCredential.IsRevoked"/>, <see cref="StoredCredential.Updated"/> and <see cref="StoredCredential.Sealed"/>, which are kept.
    /// </param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>False when it is another one now, or gone.</returns>
    Task<bool> ChangeAsync(StoredCredential credential, CancellationToken cancellationToken);

    /// <summary>Deletes one.</summary>
    /// <param name="project">The project.</param>
    /// <param name="id">The credential.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>False when there is none.</returns>
    Task<bool> DeleteAsync(string project, string id, CancellationToken cancellationToken);

    /// <summary>
    /// Asks to be the only one, among all nodes, who fetches an access token: servers that give a new refresh token with each take it for a theft when the old one comes twice. The
    /// next <see cref="ChangeAsync"/> ends it, and <see cref="EndRefreshAsync"/>.
    /// </summary>
    /// <param name="credential">As it was read.</param>
    /// <param name="lease">For how long at most.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>False when somebody else does, or it is another one now, or gone.</returns>
    Task<bool> TryBeginRefreshAsync(StoredCredential credential, TimeSpan lease, CancellationToken cancellationToken);

    /// <summary>Lets others fetch an access token: this one has none.</summary>
    /// <param name="credential">As it was read.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task EndRefreshAsync(StoredCredential credential, CancellationToken cancellationToken);
}
