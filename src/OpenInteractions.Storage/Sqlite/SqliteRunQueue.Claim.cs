using OpenInteractions.Engine.Storage;

namespace OpenInteractions.Storage.Sqlite;

// How runs are claimed.
internal sealed partial class SqliteRunQueue
{
    // From one line to the next: a step down the index, however many runs wait in between.
    private const string FirstLineSql = """
        SELECT project, provider, priority FROM runs WHERE state = 'queued' ORDER BY project, provider, priority LIMIT 1
        """;

    private const string NextLineSql = """
        SELECT project, provider, priority FROM runs WHERE state = 'queued' AND (project, provider, priority) > ($1, $2, $3)
        ORDER BY project, provider, priority LIMIT 1
        """;

    private const string LineSql = """
        SELECT number, queued_at FROM runs WHERE state = 'queued' AND project = $1 AND provider = $2 AND priority = $3
        ORDER BY queued_at, id LIMIT $4
        """;

    private const string AbandonedSql =
        "SELECT number, project, provider, priority, queued_at FROM runs WHERE state = 'running' AND lease_until <= $1 ORDER BY priority, queued_at, id LIMIT $2";

    private const string RunningSql = "SELECT project, count(*) FROM runs WHERE state = 'running' AND lease_until > $1 GROUP BY project";

    private const string CancelledAndFreeSql = """
        SELECT number FROM runs INDEXED BY runs_to_cancel WHERE cancel_requested = 1 AND (state = 'queued' OR lease_until <= $1) ORDER BY id LIMIT $2
        """;

    private const string CandidateSql = """
        SELECT id, project, provider, state = 'running' AND owner <> $2, epoch, take_overs, deadline, cancel_requested FROM runs WHERE number = $1
        """;

    private const string ClaimSql = """
        UPDATE runs SET state = 'running', owner = $2, epoch = $3, lease_until = $4, take_overs = $5 WHERE number = $1
        """;

    private const string StartSql =
        "UPDATE interactions SET status = 'in_progress', updated_at = max(updated_at, $3) WHERE project = $1 AND id = $2 AND status <> 'in_progress'";

    private const string RequestSql = "SELECT request FROM run_requests WHERE run = $1";

    public async Task<IReadOnlyList<ClaimedRun>> ClaimAsync(string owner, TimeSpan ttl, int limit, ClaimRules rules, CancellationToken cancellationToken)
    {
        var choice = new ClaimChoice(rules);
        try
        {
            var claimed = await writer.RunAsync((owner, ttl, limit, choice, _clock.Now), Claim, cancellationToken);
            choice.Settle(claimed);
            return claimed;
        }
        catch
        {
            choice.LeaveAll();
            throw;
        }
    }

    public async Task<IReadOnlyList<ClaimedRun>> ClaimCancelledAsync(string owner, TimeSpan ttl, int limit, CancellationToken cancellationToken)
    {
        // There are hardly ever any, and it is asked every second: looked for beside the writer.
        if ((await readers.ReadAsync((_clock.Now, limit), static (session, state) => FindCancelled(session, state.Now, state.limit), cancellationToken)).Count == 0)
        {
            return [];
        }

        return await writer.RunAsync(
            (owner, ttl, limit, _clock.Now),
            static (session, state) =>
                FindCancelled(session, state.Now, state.limit).Select(number => Claim(session, number, state.owner, state.Now, state.Now + state.ttl)).OfType<ClaimedRun>().ToList(),
            cancellationToken);
    }

    private static List<long> FindCancelled(SqliteSession session, DateTimeOffset now, int limit)
    {
        var numbers = new List<long>();
        using var rows = session[CancelledAndFreeSql].Set(1, now).Set(2, limit).Query();
        while (rows.Read())
        {
            numbers.Add(rows.GetInt64(0));
        }

        return numbers;
    }

    private static List<ClaimedRun> Claim(SqliteSession session, (string Owner, TimeSpan Ttl, int Limit, ClaimChoice Choice, DateTimeOffset Now) state)
    {
        var (owner, ttl, limit, choice, now) = state;
        choice.Begin();
        var claimed = new List<ClaimedRun>();
        while (claimed.Count < limit)
        {
            var (lines, numbers) = FindLines(session, now, limit);
            var chosen = choice.Choose(lines, choice.MustCount(lines) ? CountRunning(session, now) : [], limit - claimed.Count);
            var taken = new int[lines.Count];
            var removed = 0;
            foreach (var line in chosen)
            {
                if (Claim(session, numbers[line][taken[line]++], owner, now, now + ttl) is { } run)
                {
                    claimed.Add(run);
                }
                else
                {
                    removed++;
                }
            }

            if (removed == 0)
            {
                break;
            }
        }

        return claimed;
    }

    /// <returns>What waits, and the numbers of the rows, a list for each line.</returns>
    private static (List<WaitingLine> Lines, List<IReadOnlyList<long>> Numbers) FindLines(SqliteSession session, DateTimeOffset now, int limit)
    {
        var lines = new List<WaitingLine>();
        var numbers = new List<IReadOnlyList<long>>();
        var milliseconds = now.ToUnixTimeMilliseconds();

        // Runs whose lease is over are few: each is a line of its own.
        using (var abandoned = session[AbandonedSql].Set(1, now).Set(2, limit).Query())
        {
            while (abandoned.Read())
            {
                lines.Add(new WaitingLine(abandoned.GetString(1), abandoned.GetString(2), abandoned.GetInt32(3), [milliseconds - abandoned.GetInt64(4)]));
                numbers.Add([abandoned.GetInt64(0)]);
            }
        }

        for (var line = FindLine(session[FirstLineSql]); line is var (project, provider, priority);)
        {
            var (waits, rows) = (new List<long>(), new List<long>());
            using (var found = session[LineSql].Set(1, project).Set(2, provider).Set(3, priority).Set(4, limit).Query())
            {
                while (found.Read())
                {
                    rows.Add(found.GetInt64(0));
                    waits.Add(milliseconds - found.GetInt64(1));
                }
            }

            lines.Add(new WaitingLine(project, provider, priority, waits));
            numbers.Add(rows);
            line = FindLine(session[NextLineSql].Set(1, project).Set(2, provider).Set(3, priority));
        }

        return (lines, numbers);
    }

    private static (string Project, string Provider, int Priority)? FindLine(SqliteStatement statement)
    {
        using var rows = statement.Query();
        return rows.Read() ? (rows.GetString(0), rows.GetString(1), rows.GetInt32(2)) : null;
    }

    private static Dictionary<string, int> CountRunning(SqliteSession session, DateTimeOffset now)
    {
        var running = new Dictionary<string, int>(StringComparer.Ordinal);
        using var rows = session[RunningSql].Set(1, now).Query();
        while (rows.Read())
        {
            running.Add(rows.GetString(0), rows.GetInt32(1));
        }

        return running;
    }

    private static ClaimedRun? Claim(SqliteSession session, long number, string owner, DateTimeOffset now, DateTimeOffset until)
    {
        var run = FindCandidate(session, number, owner);
        session[StartSql].Set(1, run.Project).Set(2, run.Id).Set(3, now).Execute();
        if (SqliteInteractionRows.Get(session, run.Project, run.Id) is not { } interaction)
        {
            // Deleted while its owner was dying: there is nothing left to work for.
            Remove(session, number);
            return null;
        }

        var takeOvers = run.IsTakeOver ? run.TakeOvers + 1 : run.TakeOvers;
        var lease = new RunLease(run.Id, owner, run.Epoch + 1);
        session[ClaimSql].Set(1, number).Set(2, owner).Set(3, lease.Epoch).Set(4, until).Set(5, takeOvers).Execute();
        return new ClaimedRun
        {
            Lease = lease,
            Interaction = interaction,
            Request = ReadRequest(session, number),
            Provider = run.Provider,
            IsCancelRequested = run.IsCancelRequested,
            TakeOvers = takeOvers,
            TimeLeft = run.Deadline - now,
        };
    }

    private static Candidate FindCandidate(SqliteSession session, long number, string owner)
    {
        using var rows = session[CandidateSql].Set(1, number).Set(2, owner).Query();
        return rows.Read()
            ? new Candidate(
                rows.GetString(0), rows.GetString(1), rows.GetString(2), rows.GetBoolean(3), rows.GetInt64(4), rows.GetInt32(5), Rows.ReadTime(rows, 6), rows.GetBoolean(7))
            : throw new InvalidDataException("A run that waits has no row.");
    }

    private static ReadOnlyMemory<byte> ReadRequest(SqliteSession session, long number)
    {
        using var rows = session[RequestSql].Set(1, number).Query();
        return rows.Read() ? rows.GetBytes(0) : throw new InvalidDataException("A run has no request.");
    }

    private readonly record struct Candidate(
        string Id, string Project, string Provider, bool IsTakeOver, long Epoch, int TakeOvers, DateTimeOffset Deadline, bool IsCancelRequested);
}
