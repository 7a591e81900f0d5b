using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using OpenInteractions.Contracts.Credentials;

namespace OpenInteractions.Engine.Credentials;

/// <summary>
/// Access tokens of OAuth: the one that is kept while it can be used, then a new one. Of all who need it one fetches it, on one node, and the others wait for it.
/// </summary>
internal sealed partial class AccessTokens(ICredentialStore store, SealedCredentials contents, TokenEndpoint endpoint, TimeProvider time, ILogger<AccessTokens> logger)
{
    /// <summary>Longer than a fetch lasts: a node that dies meanwhile holds the others up for no longer than this.</summary>
    private static readonly TimeSpan Lease = 2 * TokenEndpoint.Timeout;

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(150);

    private readonly ConcurrentDictionary<long, Lazy<Task<AccessToken?>>> _fetching = new();

    /// <summary>An access token that can be used now; null when the credential is gone, or revoked.</summary>
    /// <exception cref="ApiException">There is none to be had.</exception>
    public async Task<AccessToken?> GetAsync(StoredCredential credential, CredentialContent content, CancellationToken cancellationToken)
    {
        if (UsableIn(content) is { } usable)
        {
            return usable;
        }

        // The fetch is everybody's: who leaves does not end it.
        var fetching = _fetching.GetOrAdd(credential.Number, number => new Lazy<Task<AccessToken?>>(() => Task.Run(() => FetchOnceAsync(credential.Project, credential.Id, number))));
        return await fetching.Value.WaitAsync(cancellationToken);
    }

    private AccessToken? UsableIn(CredentialContent content) => content.Access is { } access && access.UsableUntil > time.GetUtcNow() ? access : null;

    private async Task<AccessToken?> FetchOnceAsync(string project, string id, long number)
    {
        try
        {
            return await FetchAsync(project, id, number);
        }
        finally
        {
            _fetching.TryRemove(number, out _);
        }
    }

    private async Task<AccessToken?> FetchAsync(string project, string id, long number)
    {
        for (var waited = TimeSpan.Zero; ; waited += Look)
        {
            if (await store.GetAsync(project, id, CancellationToken.None) is not { IsRevoked: false } credential || credential.Number != number)
            {
                return null;
            }

            var content = contents.Open(credential);
            if (UsableIn(content) is { } usable)
            {
                return usable; // another node, or whoever fetched just before
            }

            if (await store.TryBeginRefreshAsync(credential, Lease, CancellationToken.None))
            {
                if (await RefreshAsync(credential, (OAuth2Spec)content.Spec) is { } fetched)
                {
                    return fetched;
                }

                continue; // its owner has given it other secrets meanwhile
            }

            if (waited > 2 * Lease)
            {
                throw new ApiException(ErrorCode.ServiceUnavailable, $"The access token of the credential '{id}' is being fetched elsewhere for too long. Try again later.");
            }

            await Task.Delay(Look, time);
        }
    }

    private async Task<AccessToken?> RefreshAsync(StoredCredential credential, OAuth2Spec spec)
    {
        FetchedToken fetched;
        try
        {
            fetched = await endpoint.FetchAsync(credential.Id, spec);
        }
        catch (TokenRefusedException refused)
        {
            LogRevoked(credential.Project, credential.Id);

            // The refresh token is not taken any more: asking again with it would be refused again.
            await store.ChangeAsync(credential with { IsRevoked = true }, CancellationToken.None);
            throw new ApiException(ErrorCode.FailedPrecondition, refused.Message);
        }
        catch
        {
            await store.EndRefreshAsync(credential, CancellationToken.None);
            throw;
        }

        return await KeepAsync(credential, spec, fetched);
    }

    /// <summary>Keeps what was fetched. When the owner has changed the credential meanwhile, only if it is still the one that this was fetched for.</summary>
    private async Task<AccessToken?> KeepAsync(StoredCredential credential, OAuth2Spec used, FetchedToken fetched)
    {
        for (var current = credential; ;)
        {
            var spec = (OAuth2Spec)contents.Open(current).Spec;
            if (IsOther(spec, used))
            {
                return null;
            }

            var content = new CredentialContent(spec with { RefreshToken = fetched.RefreshToken ?? spec.RefreshToken }, fetched.Access);
            if (await store.ChangeAsync(current with { Sealed = contents.Seal(current.Project, current.Id, content) }, CancellationToken.None))
            {
                return fetched.Access;
            }

            if (await store.GetAsync(credential.Project, credential.Id, CancellationToken.None) is not { IsRevoked: false } changed || changed.Number != credential.Number)
            {
                return null;
            }

            current = changed;
        }
    }

    private static bool IsOther(OAuth2Spec spec, OAuth2Spec used) =>
        (spec.ClientId, spec.ClientSecret, spec.RefreshToken, spec.TokenUrl) != (used.ClientId, used.ClientSecret, used.RefreshToken, used.TokenUrl)
        || !(spec.Scopes ?? []).SequenceEqual(used.Scopes ?? []);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The refresh token of the credential {Id} of project {Project} is not taken any more; the credential is revoked until its owner changes it")]
    private partial void LogRevoked(string project, string id);
}
