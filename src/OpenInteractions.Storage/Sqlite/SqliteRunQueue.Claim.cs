using OpenInteractions.Engine.Storage;

namespace OpenInteractions.Storage.Sqlite;

// How runs are claimed.
internal sealed partial class SqliteRunQueue
{
    // Queued runs come from their index in order, at most as many as are wanted; runs whose lease is over are few, and sorted in.
    private const string ClaimableSql = """
        SELECT number, id, project, state = 'running' AND owner <> $3, epoch, take_overs, deadline FROM (
            SELECT * FROM (
                SELECT number, id, project, state, owner, epoch, take_overs, deadline, priority, queued_at
                FROM runs WHERE state = 'queued' ORDER BY priority, queued_at, id LIMIT $2)
            UNION ALL
            SELECT number, id, project, state, owner, epoch, take_overs, deadline, priority, queued_at
            FROM runs WHERE state = 'running' AND lease_until <= $1)
        ORDER BY priority, queued_at, id LIMIT $2
        """;

    private const string ClaimSql = """
        UPDATE runs SET state = 'running', owner = $2, epoch = $3, lease_until = $4, take_overs = $5 WHERE number = $1
        """;

    private const string StartSql =
        "UPDATE interactions SET status = 'in_progress', updated_at = max(updated_at, $3) WHERE project = $1 AND id = $2 AND status <> 'in_progress'";

    private const string RequestSql = "SELECT request FROM run_requests WHERE run = $1";

    public async Task<IReadOnlyList<ClaimedRun>> ClaimAsync(string owner, TimeSpan ttl, int limit, CancellationToken cancellationToken)
    {
        var claimed = await ClaimByOwnClockAsync(owner, ttl, limit, cancellationToken);
        return claimed.Count == 0 ? claimed : [.. claimed.Select(run => run with { Deadline = _clock.ToMachine(run.Deadline) })];
    }

    private Task<IReadOnlyList<ClaimedRun>> ClaimByOwnClockAsync(string owner, TimeSpan ttl, int limit, CancellationToken cancellationToken) =>
        writer.RunAsync<(string, TimeSpan, int, DateTimeOffset), IReadOnlyList<ClaimedRun>>(
            (owner, ttl, limit, _clock.Now),
            static (session, state) =>
            {
                var (owner, ttl, limit, now) = state;
                var claimed = new List<ClaimedRun>();
                while (claimed.Count < limit)
                {
                    var candidates = FindClaimable(session, owner, now, limit - claimed.Count);
                    if (candidates.Count == 0)
                    {
                        break;
                    }

                    foreach (var candidate in candidates)
                    {
                        if (Claim(session, candidate, owner, now, now + ttl) is { } run)
                        {
                            claimed.Add(run);
                        }
                    }
                }

                return claimed;
            },
            cancellationToken);

    private static List<Candidate> FindClaimable(SqliteSession session, string owner, DateTimeOffset now, int limit)
    {
        using var rows = session[ClaimableSql].Set(1, now).Set(2, limit).Set(3, owner).Query();
        var candidates = new List<Candidate>();
        while (rows.Read())
        {
            candidates.Add(new Candidate(
                rows.GetInt64(0), rows.GetString(1), rows.GetString(2), rows.GetBoolean(3), rows.GetInt64(4), rows.GetInt32(5), Rows.ReadTime(rows, 6)));
        }

        return candidates;
    }

    private static ClaimedRun? Claim(SqliteSession session, Candidate run, string owner, DateTimeOffset now, DateTimeOffset until)
    {
        session[StartSql].Set(1, run.Project).Set(2, run.Id).Set(3, now).Execute();
        if (SqliteInteractionRows.Get(session, run.Project, run.Id) is not { } interaction)
        {
            // Deleted while its owner was dying: there is nothing left to work for.
            Remove(session, run.Number);
            return null;
        }

        var takeOvers = run.IsTakeOver ? run.TakeOvers + 1 : run.TakeOvers;
        var lease = new RunLease(run.Id, owner, run.Epoch + 1);
        session[ClaimSql].Set(1, run.Number).Set(2, owner).Set(3, lease.Epoch).Set(4, until).Set(5, takeOvers).Execute();
        return new ClaimedRun
        {
            Lease = lease,
            Interaction = interaction,
            Request = ReadRequest(session, run.Number),
            TakeOvers = takeOvers,
            Deadline = run.Deadline,
        };
    }

    private static ReadOnlyMemory<byte> ReadRequest(SqliteSession session, long number)
    {
        using var rows = session[RequestSql].Set(1, number).Query();
        return rows.Read() ? rows.GetBytes(0) : throw new InvalidDataException("A run has no request.");
    }

    private readonly record struct Candidate(long Number, string Id, string Project, bool IsTakeOver, long Epoch, int TakeOvers, DateTimeOffset Deadline);
}
