using OpenInteractions.Contracts.Credentials;
using OpenInteractions.Engine.Outbound;
using OpenInteractions.Engine.Storage;
using OpenInteractions.Engine.Tenancy;

namespace OpenInteractions.Engine.Credentials;

/// <summary>Takes a credential (behaviour CR-1, CR-6).</summary>
public sealed class CreateCredential
{
    private readonly ICredentialStore _store;
    private readonly SealedCredentials _sealed;
    private readonly OutboundGuard _guard;
    private readonly TimeProvider _time;

    internal CreateCredential(ICredentialStore store, SealedCredentials @sealed, OutboundGuard guard, TimeProvider time) => (_store, _sealed, _guard, _time) = (store, @sealed, guard, time);

    /// <summary>Keeps it, sealed.</summary>
    /// <exception cref="ApiException">It is wrong, or its id is taken.</exception>
    public async Task<StoredCredential> ExecuteAsync(Caller caller, CredentialSpec spec, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(caller);
        ArgumentNullException.ThrowIfNull(spec);
        var id = spec.Id ?? Guid.NewGuid().ToString();
        CredentialRules.CheckId(id);
        CredentialRules.Check(spec, _guard);
        var now = _time.GetUtcNow();
        var credential = new StoredCredential
        {
            Project = caller.Project,
            Id = id,
            Type = spec.Type,
            Created = now,
            Updated = now,
            Sealed = _sealed.Seal(caller.Project, id, new CredentialContent(spec)),
        };
        return await _store.InsertAsync(credential, CredentialRules.MostPerProject, cancellationToken) switch
        {
            Insertion.Taken => throw new ApiException(
                ErrorCode.Aborted, $"There is a credential '{id}' already: ids are unique in a project. Change that one (PATCH), delete it, or choose another id.", "id"),
            Insertion.TooMany => throw new ApiException(
                ErrorCode.FailedPrecondition, $"A project may have {CredentialRules.MostPerProject} credentials at most: delete those that are not used any more.", "id"),
            _ => credential,
        };
    }
}
