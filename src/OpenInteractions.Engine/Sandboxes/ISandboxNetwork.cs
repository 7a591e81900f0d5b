using System.Net;
using OpenInteractions.Contracts.Environments;
using OpenInteractions.Contracts.Json;

namespace OpenInteractions.Engine.Sandboxes;

/// <summary>Makes the ways out of sandboxes. There is no other way out than what these decide.</summary>
public interface ISandboxNetworks
{
    /// <summary>A way out for a sandbox that is about to start.</summary>
    /// <param name="spec">What may be reached.</param>
    /// <exception cref="ApiException">The rules cannot be kept; the error names which.</exception>
    ISandboxNetwork Open(SandboxNetworkSpec spec);
}

/// <summary>What an environment asked for.</summary>
public sealed record SandboxNetworkSpec
{
    /// <summary>The project.</summary>
    public required string Project { get; init; }

    /// <summary>The environment.</summary>
    public required string EnvironmentId { get; init; }

    /// <summary>The hosts that may be reached, with what is added to their requests; null for every public one, as far as the operator allows; <c>disabled</c> for none (behaviour EN-7).</summary>
    public StringOr<NetworkRules>? Rules { get; init; }

    /// <summary>Variables that stand for credentials, by name (behaviour CR-3).</summary>
    public IReadOnlyDictionary<string, string> CredentialVariables { get; init; } = new Dictionary<string, string>();
}

/// <summary>The way out of one sandbox. Disposing it closes every connection and forgets every secret.</summary>
public interface ISandboxNetwork : IAsyncDisposable
{
    /// <summary>Variables that programs need to find the way out, and placeholders of credentials. Never a secret.</summary>
    IReadOnlyDictionary<string, string> Variables { get; }

    /// <summary>The certificate of the authority that programs inside have to trust, as PEM; null for none. It is put into the sandbox before the first command.</summary>
    string? Authority { get; }

    /// <summary>Puts other rules in place of all old ones (behaviour EN-9). They hold for every new connection, and end those that they do not allow.</summary>
    /// <param name="spec">What may be reached from now on.</param>
    void Replace(SandboxNetworkSpec spec);

    /// <summary>Takes a connection of a program inside. Completes when it is closed; never fails.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="cancellationToken">The sandbox has ended.</param>
    Task ServeAsync(SandboxConnection connection, CancellationToken cancellationToken);
}

/// <summary>A connection that a program inside a sandbox has opened. Everything of it is input from a stranger.</summary>
/// <param name="Door">Which door it came through.</param>
/// <param name="Address">The address that it was made to, as the sandbox says; null at the proxy's door.</param>
/// <param name="Stream">Its bytes.</param>
public sealed record SandboxConnection(SandboxDoor Door, IPAddress? Address, Stream Stream);

/// <summary>Doors that a sandbox has.</summary>
public enum SandboxDoor
{
    /// <summary>A proxy of HTTP, for programs that know proxies.</summary>
    Proxy,

    /// <summary>Port 80 of the addresses that names resolve to.</summary>
    Http,

    /// <summary>Port 443 of those addresses.</summary>
    Tls,

    /// <summary>Names: each question and answer is preceded by its length in two bytes, as DNS has it over TCP.</summary>
    Dns,
}
