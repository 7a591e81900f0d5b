using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OpenInteractions.Contracts.Errors;
using OpenInteractions.Engine.Outbound;
using OpenInteractions.Sandboxes.Egress.Secrets;

namespace OpenInteractions.Sandboxes.Egress;

/// <summary>The ways out of all sandboxes of a server.</summary>
public sealed class SandboxNetworks : ISandboxNetworks
{
    /// <summary>Most variables of one environment that stand for credentials.</summary>
    public const int MaxCredentialVariables = 100;

    private readonly OutboundGuard _guard;
    private readonly EgressOptions _options;
    private readonly IProjectSecrets _secrets;
    private readonly TimeProvider _time;
    private readonly EgressInstruments _instruments;
    private readonly ILogger<SandboxNetworks> _logger;

    internal SandboxNetworks(OutboundGuard guard, IOptions<EgressOptions> options, IProjectSecrets secrets, TimeProvider time, EgressInstruments instruments, ILogger<SandboxNetworks> logger) =>
        (_guard, _options, _secrets, _time, _instruments, _logger) = (guard, options.Value, secrets, time, instruments, logger);

    /// <summary>Who may vouch for servers; null for whom this machine trusts.</summary>
    internal System.Security.Cryptography.X509Certificates.X509Certificate2Collection? Roots { get; init; }

    /// <inheritdoc/>
    public ISandboxNetwork Open(SandboxNetworkSpec spec)
    {
        var policy = Policy(spec);
        var audit = new EgressAudit(spec.Project, spec.EnvironmentId, _time, _instruments, _logger);
        var world = new EgressWorld(_guard, _options, new SecretsOfProject(_secrets, spec.Project), _time) { Roots = Roots };
        return new SandboxNetwork(this, spec, new EgressEnvironment(world, policy, audit), audit, _instruments);
    }

    /// <summary>The rules of an environment, checked.</summary>
    internal EgressPolicy Policy(SandboxNetworkSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        var credentials = spec.CredentialVariables;
        if (credentials.Count > MaxCredentialVariables)
        {
            throw new ApiException(ErrorCode.InvalidRequest, $"Invalid variables in 'environment.env': at most {MaxCredentialVariables} stand for credentials.", "environment.env");
        }

        foreach (var (name, id) in credentials)
        {
            if (!Placeholder.CanHold(id))
            {
                var field = $"environment.env.{name}.credential";
                throw new ApiException(ErrorCode.InvalidRequest, $"Invalid credential in '{field}': an id has 1 to 128 letters, digits, '.', '_' or '-', without '__' in it.", field);
            }
        }

        return EgressPolicy.From(spec.Rules, _options);
    }
}
