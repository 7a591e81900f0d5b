using System.ComponentModel.DataAnnotations;
using System.Globalization;
using OpenInteractions.Engine.Outbound;

namespace OpenInteractions.Sandboxes.Egress;

/// <summary>What sandboxes may reach at all, whatever their environments say.</summary>
public enum EgressCeiling
{
    /// <summary>Nothing.</summary>
    Deny,

    /// <summary>The hosts of <see cref="EgressOptions.Allowlist"/>.</summary>
    Allowlist,

    /// <summary>All public names.</summary>
    Public,
}

/// <summary>The way out of sandboxes. Configuration section <c>OpenInteractions:Sandboxes:Egress</c>.</summary>
public sealed class EgressOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "OpenInteractions:Sandboxes:Egress";

    private HostPattern[]? _patterns;

    /// <summary>The most that an environment's rules can allow.</summary>
    public EgressCeiling Ceiling { get; set; } = EgressCeiling.Public;

    /// <summary>With <see cref="EgressCeiling.Allowlist"/>: names, <c>*.example.com</c>, or addresses.</summary>
    public List<string> Allowlist { get; } = [];

    /// <summary>Pairs such as <c>git.example.com:8443</c> that may be reached beside ports 80 and 443. The name still needs a rule, and its address is checked like others.</summary>
    public List<string> Ports { get; } = [];

    /// <summary>Whether credentials and added headers are sent without TLS too. They are readable on their way then.</summary>
    public bool PlainSecrets { get; set; }

    /// <summary>Connections that an environment has at the same time.</summary>
    [Range(1, 10_000)]
    public int MaxConnections { get; set; } = 64;

    /// <summary>Bytes that an environment sends and receives in its life.</summary>
    public long MaxBytes { get; set; } = 20L << 30;

    /// <summary>How long a connection may be silent.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan IdleTimeout { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>How long resolving, connecting and the TLS handshake may take together.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How long the head of a request may take from its first byte.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan HeadTimeout { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>Names that an environment may ask for in its life.</summary>
    [Range(1, NameTable.Capacity)]
    public int MaxNames { get; set; } = 16_384;

    /// <summary>What is wrong, each with the name of its setting.</summary>
    public IEnumerable<string> Problems()
    {
        foreach (var (index, text) in Allowlist.Index())
        {
            if (HostPattern.Read(text, out var fault) is null)
            {
                yield return $"{Section}:{nameof(Allowlist)}:{index}: {fault}. Use a name, '*.example.com' or an address.";
            }
        }

        foreach (var (index, text) in Ports.Index())
        {
            if (CanonicalHost.ReadWithPort(text, null, out _, out var fault) is null)
            {
                yield return $"{Section}:{nameof(Ports)}:{index}: {fault}. Use a pair such as 'git.example.com:8443'.";
            }
        }

        if (MaxBytes < 1)
        {
            yield return $"{Section}:{nameof(MaxBytes)}: must be 1 or more.";
        }
    }

    internal bool IsUnderCeiling(CanonicalHost host) => Ceiling switch
    {
        EgressCeiling.Public => true,
        EgressCeiling.Allowlist => Patterns.Any(p => p.Matches(host)),
        _ => false,
    };

    /// <summary>Whether a port is one for everybody, or listed for this host.</summary>
    internal bool IsPort(CanonicalHost host, int port) => port is 80 or 443
        || Ports.Any(p => CanonicalHost.ReadWithPort(p, null, out var listed, out _) is { } of && of == host && listed == port);

    private HostPattern[] Patterns => _patterns ??= [.. Allowlist.Select(p => HostPattern.Read(p, out var fault) ?? throw new InvalidOperationException(
        string.Create(CultureInfo.InvariantCulture, $"{Section}:{nameof(Allowlist)}: {fault}.")))];
}
