using OpenInteractions.Contracts.Environments;
using OpenInteractions.Engine.Credentials;
using OpenInteractions.Engine.Sandboxes;

namespace OpenInteractions.Engine.Environments;

/// <summary>
/// What the server sends along when it fetches a source (behaviour EN-4): the credential that the source names, or else that of the network rule for the host, and the headers of that rule. Asked for
/// at each fetch, so that a change of the credential holds from the next one on (behaviour CR-5). Nothing of it reaches the sandbox.
/// </summary>
internal sealed class SourceHeaders(INetworkRuleReader? rules, ICredentials? credentials)
{
    /// <summary>The headers for an address.</summary>
    /// <param name="project">The project.</param>
    /// <param name="source">The source.</param>
    /// <param name="network">The environment's rules.</param>
    /// <param name="address">The address that the source names.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ApiException">The credential cannot be sent; the message says why, without any secret.</exception>
    public async Task<IReadOnlyList<KeyValuePair<string, string>>> ForAsync(string project, EnvironmentSource source, StringOr<NetworkRules>? network, Uri address, CancellationToken cancellationToken)
    {
        var added = rules?.AddedFor(network, address.IdnHost) ?? AddedToRequests.Nothing;
        if (added.Headers.Count == 0 && (source.Credential ?? added.Credential) is null)
        {
            return [];
        }

        if (address.Scheme != Uri.UriSchemeHttps && rules?.PlainSecrets != true)
        {
            throw Refused(source, "what is sent along to its host would be readable on its way. Use an https address");
        }

        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        if (source.Credential is null && added.Credential is { } general)
        {
            await AddAsync(headers, project, source, general, cancellationToken);
        }

        foreach (var (name, value) in added.Headers)
        {
            headers[name] = value;
        }

        // Last: it was named for this source alone.
        if (source.Credential is { } own)
        {
            await AddAsync(headers, project, source, own, cancellationToken);
        }

        return [.. headers];
    }

    /// <summary>Puts the headers on a request, if it goes where they are for: the same scheme, host and port.</summary>
    /// <param name="request">The request.</param>
    /// <param name="headers">The headers.</param>
    /// <param name="address">The address that they are for.</param>
    public static void Set(HttpRequestMessage request, IReadOnlyList<KeyValuePair<string, string>> headers, Uri address)
    {
        var to = request.RequestUri!;
        if (to.Scheme != address.Scheme || to.IdnHost != address.IdnHost || to.Port != address.Port)
        {
            return;
        }

        foreach (var (name, value) in headers)
        {
            request.Headers.Remove(name);
            request.Headers.TryAddWithoutValidation(name, value);
        }
    }

    private async Task AddAsync(Dictionary<string, string> headers, string project, EnvironmentSource source, string credential, CancellationToken cancellationToken)
    {
        OpenedCredential? opened;
        try
        {
            opened = credentials is null ? null : await credentials.ResolveAsync(project, credential, cancellationToken);
        }
        catch (ApiException exception)
        {
            throw Refused(source, $"its credential '{Excerpt.Of(credential, 100)}' cannot be used: {exception.Message}");
        }

        headers[opened is OpenedHeader header
            ? header.Name
            : throw Refused(source, opened is null
                ? $"there is no credential '{Excerpt.Of(credential, 100)}', or none that may be used any more"
                : $"its credential '{Excerpt.Of(credential, 100)}' is none that is sent as a header. Use one of type 'bearer_token' or 'oauth2'")]
            = header.Prefix.Length == 0 ? header.Token : $"{header.Prefix} {header.Token}";
    }

    private static ApiException Refused(EnvironmentSource source, string why) =>
        new(ErrorCode.FailedPrecondition, $"The source for '{Excerpt.Of(source.Target!, 100)}' cannot be brought in: {why}.", "sources");
}
