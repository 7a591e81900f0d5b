namespace OpenInteractions.Tools.Mcp;

/// <summary>
/// Keeps sessions for as long as their conversation goes on: a turn finds the session of the turn before, with what the server remembers in it. A
/// session that nobody used for a while is closed, and the one that was used longest ago when there are too many.
/// </summary>
internal sealed class SessionPool(McpOptions options, TimeProvider time) : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<SessionKey, PooledSession> _sessions = [];
    private readonly HashSet<Task> _closing = [];
    private bool _isClosed;

    /// <summary>Sessions that are open now.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _sessions.Count;
            }
        }
    }

    /// <summary>Takes a session, or connects one. Who asks for the same one meanwhile waits for the same connection.</summary>
    /// <param name="key">Whose session.</param>
    /// <param name="connect">Connects. Its token ends with the pool and not with who asked first.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    public async Task<SessionLease> TakeAsync(SessionKey key, Func<CancellationToken, Task<ServerSession>> connect, CancellationToken cancellationToken)
    {
        PooledSession pooled;
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isClosed, this);
            if (_sessions.TryGetValue(key, out var found) && !found.IsOver)
            {
                pooled = found;
            }
            else
            {
                // The lease of the session that is over ends it.
                pooled = _sessions[key] = new PooledSession(key);
                pooled.Connected = Task.Run(() => connect(pooled.Ended.Token), CancellationToken.None);
            }

            pooled.Users++;
            pooled.Expiry?.Dispose();
            pooled.Expiry = null;
        }

        try
        {
            return new SessionLease(this, pooled, await pooled.Connected.WaitAsync(cancellationToken));
        }
        catch
        {
            Return(pooled);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        Task[] closing;
        lock (_lock)
        {
            _isClosed = true;
            foreach (var pooled in _sessions.Values.ToArray())
            {
                Remove(pooled);
            }

            closing = [.. _closing];
        }

        await Task.WhenAll(closing);
    }

    /// <summary>Gives a session back. It is kept for the next turn, unless it is over.</summary>
    internal void Return(PooledSession pooled)
    {
        lock (_lock)
        {
            if (--pooled.Users > 0)
            {
                return;
            }

            if (_isClosed || pooled.IsOver || !_sessions.TryGetValue(pooled.Key, out var current) || current != pooled)
            {
                Remove(pooled);
                return;
            }

            pooled.IdleSince = time.GetUtcNow();
            pooled.Expiry = time.CreateTimer(_ => Expire(pooled), null, options.SessionIdleTime, Timeout.InfiniteTimeSpan);
            if (_sessions.Values.Count(s => s.Users == 0) > options.MaxIdleSessions)
            {
                Remove(_sessions.Values.Where(s => s.Users == 0).MinBy(s => s.IdleSince)!);
            }
        }
    }

    private void Expire(PooledSession pooled)
    {
        lock (_lock)
        {
            if (pooled.Users == 0)
            {
                Remove(pooled);
            }
        }
    }

    // Under the lock. What closing takes (a request to the server) happens outside.
    private void Remove(PooledSession pooled)
    {
        if (_sessions.TryGetValue(pooled.Key, out var current) && current == pooled)
        {
            _sessions.Remove(pooled.Key);
        }

        pooled.Expiry?.Dispose();
        pooled.Expiry = null;
        if (pooled.IsRemoved)
        {
            return;
        }

        pooled.IsRemoved = true;
        var closing = Task.Run(pooled.CloseAsync);
        _closing.Add(closing);
        closing.ContinueWith(
            done =>
            {
                lock (_lock)
                {
                    _closing.Remove(done);
                }
            },
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
    }
}

/// <summary>A session in the pool. Its fields belong to the pool's lock.</summary>
internal sealed class PooledSession(SessionKey key)
{
    public SessionKey Key { get; } = key;

    public CancellationTokenSource Ended { get; } = new();

    public Task<ServerSession> Connected { get; set; } = Task.FromException<ServerSession>(new InvalidOperationException("Nothing was connected yet."));

    public int Users { get; set; }

    public DateTimeOffset IdleSince { get; set; }

    public ITimer? Expiry { get; set; }

    public bool IsRemoved { get; set; }

    /// <summary>True when nobody can use it any more: it was never connected, or its server forgot it.</summary>
    public bool IsOver => Connected.IsFaulted || Connected.IsCanceled || (Connected.IsCompletedSuccessfully && Connected.GetAwaiter().GetResult().IsOver);

    public async Task CloseAsync()
    {
        await Ended.CancelAsync();
        try
        {
            await (await Connected).DisposeAsync();
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // It was never connected, which who asked for it was told; or its server did not take the farewell, and will forget it by itself.
        }

        Ended.Dispose();
    }
}

/// <summary>A session in use.</summary>
internal sealed class SessionLease(SessionPool pool, PooledSession pooled, ServerSession session) : IDisposable
{
    private int _isReturned;

    public ServerSession Session { get; } = session;

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isReturned, 1) == 0)
        {
            pool.Return(pooled);
        }
    }
}
