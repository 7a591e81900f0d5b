using OpenInteractions.Engine.Outbound;
using OpenInteractions.Sandboxes.Egress.Secrets;
using OpenInteractions.Sandboxes.Egress.Tls;

namespace OpenInteractions.Sandboxes.Egress;

/// <summary>Through which door a connection of a sandbox came.</summary>
/// <param name="Address">The address that was connected to inside; null at the proxy's door.</param>
/// <param name="Port">The port of that address.</param>
internal sealed record EgressOrigin(System.Net.IPAddress? Address, int Port)
{
    /// <summary>The door for programs that know proxies.</summary>
    public static readonly EgressOrigin Proxy = new(null, 0);

    /// <summary>A stand-in address, that a program took from the name table.</summary>
    public static EgressOrigin Transparent(System.Net.IPAddress address, int port) => new(address, port);
}

/// <summary>What all environments of a server share.</summary>
internal sealed record EgressWorld(OutboundGuard Guard, EgressOptions Options, IEgressSecrets Secrets, TimeProvider Time)
{
    /// <summary>Who may vouch for servers; null for whom this machine trusts.</summary>
    public System.Security.Cryptography.X509Certificates.X509Certificate2Collection? Roots { get; init; }
}

/// <summary>The way out of one environment: its rules, names, budget, certificates, and what is open.</summary>
internal sealed class EgressEnvironment : IDisposable
{
    private readonly Lock _lock = new();
    private readonly HashSet<Grant> _grants = [];
    private readonly NameTable _names;
    private readonly Lazy<EnvironmentAuthority> _authority;
    private EgressPolicy _policy;

    public EgressEnvironment(EgressWorld world, EgressPolicy policy, IEgressAudit audit)
    {
        (World, _policy, Audit) = (world, policy, audit);
        _names = new NameTable(world.Options.MaxNames);
        _authority = new Lazy<EnvironmentAuthority>(() => new EnvironmentAuthority(world.Time));
        Budget = new EgressBudget(world.Options.MaxConnections, world.Options.MaxBytes);
    }

    public EgressWorld World { get; }

    public IEgressAudit Audit { get; }

    public EgressBudget Budget { get; }

    /// <summary>Issues the certificates of hosts whose requests are changed. Its own certificate goes into the sandbox.</summary>
    public EnvironmentAuthority Authority => _authority.Value;

    /// <summary>Credentials whose placeholders the sandbox has as variables. Others may come with other rules; those of before stay, since programs may hold them.</summary>
    public IReadOnlySet<string> Placeholders { get; set; } = new HashSet<string>();

    /// <summary>Answers a DNS message; null for what gets no answer.</summary>
    public byte[]? AnswerName(ReadOnlySpan<byte> query) => DnsAnswers.Answer(query, host => RuleFor(host) is null ? null : _names.AddressOf(host.Name));

    public string? NameOf(System.Net.IPAddress address) => _names.NameOf(address);

    public EgressRule? RuleFor(CanonicalHost host) => Volatile.Read(ref _policy).Find(host);

    /// <summary>Leave to go to a host; null when no rule gives it.</summary>
    public Grant? Enter(CanonicalHost host)
    {
        // Under the lock of the swap: a grant is under the rules of now, or it is found and cut.
        lock (_lock)
        {
            if (_policy.Find(host) is not { } rule)
            {
                return null;
            }

            var grant = new Grant(host, rule, Leave);
            _grants.Add(grant);
            return grant;
        }
    }

    /// <summary>New rules, at once (behaviour EN-9). What is open under a rule that is gone, or says something else now, is cut.</summary>
    public void Replace(EgressPolicy policy)
    {
        List<Grant> gone;
        lock (_lock)
        {
            Volatile.Write(ref _policy, policy);
            gone = [.. _grants.Where(g => policy.Find(g.Host) is not { } rule || !rule.IsSameAs(g.Rule))];
        }

        foreach (var grant in gone)
        {
            grant.Revoke();
        }
    }

    /// <summary>Serves one connection of the sandbox until it ends, and closes it. What goes wrong at its ends is not thrown; a fault of the secrets or the audit is, after nothing more was let out.</summary>
    public Task ServeAsync(Stream client, EgressOrigin origin, CancellationToken cancellationToken) => new EgressConnection(this, origin).ServeAsync(client, cancellationToken);

    public void Dispose()
    {
        if (_authority.IsValueCreated)
        {
            _authority.Value.Dispose();
        }
    }

    private void Leave(Grant grant)
    {
        lock (_lock)
        {
            _grants.Remove(grant);
        }
    }
}
