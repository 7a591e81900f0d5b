using Npgsql;
using OpenInteractions.Engine.Storage;

namespace OpenInteractions.Storage.Postgres;

// How runs are claimed.
internal sealed partial class PostgresRunQueue
{
    // What was deleted while its owner was dying, or handed back: there is nothing left to work for.
    private const string DeleteErasedSql = """
        DELETE FROM runs WHERE id IN (
            SELECT id FROM runs WHERE is_erased AND (state = 'queued' OR lease_until <= oi_now()) FOR UPDATE SKIP LOCKED)
        """;

    // Queued runs come from their index in order, at most as many as are wanted; runs whose lease is over are few, and sorted in. What another node is about
    // to take is passed by. Lease, epoch and status change in one statement, which also brings everything that is needed to start. (An array and not a join: the
    // planner takes a limit that it does not know for a tenth of the table, and would read all of a long queue.)
    private const string ClaimSql = $"""
        WITH queued AS (
            SELECT id, priority, queued_at FROM runs WHERE state = 'queued' AND NOT is_erased
            ORDER BY priority, queued_at, id LIMIT $3 FOR NO KEY UPDATE SKIP LOCKED),
        abandoned AS (
            SELECT id, priority, queued_at FROM runs WHERE state = 'running' AND lease_until <= oi_now() AND NOT is_erased
            ORDER BY priority, queued_at, id LIMIT $3 FOR NO KEY UPDATE SKIP LOCKED),
        chosen AS (
            SELECT id FROM (SELECT * FROM queued UNION ALL SELECT * FROM abandoned) free ORDER BY priority, queued_at, id LIMIT $3),
        claimed AS (
            UPDATE runs r
            SET state = 'running', owner = $1, epoch = r.epoch + 1, lease_until = oi_now() + $2,
                take_overs = r.take_overs + CASE WHEN r.state = 'running' AND r.owner <> $1 THEN 1 ELSE 0 END
            WHERE r.id = ANY (ARRAY (SELECT id FROM chosen))
            RETURNING r.id, r.project, r.priority, r.queued_at, r.epoch, r.take_overs, r.deadline, r.request),
        started AS (
            UPDATE interactions i
            SET status = 'in_progress', updated_at = CASE WHEN i.status = 'in_progress' THEN i.updated_at ELSE greatest(i.updated_at, oi_now()) END
            FROM claimed WHERE i.project = claimed.project AND i.id = claimed.id
            RETURNING {PostgresInteractionRows.WithContent})
        SELECT i.*, claimed.epoch, claimed.take_overs, claimed.deadline, claimed.request
        FROM claimed JOIN started i ON i.id = claimed.id
        ORDER BY claimed.priority, claimed.queued_at, claimed.id
        """;

    private const int AfterInteraction = 22;

    public async Task<IReadOnlyList<ClaimedRun>> ClaimAsync(string owner, TimeSpan ttl, int limit, CancellationToken cancellationToken) =>
        limit < 1 ? [] : await database.WriteAsync((owner, ttl, limit), ClaimAsync, cancellationToken);

    private static async Task<List<ClaimedRun>> ClaimAsync(
        NpgsqlConnection connection, (string Owner, TimeSpan Ttl, int Limit) state, CancellationToken cancellationToken)
    {
        await using var batch = connection.CreateBatch();
        batch.Add(DeleteErasedSql);
        batch.Add(ClaimSql).Text(state.Owner).Milliseconds(state.Ttl).Integer(state.Limit);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var rows = new PostgresRows(reader);
        var claimed = new List<ClaimedRun>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var interaction = Rows.ReadInteraction(rows, withContent: true);
            claimed.Add(new ClaimedRun
            {
                Lease = new RunLease(interaction.Id, state.Owner, rows.GetInt64(AfterInteraction)),
                Interaction = interaction,
                TakeOvers = rows.GetInt32(AfterInteraction + 1),
                Deadline = Rows.ReadTime(rows, AfterInteraction + 2),
                Request = rows.GetBytes(AfterInteraction + 3),
            });
        }

        // The end of the answer is the commit's: what fails until then fails here, and not unseen on the way out.
        await reader.CloseAsync();
        return claimed;
    }
}
