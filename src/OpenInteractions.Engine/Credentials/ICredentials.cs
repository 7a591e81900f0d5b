namespace OpenInteractions.Engine.Credentials;

/// <summary>Opens credentials for those who send them: never for a sandbox, and never for a caller.</summary>
public interface ICredentials
{
    /// <summary>What is to be sent for a credential now. Asked at each use, so that a change or a delete holds from the next one on (behaviour CR-5).</summary>
    /// <param name="project">The project.</param>
    /// <param name="id">The credential.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Null when there is none, or none that may be used any more.</returns>
    /// <exception cref="ApiException">Its access token cannot be had, or its secret cannot be opened; the message says why, without any secret.</exception>
    ValueTask<OpenedCredential?> ResolveAsync(string project, string id, CancellationToken cancellationToken);
}

/// <summary>What is sent for a credential.</summary>
public abstract record OpenedCredential
{
    private protected OpenedCredential()
    {
    }

    /// <summary>The kind alone: a record would write its secret into a log.</summary>
    public sealed override string ToString() => GetType().Name;
}

/// <summary>A header: a bearer token, or an access token of OAuth.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Prefix">What stands before the token, and a space; empty for nothing.</param>
/// <param name="Token">The secret.</param>
public sealed record OpenedHeader(string Name, string Prefix, string Token) : OpenedCredential;

/// <summary>A value that a sandbox sees as a placeholder (behaviour CR-3).</summary>
/// <param name="Value">The secret.</param>
/// <param name="InjectionLocations">Where it may be put: <c>header</c>, <c>query</c>, <c>body</c>.</param>
/// <param name="TrustedDomains">Where it may be sent to: names and <c>*.example.com</c>.</param>
public sealed record OpenedValue(string Value, IReadOnlyList<string> InjectionLocations, IReadOnlyList<string> TrustedDomains) : OpenedCredential;
