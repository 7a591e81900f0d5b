using Npgsql;
using OpenInteractions.Contracts.Interactions;

namespace OpenInteractions.Storage.Postgres;

// How interactions are erased.
internal sealed partial class PostgresInteractionStore
{
    private const int ExpiryPage = 1000;

    private const string FindSql = "SELECT coalesce(root_id, id) FROM interactions WHERE id = $2 AND project = $1";

    // See PostgresInteractionRows: nobody adds a turn to these trees until the delete is through.
    private const string LockTreesSql = """
        SELECT pg_advisory_xact_lock(tree) FROM (
            SELECT DISTINCT hashtextextended(project || '/' || root, 0) AS tree FROM unnest($1::text[], $2::text[]) AS t (project, root) ORDER BY tree) trees
        """;

    // A run that waits has nothing left to work for. One that runs keeps its row, and its lease, until its owner ends it. Whoever writes events or an end holds
    // the run's row: marked, it says that there is nothing to write to.
    private const string MarkRunSql = "UPDATE runs SET is_erased = true WHERE id = $2 AND project = $1";

    private const string DeleteQueuedRunSql = "DELETE FROM runs WHERE id = $2 AND project = $1 AND state = 'queued'";

    private const string DeleteMarksSql =
        "DELETE FROM idempotency_keys k USING unnest($1::text[], $2::text[]) AS gone (id, project) WHERE k.project = gone.project AND k.id = gone.id";

    private const string DeleteLabelsSql =
        "DELETE FROM labels l USING unnest($1::text[], $2::text[]) AS gone (id, project) WHERE l.project = gone.project AND l.id = gone.id";

    private const string DeleteJournalSql =
        "DELETE FROM journal j USING unnest($1::text[], $2::text[]) AS gone (id, project) WHERE j.project = gone.project AND j.id = gone.id";

    private const string DeleteSql =
        "DELETE FROM interactions i USING unnest($1::text[], $2::text[]) AS gone (id, project) WHERE i.project = gone.project AND i.id = gone.id";

    // Below a turn that is marked already every turn is marked.
    private const string MarkDescendantsSql = """
        WITH RECURSIVE descendants (id, project) AS (
            SELECT i.id, i.project FROM unnest($1::text[], $2::text[]) AS gone (id, project)
            JOIN interactions i ON i.previous_id = gone.id AND i.project = gone.project WHERE NOT i.has_gap
            UNION ALL
            SELECT i.id, i.project FROM descendants d JOIN interactions i ON i.previous_id = d.id AND i.project = d.project WHERE NOT i.has_gap)
        UPDATE interactions i SET has_gap = true FROM descendants d WHERE i.project = d.project AND i.id = d.id
        """;

    private const string OldestSql =
        "SELECT id, project, coalesce(root_id, id), created_at, status, updated_at FROM interactions WHERE (id, project) > ($1, $2) ORDER BY id, project LIMIT $3";

    public Task<bool> DeleteAsync(string project, string id, CancellationToken cancellationToken) =>
        database.WriteAsync(
            (project, id),
            static async (connection, key, cancellationToken) =>
            {
                await using var find = connection.CreateBatch();
                find.Add(FindSql).Text(key.project).Text(key.id);
                if (await find.ExecuteScalarAsync(cancellationToken) is not string root)
                {
                    return false;
                }

                await using var batch = connection.CreateBatch();
                var erased = new[] { new Doomed(key.id, key.project, PostgresText.Decode(root)) };
                batch.Add(LockTreesSql).Texts(erased, e => e.Project).Texts(erased, e => e.Root);
                batch.Add(MarkRunSql).Text(key.project).Text(key.id);
                batch.Add(DeleteQueuedRunSql).Text(key.project).Text(key.id);
                return await EraseAsync(batch, erased, cancellationToken) == 1;
            },
            cancellationToken);

    public async Task<int> DeleteExpiredAsync(DateTimeOffset endedBefore, int limit, CancellationToken cancellationToken)
    {
        var expired = await FindExpiredAsync(endedBefore.ToUnixTimeMilliseconds(), limit, cancellationToken);
        return expired.Count == 0 ? 0 : await database.WriteAsync(
            expired,
            static async (connection, expired, cancellationToken) =>
            {
                await using var batch = connection.CreateBatch();
                batch.Add(LockTreesSql).Texts(expired, e => e.Project).Texts(expired, e => e.Root);
                return await EraseAsync(batch, expired, cancellationToken);
            },
            cancellationToken);
    }

    /// <summary>
    /// Ids order by time of creation: the first turn that was made too late to have ended before ends the search, however many follow. What was made before and
    /// ended since is passed by; there is not more of it than what ran at that time, so this needs no index by the end. What has ended stays ended, so
    /// that nothing is to be asked again when it is erased.
    /// </summary>
    private async Task<List<Doomed>> FindExpiredAsync(long before, int limit, CancellationToken cancellationToken)
    {
        var expired = new List<Doomed>();
        (string Id, string Project)? after = ("", "");
        while (after is not null && expired.Count < limit)
        {
            after = await database.ReadAsync((after.Value, before, limit, expired), FindExpiredAsync, cancellationToken);
        }

        return expired;
    }

    private static async Task<(string Id, string Project)?> FindExpiredAsync(
        NpgsqlConnection connection, ((string Id, string Project) After, long Before, int Limit, List<Doomed> Expired) state, CancellationToken cancellationToken)
    {
        await using var batch = connection.CreateBatch();
        batch.Add(OldestSql).Text(state.After.Id).Text(state.After.Project).Integer(ExpiryPage);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var rows = new PostgresRows(reader);
        var found = new List<Doomed>();
        var last = state.After;
        var read = 0;
        while (await reader.ReadAsync(cancellationToken))
        {
            last = (rows.GetString(0), rows.GetString(1));
            read++;
            if (rows.GetInt64(3) >= state.Before || state.Expired.Count + found.Count >= state.Limit)
            {
                read = 0;
                break;
            }

            if (InteractionStatuses.TryParse(rows.GetString(4), out var status) && status.IsTerminal() && rows.GetInt64(5) < state.Before)
            {
                found.Add(new Doomed(last.Id, last.Project, rows.GetString(2)));
            }
        }

        await reader.CloseAsync();
        state.Expired.AddRange(found);
        return read == ExpiryPage ? last : null;
    }

    /// <returns>How many interactions there were.</returns>
    private static async Task<int> EraseAsync(NpgsqlBatch batch, IReadOnlyList<Doomed> doomed, CancellationToken cancellationToken)
    {
        batch.Add(DeleteMarksSql).Texts(doomed, e => e.Id).Texts(doomed, e => e.Project);
        batch.Add(DeleteLabelsSql).Texts(doomed, e => e.Id).Texts(doomed, e => e.Project);
        batch.Add(DeleteJournalSql).Texts(doomed, e => e.Id).Texts(doomed, e => e.Project);
        var delete = batch.Add(DeleteSql).Texts(doomed, e => e.Id).Texts(doomed, e => e.Project);
        batch.Add(MarkDescendantsSql).Texts(doomed, e => e.Id).Texts(doomed, e => e.Project);
        await batch.ExecuteNonQueryAsync(cancellationToken);
        return (int)delete.Rows;
    }

    private readonly record struct Doomed(string Id, string Project, string Root);
}
