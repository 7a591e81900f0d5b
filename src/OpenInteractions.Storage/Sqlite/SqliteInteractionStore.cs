using OpenInteractions.Contracts.Interactions;
using OpenInteractions.Engine.Storage;

namespace OpenInteractions.Storage.Sqlite;

internal sealed partial class SqliteInteractionStore(SqliteWriter writer, SqliteReaders readers, TimeProvider time) : IInteractionStore
{
    private const string GetParentSql =
        "SELECT id, status, root_id, depth, chain_modalities, pending_calls, has_gap FROM interactions WHERE project = $1 AND id = $2";

    // The chain's rows come in the order in which they are found, which LoadTurns verifies.
    private const string LoadTurnsSql = $"""
        WITH RECURSIVE chain (position, number, id, previous_id) AS (
            SELECT 1, number, id, previous_id FROM interactions WHERE project = $1 AND id = $2
            UNION ALL
            SELECT chain.position + 1, i.number, i.id, i.previous_id
            FROM chain JOIN interactions i ON i.id = chain.previous_id AND i.project = $1
            WHERE chain.position < $3)
        SELECT chain.id, chain.previous_id, {Rows.Content} FROM chain CROSS JOIN contents c ON c.interaction = chain.number
        """;

    private const string ReadOneSql = "SELECT count(*) FROM (SELECT 1 FROM interactions LIMIT 1)";

    private const string MarkAliveSql = "INSERT INTO liveness (id, checked_at) VALUES (1, $1) ON CONFLICT (id) DO UPDATE SET checked_at = excluded.checked_at";

    public Task InsertFinishedAsync(StoredInteraction interaction, CancellationToken cancellationToken)
    {
        if (!interaction.Status.IsTerminal())
        {
            throw new ArgumentException("An interaction that has not ended is kept with its run.", nameof(interaction));
        }

        return writer.RunHereAsync(
            interaction,
            static (session, interaction) =>
            {
                SqliteInteractionRows.Insert(session, interaction);
                return true;
            },
            cancellationToken);
    }

    public Task<StoredInteraction?> GetAsync(string project, string id, CancellationToken cancellationToken) =>
        readers.ReadAsync((project, id), static (session, key) => SqliteInteractionRows.Get(session, key.project, key.id), cancellationToken);

    public Task<ParentInteraction?> GetParentAsync(string project, string id, CancellationToken cancellationToken) =>
        readers.ReadAsync(
            (project, id),
            static (session, key) =>
            {
                using var rows = session[GetParentSql].Set(1, key.project).Set(2, key.id).Query();
                return rows.Read() ? Rows.ReadParent(rows) : null;
            },
            cancellationToken);

    public Task<IReadOnlyList<StoredTurn>> LoadTurnsAsync(string project, string id, int limit, CancellationToken cancellationToken) =>
        readers.ReadAsync<(string, string, int, CancellationToken), IReadOnlyList<StoredTurn>>(
            (project, id, limit, cancellationToken), static (session, state) => LoadTurns(session, state), cancellationToken);

    public Task<string?> FindNewestIdAsync(CancellationToken cancellationToken) =>
        readers.ReadAsync<int, string?>(
            0,
            static (session, _) =>
            {
                using var rows = session[Rows.NewestIdSql].Query();
                return rows.Read() ? rows.GetString(0) : null;
            },
            cancellationToken);

    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        await writer.RunAsync(time.GetUtcNow(), static (session, now) => session[MarkAliveSql].Set(1, now).Execute(), cancellationToken);
        await readers.ReadAsync(0, static (session, _) => session[ReadOneSql].QueryNumber(), cancellationToken);
    }

    private static List<StoredTurn> LoadTurns(
        SqliteSession session, (string Project, string Id, int Limit, CancellationToken CancellationToken) state)
    {
        if (state.Limit < 1)
        {
            return [];
        }

        using var rows = session[LoadTurnsSql].Set(1, state.Project).Set(2, state.Id).Set(3, state.Limit).Query();
        var turns = new List<StoredTurn>();
        var expected = state.Id;
        while (rows.Read())
        {
            state.CancellationToken.ThrowIfCancellationRequested();
            var turn = Rows.ReadTurn(rows);
            if (turn.Id != expected)
            {
                throw new InvalidDataException($"The chain of {state.Id} was read out of order at {turn.Id}.");
            }

            turns.Add(turn);
            expected = turn.PreviousId;
        }

        return turns;
    }
}
