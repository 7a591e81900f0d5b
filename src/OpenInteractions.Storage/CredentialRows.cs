using OpenInteractions.Engine.Credentials;

namespace OpenInteractions.Storage;

/// <summary>What both engines read and write of credentials in the same way.</summary>
internal static class CredentialRows
{
    /// <summary>Columns of a credential for <see cref="Read"/>, and what it holds or nothing behind them.</summary>
    private const string Columns = "number, project, id, type, status, created_at, updated_at, version";

    public const string FindSql = "SELECT number FROM credentials WHERE project = $1 AND id = $2";

    public const string CountSql = "SELECT count(*) FROM credentials WHERE project = $1";

    public const string InsertSql = """
        INSERT INTO credentials (project, id, type, status, created_at, updated_at, version, refresh_until, sealed) VALUES ($1, $2, $3, $4, $5, $6, 1, 0, $7)
        """;

    public const string GetSql = $"SELECT {Columns}, sealed FROM credentials WHERE project = $1 AND id = $2";

    public const string ListSql = $"SELECT {Columns}, NULL FROM credentials WHERE project = $1 AND number > $2 ORDER BY number LIMIT $3";

    public const string ChangeSql = """
        UPDATE credentials SET status = $4, updated_at = $5, sealed = $6, version = version + 1, refresh_until = 0 WHERE project = $1 AND number = $2 AND version = $3
        """;

    public const string DeleteSql = "DELETE FROM credentials WHERE project = $1 AND id = $2";

    public const string EndRefreshSql = "UPDATE credentials SET refresh_until = 0 WHERE project = $1 AND number = $2 AND version = $3";

    public static StoredCredential Read<TRow>(TRow row)
        where TRow : IRow => new()
    {
        Number = row.GetInt64(0),
        Project = row.GetString(1),
        Id = row.GetString(2),
        Type = row.GetString(3),
        IsRevoked = row.GetString(4) == "revoked",
        Created = Rows.ReadTime(row, 5),
        Updated = Rows.ReadTime(row, 6),
        Version = row.GetInt64(7),
        Sealed = row.GetBytes(8),
    };

    public static string StatusOf(StoredCredential credential) => credential.IsRevoked ? "revoked" : "active";
}
