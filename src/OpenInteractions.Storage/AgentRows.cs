using OpenInteractions.Engine.Agents;

namespace OpenInteractions.Storage;

/// <summary>What both engines read and write of agents in the same way.</summary>
internal static class AgentRows
{
    private const string Agent = "a.number, a.project, a.id, a.version, a.created_at, a.updated_at, v.sealed";

    public const string FindSql = "SELECT number FROM agents WHERE project = $1 AND id = $2";

    public const string CountSql = "SELECT count(*) FROM agents WHERE project = $1";

    public const string InsertSql = "INSERT INTO agents (project, id, version, created_at, updated_at) VALUES ($1, $2, $3, $4, $5) RETURNING number";

    public const string InsertVersionSql = "INSERT INTO agent_versions (agent, version, created_at, sealed) VALUES ($1, $2, $3, $4)";

    public const string GetSql = $"""
        SELECT {Agent} FROM agents a JOIN agent_versions v ON v.agent = a.number AND v.version = a.version WHERE a.project = $1 AND a.id = $2
        """;

    // The lengths are added up before a definition is read: of one that is not on the page none is.
    public const string ListSql = $"""
        WITH page AS (
            SELECT p.number, sum(length(s.sealed)) OVER (ORDER BY p.number) - length(s.sealed) AS before
            FROM (SELECT number, version FROM agents WHERE project = $1 AND number > $2 ORDER BY number LIMIT $3) p
            JOIN agent_versions s ON s.agent = p.number AND s.version = p.version)
        SELECT {Agent} FROM page JOIN agents a ON a.number = page.number JOIN agent_versions v ON v.agent = a.number AND v.version = a.version
        WHERE page.before < $4 ORDER BY a.number
        """;

    public const string NextVersionSql = "UPDATE agents SET version = version + 1, updated_at = $4 WHERE project = $1 AND number = $2 AND version = $3";

    public const string ForgetSql = "DELETE FROM agent_versions WHERE agent = $1 AND version <= $2";

    public const string DeleteSql = "DELETE FROM agents WHERE project = $1 AND id = $2 RETURNING number";

    public const string DeleteVersionsSql = "DELETE FROM agent_versions WHERE agent = $1";

    public const string GetVersionSql = """
        SELECT v.version, v.created_at, v.sealed FROM agent_versions v JOIN agents a ON a.number = v.agent WHERE a.project = $1 AND v.agent = $2 AND v.version = $3
        """;

    public const string ListVersionsSql = """
        WITH page AS (
            SELECT p.version, sum(p.bytes) OVER (ORDER BY p.version DESC) - p.bytes AS before
            FROM (SELECT s.version, length(s.sealed) AS bytes FROM agent_versions s JOIN agents a ON a.number = s.agent
                WHERE a.project = $1 AND s.agent = $2 AND s.version < $3 ORDER BY s.version DESC LIMIT $4) p)
        SELECT v.version, v.created_at, v.sealed FROM page JOIN agent_versions v ON v.agent = $2 AND v.version = page.version
        WHERE page.before < $5 ORDER BY v.version DESC
        """;

    public static StoredAgent Read<TRow>(TRow row)
        where TRow : IRow => new()
    {
        Number = row.GetInt64(0),
        Project = row.GetString(1),
        Id = row.GetString(2),
        Version = row.GetInt64(3),
        Created = Rows.ReadTime(row, 4),
        Updated = Rows.ReadTime(row, 5),
        Sealed = row.GetBytes(6),
    };

    public static StoredAgentVersion ReadVersion<TRow>(TRow row)
        where TRow : IRow => new(row.GetInt64(0), Rows.ReadTime(row, 1), row.GetBytes(2));
}
