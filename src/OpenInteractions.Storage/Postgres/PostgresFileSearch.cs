using Npgsql;
using OpenInteractions.Engine.FileSearch;

namespace OpenInteractions.Storage.Postgres;

/// <summary>Parameters and rows that the statements about documents have in common.</summary>
internal static class PostgresFileSearch
{
    /// <summary>Three columns that name an upload.</summary>
    public static NpgsqlBatchCommand Upload(this NpgsqlBatchCommand command, UploadKey upload) => command.Text(upload.Project).Text(upload.Store).Text(upload.Document);

    /// <summary>Two columns of a lease.</summary>
    public static NpgsqlBatchCommand Lease(this NpgsqlBatchCommand command, DocumentLease lease) => command.Long(lease.Document).Long(lease.Epoch);

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
