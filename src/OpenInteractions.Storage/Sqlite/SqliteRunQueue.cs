using OpenInteractions.Contracts.Interactions;
using OpenInteractions.Engine.Storage;

namespace OpenInteractions.Storage.Sqlite;

internal sealed partial class SqliteRunQueue(SqliteWriter writer, SqliteReaders readers, TimeProvider time) : IRunQueue
{
    private const string RenewSql = "UPDATE runs SET lease_until = $4 WHERE id = $1 AND owner = $2 AND epoch = $3 AND state = 'running'";

    // The time of queueing stays: a run that was handed back is not the youngest now.
    private const string ReleaseSql = """
        UPDATE runs SET state = 'queued', owner = NULL, lease_until = 0 WHERE id = $1 AND owner = $2 AND epoch = $3 AND state = 'running'
        """;

    private const string FindHeldSql = "SELECT number, project FROM runs WHERE id = $1 AND owner = $2 AND epoch = $3 AND state = 'running'";

    // What was handed back has a part that clients have seen: who takes it up ends it.
    private const string FindSql = "SELECT number, state = 'queued' AND epoch = 0 FROM runs WHERE project = $1 AND id = $2";

    private const string RequestCancelSql = "UPDATE runs SET cancel_requested = 1 WHERE number = $1";

    private const string DeleteSql = "DELETE FROM runs WHERE number = $1";

    private const string DeleteRequestSql = "DELETE FROM run_requests WHERE run = $1";

    private const string CancelledSql = "SELECT id, owner, epoch FROM runs INDEXED BY runs_to_cancel WHERE cancel_requested = 1 AND state = 'running'";

    private const string ExpireSql = "UPDATE runs SET lease_until = 0 WHERE state = 'running' AND owner <> $1";

    private const string QueueSql = "SELECT project, priority, count(*), min(queued_at) FROM runs WHERE state = 'queued' GROUP BY project, priority";

    private const string CountSql = """
        SELECT (SELECT count(*) FROM runs WHERE state = 'queued'), (SELECT count(*) FROM runs WHERE state = 'running')
        """;

    private const string EpochSql = "SELECT epoch FROM runs WHERE project = $1 AND id = $2";

    private readonly OwnClock _clock = new(time);

    public Task<IReadOnlyList<RunLease>> RenewAsync(IReadOnlyList<RunLease> leases, TimeSpan ttl, CancellationToken cancellationToken) =>
        writer.RunAsync<(IReadOnlyList<RunLease>, DateTimeOffset), IReadOnlyList<RunLease>>(
            (leases, _clock.Now + ttl),
            static (session, state) =>
            {
                var (leases, until) = state;
                var held = new List<RunLease>(leases.Count);
                foreach (var lease in leases)
                {
                    if (SetLease(session[RenewSql], lease).Set(4, until).Execute() == 1)
                    {
                        held.Add(lease);
                    }
                }

                return held;
            },
            cancellationToken);

    public Task<bool> ReleaseAsync(RunLease lease, CancellationToken cancellationToken) =>
        writer.RunAsync(lease, static (session, lease) => SetLease(session[ReleaseSql], lease).Execute() == 1, cancellationToken);

    public Task<bool> FinishAsync(RunLease lease, RunOutcome outcome, IReadOnlyList<JournalBatch> journal, CancellationToken cancellationToken)
    {
        RequireEnd(outcome);
        return writer.RunAsync(
            (lease, outcome, journal),
            static (session, state) =>
            {
                if (FindHeld(session, state.lease) is not var (number, project))
                {
                    return false;
                }

                SqliteInteractionRows.WriteOutcome(session, project, state.lease.RunId, state.outcome, state.journal);
                Remove(session, number);
                return true;
            },
            cancellationToken);
    }

    public Task<CancelResult> CancelAsync(
        string project, string id, RunOutcome outcome, IReadOnlyList<JournalBatch> journal, CancellationToken cancellationToken)
    {
        RequireEnd(outcome);
        return writer.RunAsync(
            (project, id, outcome, journal),
            static (session, state) =>
            {
                if (Find(session, state.project, state.id) is not var (number, isQueued))
                {
                    return CancelResult.NotRunning;
                }

                if (!isQueued)
                {
                    session[RequestCancelSql].Set(1, number).Execute();
                    return CancelResult.Requested;
                }

                SqliteInteractionRows.WriteOutcome(session, state.project, state.id, state.outcome, state.journal);
                Remove(session, number);
                return CancelResult.Ended;
            },
            cancellationToken);
    }

    public Task<IReadOnlyList<RunLease>> FindCancelledAsync(IReadOnlyList<RunLease> leases, CancellationToken cancellationToken) =>
        readers.ReadAsync<IReadOnlyList<RunLease>, IReadOnlyList<RunLease>>(
            leases,
            static (session, leases) =>
            {
                // Few runs are being cancelled at any time, many are running: those few are read and looked for among the leases.
                HashSet<RunLease>? wished = null;
                using var rows = session[CancelledSql].Query();
                while (rows.Read())
                {
                    (wished ??= []).Add(new RunLease(rows.GetString(0), rows.GetString(1), rows.GetInt64(2)));
                }

                return wished is null ? [] : leases.Where(wished.Contains).ToArray();
            },
            cancellationToken);

    public Task<long?> FindEpochAsync(string project, string id, CancellationToken cancellationToken) =>
        readers.ReadAsync((project, id), static (session, key) => session[EpochSql].Set(1, key.project).Set(2, key.id).QueryNumber(), cancellationToken);

    public Task<int> ExpireDeadOwnersAsync(string liveOwner, CancellationToken cancellationToken) =>
        writer.RunAsync(liveOwner, static (session, liveOwner) => session[ExpireSql].Set(1, liveOwner).Execute(), cancellationToken);

    public Task<(long Queued, long Running)> CountAsync(CancellationToken cancellationToken) =>
        readers.ReadAsync(
            0,
            static (session, _) =>
            {
                using var rows = session[CountSql].Query();
                rows.Read();
                return (rows.GetInt64(0), rows.GetInt64(1));
            },
            cancellationToken);

    public Task<IReadOnlyList<QueuedRuns>> ReadQueueAsync(CancellationToken cancellationToken) =>
        readers.ReadAsync<DateTimeOffset, IReadOnlyList<QueuedRuns>>(
            _clock.Now,
            static (session, now) =>
            {
                var queued = new List<QueuedRuns>();
                using var rows = session[QueueSql].Query();
                while (rows.Read())
                {
                    queued.Add(new QueuedRuns(rows.GetString(0), rows.GetInt32(1), rows.GetInt64(2), now - Rows.ReadTime(rows, 3)));
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

    private static SqliteStatement SetLease(SqliteStatement statement, RunLease lease) =>
        statement.Set(1, lease.RunId).Set(2, lease.Owner).Set(3, lease.Epoch);

    private static (long Number, string Project)? FindHeld(SqliteSession session, RunLease lease)
    {
        using var rows = SetLease(session[FindHeldSql], lease).Query();
        return rows.Read() ? (rows.GetInt64(0), rows.GetString(1)) : null;
    }

    private static (long Number, bool IsQueued)? Find(SqliteSession session, string project, string id)
    {
        using var rows = session[FindSql].Set(1, project).Set(2, id).Query();
        return rows.Read() ? (rows.GetInt64(0), rows.GetBoolean(1)) : null;
    }

    private static void Remove(SqliteSession session, long number)
    {
        session[DeleteRequestSql].Set(1, number).Execute();
        session[DeleteSql].Set(1, number).Execute();
    }
}
