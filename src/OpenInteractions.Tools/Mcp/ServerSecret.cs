using System.Net.Http.Headers;
using OpenInteractions.Engine.Credentials;

namespace OpenInteractions.Tools.Mcp;

/// <summary>
/// The credential that a declared server gets (behaviour TL-11). It is asked for at each request, so that a change or a delete holds for sessions that are open (behaviour CR-5); a header that was given
/// explicitly stays as it is.
/// </summary>
/// <param name="server">The server.</param>
/// <param name="project">The project whose credential it is.</param>
/// <param name="credentials">Opens it; null where there are none.</param>
internal sealed class ServerSecret(ServerDeclaration server, string project, ICredentials? credentials)
{
    /// <summary>Puts the credential's header on a request that has none of its name.</summary>
    /// <exception cref="SecretRefusedException">It cannot be sent; nothing was.</exception>
    public async ValueTask AddAsync(HttpRequestHeaders headers, CancellationToken cancellationToken)
    {
        if (server.Credential is not { } id)
        {
            return;
        }

        OpenedCredential? opened;
        try
        {
            opened = credentials is null ? null : await credentials.ResolveAsync(project, id, cancellationToken);
        }
        catch (ApiException exception)
        {
            throw new SecretRefusedException($"Its credential '{Excerpt.Of(id, 100)}' cannot be used: {exception.Message}");
        }

        if (opened is not OpenedHeader header)
        {
            throw new SecretRefusedException(opened is null
                ? $"There is no credential '{Excerpt.Of(id, 100)}', or none that may be used any more."
                : $"Its credential '{Excerpt.Of(id, 100)}' is none that is sent as a header. Use one of type 'bearer_token' or 'oauth2'.");
        }

        if (!headers.Contains(header.Name))
        {
            headers.TryAddWithoutValidation(header.Name, header.Prefix.Length == 0 ? header.Token : $"{header.Prefix} {header.Token}");
        }
    }
}

/// <summary>A request was not sent, since what was to be sent along cannot be had. The message has no secret.</summary>
internal sealed class SecretRefusedException(string message) : HttpRequestException(message);
