using Npgsql;
using OpenInteractions.Contracts.Interactions;
using OpenInteractions.Engine.Storage;

namespace OpenInteractions.Storage.Postgres;

internal sealed partial class PostgresInteractionStore(PostgresDatabase database, PostgresInserts inserts) : IInteractionStore
{
    // The content travels along: it would otherwise be looked up a second time.
    private const string LoadTurnsSql = """
        WITH RECURSIVE chain (position, id, previous_id, input, output, provider_states) AS (
            SELECT 1, id, previous_id, input, output, provider_states FROM interactions WHERE id = $2 AND project = $1
            UNION ALL
            SELECT chain.position + 1, i.id, i.previous_id, i.input, i.output, i.provider_states
            FROM chain JOIN interactions i ON i.id = chain.previous_id AND i.project = $1
            WHERE chain.position < $3)
        SELECT id, previous_id, input, output, provider_states FROM chain ORDER BY position
        """;

    private const string MarkAliveSql = "INSERT INTO liveness (id, checked_at) VALUES (1, oi_now()) ON CONFLICT (id) DO UPDATE SET checked_at = oi_now()";

    private readonly InteractionReads<StoredInteraction> _whole = new(database, PostgresInteractionRows.WithContent, static row => Rows.ReadInteraction(row, withContent: true));

    private readonly InteractionReads<ParentInteraction> _parents = new(
        database, "i.id, i.status, i.root_id, i.depth, i.chain_modalities, i.pending_calls, i.has_gap", static row => Rows.ReadParent(row));

    public Task InsertFinishedAsync(StoredInteraction interaction, CancellationToken cancellationToken)
    {
        if (!interaction.Status.IsTerminal())
        {
            throw new ArgumentException("An interaction that has not ended is kept with its run.", nameof(interaction));
        }

        return inserts.RunAsync(new PostgresInsertion(interaction, null, null, default), cancellationToken);
    }

    public Task<StoredInteraction?> GetAsync(string project, string id, CancellationToken cancellationToken) => _whole.ReadAsync(project, id, cancellationToken);

    public Task<ParentInteraction?> GetParentAsync(string project, string id, CancellationToken cancellationToken) => _parents.ReadAsync(project, id, cancellationToken);

    public async Task<IReadOnlyList<StoredTurn>> LoadTurnsAsync(string project, string id, int limit, CancellationToken cancellationToken) =>
        limit < 1 ? [] : await database.ReadAsync((project, id, limit), LoadTurnsAsync, cancellationToken);

    public Task<string?> FindNewestIdAsync(CancellationToken cancellationToken) =>
        database.ReadAsync(
            0,
            static async (connection, _, cancellationToken) =>
            {
                await using var batch = connection.CreateBatch();
                batch.Add(Rows.NewestIdSql);
                return await batch.ExecuteScalarAsync(cancellationToken) as string;
            },
            cancellationToken);

    public async Task CheckAsync(CancellationToken cancellationToken) => await database.WriteAsync(
        0,
        static async (connection, _, cancellationToken) =>
        {
            await using var batch = connection.CreateBatch();
            batch.Add(MarkAliveSql);
            return await batch.ExecuteNonQueryAsync(cancellationToken);
        },
        cancellationToken);

    private static async Task<List<StoredTurn>> LoadTurnsAsync(
        NpgsqlConnection connection, (string Project, string Id, int Limit) state, CancellationToken cancellationToken)
    {
        await using var batch = connection.CreateBatch();
        batch.Add(LoadTurnsSql).Text(state.Project).Text(state.Id).Integer(state.Limit);
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        var turns = new List<StoredTurn>();
        while (await rows.ReadAsync(cancellationToken))
        {
            turns.Add(Rows.ReadTurn(new PostgresRows(rows)));
        }

        return turns;
    }
}
