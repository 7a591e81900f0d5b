using OpenInteractions.Engine.Environments;

namespace OpenInteractions.Storage;

/// <summary>What both engines read and write of checkpoints in the same way.</summary>
internal static class CheckpointRows
{
    /// <summary>Keeps one of an environment that is not deleted.</summary>
    public const string InsertSql = $"""
        INSERT INTO checkpoints (project, id, environment, interaction, host, created_at, size_bytes)
        SELECT project, $3, id, $4, $5, $6, $7 FROM environments WHERE project = $1 AND id = $2 AND state <> 'deleted' RETURNING {Checkpoint}
        """;

    public const string FindSql = $"SELECT {Checkpoint} FROM checkpoints WHERE project = $1 AND interaction = $2 ORDER BY number DESC LIMIT 1";

    public const string GetSql = $"SELECT {Checkpoint} FROM checkpoints WHERE project = $1 AND id = $2";

    public const string ListSql = $"SELECT {Checkpoint} FROM checkpoints WHERE project = $1 AND environment = $2 AND number < $3 ORDER BY number DESC LIMIT $4";

    public const string DeleteSql = "DELETE FROM checkpoints WHERE project = $1 AND id = $2";

    public const string ListOfHostSql = $"SELECT {Checkpoint} FROM checkpoints WHERE host = $1 AND number > $2 ORDER BY number LIMIT $3";

    public const string ListOfHostAndProjectSql = $"SELECT {Checkpoint} FROM checkpoints WHERE host = $1 AND number > $2 AND project = $4 ORDER BY number LIMIT $3";

    public const string UsageSql = """
        SELECT project, count(*), CAST(sum(size_bytes) AS bigint) FROM checkpoints WHERE host = $1 GROUP BY project ORDER BY 3 DESC, project
        """;

    private const string Checkpoint = "number, project, id, environment, interaction, host, created_at, size_bytes";

    public static StoredCheckpoint Read<TRow>(TRow row)
        where TRow : IRow => new()
    {
        Number = row.GetInt64(0),
        Project = row.GetString(1),
        Id = row.GetString(2),
        EnvironmentId = row.GetString(3),
        InteractionId = row.GetString(4),
        Host = row.GetString(5),
        Created = Rows.ReadTime(row, 6),
        SizeBytes = row.GetInt64(7),
    };

    public static CheckpointUsage ReadUsage<TRow>(TRow row)
        where TRow : IRow => new(row.GetString(0), row.GetInt64(1), row.GetInt64(2));
}
