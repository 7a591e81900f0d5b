using Npgsql;
using OpenInteractions.Contracts.Interactions;
using OpenInteractions.Engine.Storage;

namespace OpenInteractions.Storage.Postgres;

/// <summary>A run that ends. Its project comes from its row, when it is a lease that says which.</summary>
internal sealed record PostgresEnding(string Project, string Id, RunLease Lease, RunOutcome Outcome, IReadOnlyList<JournalBatch> Journal)
{
    public long Size => Outcome.Output.Length + Outcome.ProviderStates.Length + Journal.Sum(batch => (long)batch.Frames.Length);
}

/// <summary>Ends runs, many in one commit.</summary>
internal sealed class PostgresEndings : IAsyncDisposable
{
    // Of several endings of one run the first counts.
    private const string TakeSql = """
        WITH held AS (
            SELECT r.id, r.project, g.place FROM unnest($1::text[], $2::text[], $3::bigint[]) WITH ORDINALITY AS g (id, owner, epoch, place)
            JOIN runs r ON r.id = g.id AND r.owner = g.owner AND r.epoch = g.epoch AND r.state = 'running'
            ORDER BY r.id FOR UPDATE OF r),
        ended AS (DELETE FROM runs USING held WHERE runs.id = held.id)
        SELECT min(place), project FROM held GROUP BY id, project
        """;

    // The interaction may have been deleted, and stays deleted.
    private const string WriteOutcomeSql = """
        UPDATE interactions i
        SET status = e.status, updated_at = e.updated_at, chain_modalities = e.chain_modalities, output = e.output, provider_states = e.provider_states,
            usage = e.usage, errors = e.errors, pending_calls = e.pending_calls, has_journal = e.has_journal
        FROM unnest($1::text[], $2::text[], $3::bigint[], $4::integer[], $5::bytea[], $6::bytea[], $7::bytea[], $8::bytea[], $9::bytea[], $10::boolean[], $11::text[])
            AS e (id, status, updated_at, chain_modalities, output, provider_states, usage, errors, pending_calls, has_journal, project)
        WHERE i.project = e.project AND i.id = e.id
        """;

    private readonly GroupCommit<PostgresEnding, bool> _group;

    public PostgresEndings(PostgresDatabase database, int capacity) => _group = new(capacity, group => database.WriteGroupAsync(group, CommitAsync), e => e.Size);

    /// <summary>Ends one.</summary>
    /// <returns>False when its lease was lost.</returns>
    public Task<bool> RunAsync(PostgresEnding ending, CancellationToken cancellationToken) => _group.RunAsync(ending, cancellationToken);

    public ValueTask DisposeAsync() => _group.DisposeAsync();

    /// <summary>Adds the statements that write outcomes into interactions and put the journals of ended runs in place of their batches.</summary>
    public static void AddOutcome(NpgsqlBatch batch, IReadOnlyList<PostgresEnding> endings)
    {
        batch.Add(WriteOutcomeSql)
            .Texts(endings, e => e.Id)
            .Texts(endings, e => e.Outcome.Status.ToWire())
            .Times(endings, e => e.Outcome.Updated)
            .Integers(endings, e => e.Outcome.ChainModalities)
            .OptionalBlobs(endings, e => e.Outcome.Output)
            .OptionalBlobs(endings, e => e.Outcome.ProviderStates)
            .OptionalBlobs(endings, e => e.Outcome.Usage)
            .OptionalBlobs(endings, e => e.Outcome.Errors)
            .OptionalBlobs(endings, e => e.Outcome.PendingCalls)
            .Flags(endings, e => e.Journal.Count > 0)
            .Texts(endings, e => e.Project);
        PostgresEventJournal.AddReplace(batch, endings);
    }

    private static async Task<IReadOnlyList<bool>> CommitAsync(NpgsqlConnection connection, IReadOnlyList<PostgresEnding> group, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var projects = await TakeAsync(connection, group, cancellationToken);
        var ended = group.Zip(projects).Where(e => e.Second is not null).Select(e => e.First with { Project = e.Second! }).ToArray();
        if (ended.Length > 0)
        {
            await using var batch = connection.CreateBatch();
            AddOutcome(batch, ended);
            batch.Add("COMMIT"); // spares a round
            await batch.ExecuteNonQueryAsync(cancellationToken);
        }

        return Array.ConvertAll(projects, project => project is not null);
    }

    /// <returns>For each ending its project, or null when its lease was lost.</returns>
    private static async Task<string?[]> TakeAsync(NpgsqlConnection connection, IReadOnlyList<PostgresEnding> group, CancellationToken cancellationToken)
    {
        await using var batch = connection.CreateBatch();
        batch.Add(TakeSql).Leases(group, e => e.Lease);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var rows = new PostgresRows(reader);
        var projects = new string?[group.Count];
        while (await reader.ReadAsync(cancellationToken))
        {
            projects[rows.GetInt64(0) - 1] = rows.GetString(1);
        }

        return projects;
    }
}
