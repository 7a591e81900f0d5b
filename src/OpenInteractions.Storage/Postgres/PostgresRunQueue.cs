using Npgsql;
using OpenInteractions.Contracts.Interactions;
using OpenInteractions.Engine.Nodes;
using OpenInteractions.Engine.Storage;

namespace OpenInteractions.Storage.Postgres;

/// <summary>Leases are counted by the database's clock: whatever a node's clock does takes no lease and keeps none.</summary>
internal sealed partial class PostgresRunQueue(PostgresDatabase database, PostgresInserts inserts, PostgresEndings endings, INodeSignals signals) : IRunQueue
{
    // Rows in the order of their ids, here and wherever several are taken: nobody then waits in a circle.
    private const string RenewSql = """
        WITH held AS (
            SELECT r.id FROM unnest($1::text[], $2::text[], $3::bigint[]) AS g (id, owner, epoch)
            JOIN runs r ON r.id = g.id AND r.owner = g.owner AND r.epoch = g.epoch AND r.state = 'running'
            ORDER BY r.id FOR NO KEY UPDATE OF r)
        UPDATE runs SET lease_until = oi_now() + $4 FROM held WHERE runs.id = held.id RETURNING runs.id, runs.owner, runs.epoch
        """;

    // The time of queueing stays: a run that was handed back is not the youngest now.
    private const string ReleaseSql =
        "UPDATE runs SET state = 'queued', owner = NULL, lease_until = 0 WHERE id = $1 AND owner = $2 AND epoch = $3 AND state = 'running'";

    // What was handed back has a part that clients have seen: who takes it up ends it.
    private const string FindSql = "SELECT state = 'queued' AND epoch = 0 FROM runs WHERE id = $2 AND project = $1 FOR UPDATE";

    private const string RequestCancelSql = "UPDATE runs SET cancel_requested = true WHERE id = $1";

    private const string DeleteSql = "DELETE FROM runs WHERE id = $1";

    private const string CancelledSql = "SELECT id, owner, epoch FROM runs WHERE cancel_requested AND state = 'running'";

    private const string EpochSql = "SELECT epoch FROM runs WHERE project = $1 AND id = $2";

    private const string QueueSql =
        "SELECT project, priority, count(*), oi_now() - min(queued_at) FROM runs WHERE state = 'queued' GROUP BY project, priority";

    // Two walks along indexes: the rows themselves hold the requests.
    private const string CountSql = "SELECT (SELECT count(*) FROM runs WHERE state = 'queued'), (SELECT count(*) FROM runs WHERE state = 'running')";

    // Made twice, it does no harm: after a broken connection it is tried again at once.
    public Task<IReadOnlyList<RunLease>> RenewAsync(IReadOnlyList<RunLease> leases, TimeSpan ttl, CancellationToken cancellationToken) =>
        database.ReadAsync<(IReadOnlyList<RunLease>, TimeSpan), IReadOnlyList<RunLease>>(
            (leases, ttl),
            static async (connection, state, cancellationToken) =>
            {
                var (leases, ttl) = state;
                await using var batch = connection.CreateBatch();
                batch.Add(RenewSql).Leases(leases, l => l).Milliseconds(ttl);
                var held = await ReadLeasesAsync(batch, cancellationToken);
                return leases.Where(held.Contains).ToArray();
            },
            cancellationToken);

    public async Task<bool> ReleaseAsync(RunLease lease, CancellationToken cancellationToken)
    {
        var isReleased = await database.WriteAsync(
            lease,
            static async (connection, lease, cancellationToken) =>
            {
                await using var batch = connection.CreateBatch();
                batch.Add(ReleaseSql).Text(lease.RunId).Text(lease.Owner).Long(lease.Epoch);
                return await batch.ExecuteNonQueryAsync(cancellationToken) == 1;
            },
            cancellationToken);
        if (isReleased)
        {
            signals.Send(new NodeSignal(NodeSignalKind.RunsQueued));
        }

        return isReleased;
    }

    public Task<bool> FinishAsync(RunLease lease, RunOutcome outcome, IReadOnlyList<JournalBatch> journal, CancellationToken cancellationToken)
    {
        RequireEnd(outcome);
        return endings.RunAsync(new PostgresEnding("", lease.RunId, lease, outcome, journal), cancellationToken);
    }

    public async Task<CancelResult> CancelAsync(
        string project, string id, RunOutcome outcome, IReadOnlyList<JournalBatch> journal, CancellationToken cancellationToken)
    {
        RequireEnd(outcome);
        var result = await database.WriteAsync(new PostgresEnding(project, id, default, outcome, journal), CancelAsync, cancellationToken);
        if (result != CancelResult.NotRunning)
        {
            signals.Send(result == CancelResult.Ended ? new NodeSignal(NodeSignalKind.RunEnded, id) : new NodeSignal(NodeSignalKind.CancelRequested));
        }

        return result;
    }

    public Task<IReadOnlyList<RunLease>> FindCancelledAsync(IReadOnlyList<RunLease> leases, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<RunLease>, IReadOnlyList<RunLease>>(
            leases,
            static async (connection, leases, cancellationToken) =>
            {
                // Few runs are being cancelled at any time, many are running: those few are read and looked for among the leases.
                await using var batch = connection.CreateBatch();
                batch.Add(CancelledSql);
                var wished = await ReadLeasesAsync(batch, cancellationToken);
                return wished.Count == 0 ? [] : leases.Where(wished.Contains).ToArray();
            },
            cancellationToken);

    public Task<long?> FindEpochAsync(string project, string id, CancellationToken cancellationToken) =>
        database.ReadAsync(
            (project, id),
            static async (connection, key, cancellationToken) =>
            {
                await using var batch = connection.CreateBatch();
                batch.Add(EpochSql).Text(key.project).Text(key.id);
                return (long?)await batch.ExecuteScalarAsync(cancellationToken);
            },
            cancellationToken);

    /// <summary>Other nodes own runs too, and nobody here can know that one of them is dead: their leases tell.</summary>
    public Task<int> ExpireDeadOwnersAsync(string liveOwner, CancellationToken cancellationToken) => Task.FromResult(0);

    public Task<(long Queued, long Running)> CountAsync(CancellationToken cancellationToken) =>
        database.ReadAsync(
            0,
            static async (connection, _, cancellationToken) =>
            {
                await using var batch = connection.CreateBatch();
                batch.Add(CountSql);
                await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
                await rows.ReadAsync(cancellationToken);
                return (rows.GetInt64(0), rows.GetInt64(1));
            },
            cancellationToken);

    public Task<IReadOnlyList<QueuedRuns>> ReadQueueAsync(CancellationToken cancellationToken) =>
        database.ReadAsync<int, IReadOnlyList<QueuedRuns>>(
            0,
            static async (connection, _, cancellationToken) =>
            {
                await using var batch = connection.CreateBatch();
                batch.Add(QueueSql);
                await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
                var rows = new PostgresRows(reader);
                var queued = new List<QueuedRuns>();
                while (await reader.ReadAsync(cancellationToken))
                {
                    queued.Add(new QueuedRuns(rows.GetString(0), rows.GetInt32(1), rows.GetInt64(2), TimeSpan.FromMilliseconds(rows.GetInt64(3))));
                }

                return queued;
            },
            cancellationToken);

    private static void RequireEnd(RunOutcome outcome)
    {
        if (!outcome.Status.IsTerminal())
        {
            throw new ArgumentException("A run ends with a final status.", nameof(outcome));
        }
    }

    private static async Task<CancelResult> CancelAsync(
        NpgsqlConnection connection, PostgresEnding ending, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var find = connection.CreateBatch();
        find.Add(FindSql).Text(ending.Project).Text(ending.Id);
        if (await find.ExecuteScalarAsync(cancellationToken) is not bool isQueued)
        {
            return CancelResult.NotRunning;
        }

        await using var batch = connection.CreateBatch();
        if (isQueued)
        {
            PostgresEndings.AddOutcome(batch, [ending]);
            batch.Add(DeleteSql).Text(ending.Id);
        }
        else
        {
            batch.Add(RequestCancelSql).Text(ending.Id);
        }

        await batch.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return isQueued ? CancelResult.Ended : CancelResult.Requested;
    }

    private static async Task<HashSet<RunLease>> ReadLeasesAsync(NpgsqlBatch batch, CancellationToken cancellationToken)
    {
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var rows = new PostgresRows(reader);
        var leases = new HashSet<RunLease>();
        while (await reader.ReadAsync(cancellationToken))
        {
            leases.Add(new RunLease(rows.GetString(0), rows.GetString(1), rows.GetInt64(2)));
        }

        await reader.CloseAsync();
        return leases;
    }
}
