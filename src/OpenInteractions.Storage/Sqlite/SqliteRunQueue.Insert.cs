using OpenInteractions.Contracts.Interactions;
using OpenInteractions.Engine.Storage;

namespace OpenInteractions.Storage.Sqlite;

// How runs are accepted.
internal sealed partial class SqliteRunQueue
{
    private const string InsertSql = """
        INSERT INTO runs (id, project, state, priority, queued_at, deadline, owner, epoch, lease_until, take_overs, cancel_requested, provider)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, 0, $10)
        RETURNING number
        """;

    private const string InsertRequestSql = "INSERT INTO run_requests (run, request) VALUES ($1, $2)";

    private const string FindMarkSql = "SELECT id, request_hash FROM idempotency_keys WHERE project = $1 AND key = $2";

    private const string InsertMarkSql = "INSERT INTO idempotency_keys (project, key, request_hash, interaction, id) VALUES ($1, $2, $3, $4, $5)";

    public Task<RunLease?> InsertAsync(StoredInteraction interaction, NewRun run, string? claimedBy, TimeSpan ttl, CancellationToken cancellationToken)
    {
        RequireNotEnded(interaction);
        return writer.RunNowAsync(
            new Insertion(interaction, run, claimedBy, ttl, _clock.Now),
            static (session, insertion) =>
            {
                Insert(session, insertion);
                return insertion.Lease;
            },
            cancellationToken);
    }

    public Task<MarkedInsert> InsertOnceAsync(StoredInteraction interaction, NewRun run, IdempotencyMark mark, string? claimedBy, TimeSpan ttl, CancellationToken cancellationToken)
    {
        RequireNotEnded(interaction);
        return writer.RunAsync(
            (Mark: mark, Insertion: new Insertion(interaction, run, claimedBy, ttl, _clock.Now)),
            static (session, state) =>
            {
                var project = state.Insertion.Interaction.Project;
                if (FindEarlier(session, project, state.Mark.Key) is { } earlier)
                {
                    return new MarkedInsert(null, earlier);
                }

                var number = Insert(session, state.Insertion);
                session[InsertMarkSql].Set(1, project).Set(2, state.Mark.Key).Set(3, state.Mark.RequestHash).Set(4, number).Set(5, state.Insertion.Interaction.Id).Execute();
                return new MarkedInsert(state.Insertion.Lease, null);
            },
            cancellationToken);
    }

    public Task<EarlierCreate?> FindEarlierAsync(string project, string key, CancellationToken cancellationToken) =>
        readers.ReadAsync((project, key), static (session, state) => FindEarlier(session, state.project, state.key), cancellationToken);

    private static void RequireNotEnded(StoredInteraction interaction)
    {
        if (interaction.Status.IsTerminal())
        {
            throw new ArgumentException("An interaction that has ended has no run.", nameof(interaction));
        }
    }

    private static EarlierCreate? FindEarlier(SqliteSession session, string project, string key)
    {
        using var rows = session[FindMarkSql].Set(1, project).Set(2, key).Query();
        return rows.Read() ? new EarlierCreate(rows.GetString(0), rows.GetString(1)) : null;
    }

    private static long Insert(SqliteSession session, Insertion insertion)
    {
        var (interaction, run, claimedBy, ttl, now) = insertion;
        var interactionNumber = SqliteInteractionRows.Insert(session, interaction);
        var number = session[InsertSql]
            .Set(1, interaction.Id)
            .Set(2, interaction.Project)
            .Set(3, claimedBy is null ? "queued" : "running")
            .Set(4, run.Priority)
            .Set(5, now)
            .Set(6, now + run.TimeLeft)
            .Set(7, claimedBy)
            .Set(8, claimedBy is null ? 0 : 1)
            .Set(9, claimedBy is null ? 0 : (now + ttl).ToUnixTimeMilliseconds())
            .Set(10, run.Provider)
            .QueryNumber()!.Value;
        session[InsertRequestSql].Set(1, number).SetBlob(2, run.Request).Execute();
        return interactionNumber;
    }

    private sealed record Insertion(StoredInteraction Interaction, NewRun Run, string? ClaimedBy, TimeSpan Ttl, DateTimeOffset Now)
    {
        public RunLease? Lease => ClaimedBy is null ? null : RunLease.First(Interaction.Id, ClaimedBy);
    }
}
