using System.Globalization;
using OpenInteractions.Contracts.Keys;

namespace OpenInteractions.Storage;

/// <summary>What both engines read and write of API keys in the same way.</summary>
internal static class ApiKeyRows
{
    public const string InsertSql = """
        INSERT INTO api_keys (project, id, key_hash, created_at, revoked_at, change)
        SELECT $1, $2, $3, $4, $5, newest.change + 1 FROM (SELECT coalesce(max(change), 0) AS change FROM api_keys) AS newest
        WHERE NOT EXISTS (SELECT 1 FROM api_keys WHERE id = $2 OR key_hash = $3)
        """;

    public const string RevokeSql = "UPDATE api_keys SET revoked_at = $2, change = (SELECT max(change) FROM api_keys) + 1 WHERE id = $1 AND revoked_at IS NULL";

    public const string ListSql = $"{AllSql} WHERE revoked_at IS NULL ORDER BY number";

    public const string AllInOrderSql = $"{AllSql} ORDER BY number";

    // Not the number alone: a database that took the place of another one may have given it to another change.
    public const string VersionSql = "SELECT change, id, revoked_at FROM api_keys ORDER BY change DESC LIMIT 1";

    private const string AllSql = "SELECT project, id, key_hash, created_at, revoked_at FROM api_keys";

    public static ApiKeyEntry Read<TRow>(TRow row)
        where TRow : IRow => new()
    {
        Project = row.GetString(0),
        Id = row.GetString(1),
        Sha256 = row.GetString(2),
        Created = Rows.ReadTime(row, 3),
        Revoked = row.IsNull(4) ? null : Rows.ReadTime(row, 4),
    };

    public static string ReadVersion<TRow>(TRow row)
        where TRow : IRow => string.Create(CultureInfo.InvariantCulture, $"{row.GetInt64(0)} {row.GetString(1)} {(row.IsNull(2) ? 0 : row.GetInt64(2))}");
}
