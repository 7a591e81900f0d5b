using System.ComponentModel.DataAnnotations;

namespace OpenInteractions.Storage.Sqlite;

/// <summary>Settings of the embedded store: <c>OpenInteractions:Storage:Sqlite</c>.</summary>
public sealed class SqliteOptions
{
    internal const string Section = "OpenInteractions:Storage:Sqlite";

    /// <summary>The SQLite library to load instead of the system's <c>libsqlite3.so.0</c>; 3.51.3 or later is best.</summary>
    public string? LibraryPath { get; set; }

    /// <summary>How many connections read at the same time.</summary>
    [Range(1, 64)]
    public int Readers { get; set; } = 4;

    /// <summary>How many changes may wait for the writer; callers beyond that wait for a place.</summary>
    [Range(1, 100_000)]
    public int WriteQueue { get; set; } = 1024;
}
