using System.Buffers;
using System.Text.Json;
using OpenInteractions.Contracts.Interactions;
using OpenInteractions.Engine.Storage;

namespace OpenInteractions.Storage.Sqlite;

// Lists: one statement per way into the table, the most selective index first; what is left of the filter follows row by row.
internal sealed partial class SqliteInteractionStore
{
    // Created-after is not among the conditions: ids order by time, so reading stops there instead of looking at every older row.
    private const string Conditions = """
        AND ($4 IS NULL OR i.status = $4)
        AND ($5 IS NULL OR i.model = $5)
        AND ($6 IS NULL OR i.agent = $6)
        AND ($7 IS NULL OR i.previous_id = $7)
        AND ($8 IS NULL OR i.created_at < $8)
        AND ($9 IS NULL OR NOT EXISTS (
            SELECT 1 FROM json_each($9) wanted
            WHERE NOT EXISTS (SELECT 1 FROM labels l WHERE l.interaction = i.number AND l.key = wanted.key AND l.value = wanted.value)))
        """;

    // How far one page looks: asked first, so that what is written between the two statements moves nothing.
    private const string EdgeSql = """
        SELECT id FROM interactions INDEXED BY interactions_by_project WHERE project = $1 AND id < $2 ORDER BY id DESC LIMIT 1 OFFSET $3
        """;

    private const string LabelledEdgeSql = """
        SELECT id FROM labels INDEXED BY labels_by_value WHERE project = $1 AND key = $4 AND value = $5 AND id < $2 ORDER BY id DESC LIMIT 1 OFFSET $3
        """;

    private const string ListSql = $"""
        SELECT {Rows.Interaction} FROM interactions i INDEXED BY interactions_by_project
        WHERE i.project = $1 AND i.id < $2 AND i.id >= $10
        {Conditions}
        ORDER BY i.id DESC LIMIT $3
        """;

    private const string ListUnfinishedSql = $"""
        SELECT {Rows.Interaction} FROM interactions i INDEXED BY interactions_unfinished
        WHERE i.project = $1 AND i.id < $2 AND i.status IN ('queued', 'in_progress')
        {Conditions}
        ORDER BY i.id DESC LIMIT $3
        """;

    private const string ListChildrenSql = $"""
        SELECT {Rows.Interaction} FROM interactions i INDEXED BY interactions_by_previous
        WHERE i.previous_id = $7 AND i.project = $1 AND i.id < $2
        {Conditions}
        ORDER BY i.id DESC LIMIT $3
        """;

    private const string ListLabelledSql = $"""
        SELECT {Rows.Interaction} FROM labels f INDEXED BY labels_by_value CROSS JOIN interactions i ON i.number = f.interaction
        WHERE f.project = $1 AND f.key = $11 AND f.value = $12 AND f.id < $2 AND f.id >= $10
        {Conditions}
        ORDER BY f.id DESC LIMIT $3
        """;

    private const string ListTreeSql = $"""
        SELECT {Rows.Node} FROM interactions i WHERE i.id = $2 AND i.project = $1 AND i.id > $3
        UNION ALL
        SELECT {Rows.Node} FROM interactions i INDEXED BY interactions_by_root WHERE i.root_id = $2 AND i.project = $1 AND i.id > $3
        ORDER BY 1 LIMIT $4
        """;

    // The greatest code point: no id stands behind it.
    private const string AfterEveryId = "\U0010FFFF";

    public Task<InteractionPage> ListAsync(
        string project, InteractionFilter filter, string? beforeId, int limit, CancellationToken cancellationToken) =>
        readers.ReadAsync<(string, InteractionFilter, string?, int, CancellationToken), InteractionPage>(
            (project, filter, beforeId, limit, cancellationToken), static (session, state) => List(session, state), cancellationToken);

    public Task<IReadOnlyList<StoredInteraction>> ListTreeAsync(
        string project, string rootId, string? afterId, int limit, CancellationToken cancellationToken) =>
        readers.ReadAsync<(string, string, string?, int), IReadOnlyList<StoredInteraction>>(
            (project, rootId, afterId, limit),
            static (session, state) =>
            {
                var (project, rootId, afterId, limit) = state;
                using var rows = session[ListTreeSql].Set(1, project).Set(2, rootId).Set(3, afterId ?? "").Set(4, Math.Max(limit, 0)).Query();
                var nodes = new List<StoredInteraction>();
                while (rows.Read())
                {
                    nodes.Add(Rows.ReadInteraction(rows, withContent: false));
                }

                return nodes;
            },
            cancellationToken);

    private static InteractionPage List(
        SqliteSession session,
        (string Project, InteractionFilter Filter, string? BeforeId, int Limit, CancellationToken CancellationToken) state)
    {
        var (project, filter, beforeId, limit, cancellationToken) = state;
        var before = beforeId ?? AfterEveryId;
        var hasLabels = filter.Labels.Count > 0;
        var statement = filter switch
        {
            { PreviousId: not null } => session[ListChildrenSql],
            { Status: { } status } when !status.IsTerminal() => session[ListUnfinishedSql],
            _ when hasLabels => session[ListLabelledSql],
            _ => session[ListSql],
        };
        statement
            .Set(1, project)
            .Set(2, before)
            .Set(3, Math.Max(limit, 0))
            .Set(4, filter.Status?.ToWire())
            .Set(5, filter.Model)
            .Set(6, filter.Agent)
            .Set(7, filter.PreviousId)
            .Set(8, filter.CreatedBefore?.AddTicks(TimeSpan.TicksPerMillisecond - 1)) // rounded up: stored times are whole milliseconds
            .Set(9, hasLabels ? ToJson(filter.Labels) : null);
        string? edge = null;
        if (ReferenceEquals(statement, session[ListLabelledSql]))
        {
            var (key, value) = filter.Labels.First();
            edge = FindEdge(session[LabelledEdgeSql].Set(4, key).Set(5, value), project, before);
            statement.Set(10, edge ?? "").Set(11, key).Set(12, value);
        }
        else if (ReferenceEquals(statement, session[ListSql]))
        {
            edge = filter is { Status: null, Model: null, Agent: null, CreatedBefore: null } ? null : FindEdge(session[EdgeSql], project, before);
            statement.Set(10, edge ?? "");
        }

        using var rows = statement.Query();
        var page = new PageOfRows(limit, filter.CreatedAfter);
        while (rows.Read() && page.Add(Rows.ReadInteraction(rows, withContent: false)))
        {
            cancellationToken.ThrowIfCancellationRequested();
        }

        return page.End(edge);
    }

    private static string? FindEdge(SqliteStatement statement, string project, string before)
    {
        using var rows = statement.Set(1, project).Set(2, before).Set(3, InteractionPage.MostLookedAt - 1).Query();
        return rows.Read() ? rows.GetString(0) : null;
    }

    private static string ToJson(IReadOnlyDictionary<string, string> labels)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            foreach (var (key, value) in labels)
            {
                json.WriteString(key, value);
            }

            json.WriteEndObject();
        }

        return System.Text.Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
