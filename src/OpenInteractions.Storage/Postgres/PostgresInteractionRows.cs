using Npgsql;
using OpenInteractions.Contracts.Interactions;
using OpenInteractions.Engine.Storage;

namespace OpenInteractions.Storage.Postgres;

/// <summary>The parts of a transaction that the store of interactions and the queue of runs have in common.</summary>
internal static class PostgresInteractionRows
{
    /// <summary>Columns of an interaction <c>i</c> with its content.</summary>
    public const string WithContent = $"{Rows.Interaction}, i.input, i.output, i.provider_states";

    // A tree that grows and a tree that loses a turn wait for each other: a turn is then either seen and marked by the delete, or sees that its parent is gone
    // (behaviour ST-17). A statement of its own, because a statement sees what was there when it began. Sorted, so that groups do not wait in a circle.
    private const string JoinTreesSql = """
        SELECT pg_advisory_xact_lock_shared(tree) FROM (
            SELECT DISTINCT hashtextextended(project || '/' || root, 0) AS tree FROM unnest($1::text[], $2::text[]) AS t (project, root) ORDER BY tree) trees
        """;

    // A parent that is not there counts as a gap: it was deleted after the turn was accepted (behaviour ST-17).
    private const string InsertSql = """
        INSERT INTO interactions (id, project, status, created_at, updated_at, depth, chain_modalities, is_background, has_journal, service_tier, model, agent,
            previous_id, root_id, settings, usage, errors, pending_calls, input, output, provider_states, has_gap)
        SELECT n.*, n.previous_id IS NOT NULL AND coalesce((SELECT p.has_gap FROM interactions p WHERE p.id = n.previous_id AND p.project = n.project), true)
        FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::integer[], $7::integer[], $8::boolean[], $9::boolean[], $10::text[],
            $11::text[], $12::text[], $13::text[], $14::text[], $15::bytea[], $16::bytea[], $17::bytea[], $18::bytea[], $19::bytea[], $20::bytea[], $21::bytea[])
            AS n (id, project, status, created_at, updated_at, depth, chain_modalities, is_background, has_journal, service_tier, model, agent,
                previous_id, root_id, settings, usage, errors, pending_calls, input, output, provider_states)
        """;

    private const string InsertLabelsSql =
        "INSERT INTO labels (id, key, value, project) SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[])";

    /// <summary>Adds the statements that keep interactions.</summary>
    public static void AddInsert(NpgsqlBatch batch, IReadOnlyList<StoredInteraction> interactions)
    {
        var turns = interactions.Where(interaction => interaction.PreviousId is not null).ToArray();
        if (turns.Length > 0)
        {
            batch.Add(JoinTreesSql).Texts(turns, i => i.Project).Texts(turns, i => i.RootId);
        }

        batch.Add(InsertSql)
            .Texts(interactions, i => i.Id)
            .Texts(interactions, i => i.Project)
            .Texts(interactions, i => i.Status.ToWire())
            .Times(interactions, i => i.Created)
            .Times(interactions, i => i.Updated)
            .Integers(interactions, i => i.Depth)
            .Integers(interactions, i => i.ChainModalities)
            .Flags(interactions, i => i.IsBackground)
            .Flags(interactions, i => i.HasJournal)
            .Texts(interactions, i => i.ServiceTier)
            .Texts(interactions, i => i.Model)
            .Texts(interactions, i => i.Agent)
            .Texts(interactions, i => i.PreviousId)
            .Texts(interactions, i => i.RootId == i.Id ? null : i.RootId)
            .Blobs(interactions, i => i.Settings)
            .OptionalBlobs(interactions, i => i.Usage)
            .OptionalBlobs(interactions, i => i.Errors)
            .OptionalBlobs(interactions, i => i.PendingCalls)
            .Blobs(interactions, i => i.Input)
            .OptionalBlobs(interactions, i => i.Output)
            .OptionalBlobs(interactions, i => i.ProviderStates);

        var labels = interactions.Where(i => i.Labels is not null).SelectMany(i => i.Labels!, (i, label) => (i.Id, label.Key, label.Value, i.Project)).ToArray();
        if (labels.Length > 0)
        {
            batch.Add(InsertLabelsSql).Texts(labels, l => l.Id).Texts(labels, l => l.Key).Texts(labels, l => l.Value).Texts(labels, l => l.Project);
        }
    }

    /// <summary>About how many bytes travel.</summary>
    public static long Size(StoredInteraction interaction) =>
        interaction.Input.Length + interaction.Output.Length + interaction.ProviderStates.Length + interaction.Settings.Length;
}
