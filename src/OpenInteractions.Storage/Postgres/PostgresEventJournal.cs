using Npgsql;
using OpenInteractions.Engine.Storage;

namespace OpenInteractions.Storage.Postgres;

internal sealed class PostgresEventJournal(PostgresDatabase database) : IEventJournal
{
    // One statement proves the leases and writes. The runs' rows are held until the commit: whoever claims one meanwhile passes it by, so that no event of a
    // replaced owner appears after the claim. Of a run whose interaction was deleted the events go nowhere (behaviour ST-16). A batch that is there already was
    // committed by a try whose answer was lost.
    private const string AppendSql = """
        WITH held AS (
            SELECT r.project, g.id, g.epoch, g.first_number, g.last_number, g.is_compressed, g.frames, g.checkpoint, g.place, r.is_erased
            FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::boolean[], $8::bytea[], $9::bytea[])
                WITH ORDINALITY AS g (id, owner, lease_epoch, epoch, first_number, last_number, is_compressed, frames, checkpoint, place)
            JOIN runs r ON r.id = g.id AND r.owner = g.owner AND r.epoch = g.lease_epoch AND r.state = 'running'
            ORDER BY r.id FOR NO KEY UPDATE OF r),
        written AS (
            INSERT INTO journal (project, id, epoch, first_number, last_number, is_compressed, frames, checkpoint)
            SELECT project, id, epoch, first_number, last_number, is_compressed, frames, checkpoint FROM held WHERE NOT is_erased
            ON CONFLICT (project, id, epoch, last_number) DO NOTHING)
        SELECT place FROM held
        """;

    private const string EraseSql =
        "DELETE FROM journal j USING unnest($1::text[], $2::text[]) AS ended (project, id) WHERE j.project = ended.project AND j.id = ended.id";

    private const string InsertSql = """
        INSERT INTO journal (project, id, epoch, first_number, last_number, is_compressed, frames, checkpoint)
        SELECT b.* FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::boolean[], $7::bytea[], $8::bytea[])
            AS b (project, id, epoch, first_number, last_number, is_compressed, frames, checkpoint)
        WHERE EXISTS (SELECT 1 FROM interactions i WHERE i.project = b.project AND i.id = b.id)
        """;

    private const string ReadSql = """
        SELECT epoch, first_number, last_number, is_compressed, frames, checkpoint
        FROM journal
        WHERE project = $1 AND id = $2 AND (epoch, last_number) > ($3, $4)
        ORDER BY epoch, last_number LIMIT $5
        """;

    public async Task<IReadOnlyList<bool>> AppendAsync(IReadOnlyList<JournalAppend> appends, CancellationToken cancellationToken) =>
        appends.Count == 0 ? [] : await database.WriteGroupAsync(appends, AppendAsync).WaitAsync(cancellationToken);

    public async Task<IReadOnlyList<JournalBatch>> ReadAsync(
        string project, string interactionId, EventPosition after, int limit, CancellationToken cancellationToken) =>
        await database.ReadAsync(
            (project, interactionId, after, limit),
            static async (connection, state, cancellationToken) =>
            {
                await using var batch = connection.CreateBatch();
                batch.Add(ReadSql)
                    .Text(state.project).Text(state.interactionId).Long(state.after.Epoch).Long(state.after.Number).Integer(Math.Max(state.limit, 0));
                await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
                var batches = new List<JournalBatch>();
                for (var bytes = 0; bytes < IEventJournal.ReadBytes && await reader.ReadAsync(cancellationToken);)
                {
                    batches.Add(Rows.ReadBatch(new PostgresRows(reader)));
                    bytes += batches[^1].Frames.Length;
                }

                return batches;
            },
            cancellationToken);

    /// <summary>Adds the statements that put other batches in place of those of runs that end, as part of a larger transaction.</summary>
    internal static void AddReplace(NpgsqlBatch batch, IReadOnlyList<PostgresEnding> endings)
    {
        batch.Add(EraseSql).Texts(endings, e => e.Project).Texts(endings, e => e.Id);
        var journal = endings.SelectMany(e => e.Journal, (e, events) => (e.Project, e.Id, Events: events)).ToArray();
        if (journal.Length > 0)
        {
            batch.Add(InsertSql)
                .Texts(journal, j => j.Project)
                .Texts(journal, j => j.Id)
                .Batches(journal, j => j.Events);
        }
    }

    private static async Task<bool[]> AppendAsync(NpgsqlConnection connection, IReadOnlyList<JournalAppend> appends, CancellationToken cancellationToken)
    {
        await using var batch = connection.CreateBatch();
        batch.Add(AppendSql).Leases(appends, a => a.Lease).Batches(appends, a => a.Batch);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var held = new bool[appends.Count];
        while (await reader.ReadAsync(cancellationToken))
        {
            held[reader.GetInt64(0) - 1] = true;
        }

        await reader.CloseAsync();
        return held;
    }
}
