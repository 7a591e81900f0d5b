using OpenInteractions.Engine.Storage;

namespace OpenInteractions.Storage.Sqlite;

/// <summary>
/// A few connections that only read. A read is microseconds of work on pages in memory, so it runs on the caller's thread; callers wait
/// only for a free connection.
/// </summary>
internal sealed class SqliteReaders : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly Stack<SqliteSession> _free;
    private readonly SemaphoreSlim _places;
    private readonly int _count;
    private bool _isClosed;

    public SqliteReaders(SqliteDatabase database, int count)
    {
        _count = count;
        _free = new Stack<SqliteSession>(count);
        for (var i = 0; i < count; i++)
        {
            _free.Push(database.OpenReader());
        }

        _places = new SemaphoreSlim(count);
    }

    /// <summary>Reads.</summary>
    /// <param name="state">Passed to the query, so that it needs no closure.</param>
    /// <param name="query">Statements, executed on this thread.</param>
    /// <param name="cancellationToken">Ends the waiting for a connection.</param>
    public Task<TResult> ReadAsync<TState, TResult>(TState state, Func<SqliteSession, TState, TResult> query, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return Task.FromCanceled<TResult>(cancellationToken);
        }

        if (!_places.Wait(0, CancellationToken.None))
        {
            return WaitForPlaceAsync(state, query, cancellationToken);
        }

        try
        {
            return Task.FromResult(Read(state, query));
        }
        catch (Exception exception)
        {
            return Task.FromException<TResult>(SqliteErrors.Translate(exception));
        }
    }

    /// <summary>Waits for the reads that run and closes the connections.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            _isClosed = true;
        }

        for (var i = 0; i < _count; i++)
        {
            await _places.WaitAsync();
        }

        while (_free.TryPop(out var session))
        {
            session.Dispose();
        }

        // Whoever still waits for a connection is told that the store is closed.
        _places.Release(_count);
    }

    private async Task<TResult> WaitForPlaceAsync<TState, TResult>(TState state, Func<SqliteSession, TState, TResult> query, CancellationToken cancellationToken)
    {
        await _places.WaitAsync(cancellationToken);
        try
        {
            return Read(state, query);
        }
        catch (Microsoft.Data.Sqlite.SqliteException exception)
        {
            throw SqliteErrors.Translate(exception);
        }
    }

    private TResult Read<TState, TResult>(TState state, Func<SqliteSession, TState, TResult> query)
    {
        SqliteSession? session = null;
        try
        {
            session = Take();
            return query(session, state);
        }
        finally
        {
            if (session is not null)
            {
                lock (_gate)
                {
                    _free.Push(session);
                }
            }

            _places.Release();
        }
    }

    private SqliteSession Take()
    {
        lock (_gate)
        {
            return _isClosed ? throw new StoreUnavailableException("The store is closed.") : _free.Pop();
        }
    }
}
