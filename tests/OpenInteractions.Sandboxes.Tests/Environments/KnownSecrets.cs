using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using OpenInteractions.Contracts.Errors;
using OpenInteractions.Engine.Credentials;
using OpenInteractions.Engine.Outbound;
using OpenInteractions.Sandboxes.Egress;
using OpenInteractions.Sandboxes.Egress.Secrets;

namespace OpenInteractions.Sandboxes.Tests.Environments;

/// <summary>Credentials of the project of the tests. One of them, <c>broken</c>, cannot be had until it is set.</summary>
internal sealed class KnownSecrets : Dictionary<string, OpenedCredential>, ICredentials
{
    /// <summary>Environments with ways out whose sources are fetched with these credentials.</summary>
    /// <param name="credentials">The credentials.</param>
    /// <param name="plain">Whether they are sent without TLS, as the servers of the tests need it.</param>
    public static EnvironmentRig.World World(ICredentials credentials, bool plain = true)
    {
        var egress = new EgressOptions { PlainSecrets = plain };
        var networks = new SandboxNetworks(
            new OutboundGuard(Options.Create(Fetching.Outbound(allow: true))), Options.Create(egress), new NoSecrets(), TimeProvider.System, new EgressInstruments(), NullLogger<SandboxNetworks>.Instance);
        return new EnvironmentRig.World(networks, credentials, egress);
    }

    public ValueTask<OpenedCredential?> ResolveAsync(string project, string id, CancellationToken cancellationToken) =>
        project != EnvironmentRig.Project ? throw new InvalidOperationException(project)
        : id == "broken" && !ContainsKey(id) ? throw new ApiException(ErrorCode.FailedPrecondition, "the vendor is away")
        : ValueTask.FromResult(this.GetValueOrDefault(id));
}
