using Npgsql;
using OpenInteractions.Engine.Storage;

namespace OpenInteractions.Storage.Postgres;

// How runs are claimed: what waits is read, chosen from by the engine's rules, and taken. Nothing is locked in between. What another node has taken by then, or
// is about to take, is passed by: of a line the next runs are as good.
internal sealed partial class PostgresRunQueue
{
    // Where a limit holds for all nodes, they count and claim one after the other.
    private const string AloneSql = "SELECT pg_advisory_xact_lock(hashtextextended('oi_claim', 0))";

    // What was deleted while its owner was dying, or handed back: there is nothing left to work for.
    private const string DeleteErasedSql = """
        DELETE FROM runs WHERE id IN (
            SELECT id FROM runs WHERE is_erased AND (state = 'queued' OR lease_until <= oi_now()) FOR UPDATE SKIP LOCKED)
        """;

    // From one line to the next is a step down the index, however many runs wait in between.
    private const string LinesSql = """
        WITH RECURSIVE lines AS (
            (SELECT project, provider, priority FROM runs WHERE state = 'queued' ORDER BY project, provider, priority LIMIT 1)
            UNION ALL
            SELECT next.project, next.provider, next.priority FROM lines l CROSS JOIN LATERAL (
                SELECT r.project, r.provider, r.priority FROM runs r
                WHERE r.state = 'queued' AND (r.project, r.provider, r.priority) > (l.project, l.provider, l.priority)
                ORDER BY r.project, r.provider, r.priority LIMIT 1) next)
        SELECT l.project, l.provider, l.priority, ARRAY (
            SELECT oi_now() - r.queued_at FROM runs r
            WHERE r.state = 'queued' AND NOT r.is_erased AND r.project = l.project AND r.provider = l.provider AND r.priority = l.priority
            ORDER BY r.queued_at, r.id LIMIT $1)
        FROM lines l
        """;

    private const string AbandonedSql = """
        SELECT id, project, provider, priority, oi_now() - queued_at FROM runs WHERE state = 'running' AND lease_until <= oi_now() AND NOT is_erased
        ORDER BY priority, queued_at, id LIMIT $1
        """;

    private const string RunningSql = "SELECT project, count(*)::integer FROM runs WHERE state = 'running' AND lease_until > oi_now() GROUP BY project";

    // Lease, epoch and status change in one statement, which also brings everything that is needed to start.
    private const string TakeSql = $"""
        claimed AS (
            UPDATE runs r
            SET state = 'running', owner = $1, epoch = r.epoch + 1, lease_until = oi_now() + $2,
                take_overs = r.take_overs + CASE WHEN r.state = 'running' AND r.owner <> $1 THEN 1 ELSE 0 END
            WHERE r.id = ANY (ARRAY (SELECT id FROM chosen))
            RETURNING r.id, r.project, r.provider, r.priority, r.queued_at, r.epoch, r.take_overs, r.deadline, r.cancel_requested, r.request),
        started AS (
            UPDATE interactions i
            SET status = 'in_progress', updated_at = CASE WHEN i.status = 'in_progress' THEN i.updated_at ELSE greatest(i.updated_at, oi_now()) END
            FROM claimed WHERE i.project = claimed.project AND i.id = claimed.id
            RETURNING {PostgresInteractionRows.WithContent})
        SELECT i.*, claimed.epoch, claimed.take_overs, claimed.deadline - oi_now(), claimed.request, claimed.provider, claimed.cancel_requested, claimed.priority
        FROM claimed JOIN started i ON i.id = claimed.id
        ORDER BY claimed.queued_at, claimed.id
        """;

    // (An array and not a join in what is taken: the planner takes a limit that it does not know for a tenth of the table, and would read all of a long queue.)
    private const string ClaimSql = $"""
        WITH queued AS (
            SELECT q.id FROM unnest($3::text[], $4::text[], $5::integer[], $6::bigint[]) AS line (project, provider, priority, runs) CROSS JOIN LATERAL (
                SELECT r.id FROM runs r
                WHERE r.state = 'queued' AND NOT r.is_erased AND r.project = line.project AND r.provider = line.provider AND r.priority = line.priority
                ORDER BY r.queued_at, r.id LIMIT line.runs FOR NO KEY UPDATE SKIP LOCKED) q
            LIMIT $8),
        abandoned AS (
            SELECT id FROM runs WHERE id = ANY ($7) AND state = 'running' AND lease_until <= oi_now() AND NOT is_erased
            ORDER BY id LIMIT $8 FOR NO KEY UPDATE SKIP LOCKED),
        chosen AS (SELECT id FROM abandoned UNION ALL SELECT id FROM queued LIMIT $8),
        {TakeSql}
        """;

    private const string ClaimCancelledSql = $"""
        WITH chosen AS (
            SELECT id FROM runs WHERE cancel_requested AND NOT is_erased AND (state = 'queued' OR lease_until <= oi_now())
            ORDER BY id LIMIT $3 FOR NO KEY UPDATE SKIP LOCKED),
        {TakeSql}
        """;

    private const int AfterInteraction = 22;

    // How often a claim that others were ahead of looks further back before it gives up.
    private const int MostLooks = 16;

    public async Task<IReadOnlyList<ClaimedRun>> ClaimAsync(string owner, TimeSpan ttl, int limit, ClaimRules rules, CancellationToken cancellationToken)
    {
        if (limit < 1)
        {
            return [];
        }

        var choice = new ClaimChoice(rules);
        try
        {
            var claimed = await database.WriteAsync((owner, ttl, limit, choice), ClaimAsync, cancellationToken);
            choice.Settle(claimed);
            return claimed;
        }
        catch
        {
            choice.LeaveAll();
            throw;
        }
    }

    private static async Task<IReadOnlyList<ClaimedRun>> ClaimAsync(
        NpgsqlConnection connection, (string Owner, TimeSpan Ttl, int Limit, ClaimChoice Choice) state, CancellationToken cancellationToken)
    {
        var (owner, ttl, limit, choice) = state;
        await using var transaction = choice.MustBeAlone ? await connection.BeginTransactionAsync(cancellationToken) : null;
        IReadOnlyList<ClaimedRun> claimed = [];
        var passed = new PassedBy();
        for (var look = 0; look < MostLooks; look++)
        {
            // Never more than are wanted: each that is chosen holds a place of its limits until it turns out who got it.
            choice.Begin();
            var waiting = await ReadWaitingAsync(connection, choice.MustBeAlone, limit, passed, cancellationToken);
            var chosen = choice.Choose(waiting.Lines, waiting.Running, limit);
            claimed = chosen.Count == 0 ? [] : await TakeAsync(connection, (owner, ttl, limit), waiting, chosen, cancellationToken);
            if (claimed.Count > 0 || chosen.Count == 0)
            {
                break;
            }

            // In these lines others have taken everything, or are about to: behind them there is more.
            passed.Add(waiting, chosen);
        }

        if (transaction is not null)
        {
            await transaction.CommitAsync(cancellationToken);
        }

        return claimed;
    }

    public Task<IReadOnlyList<ClaimedRun>> ClaimCancelledAsync(string owner, TimeSpan ttl, int limit, CancellationToken cancellationToken) =>
        database.WriteAsync<(string, TimeSpan, int), IReadOnlyList<ClaimedRun>>(
            (owner, ttl, limit),
            static async (connection, state, cancellationToken) =>
            {
                var (owner, ttl, limit) = state;
                await using var batch = connection.CreateBatch();
                batch.Add(ClaimCancelledSql).Text(owner).Milliseconds(ttl).Integer(limit);
                return [.. (await ReadClaimedAsync(batch, owner, cancellationToken)).Select(claimed => claimed.Run)];
            },
            cancellationToken);

    private static async Task<Waiting> ReadWaitingAsync(NpgsqlConnection connection, bool isAlone, int limit, PassedBy passed, CancellationToken cancellationToken)
    {
        await using var batch = connection.CreateBatch();
        batch.Add(DeleteErasedSql);
        if (isAlone)
        {
            batch.Add(AloneSql);
        }

        batch.Add(RunningSql);
        batch.Add(AbandonedSql).Integer(limit + passed.Abandoned.Count);
        batch.Add(LinesSql).Integer(limit);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        if (isAlone)
        {
            await reader.NextResultAsync(cancellationToken);
        }

        var rows = new PostgresRows(reader);
        var waiting = new Waiting();
        while (await reader.ReadAsync(cancellationToken))
        {
            waiting.Running.Add(rows.GetString(0), rows.GetInt32(1));
        }

        await reader.NextResultAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            if (!passed.Abandoned.Contains(rows.GetString(0)))
            {
                waiting.Abandoned.Add(rows.GetString(0));
                waiting.Lines.Add(new WaitingLine(rows.GetString(1), rows.GetString(2), rows.GetInt32(3), [rows.GetInt64(4)]));
            }
        }

        await reader.NextResultAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var line = new WaitingLine(rows.GetString(0), rows.GetString(1), rows.GetInt32(2), reader.GetFieldValue<long[]>(3));
            if (!passed.Lines.Contains((line.Project, line.Provider, line.Priority)))
            {
                waiting.Lines.Add(line);
            }
        }

        await reader.CloseAsync();
        return waiting;
    }

    private static async Task<IReadOnlyList<ClaimedRun>> TakeAsync(
        NpgsqlConnection connection, (string Owner, TimeSpan Ttl, int Limit) claim, Waiting waiting, IReadOnlyList<int> chosen, CancellationToken cancellationToken)
    {
        var abandoned = chosen.Where(line => line < waiting.Abandoned.Count).Select(line => waiting.Abandoned[line]).ToArray();
        var lines = chosen.Where(line => line >= waiting.Abandoned.Count).GroupBy(line => line).Select(line => (Line: waiting.Lines[line.Key], Runs: (long)line.Count())).ToArray();
        await using var batch = connection.CreateBatch();
        batch.Add(ClaimSql)
            .Text(claim.Owner)
            .Milliseconds(claim.Ttl)
            .Texts(lines, l => l.Line.Project)
            .Texts(lines, l => l.Line.Provider)
            .Integers(lines, l => l.Line.Priority)
            .Longs(lines, l => l.Runs)
            .Texts(abandoned, id => id)
            .Integer(claim.Limit);
        var places = new StartOrder(waiting, chosen);
        var claimed = await ReadClaimedAsync(batch, claim.Owner, cancellationToken);
        return [.. claimed.Select(c => (c.Run, Place: places.Of(c.Run, c.Priority))).OrderBy(c => c.Place).Select(c => c.Run)];
    }

    private static async Task<List<(ClaimedRun Run, int Priority)>> ReadClaimedAsync(NpgsqlBatch batch, string owner, CancellationToken cancellationToken)
    {
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var rows = new PostgresRows(reader);
        var claimed = new List<(ClaimedRun Run, int Priority)>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var interaction = Rows.ReadInteraction(rows, withContent: true);
            var run = new ClaimedRun
            {
                Lease = new RunLease(interaction.Id, owner, rows.GetInt64(AfterInteraction)),
                Interaction = interaction,
                TakeOvers = rows.GetInt32(AfterInteraction + 1),
                TimeLeft = TimeSpan.FromMilliseconds(rows.GetInt64(AfterInteraction + 2)),
                Request = rows.GetBytes(AfterInteraction + 3),
                Provider = rows.GetString(AfterInteraction + 4),
                IsCancelRequested = rows.GetBoolean(AfterInteraction + 5),
            };
            claimed.Add((run, rows.GetInt32(AfterInteraction + 6)));
        }

        // The end of the answer is the commit's: what fails until then fails here, and not unseen on the way out.
        await reader.CloseAsync();
        return claimed;
    }

    /// <summary>Where a claim has looked in vain.</summary>
    private sealed class PassedBy
    {
        public HashSet<string> Abandoned { get; } = new(StringComparer.Ordinal);

        public HashSet<(string Project, string Provider, int Priority)> Lines { get; } = [];

        public void Add(Waiting waiting, IReadOnlyList<int> chosen)
        {
            foreach (var index in chosen)
            {
                if (index < waiting.Abandoned.Count)
                {
                    Abandoned.Add(waiting.Abandoned[index]);
                }
                else
                {
                    var line = waiting.Lines[index];
                    Lines.Add((line.Project, line.Provider, line.Priority));
                }
            }
        }
    }

    /// <summary>What a claim can choose from: first the runs whose lease is over, a line each, then the lines of the queue.</summary>
    private sealed class Waiting
    {
        public List<string> Abandoned { get; } = [];

        public List<WaitingLine> Lines { get; } = [];

        public Dictionary<string, int> Running { get; } = new(StringComparer.Ordinal);
    }

    /// <summary>Runs come back by age: gives each the place that was chosen for it.</summary>
    private sealed class StartOrder
    {
        private readonly Dictionary<string, int> _abandoned = new(StringComparer.Ordinal);
        private readonly Dictionary<(string Project, string Provider, int Priority), Queue<int>> _lines = [];

        public StartOrder(Waiting waiting, IReadOnlyList<int> chosen)
        {
            for (var place = 0; place < chosen.Count; place++)
            {
                if (chosen[place] < waiting.Abandoned.Count)
                {
                    _abandoned.Add(waiting.Abandoned[chosen[place]], place);
                    continue;
                }

                var line = waiting.Lines[chosen[place]];
                var key = (line.Project, line.Provider, line.Priority);
                if (!_lines.TryGetValue(key, out var places))
                {
                    _lines.Add(key, places = new Queue<int>());
                }

                places.Enqueue(place);
            }
        }

        public int Of(ClaimedRun run, int priority) =>
            _abandoned.TryGetValue(run.Lease.RunId, out var place) ? place : _lines[(run.Interaction.Project, run.Provider, priority)].Dequeue();
    }
}
