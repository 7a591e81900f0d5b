using Npgsql;
using OpenInteractions.Engine.Storage;

namespace OpenInteractions.Storage.Postgres;

/// <summary>An interaction to keep, and its run when it has not ended.</summary>
internal sealed record PostgresInsertion(StoredInteraction Interaction, NewRun? Run, string? ClaimedBy, TimeSpan Ttl)
{
    public RunLease? Lease => ClaimedBy is null ? null : RunLease.First(Interaction.Id, ClaimedBy);

    public long Size => PostgresInteractionRows.Size(Interaction) + (Run?.Request.Length ?? 0);
}

/// <summary>Keeps new interactions, many in one commit.</summary>
internal sealed class PostgresInserts : IAsyncDisposable
{
    private const string InsertRunsSql = """
        INSERT INTO runs (id, project, state, priority, queued_at, deadline, owner, epoch, lease_until, take_overs, cancel_requested, is_erased, request, provider)
        SELECT n.id, n.project, CASE WHEN n.owner IS NULL THEN 'queued' ELSE 'running' END, n.priority, oi_now(), oi_now() + n.time_left, n.owner,
            CASE WHEN n.owner IS NULL THEN 0 ELSE 1 END, CASE WHEN n.owner IS NULL THEN 0 ELSE oi_now() + n.ttl END, 0, false, false, n.request, n.provider
        FROM unnest($1::text[], $2::text[], $3::integer[], $4::bigint[], $5::text[], $6::bigint[], $7::bytea[], $8::text[])
            AS n (id, project, priority, time_left, owner, ttl, request, provider)
        """;

    private readonly GroupCommit<PostgresInsertion, bool> _group;

    public PostgresInserts(PostgresDatabase database, int capacity) => _group = new(capacity, group => database.WriteGroupAsync(group, CommitAsync), i => i.Size);

    /// <summary>Keeps one.</summary>
    public Task RunAsync(PostgresInsertion insertion, CancellationToken cancellationToken) => _group.RunAsync(insertion, cancellationToken);

    public ValueTask DisposeAsync() => _group.DisposeAsync();

    /// <summary>Adds the statements that keep interactions with their runs.</summary>
    public static void Add(NpgsqlBatch batch, IReadOnlyList<PostgresInsertion> insertions)
    {
        PostgresInteractionRows.AddInsert(batch, [.. insertions.Select(i => i.Interaction)]);
        var runs = insertions.Where(i => i.Run is not null).ToArray();
        if (runs.Length > 0)
        {
            batch.Add(InsertRunsSql)
                .Texts(runs, i => i.Interaction.Id)
                .Texts(runs, i => i.Interaction.Project)
                .Integers(runs, i => i.Run!.Priority)
                .Longs(runs, i => (long)i.Run!.TimeLeft.TotalMilliseconds)
                .Texts(runs, i => i.ClaimedBy)
                .Longs(runs, i => (long)i.Ttl.TotalMilliseconds)
                .Blobs(runs, i => i.Run!.Request)
                .Texts(runs, i => i.Run!.Provider);
        }
    }

    private static async Task<IReadOnlyList<bool>> CommitAsync(NpgsqlConnection connection, IReadOnlyList<PostgresInsertion> group, CancellationToken cancellationToken)
    {
        // One batch is one transaction, sent and answered in one round.
        await using var batch = connection.CreateBatch();
        Add(batch, group);
        await batch.ExecuteNonQueryAsync(cancellationToken);
        return new bool[group.Count];
    }
}
