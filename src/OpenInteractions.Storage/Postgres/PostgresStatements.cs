using Npgsql;

namespace OpenInteractions.Storage.Postgres;

/// <summary>Runs statements that are put together by <see cref="PostgresParameters"/>.</summary>
internal static class PostgresStatements
{
    /// <summary>All rows of the last statement that gives any.</summary>
    public static async Task<List<T>> ReadAllAsync<T>(this NpgsqlBatch batch, Func<PostgresRows, T> read, CancellationToken cancellationToken)
    {
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var items = new List<T>();
        while (await reader.ReadAsync(cancellationToken))
        {
            items.Add(read(new PostgresRows(reader)));
        }

        return items;
    }

    /// <summary>Reads all rows of one statement.</summary>
    public static Task<List<T>> ReadAllAsync<TState, T>(
        this PostgresDatabase database, string sql, TState state, Action<NpgsqlBatchCommand, TState> bind, Func<PostgresRows, T> read, CancellationToken cancellationToken) => database.ReadAsync(
        (sql, state, bind, read),
        static async (connection, query, cancellationToken) =>
        {
            await using var batch = connection.CreateBatch();
            query.bind(batch.Add(query.sql), query.state);
            return await batch.ReadAllAsync(query.read, cancellationToken);
        },
        cancellationToken);

    /// <summary>Makes a change of one statement.</summary>
    /// <returns>How many rows it changed, or gave.</returns>
    public static Task<int> ExecuteAsync<TState>(
        this PostgresDatabase database, string sql, TState state, Action<NpgsqlBatchCommand, TState> bind, CancellationToken cancellationToken) => database.WriteAsync(
        (sql, state, bind),
        static async (connection, change, cancellationToken) =>
        {
            await using var batch = connection.CreateBatch();
            change.bind(batch.Add(change.sql), change.state);
            return await batch.ExecuteNonQueryAsync(cancellationToken);
        },
        cancellationToken);
}
