using OpenInteractions.Contracts.Interactions;
using OpenInteractions.Engine.Storage;

namespace OpenInteractions.Storage.Sqlite;

/// <summary>The parts of a transaction that the store of interactions and the queue of runs have in common.</summary>
internal static class SqliteInteractionRows
{
    // A parent that is not there counts as a gap: it was deleted after the turn was accepted (behaviour ST-17).
    private const string InsertSql = """
        INSERT INTO interactions (id, project, status, created_at, updated_at, depth, chain_modalities, is_background, has_journal,
            service_tier, model, agent, previous_id, root_id, settings, usage, errors, pending_calls, has_gap)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18,
            CASE WHEN $13 IS NULL THEN 0 ELSE coalesce((SELECT p.has_gap FROM interactions p WHERE p.project = $2 AND p.id = $13), 1) END)
        RETURNING number
        """;

    private const string InsertContentSql = "INSERT INTO contents (interaction, input, output, provider_states) VALUES ($1, $2, $3, $4)";

    private const string InsertLabelSql = "INSERT INTO labels (interaction, key, value, project, id) VALUES ($1, $2, $3, $4, $5)";

    private const string GetSql =
        $"SELECT {Rows.Interaction}, {Rows.Content} FROM interactions i JOIN contents c ON c.interaction = i.number WHERE i.project = $1 AND i.id = $2";

    private const string WriteOutcomeSql = """
        UPDATE interactions
        SET status = $3, updated_at = $4, chain_modalities = $5, usage = $6, errors = $7, pending_calls = $8, has_journal = $9
        WHERE project = $1 AND id = $2
        RETURNING number
        """;

    private const string WriteContentSql = "UPDATE contents SET output = $2, provider_states = $3 WHERE interaction = $1";

    /// <returns>The number of the row.</returns>
    public static long Insert(SqliteSession session, StoredInteraction interaction)
    {
        var number = session[InsertSql]
            .Set(1, interaction.Id)
            .Set(2, interaction.Project)
            .Set(3, interaction.Status.ToWire())
            .Set(4, interaction.Created)
            .Set(5, interaction.Updated)
            .Set(6, interaction.Depth)
            .Set(7, interaction.ChainModalities)
            .Set(8, interaction.IsBackground)
            .Set(9, interaction.HasJournal)
            .Set(10, interaction.ServiceTier)
            .Set(11, interaction.Model)
            .Set(12, interaction.Agent)
            .Set(13, interaction.PreviousId)
            .Set(14, interaction.RootId == interaction.Id ? null : interaction.RootId)
            .SetBlob(15, interaction.Settings)
            .Set(16, interaction.Usage)
            .Set(17, interaction.Errors)
            .Set(18, interaction.PendingCalls)
            .QueryNumber()!.Value;

        session[InsertContentSql].Set(1, number).SetBlob(2, interaction.Input).Set(3, interaction.Output).Set(4, interaction.ProviderStates).Execute();

        if (interaction.Labels is { Count: > 0 } labels)
        {
            foreach (var (key, value) in labels)
            {
                session[InsertLabelSql].Set(1, number).Set(2, key).Set(3, value).Set(4, interaction.Project).Set(5, interaction.Id).Execute();
            }
        }

        return number;
    }

    public static StoredInteraction? Get(SqliteSession session, string project, string id)
    {
        using var rows = session[GetSql].Set(1, project).Set(2, id).Query();
        return rows.Read() ? Rows.ReadInteraction(rows, withContent: true) : null;
    }

    /// <summary>Ends an interaction and puts the journal of the ended run in place of its batches. An interaction that was deleted stays deleted.</summary>
    public static void WriteOutcome(SqliteSession session, string project, string id, RunOutcome outcome, IReadOnlyList<JournalBatch> journal)
    {
        var number = session[WriteOutcomeSql]
            .Set(1, project)
            .Set(2, id)
            .Set(3, outcome.Status.ToWire())
            .Set(4, outcome.Updated)
            .Set(5, outcome.ChainModalities)
            .Set(6, outcome.Usage)
            .Set(7, outcome.Errors)
            .Set(8, outcome.PendingCalls)
            .Set(9, journal.Count > 0)
            .QueryNumber();
        if (number is null)
        {
            return;
        }

        session[WriteContentSql].Set(1, number.Value).Set(2, outcome.Output).Set(3, outcome.ProviderStates).Execute();
        SqliteEventJournal.Replace(session, number.Value, journal);
    }
}
