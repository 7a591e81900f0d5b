using Npgsql;
using OpenInteractions.Contracts.Interactions;
using OpenInteractions.Engine.Storage;

namespace OpenInteractions.Storage.Postgres;

// Lists: one statement per way into the table, the most selective index first; what is left of the filter follows row by row.
internal sealed partial class PostgresInteractionStore
{
    // Created-after is not among the conditions: ids order by time, so reading stops there instead of looking at every older row.
    private const string Conditions = """
        AND ($4::text IS NULL OR i.status = $4)
        AND ($5::text IS NULL OR i.model = $5)
        AND ($6::text IS NULL OR i.agent = $6)
        AND ($7::text IS NULL OR i.previous_id = $7)
        AND ($8::bigint IS NULL OR i.created_at < $8)
        AND NOT EXISTS (
            SELECT 1 FROM unnest($9::text[], $10::text[]) AS wanted (key, value)
            WHERE NOT EXISTS (SELECT 1 FROM labels l WHERE l.project = i.project AND l.id = i.id AND l.key = wanted.key AND l.value = wanted.value))
        """;

    // One project, said as a stretch of the primary key: with "project = $1" the planner, which does not know how large the project is, may look
    // for a small one's turns among everybody's.
    private const string ListSql = $"""
        SELECT {Rows.Interaction} FROM interactions i
        WHERE i.project >= $1 AND (i.project, i.id) < ($1, $2)
        {Conditions}
        ORDER BY i.project DESC, i.id DESC LIMIT $3
        """;

    private const string ListUnfinishedSql = $"""
        SELECT {Rows.Interaction} FROM interactions i
        WHERE i.project >= $1 AND (i.project, i.id) < ($1, $2) AND i.status IN ('queued', 'in_progress')
        {Conditions}
        ORDER BY i.project DESC, i.id DESC LIMIT $3
        """;

    private const string ListChildrenSql = $"""
        SELECT {Rows.Interaction} FROM interactions i
        WHERE i.previous_id = $7 AND i.project = $1 AND i.id < $2
        {Conditions}
        ORDER BY i.id DESC LIMIT $3
        """;

    private const string ListLabelledSql = $"""
        SELECT {Rows.Interaction} FROM labels f JOIN interactions i ON i.project = f.project AND i.id = f.id
        WHERE f.project = $1 AND f.key = $11 AND f.value = $12 AND f.id < $2
        {Conditions}
        ORDER BY f.id DESC LIMIT $3
        """;

    private const string ListTreeSql = $"""
        SELECT {Rows.Interaction} FROM interactions i WHERE i.id = $2 AND i.project = $1 AND i.id > $3
        UNION ALL
        SELECT {Rows.Interaction} FROM interactions i WHERE i.root_id = $2 AND i.project = $1 AND i.id > $3
        ORDER BY 1 LIMIT $4
        """;

    // The greatest code point: no id stands behind it.
    private const string AfterEveryId = "\U0010FFFF";

    public async Task<IReadOnlyList<StoredInteraction>> ListAsync(
        string project, InteractionFilter filter, string? beforeId, int limit, CancellationToken cancellationToken) =>
        await database.ReadAsync((project, filter, beforeId, limit), ListAsync, cancellationToken);

    public async Task<IReadOnlyList<StoredInteraction>> ListTreeAsync(
        string project, string rootId, string? afterId, int limit, CancellationToken cancellationToken) =>
        await database.ReadAsync(
            (project, rootId, afterId, limit),
            static async (connection, state, cancellationToken) =>
            {
                await using var batch = connection.CreateBatch();
                batch.Add(ListTreeSql).Text(state.project).Text(state.rootId).Text(state.afterId ?? "").Integer(Math.Max(state.limit, 0));
                return await ReadPageAsync(batch, DateTimeOffset.MinValue, cancellationToken);
            },
            cancellationToken);

    private static async Task<List<StoredInteraction>> ListAsync(
        NpgsqlConnection connection, (string Project, InteractionFilter Filter, string? BeforeId, int Limit) state, CancellationToken cancellationToken)
    {
        var (project, filter, beforeId, limit) = state;
        var labels = filter.Labels.ToArray();
        var sql = filter switch
        {
            { PreviousId: not null } => ListChildrenSql,
            { Status: { } status } when !status.IsTerminal() => ListUnfinishedSql,
            _ when labels.Length > 0 => ListLabelledSql,
            _ => ListSql,
        };

        await using var batch = connection.CreateBatch();
        var command = batch.Add(sql)
            .Text(project)
            .Text(beforeId ?? AfterEveryId)
            .Integer(Math.Max(limit, 0))
            .Text(filter.Status?.ToWire())
            .Text(filter.Model)
            .Text(filter.Agent)
            .Text(filter.PreviousId)
            .Long(filter.CreatedBefore?.AddTicks(TimeSpan.TicksPerMillisecond - 1).ToUnixTimeMilliseconds()) // rounded up: stored times are whole milliseconds
            .Texts(labels, label => label.Key)
            .Texts(labels, label => label.Value);
        if (ReferenceEquals(sql, ListLabelledSql))
        {
            command.Text(labels[0].Key).Text(labels[0].Value);
        }

        return await ReadPageAsync(batch, filter.CreatedAfter ?? DateTimeOffset.MinValue, cancellationToken);
    }

    private static async Task<List<StoredInteraction>> ReadPageAsync(NpgsqlBatch batch, DateTimeOffset createdAfter, CancellationToken cancellationToken)
    {
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        var page = new List<StoredInteraction>();
        while (await rows.ReadAsync(cancellationToken))
        {
            var interaction = Rows.ReadInteraction(new PostgresRows(rows), withContent: false);
            if (interaction.Created < createdAfter)
            {
                break;
            }

            page.Add(interaction);
        }

        return page;
    }
}
