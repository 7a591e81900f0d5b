using OpenInteractions.Engine.Workers;

namespace OpenInteractions.Storage;

/// <summary>What both engines read and write of workers in the same way. Each engine has its own word for the time, and a parameter for it stands last.</summary>
internal static class WorkerRows
{
    public const string FindSql = "SELECT number FROM workers WHERE project = $1 AND id = $2";

    public const string CountSql = "SELECT count(*) FROM workers WHERE project = $1";

    public const string InsertSql = """
        INSERT INTO workers (project, id, name, is_for_all, key_hash, created_at, epoch, lease_until, is_deleted) VALUES ($1, $2, $3, $4 <> 0, $5, $6, 0, 0, false)
        """;

    public const string DeleteSql = "UPDATE workers SET is_deleted = true, lease_until = 0, epoch = epoch + 1, key_hash = 'deleted ' || id WHERE project = $1 AND id = $2 AND NOT is_deleted";

    public const string ForgetSql = "DELETE FROM workers WHERE id = $1 AND is_deleted";

    public const string ReleaseSql = "UPDATE workers SET lease_until = 0 WHERE id = $1 AND epoch = $2";

    public static string FindByKey(string now) => $"{Select(now)} WHERE key_hash = $1 AND NOT is_deleted";

    public static string Get(string now) => $"{Select(now)} WHERE id = $1";

    public static string List(string now) => $"{Select(now)} WHERE project = $1 AND number > $2 AND NOT is_deleted ORDER BY number LIMIT $3";

    public static string ListAll(string now) => $"{Select(now)} WHERE number > $1 ORDER BY number LIMIT $2";

    public static string Lease(string now) => $"""
        UPDATE workers SET epoch = epoch + 1, holder = $2, directory = $3, lease_until = {now} + $4, seen_at = {now}
        WHERE id = $1 AND NOT is_deleted AND (directory IS NULL OR directory = $3) AND (lease_until <= {now} OR holder = $2) RETURNING epoch
        """;

    public static string Renew(string now) => $"UPDATE workers SET lease_until = {now} + $3, seen_at = {now} WHERE id = $1 AND epoch = $2 AND lease_until > {now}";

    private static string Select(string now) =>
        $"SELECT number, project, id, name, is_for_all, key_hash, directory, created_at, seen_at, holder, epoch, lease_until > {now}, is_deleted FROM workers";

    public static StoredWorker Read<TRow>(TRow row)
        where TRow : IRow => new()
    {
        Number = row.GetInt64(0),
        Project = row.GetString(1),
        Id = row.GetString(2),
        Name = row.GetString(3),
        IsForAll = row.GetBoolean(4),
        KeyHash = row.GetString(5),
        Directory = Rows.ReadText(row, 6),
        Created = Rows.ReadTime(row, 7),
        Seen = row.IsNull(8) ? null : Rows.ReadTime(row, 8),
        Holder = Rows.ReadText(row, 9),
        Epoch = row.GetInt64(10),
        IsLeased = row.GetBoolean(11),
        IsDeleted = row.GetBoolean(12),
    };
}
