using System.Globalization;
using Microsoft.Data.Sqlite;
using OpenInteractions.Storage.Tests.Sqlite;

namespace OpenInteractions.Storage.Tests.Copying;

/// <summary>All that a closed embedded store holds, written out by statements of the tests' own. Numbers of rows, which nobody sees, are left out.</summary>
internal static class SqliteContent
{
    private static readonly string[] Numbers = ["number", "interaction", "run"];

    private static readonly string[] Queries =
    [
        "SELECT 'turn', i.*, c.* FROM interactions i LEFT JOIN contents c ON c.interaction = i.number ORDER BY i.id, i.project",
        "SELECT 'label', l.*, i.id AS turn, i.project AS its FROM labels l LEFT JOIN interactions i ON i.number = l.interaction ORDER BY l.id, l.project, l.key",
        "SELECT 'run', r.*, q.* FROM runs r LEFT JOIN run_requests q ON q.run = r.number ORDER BY r.id",
        "SELECT 'events', j.*, i.id AS turn, i.project AS its FROM journal j LEFT JOIN interactions i ON i.number = j.interaction ORDER BY i.id, i.project, j.epoch, j.last_number",
        "SELECT 'mark', k.*, i.id AS turn, i.project AS its FROM idempotency_keys k LEFT JOIN interactions i ON i.number = k.interaction ORDER BY k.project, k.key",
        "SELECT 'store', s.*, s.number AS kept FROM file_search_stores s ORDER BY s.number",
        "SELECT 'document', d.*, d.number AS kept FROM file_search_documents d ORDER BY d.number",
        "SELECT 'part', p.* FROM file_search_parts p ORDER BY p.document, p.start",
        "SELECT 'chunk', c.*, c.number AS kept FROM file_search_chunks c ORDER BY c.number",
        "SELECT 'vector', v.* FROM file_search_vectors v ORDER BY v.store, v.chunk",
        "SELECT 'environment', e.*, e.number AS kept FROM environments e ORDER BY e.number",
        "SELECT 'checkpoint', c.*, c.number AS kept, c.interaction AS turn FROM checkpoints c ORDER BY c.number",
        "SELECT 'credential', c.*, c.number AS kept FROM credentials c ORDER BY c.number",
        "SELECT 'agent', a.*, a.number AS kept FROM agents a ORDER BY a.number",
        "SELECT 'agent version', v.* FROM agent_versions v ORDER BY v.agent, v.version",
        "SELECT 'place', p.* FROM file_search_places p ORDER BY p.term, p.doc, p.offset",
    ];

    public static IReadOnlyList<string> Read(string directory)
    {
        using var connection = new SqliteConnection($"Data Source={Inspection.DatabasePath(directory)};Pooling=False");
        connection.Open();
        var lines = new List<string>();
        foreach (var sql in Queries)
        {
            using var command = connection.CreateCommand();
            command.CommandText = sql;
            using var rows = command.ExecuteReader();
            while (rows.Read())
            {
                lines.Add(string.Join('|', Enumerable.Range(0, rows.FieldCount)
                    .Where(at => !Numbers.Contains(rows.GetName(at)))
                    .Select(at => $"{rows.GetName(at)}={Text(rows.GetValue(at))}")));
            }
        }

        return lines;
    }

    private static string Text(object value) => value switch
    {
        DBNull => "null",
        byte[] bytes => "x" + Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(bytes)) + bytes.Length,
        string text => "'" + text.Replace("\0", "<0>", StringComparison.Ordinal) + "'",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };
}
