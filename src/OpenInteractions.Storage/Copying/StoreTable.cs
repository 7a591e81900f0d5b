namespace OpenInteractions.Storage.Copying;

/// <summary>
/// A table that is copied, by the name and the key that both engines have in common. Columns are not listed: they are read from the schemas, so that one
/// that a migration adds is copied too.
/// </summary>
/// <param name="Name">The table; of SQLite, the one that its other parts belong to.</param>
/// <param name="Key">The columns that tell rows apart, in the order of an index of both engines.</param>
internal sealed record StoreTable(string Name, params string[] Key)
{
    /// <summary>What is copied. A table stands behind those that its rows refer to.</summary>
    public static IReadOnlyList<StoreTable> All { get; } =
    [
        new("interactions", "project", "id"),
        new("labels", "project", "id", "key"),
        new("runs", "id"),
        new("journal", "project", "id", "epoch", "last_number"),
        new("idempotency_keys", "project", "key"),
        new("file_search_stores", "number"),
        new("file_search_documents", "number"),
        new("file_search_parts", "document", "start"),
        new("file_search_chunks", "number"),
        new("file_search_vectors", "store", "chunk"),
        new("environments", "number"),
        new("checkpoints", "number"),
        new("checkpoint_parts", "checkpoint", "part"),
        new("workers", "number"),
        new("credentials", "number"),
        new("agents", "number"),
        new("agent_versions", "agent", "version"),
        new("api_keys", "number"),
    ];

    /// <summary>Tables whose rows have numbers that others name or that order them, and that are copied with them.</summary>
    public static IReadOnlyList<string> Numbered { get; } = ["file_search_stores", "file_search_documents", "file_search_chunks", "environments", "checkpoints", "workers", "credentials", "agents", "api_keys"];

    /// <summary>What belongs to a database and not to its content: its own history, the mark of the readiness check, the keys of its nodes, which are files too, and the mark of a copy.</summary>
    public static IReadOnlyList<string> NotCopied { get; } = ["migrations", "liveness", "node_keys", UnfinishedCopy.Table];

    /// <summary>The first table, whose rows the embedded store keeps in the order of their age.</summary>
    public bool IsByAge => Name == "interactions";
}

/// <summary>The order in which rows are read.</summary>
internal enum RowOrder
{
    /// <summary>By <see cref="StoreTable.Key"/>.</summary>
    Key,

    /// <summary>As the embedded store has to write them: it finds expired turns by the order of writing (behaviour ST-18).</summary>
    Age,
}

/// <summary>A row: text, long, byte[] or null for each column.</summary>
internal sealed record StoreRow(object?[] Values)
{
    // A row of small columns is not free either.
    private const int RowCost = 200;

    /// <summary>About how many bytes it takes in memory.</summary>
    public long Size => RowCost + Values.Sum(value => value switch
    {
        byte[] bytes => bytes.LongLength,
        string text => 2L * text.Length,
        _ => 0,
    });
}
