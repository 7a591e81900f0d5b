using Npgsql;
using OpenInteractions.Engine.Storage;

namespace OpenInteractions.Storage.Postgres;

/// <summary>Inserts of what its owner names, and a project may have only so many of.</summary>
internal static class PostgresNames
{
    // Those of a project come one after the other, so that the bound on them holds.
    private const string LockSql = "SELECT pg_advisory_xact_lock(hashtextextended($1 || ' of ' || $2, 0))";

    /// <summary>Inserts one, unless its name is taken or the project has as many as it may.</summary>
    /// <param name="name">The table, the project, the id, and how many it may be.</param>
    /// <param name="state">Passed to the insert.</param>
    /// <param name="insert">Inserts it, on a connection with an open transaction.</param>
    /// <param name="database">The database.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static Task<Insertion> InsertNamedAsync<TState>(
        this PostgresDatabase database,
        (string Table, string Project, string Id, int Most) name,
        TState state,
        Func<NpgsqlConnection, TState, CancellationToken, Task> insert,
        CancellationToken cancellationToken) => database.WriteAsync(
        (name, state, insert),
        static async (connection, change, cancellationToken) =>
        {
            var (table, project, id, most) = change.name;
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            await using var locking = connection.CreateBatch();
            locking.Add(LockSql).Text(table).Text(project);
            await locking.ExecuteNonQueryAsync(cancellationToken);
            await using var look = connection.CreateBatch();
            look.Add($"SELECT count(*), count(*) FILTER (WHERE id = $2) FROM {table} WHERE project = $1").Text(project).Text(id);
            var (all, same) = (await look.ReadAllAsync(static row => (row.GetInt64(0), row.GetInt64(1)), cancellationToken))[0];
            if (same > 0 || all >= most)
            {
                return same > 0 ? Insertion.Taken : Insertion.TooMany;
            }

            await change.insert(connection, change.state, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            return Insertion.Kept;
        },
        cancellationToken);
}
