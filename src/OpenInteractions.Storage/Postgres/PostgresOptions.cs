using System.ComponentModel.DataAnnotations;

namespace OpenInteractions.Storage.Postgres;

/// <summary>Settings of the store that many nodes share: <c>OpenInteractions:Storage:Postgres</c>.</summary>
public sealed class PostgresOptions
{
    internal const string Section = "OpenInteractions:Storage:Postgres";

    /// <summary>Where the database is, such as <c>Host=db;Database=interactions;Username=oi;Password=…</c>. Set, it takes the place of SQLite.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>How many connections this node opens at most.</summary>
    [Range(4, 1000)]
    public int MaxConnections { get; set; } = 16;

    /// <summary>How long a connection may take to open, and a caller may wait for a free one.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a statement may take.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan CommandTimeout { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>How many changes may wait to be committed together; callers beyond that wait for a place.</summary>
    [Range(1, 100_000)]
    public int WriteQueue { get; set; } = 1024;

    internal bool IsSet => !string.IsNullOrWhiteSpace(ConnectionString);
}
