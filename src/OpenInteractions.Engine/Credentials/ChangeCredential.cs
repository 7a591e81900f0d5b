using OpenInteractions.Contracts.Credentials;
using OpenInteractions.Engine.Outbound;
using OpenInteractions.Engine.Tenancy;
using static OpenInteractions.Engine.Interactions.Requirement;

namespace OpenInteractions.Engine.Credentials;

/// <summary>Changes a credential (behaviour CR-5). Whoever uses it gets what is new at the next use.</summary>
public sealed class ChangeCredential
{
    // Each loses against a change that was made, so nobody loses for ever; a refresh of an access token is such a change, too.
    private const int MaxTries = 10;

    private readonly ICredentialStore _store;
    private readonly SealedCredentials _sealed;
    private readonly OutboundGuard _guard;
    private readonly TimeProvider _time;

    internal ChangeCredential(ICredentialStore store, SealedCredentials @sealed, OutboundGuard guard, TimeProvider time) => (_store, _sealed, _guard, _time) = (store, @sealed, guard, time);

    /// <summary>Changes one.</summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="id">The credential.</param>
    /// <param name="change">Its type, and what is new.</param>
    /// <param name="mask">The request's <c>update_mask</c>, or null.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ApiException">There is none, or the change is wrong; it is as it was.</exception>
    public async Task<StoredCredential> ExecuteAsync(Caller caller, string id, CredentialSpec change, string? mask, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(caller);
        ArgumentNullException.ThrowIfNull(change);
        Require(change.Id is null, "id", "Unknown parameter 'id': the id of a credential cannot be changed. Leave it out.");
        var (fields, needed) = CredentialRules.FieldsOf(change);
        var named = FieldMask.Read(mask, fields);
        for (var tries = 1; ; tries++)
        {
            var before = await _store.GetAsync(caller.Project, id, cancellationToken) ?? throw NotFound(id);
            Require(change.Type == before.Type, "type", $"Invalid value '{change.Type}' for 'type': the credential '{id}' is of the type '{before.Type}', which cannot be changed. Delete it and make another.");
            var content = _sealed.Open(before);
            var spec = named.Merge(content.Spec, WireJson.Wire.CredentialSpec, change, WireJson.Wire.CredentialSpec, needed);
            CredentialRules.Check(spec, _guard);

            // An access token of other secrets is none of this credential.
            var after = before with { IsRevoked = false, Updated = _time.GetUtcNow(), Sealed = _sealed.Seal(caller.Project, id, new CredentialContent(spec)) };
            if (await _store.ChangeAsync(after, cancellationToken))
            {
                return after;
            }

            if (tries == MaxTries)
            {
                throw new ApiException(ErrorCode.Aborted, $"The credential '{id}' was changed by others again and again. Try again.", "id");
            }
        }
    }

    /// <summary>What is told of a credential that is not there.</summary>
    public static ApiException NotFound(string id) => new(ErrorCode.NotFound, $"There is no credential '{Excerpt.Of(id, 150)}'.", "id");
}
