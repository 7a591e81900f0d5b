using OpenInteractions.Engine.Storage;

namespace OpenInteractions.Storage.Sqlite;

internal sealed class SqliteEventJournal(SqliteWriter writer, SqliteReaders readers) : IEventJournal
{
    // One statement proves the lease, finds the interaction and writes.
    private const string AppendSql = """
        INSERT INTO journal (interaction, epoch, first_number, last_number, is_compressed, frames, checkpoint)
        SELECT i.number, $4, $5, $6, $7, $8, $9
        FROM runs r JOIN interactions i ON i.project = r.project AND i.id = r.id
        WHERE r.id = $1 AND r.owner = $2 AND r.epoch = $3 AND r.state = 'running'
        ON CONFLICT (interaction, epoch, last_number) DO NOTHING
        """;

    private const string HoldsSql = "SELECT 1 FROM runs WHERE id = $1 AND owner = $2 AND epoch = $3 AND state = 'running'";

    private const string InsertSql = """
        INSERT INTO journal (interaction, epoch, first_number, last_number, is_compressed, frames, checkpoint) VALUES ($1, $2, $3, $4, $5, $6, $7)
        """;

    private const string EraseSql = "DELETE FROM journal WHERE interaction = $1";

    // A subquery and not a join: the planner then knows that the index has the order, and does not sort a whole stream for its first batch.
    private const string ReadSql = """
        SELECT epoch, first_number, last_number, is_compressed, frames, checkpoint
        FROM journal
        WHERE interaction = (SELECT number FROM interactions WHERE project = $1 AND id = $2) AND (epoch, last_number) > ($3, $4)
        ORDER BY epoch, last_number LIMIT $5
        """;

    public Task<IReadOnlyList<bool>> AppendAsync(IReadOnlyList<JournalAppend> appends, CancellationToken cancellationToken) =>
        writer.RunAsync<IReadOnlyList<JournalAppend>, IReadOnlyList<bool>>(
            appends,
            static (session, appends) =>
            {
                var held = new bool[appends.Count];
                for (var i = 0; i < held.Length; i++)
                {
                    held[i] = Append(session, appends[i].Lease, appends[i].Batch);
                }

                return held;
            },
            cancellationToken);

    public Task<IReadOnlyList<JournalBatch>> ReadAsync(
        string project, string interactionId, EventPosition after, int limit, CancellationToken cancellationToken) =>
        readers.ReadAsync<(string, string, EventPosition, int), IReadOnlyList<JournalBatch>>(
            (project, interactionId, after, limit),
            static (session, state) =>
            {
                var (project, interactionId, after, limit) = state;
                using var rows = session[ReadSql]
                    .Set(1, project).Set(2, interactionId).Set(3, after.Epoch).Set(4, after.Number).Set(5, Math.Max(limit, 0)).Query();
                var batches = new List<JournalBatch>();
                for (var bytes = 0; bytes < IEventJournal.ReadBytes && rows.Read();)
                {
                    batches.Add(Rows.ReadBatch(rows));
                    bytes += batches[^1].Frames.Length;
                }

                return batches;
            },
            cancellationToken);

    /// <summary>Puts other batches in place of those of an interaction, as part of a larger transaction.</summary>
    internal static void Replace(SqliteSession session, long interaction, IReadOnlyList<JournalBatch> journal)
    {
        Erase(session, interaction);
        foreach (var batch in journal)
        {
            session[InsertSql]
                .Set(1, interaction)
                .Set(2, batch.Epoch)
                .Set(3, batch.FirstNumber)
                .Set(4, batch.LastNumber)
                .Set(5, batch.IsCompressed)
                .SetBlob(6, batch.Frames)
                .Set(7, batch.Checkpoint)
                .Execute();
        }
    }

    /// <summary>Removes the batches of an interaction, as part of a larger transaction.</summary>
    internal static void Erase(SqliteSession session, long interaction) => session[EraseSql].Set(1, interaction).Execute();

    private static bool Append(SqliteSession session, RunLease lease, JournalBatch batch)
    {
        var written = session[AppendSql]
            .Set(1, lease.RunId)
            .Set(2, lease.Owner)
            .Set(3, lease.Epoch)
            .Set(4, batch.Epoch)
            .Set(5, batch.FirstNumber)
            .Set(6, batch.LastNumber)
            .Set(7, batch.IsCompressed)
            .SetBlob(8, batch.Frames)
            .Set(9, batch.Checkpoint)
            .Execute();

        // Nothing written and the lease held: the interaction was deleted, and its events go nowhere (behaviour ST-16), or the batch came twice.
        return written == 1 || session[HoldsSql].Set(1, lease.RunId).Set(2, lease.Owner).Set(3, lease.Epoch).QueryNumber() is not null;
    }
}
