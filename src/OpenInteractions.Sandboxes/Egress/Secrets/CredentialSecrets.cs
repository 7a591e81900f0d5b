using Microsoft.Extensions.Logging;
using OpenInteractions.Contracts.Errors;
using OpenInteractions.Engine.Credentials;

namespace OpenInteractions.Sandboxes.Egress.Secrets;

/// <summary>The secrets of the server's own credentials.</summary>
internal sealed partial class CredentialSecrets(ICredentials credentials, ILogger<CredentialSecrets> logger) : IProjectSecrets
{
    public async ValueTask<EgressSecret?> FindAsync(string project, string credentialId, CancellationToken cancellationToken)
    {
        try
        {
            return await credentials.ResolveAsync(project, credentialId, cancellationToken) switch
            {
                OpenedHeader header => new HeaderSecret(header.Name, header.Prefix, header.Token),
                OpenedValue value => new ValueSecret(value.Value, Places(value.InjectionLocations), value.TrustedDomains),
                _ => null,
            };
        }
        catch (ApiException exception)
        {
            // A token that cannot be had, or a key that is another one: the request is refused, as if there were no such credential.
            LogUnusable(credentialId, exception.Message);
            return null;
        }
    }

    private static SecretPlaces Places(IReadOnlyList<string> locations)
    {
        var places = SecretPlaces.None;
        foreach (var location in locations)
        {
            places |= location switch
            {
                "header" => SecretPlaces.Header,
                "query" => SecretPlaces.Query,
                "body" => SecretPlaces.Body,
                _ => SecretPlaces.None,
            };
        }

        return places;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The credential '{Credential}' cannot be used by a sandbox: {Reason}")]
    private partial void LogUnusable(string credential, string reason);
}
