using OpenInteractions.Engine.Environments;

namespace OpenInteractions.Storage;

/// <summary>What both engines read and write of environments in the same way.</summary>
internal static class EnvironmentRows
{
    /// <summary>Columns of an environment for <see cref="Read"/>.</summary>
    public const string Environment =
        "number, project, id, host, slot, state, failure, chain_id, forked_from, created_at, updated_at, last_accessed_at, generation, file_count, size_bytes, shown, sealed";

    /// <summary>The lowest slot of the host <c>$1</c> that no row has: behind each that is taken there is a next one, but for the last of a line without gaps.</summary>
    public const string FreeSlotSql = """
        SELECT CASE WHEN NOT EXISTS (SELECT 1 FROM environments WHERE host = $1 AND slot = 0) THEN 0
            ELSE (SELECT e.slot + 1 FROM environments e
                WHERE e.host = $1 AND NOT EXISTS (SELECT 1 FROM environments n WHERE n.host = $1 AND n.slot = e.slot + 1) ORDER BY e.slot LIMIT 1) END
        """;

    /// <summary>The environment that runs the code of a conversation.</summary>
    public const string OfChainSql = $"SELECT {Environment} FROM environments WHERE project = $1 AND chain_id = $2 AND chain_id IS NOT NULL AND state <> 'deleted'";

    public const string GetSql = $"SELECT {Environment} FROM environments WHERE project = $1 AND id = $2 AND state <> 'deleted'";

    public const string ListSql = $"""
        SELECT {Environment} FROM environments
        WHERE project = $1 AND number < $2 AND chain_id IS NULL AND state <> 'deleted' ORDER BY number DESC LIMIT $3
        """;

    public const string ListOfHostSql = $"SELECT {Environment} FROM environments WHERE host = $1 AND number > $2 ORDER BY number LIMIT $3";

    public const string EraseSql = "DELETE FROM environments WHERE project = $1 AND id = $2 AND state = 'deleted'";

    public static StoredEnvironment Read<TRow>(TRow row)
        where TRow : IRow => new()
    {
        Number = row.GetInt64(0),
        Project = row.GetString(1),
        Id = row.GetString(2),
        Host = row.GetString(3),
        Slot = row.GetInt32(4),
        State = row.GetString(5) switch
        {
            "pending" => EnvironmentState.Pending,
            "ready" => EnvironmentState.Ready,
            "failed" => EnvironmentState.Failed,
            "deleted" => EnvironmentState.Deleted,
            _ => throw new InvalidDataException($"Environment {row.GetString(2)} has a state that this program does not know."),
        },
        Failure = Rows.ReadText(row, 6),
        ChainId = Rows.ReadText(row, 7),
        ForkedFrom = Rows.ReadText(row, 8),
        Created = Rows.ReadTime(row, 9),
        Updated = Rows.ReadTime(row, 10),
        LastAccessed = Rows.ReadTime(row, 11),
        Generation = row.GetInt64(12),
        FileCount = row.GetInt64(13),
        SizeBytes = row.GetInt64(14),
        Shown = row.GetBytes(15),
        Sealed = row.GetBytes(16),
    };

    /// <summary>The state of an environment that is not deleted; nothing but a delete deletes one.</summary>
    public static string NameOf(EnvironmentState state) => state switch
    {
        EnvironmentState.Pending => "pending",
        EnvironmentState.Ready => "ready",
        EnvironmentState.Failed => "failed",
        _ => throw new ArgumentException("An environment is deleted by deleting it.", nameof(state)),
    };
}
