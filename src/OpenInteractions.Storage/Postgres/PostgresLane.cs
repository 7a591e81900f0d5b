using Npgsql;

namespace OpenInteractions.Storage.Postgres;

/// <summary>
/// A connection of its own for reads of one row, on which the caller's thread itself waits for the database. The answer then wakes up whoever needs it, where
/// otherwise one thread hears of it and has to wake up another. It is taken only while nothing else waits for a thread and
/// nobody else reads here, so that one thread of the pool at most stands still; everybody else reads without waiting on a thread.
/// </summary>
/// <param name="source">Opens the connection; used by nobody else, and never asynchronously: a socket that was once used so is never waited on directly again.</param>
/// <param name="isPoolBusy">Whether work waits for a thread of the pool; the pool is asked when it is not given.</param>
internal sealed class PostgresLane(NpgsqlDataSource source, Func<bool>? isPoolBusy = null) : IAsyncDisposable
{
    private readonly Func<bool> _isPoolBusy = isPoolBusy ?? (static () => ThreadPool.PendingWorkItemCount > 0);
    private int _isTaken;

    /// <summary>Reads a row, if the lane is free.</summary>
    /// <returns>False when it is not, or its connection broke: nothing was read.</returns>
    public bool TryRead<TState, TResult>(RowQuery<TState, TResult> query, TState state, out TResult? result)
        where TResult : class
    {
        result = null;
        if (_isPoolBusy() || Interlocked.Exchange(ref _isTaken, 1) != 0)
        {
            return false;
        }

        try
        {
            using var connection = source.OpenConnection();
            using var batch = query.On(connection, state);
            using var rows = batch.ExecuteReader();
            result = rows.Read() ? query.Read(new PostgresRows(rows)) : null;
            return true;
        }
        catch (Exception exception) when (PostgresErrors.IsBrokenConnection(exception))
        {
            return false; // after a restart of the database, the next one works
        }
        finally
        {
            Volatile.Write(ref _isTaken, 0);
        }
    }

    public ValueTask DisposeAsync() => source.DisposeAsync();
}

/// <summary>A query of one row at most.</summary>
/// <param name="Sql">The statement.</param>
/// <param name="Bind">Adds its parameters.</param>
/// <param name="Read">Makes something of the row.</param>
internal sealed record RowQuery<TState, TResult>(string Sql, Action<NpgsqlBatchCommand, TState> Bind, Func<PostgresRows, TResult> Read)
    where TResult : class
{
    /// <summary>The query, ready to be executed.</summary>
    public NpgsqlBatch On(NpgsqlConnection connection, TState state)
    {
        var batch = connection.CreateBatch();
        Bind(batch.Add(Sql), state);
        return batch;
    }
}
