using System.Net;

namespace OpenInteractions.Sandboxes.Egress;

/// <summary>How a request or a tunnel ended.</summary>
public enum EgressDecision
{
    /// <summary>It was let out.</summary>
    Allowed,

    /// <summary>No rule lets it out, or it is not what it seems to be.</summary>
    Refused,

    /// <summary>It held a placeholder that must not go there (behaviour CR-3).</summary>
    BlockedPlaceholder,
}

/// <summary>One decision about the way out. It never has header values, queries, bodies or secrets.</summary>
public sealed record EgressRecord
{
    /// <summary>When it was complete.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>What was decided.</summary>
    public required EgressDecision Decision { get; init; }

    /// <summary>The host that was asked for, as far as it could be read.</summary>
    public string? Host { get; init; }

    /// <summary>The port.</summary>
    public int Port { get; init; }

    /// <summary>Where the connection went to; null when none was made.</summary>
    public IPAddress? Address { get; init; }

    /// <summary>The domain of the rule that decided; null when none did.</summary>
    public string? Rule { get; init; }

    /// <summary>The credentials that were sent.</summary>
    public IReadOnlyList<string> Credentials { get; init; } = [];

    /// <summary>The method; <c>CONNECT</c> for a tunnel whose inside is not seen.</summary>
    public string? Method { get; init; }

    /// <summary>The path, without the query.</summary>
    public string? Path { get; init; }

    /// <summary>The status that the sandbox got.</summary>
    public int Status { get; init; }

    /// <summary>Bytes out of the sandbox.</summary>
    public long BytesOut { get; init; }

    /// <summary>Bytes into the sandbox.</summary>
    public long BytesIn { get; init; }

    /// <summary>Why it was refused or failed.</summary>
    public string? Reason { get; init; }
}

/// <summary>Keeps the decisions of one environment.</summary>
public interface IEgressAudit
{
    /// <summary>Takes one record. It must not wait: a connection does.</summary>
    void Record(EgressRecord record);
}
