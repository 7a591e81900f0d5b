using Npgsql;
using OpenInteractions.Contracts.Interactions;
using OpenInteractions.Engine.Nodes;
using OpenInteractions.Engine.Storage;

namespace OpenInteractions.Storage.Postgres;

// How runs are accepted.
internal sealed partial class PostgresRunQueue
{
    // Waits for another create with the same key that has not committed yet.
    private const string InsertMarkSql =
        "INSERT INTO idempotency_keys (project, key, request_hash, id) VALUES ($1, $2, $3, $4) ON CONFLICT (project, key) DO NOTHING";

    private const string FindMarkSql = "SELECT id, request_hash FROM idempotency_keys WHERE project = $1 AND key = $2";

    public async Task<RunLease?> InsertAsync(StoredInteraction interaction, NewRun run, string? claimedBy, TimeSpan ttl, CancellationToken cancellationToken)
    {
        RequireNotEnded(interaction);
        var insertion = new PostgresInsertion(interaction, run, claimedBy, ttl);
        await inserts.RunAsync(insertion, cancellationToken);
        TellOfQueued(insertion.Lease);
        return insertion.Lease;
    }

    public async Task<MarkedInsert> InsertOnceAsync(
        StoredInteraction interaction, NewRun run, IdempotencyMark mark, string? claimedBy, TimeSpan ttl, CancellationToken cancellationToken)
    {
        RequireNotEnded(interaction);
        var insertion = new PostgresInsertion(interaction, run, claimedBy, ttl);
        while (true)
        {
            if (await database.WriteAsync((mark, insertion), InsertOnceAsync, cancellationToken) is { } insert)
            {
                if (insert.Earlier is null)
                {
                    TellOfQueued(insertion.Lease);
                }

                return insert;
            }

            // What the first create made was deleted between the two looks: this one may be the first now.
        }
    }

    public Task<EarlierCreate?> FindEarlierAsync(string project, string key, CancellationToken cancellationToken) => database.ReadAsync(
        (project, key), static (connection, state, cancellationToken) => FindEarlierAsync(connection, state.project, state.key, cancellationToken), cancellationToken);

    /// <summary>Nodes with free places claim at once what this one leaves in the queue.</summary>
    private void TellOfQueued(RunLease? lease)
    {
        if (lease is null)
        {
            signals.Send(new NodeSignal(NodeSignalKind.RunsQueued));
        }
    }

    private static void RequireNotEnded(StoredInteraction interaction)
    {
        if (interaction.Status.IsTerminal())
        {
            throw new ArgumentException("An interaction that has ended has no run.", nameof(interaction));
        }
    }

    /// <returns>Null when there was a mark and it is gone.</returns>
    private static async Task<MarkedInsert?> InsertOnceAsync(
        NpgsqlConnection connection, (IdempotencyMark Mark, PostgresInsertion Insertion) state, CancellationToken cancellationToken)
    {
        var (mark, insertion) = state;
        var project = insertion.Interaction.Project;
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var first = connection.CreateBatch();
        first.Add(InsertMarkSql).Text(project).Text(mark.Key).Text(mark.RequestHash).Text(insertion.Interaction.Id);
        if (await first.ExecuteNonQueryAsync(cancellationToken) == 0)
        {
            return await FindEarlierAsync(connection, project, mark.Key, cancellationToken) is { } earlier ? new MarkedInsert(null, earlier) : null;
        }

        await using var batch = connection.CreateBatch();
        PostgresInserts.Add(batch, [insertion]);
        await batch.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return new MarkedInsert(insertion.Lease, null);
    }

    private static async Task<EarlierCreate?> FindEarlierAsync(NpgsqlConnection connection, string project, string key, CancellationToken cancellationToken)
    {
        await using var batch = connection.CreateBatch();
        batch.Add(FindMarkSql).Text(project).Text(key);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var rows = new PostgresRows(reader);
        return await reader.ReadAsync(cancellationToken) ? new EarlierCreate(rows.GetString(0), rows.GetString(1)) : null;
    }
}
