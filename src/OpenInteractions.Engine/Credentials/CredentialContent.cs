using OpenInteractions.Contracts.Credentials;

namespace OpenInteractions.Engine.Credentials;

/// <summary>What a credential holds.</summary>
/// <param name="Spec">What its owner gave; of OAuth, with the refresh token that came last.</param>
/// <param name="Access">The access token that was fetched last, or null.</param>
internal sealed record CredentialContent(CredentialSpec Spec, AccessToken? Access = null)
{
    public override string ToString() => Spec.Type;
}

/// <summary>An access token.</summary>
/// <param name="Token">The secret.</param>
/// <param name="UsableUntil">When it is nearly over.</param>
internal sealed record AccessToken(string Token, DateTimeOffset UsableUntil)
{
    public override string ToString() => nameof(AccessToken);
}
