using OpenInteractions.Engine.Outbound;

namespace OpenInteractions.Sandboxes.Egress.Secrets;

/// <summary>Where secrets come from. Asked at each request, so that an update or a deletion takes effect at the next one (behaviour CR-5).</summary>
public interface IEgressSecrets
{
    /// <summary>What stands behind a credential of the environment's project; null when there is no such credential, or none that may be used any more.</summary>
    ValueTask<EgressSecret?> FindAsync(string credentialId, CancellationToken cancellationToken);
}

/// <summary>Finds what stands behind the credentials of projects. Whoever keeps credentials implements it.</summary>
public interface IProjectSecrets
{
    /// <summary>What stands behind a credential; null when the project has none of that id, or none that may be used any more. A token that has run out is renewed before.</summary>
    /// <param name="project">The project.</param>
    /// <param name="credentialId">The credential.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    ValueTask<EgressSecret?> FindAsync(string project, string credentialId, CancellationToken cancellationToken);
}

/// <summary>The secrets of one project.</summary>
internal sealed class SecretsOfProject(IProjectSecrets secrets, string project) : IEgressSecrets
{
    public ValueTask<EgressSecret?> FindAsync(string credentialId, CancellationToken cancellationToken) => secrets.FindAsync(project, credentialId, cancellationToken);
}

/// <summary>A server that keeps no credentials.</summary>
internal sealed class NoSecrets : IProjectSecrets
{
    public ValueTask<EgressSecret?> FindAsync(string project, string credentialId, CancellationToken cancellationToken) => ValueTask.FromResult<EgressSecret?>(null);
}

/// <summary>What is sent for a credential.</summary>
public abstract record EgressSecret
{
    private protected EgressSecret()
    {
    }

    /// <inheritdoc/>
    public sealed override string ToString() => GetType().Name; // a record would write its secret into a log
}

/// <summary>A header, for a bearer token or an access token of OAuth.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Prefix">What stands before the token; empty for nothing.</param>
/// <param name="Token">The secret.</param>
public sealed record HeaderSecret(string Name, string Prefix, string Token) : EgressSecret;

/// <summary>A value that stands in a request as a placeholder.</summary>
/// <param name="Value">The secret.</param>
/// <param name="Places">Where it may be put.</param>
/// <param name="TrustedDomains">Where it may be sent to: names and <c>*.example.com</c>.</param>
public sealed record ValueSecret(string Value, SecretPlaces Places, IReadOnlyList<string> TrustedDomains) : EgressSecret
{
    internal bool Trusts(CanonicalHost host) => TrustedDomains.Any(d => HostPattern.Read(d, out _) is { IsAll: false } pattern && pattern.Matches(host));
}

/// <summary>Parts of a request.</summary>
[Flags]
public enum SecretPlaces
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>Values of headers.</summary>
    Header = 1,

    /// <summary>The query.</summary>
    Query = 2,

    /// <summary>The body.</summary>
    Body = 4,
}
