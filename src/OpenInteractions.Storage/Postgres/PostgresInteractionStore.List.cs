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

    // How many turns a page looks at is written out: of a limit that it does not know the planner believes that it is a tenth of the table, and reads and
    // sorts all of it. And the project is said as a stretch of the primary key: with "project = $1" the planner, which does not know how large the project
    // is, may look for a small one's turns among everybody's. The page comes with the end of what was looked at, by the same snapshot.
    private const string Looked = "10000";

    // The lengths are added up before anything large is read: of an interaction that is not on the page nothing is.
    private const string Page = """
        SELECT i.* FROM (
            SELECT i.*, coalesce(sum(octet_length(i.settings) + coalesce(octet_length(i.usage), 0) + coalesce(octet_length(i.errors), 0)
                + coalesce(octet_length(i.pending_calls), 0)) OVER (ORDER BY i.id DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS bytes_before
            FROM (
        """;

    private const string EndOfPage = ") i) i WHERE i.bytes_before < $11";

    private const string ListSql = $"""
        SELECT i.*, edge.id FROM (SELECT (
            SELECT id FROM interactions WHERE project >= $1 AND (project, id) < ($1, $2) ORDER BY project DESC, id DESC OFFSET {Looked} - 1 LIMIT 1)) AS edge (id)
        LEFT JOIN LATERAL ({Page}
            SELECT {Rows.Interaction} FROM (
                SELECT * FROM interactions WHERE project >= $1 AND (project, id) < ($1, $2) ORDER BY project DESC, id DESC LIMIT {Looked}) i
            WHERE true
            {Conditions}
            ORDER BY i.project DESC, i.id DESC LIMIT $3{EndOfPage}) i ON true
        ORDER BY i.id DESC
        """;

    private const string ListUnfinishedSql = $"""
        {Page}
        SELECT {Rows.Interaction} FROM interactions i
        WHERE i.project >= $1 AND (i.project, i.id) < ($1, $2) AND i.status IN ('queued', 'in_progress')
        {Conditions}
        ORDER BY i.project DESC, i.id DESC LIMIT $3{EndOfPage}
        ORDER BY i.id DESC
        """;

    private const string ListChildrenSql = $"""
        {Page}
        SELECT {Rows.Interaction} FROM interactions i
        WHERE i.previous_id = $7 AND i.project = $1 AND i.id < $2
        {Conditions}
        ORDER BY i.id DESC LIMIT $3{EndOfPage}
        ORDER BY i.id DESC
        """;

    private const string ListLabelledSql = $"""
        SELECT i.*, edge.id FROM (SELECT (
            SELECT id FROM labels WHERE project = $1 AND key = $12 AND value = $13 AND id < $2 ORDER BY id DESC OFFSET {Looked} - 1 LIMIT 1)) AS edge (id)
        LEFT JOIN LATERAL ({Page}
            SELECT {Rows.Interaction} FROM (
                SELECT project, id FROM labels WHERE project = $1 AND key = $12 AND value = $13 AND id < $2 ORDER BY id DESC LIMIT {Looked}) f
            JOIN interactions i ON i.project = f.project AND i.id = f.id
            WHERE true
            {Conditions}
            ORDER BY f.id DESC LIMIT $3{EndOfPage}) i ON true
        ORDER BY i.id DESC
        """;

    private const string ListTreeSql = $"""
        SELECT {Rows.Node} FROM interactions i WHERE i.id = $2 AND i.project = $1 AND i.id > $3
        UNION ALL
        SELECT {Rows.Node} FROM interactions i WHERE i.root_id = $2 AND i.project = $1 AND i.id > $3
        ORDER BY 1 LIMIT $4
        """;

    // The greatest code point: no id stands behind it.
    private const string AfterEveryId = "\U0010FFFF";

    private const int EdgeColumn = 20; // behind the interaction and the bytes before it

    public async Task<InteractionPage> ListAsync(
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
                return await ReadPageAsync(batch, int.MaxValue, hasEdge: false, createdAfter: null, cancellationToken);
            },
            cancellationToken);

    private static async Task<InteractionPage> ListAsync(
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
            .Texts(labels, label => label.Value)
            .Long(InteractionPage.MostBytes);
        if (ReferenceEquals(sql, ListLabelledSql))
        {
            command.Text(labels[0].Key).Text(labels[0].Value);
        }

        var hasEdge = ReferenceEquals(sql, ListSql) || ReferenceEquals(sql, ListLabelledSql);
        return await ReadPageAsync(batch, limit, hasEdge, filter.CreatedAfter, cancellationToken);
    }

    private static async Task<InteractionPage> ReadPageAsync(NpgsqlBatch batch, int limit, bool hasEdge, DateTimeOffset? createdAfter, CancellationToken cancellationToken)
    {
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var rows = new PostgresRows(reader);
        var page = new PageOfRows(limit, createdAfter);
        string? edge = null;
        while (await reader.ReadAsync(cancellationToken))
        {
            edge = hasEdge && !rows.IsNull(EdgeColumn) ? rows.GetString(EdgeColumn) : null;
            if ((hasEdge && rows.IsNull(0)) || !page.Add(Rows.ReadInteraction(rows, withContent: false)))
            {
                break; // a page with nothing on it, or with everything that it holds
            }
        }

        return page.End(edge);
    }
}
