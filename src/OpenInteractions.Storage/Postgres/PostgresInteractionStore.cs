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

    private static readonly RowQuery<(string Project, string Id), StoredInteraction> Whole = new(
        $"SELECT {PostgresInteractionRows.WithContent} FROM interactions i WHERE i.id = $2 AND i.project = $1",
        static (command, key) => command.Text(key.Project).Text(key.Id),
        static row => Rows.ReadInteraction(row, withContent: true));

    private static readonly RowQuery<(string Project, string Id), ParentInteraction> Parent = new(
        "SELECT id, status, root_id, depth, chain_modalities, pending_calls, has_gap FROM interactions WHERE id = $2 AND project = $1",
        static (command, key) => command.Text(key.Project).Text(key.Id),
        static row => Rows.ReadParent(row));

    public Task InsertFinishedAsync(StoredInteraction interaction, CancellationToken cancellationToken)
    {
        if (!interaction.Status.IsTerminal())
        {
            throw new ArgumentException("An interaction that has not ended is kept with its run.", nameof(interaction));
        }

        return inserts.RunAsync(new PostgresInsertion(interaction, null, null, default), cancellationToken);
    }

    public Task<StoredInteraction?> GetAsync(string project, string id, CancellationToken cancellationToken) => database.ReadRowAsync(Whole, (project, id), cancellationToken);

    public Task<ParentInteraction?> GetParentAsync(string project, string id, CancellationToken cancellationToken) => database.ReadRowAsync(Parent, (project, id), cancellationToken);

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
