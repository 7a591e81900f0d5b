using OpenInteractions.Contracts.Credentials;

namespace OpenInteractions.Engine.Credentials;

/// <inheritdoc cref="ICredentials"/>
internal sealed class Credentials(ICredentialStore store, SealedCredentials contents, AccessTokens tokens) : ICredentials
{
    private const string StandardHeader = "Authorization";
    private const string StandardPrefix = "Bearer";

    public async ValueTask<OpenedCredential?> ResolveAsync(string project, string id, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(project);
        ArgumentNullException.ThrowIfNull(id);
        if (await store.GetAsync(project, id, cancellationToken) is not { IsRevoked: false } credential)
        {
            return null;
        }

        var content = contents.Open(credential);
        return content.Spec switch
        {
            BearerTokenSpec bearer => new OpenedHeader(bearer.HeaderName ?? StandardHeader, bearer.Prefix ?? StandardPrefix, bearer.Token!),
            EnvironmentVariableSpec variable => new OpenedValue(variable.Value!, variable.InjectionLocation!, variable.TrustedDomains ?? []),
            OAuth2Spec => await tokens.GetAsync(credential, content, cancellationToken) is { } access ? new OpenedHeader(StandardHeader, StandardPrefix, access.Token) : null,
            _ => throw new InvalidDataException($"The credential {id} has a type that this program does not know."),
        };
    }
}
