using OpenInteractions.Contracts.Interactions;

namespace OpenInteractions.Storage.Sqlite;

// How interactions are erased.
internal sealed partial class SqliteInteractionStore
{
    private const string FindSql = "SELECT number FROM interactions WHERE project = $1 AND id = $2";

    // Below a turn that is marked already every turn is marked.
    private const string MarkDescendantsSql = """
        WITH RECURSIVE descendants (number, id) AS (
            SELECT number, id FROM interactions WHERE previous_id = $2 AND project = $1 AND has_gap = 0
            UNION ALL
            SELECT i.number, i.id FROM descendants d CROSS JOIN interactions i ON i.previous_id = d.id AND i.project = $1 WHERE i.has_gap = 0)
        UPDATE interactions SET has_gap = 1 WHERE number IN (SELECT number FROM descendants)
        """;

    private const string DeleteSql = "DELETE FROM interactions WHERE number = $1";

    private const string DeleteContentSql = "DELETE FROM contents WHERE interaction = $1";

    private const string DeleteMarkSql = "DELETE FROM idempotency_keys WHERE interaction = $1";

    private const string DeleteLabelsSql = "DELETE FROM labels WHERE interaction = $1";

    // A run that waits has nothing left to work for. One that runs keeps its row, and its lease, until its owner ends it.
    private const string DeleteQueuedRequestSql =
        "DELETE FROM run_requests WHERE run = (SELECT number FROM runs WHERE project = $1 AND id = $2 AND state = 'queued')";

    private const string DeleteQueuedRunSql = "DELETE FROM runs WHERE project = $1 AND id = $2 AND state = 'queued'";

    private const string OldestSql = "SELECT created_at, status, number, project, id, updated_at FROM interactions ORDER BY number";

    public Task<bool> DeleteAsync(string project, string id, CancellationToken cancellationToken) =>
        writer.RunAsync(
            (project, id),
            static (session, key) =>
            {
                if (session[FindSql].Set(1, key.project).Set(2, key.id).QueryNumber() is not { } number)
                {
                    return false;
                }

                session[DeleteQueuedRequestSql].Set(1, key.project).Set(2, key.id).Execute();
                session[DeleteQueuedRunSql].Set(1, key.project).Set(2, key.id).Execute();
                Erase(session, number, key.project, key.id);
                return true;
            },
            cancellationToken);

    public Task<int> DeleteExpiredAsync(DateTimeOffset endedBefore, int limit, CancellationToken cancellationToken) =>
        writer.RunAsync(
            (endedBefore, limit),
            static (session, state) =>
            {
                var expired = FindExpired(session, state.endedBefore, state.limit);

                // Children before their parents, so that of a whole chain that goes no turn is marked first.
                for (var i = expired.Count - 1; i >= 0; i--)
                {
                    Erase(session, expired[i].Number, expired[i].Project, expired[i].Id);
                }

                return expired.Count;
            },
            cancellationToken);

    private static List<(long Number, string Project, string Id)> FindExpired(SqliteSession session, DateTimeOffset endedBefore, int limit)
    {
        var before = endedBefore.ToUnixTimeMilliseconds();
        var expired = new List<(long, string, string)>();
        using var rows = session[OldestSql].Query();

        // Rows are in the order in which they were written, and no turn ends before it is: the first one that was made too late to have ended before ends
        // the search, however many follow. What was made before and ended since is passed by; there is not more of it than what ran at that time, so this
        // needs no index by the end.
        while (expired.Count < limit && rows.Read() && rows.GetInt64(0) < before)
        {
            if (InteractionStatuses.TryParse(rows.GetString(1), out var status) && status.IsTerminal() && rows.GetInt64(5) < before)
            {
                expired.Add((rows.GetInt64(2), rows.GetString(3), rows.GetString(4)));
            }
        }

        return expired;
    }

    private static void Erase(SqliteSession session, long number, string project, string id)
    {
        session[DeleteMarkSql].Set(1, number).Execute();
        session[DeleteLabelsSql].Set(1, number).Execute();
        SqliteEventJournal.Erase(session, number);
        session[DeleteContentSql].Set(1, number).Execute();
        session[DeleteSql].Set(1, number).Execute();
        session[MarkDescendantsSql].Set(1, project).Set(2, id).Execute();
    }
}
