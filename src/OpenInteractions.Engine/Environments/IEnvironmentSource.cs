using OpenInteractions.Contracts.Environments;
using OpenInteractions.Engine.Sandboxes;

namespace OpenInteractions.Engine.Environments;

/// <summary>Brings in sources of one type (behaviour EN-3). A type that nobody brings in is refused.</summary>
public interface IEnvironmentSource
{
    /// <summary>The type, as on the wire.</summary>
    string Type { get; }

    /// <summary>Where it goes when its target is not said; null when that has to be said.</summary>
    /// <param name="source">The source, which may be wrong.</param>
    string? TargetOf(EnvironmentSource source) => null;

    /// <summary>Checks a source as far as that goes without asking anybody.</summary>
    /// <param name="source">The source.</param>
    /// <param name="field">Where it stands in the request.</param>
    /// <exception cref="ApiException">It is wrong; the error names the place and what would be right.</exception>
    void Check(EnvironmentSource source, string field);

    /// <summary>Brings it in. Once more after it was cut.</summary>
    /// <param name="source">The source, checked before.</param>
    /// <param name="place">Where to.</param>
    /// <param name="cancellationToken">Ends the work; the time of one source is over.</param>
    /// <exception cref="ApiException">It cannot be brought in; the error says why.</exception>
    /// <exception cref="SandboxException">Its target cannot be written.</exception>
    Task BringAsync(EnvironmentSource source, SourcePlace place, CancellationToken cancellationToken);
}

/// <summary>Where a source goes.</summary>
/// <param name="Target">The absolute path inside.</param>
/// <param name="Sandbox">The environment's sandbox.</param>
/// <param name="HeadersFor">
/// What is sent along to an address that the source names (behaviour EN-4): its credential, and what the environment's rules add. It is for requests to the origin of that address alone.
/// Throws where what was asked for cannot be sent.
/// </param>
public sealed record SourcePlace(string Target, ISandbox Sandbox, Func<Uri, CancellationToken, Task<IReadOnlyList<KeyValuePair<string, string>>>> HeadersFor);
