using Microsoft.Extensions.Logging;
using OpenInteractions.Engine.Storage;

namespace OpenInteractions.Storage.Sqlite;

/// <summary>
/// Writes and checkpoints, on the one connection that may, from one thread at a time: its own, or that of a caller who waits for nothing else. Changes
/// that arrive while a commit runs become the next group: one transaction, one commit, one wait for the disk for all of them. An idle writer commits
/// the first change at once.
/// </summary>
internal sealed partial class SqliteWriter : IAsyncDisposable
{
    // 8 MB: rarely enough to cost nothing, often enough that a restart after a crash reads little.
    private const int CheckpointPages = 2000;

    // 64 MB: readers that follow each other without a pause would keep the log from starting anew; then the writer waits a moment for them.
    private const int TooLongLog = 16_000;

    // After so many commits in a row with one change each, changes come one by one: a caller who commits by himself gains more than those lose who would
    // have shared a commit with him.
    private const int Calm = 8;

    private readonly SqliteSession _session;
    private readonly StorageInstruments _instruments;
    private readonly ILogger _logger;
    private readonly Func<bool> _isPoolBusy;
    private readonly Action<Action> _queueToPool;
    private readonly Action _wake;
    private readonly SemaphoreSlim _places;
    private readonly Lock _gate = new();
    private readonly AutoResetEvent _work = new(initialState: false);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private List<WriteJob> _waiting = [];
    private List<WriteJob> _group = [];
    private bool _isTaken; // the connection, by whoever commits now
    private bool _isStopping;
    private bool _isDue; // others had time to come with what waits
    private int _lone; // commits in a row with one change, as far as it matters
    private int _pages; // since the last checkpoint; whoever has the connection may touch it

    /// <param name="session">The connection; closed with the writer.</param>
    /// <param name="capacity">Changes that may wait.</param>
    /// <param name="instruments">Counts the commits.</param>
    /// <param name="logger">Told of what callers are not told.</param>
    /// <param name="isPoolBusy">Whether work waits for a thread of the pool, so that none of them may stand still; the pool is asked when it is not given.</param>
    /// <param name="queueToPool">Does something when the pool has done what it has now; the pool itself when it is not given.</param>
    public SqliteWriter(
        SqliteSession session, int capacity, StorageInstruments instruments, ILogger logger, Func<bool>? isPoolBusy = null, Action<Action>? queueToPool = null)
    {
        _queueToPool = queueToPool ?? (static action => ThreadPool.UnsafeQueueUserWorkItem(static a => a(), action, preferLocal: false));
        _wake = Wake;
        _isPoolBusy = isPoolBusy ?? (static () => ThreadPool.PendingWorkItemCount > 0);
        _session = session;
        _instruments = instruments;
        _logger = logger;
        _places = new SemaphoreSlim(capacity);
        new Thread(Run) { Name = "sqlite-writer", IsBackground = true }.Start();
    }

    /// <summary>Makes a change. The task ends when it is durable; a change that throws is undone alone.</summary>
    /// <param name="state">Passed to the change, so that it needs no closure.</param>
    /// <param name="change">Statements, executed on the writer's thread inside a transaction.</param>
    /// <param name="cancellationToken">Ends the waiting, not a change that has its place in the queue.</param>
    public Task<TResult> RunAsync<TState, TResult>(TState state, Func<SqliteSession, TState, TResult> change, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return Task.FromCanceled<TResult>(cancellationToken);
        }

        var job = new WriteJob<TState, TResult>(state, change);
        if (!_places.Wait(0, CancellationToken.None))
        {
            return WaitForPlaceAsync(job, cancellationToken);
        }

        Enqueue(job);
        return cancellationToken.CanBeCanceled ? job.Task.WaitAsync(cancellationToken) : job.Task;
    }

    /// <summary>
    /// As <see cref="RunAsync"/>, for a caller who has nothing else to do until the change is durable: when nobody else writes and no work waits for his
    /// thread, he makes it himself, which spares two switches between threads.
    /// </summary>
    public Task<TResult> RunHereAsync<TState, TResult>(TState state, Func<SqliteSession, TState, TResult> change, CancellationToken cancellationToken) =>
        RunHereAsync(state, change, isUrgent: false, cancellationToken);

    /// <summary>
    /// As <see cref="RunHereAsync{TState, TResult}(TState, Func{SqliteSession, TState, TResult}, CancellationToken)"/>, for a change before which a person
    /// sees nothing: it waits for no company, and not for other work. At most one thread of the pool stands still by this, as there is one connection.
    /// </summary>
    public Task<TResult> RunNowAsync<TState, TResult>(TState state, Func<SqliteSession, TState, TResult> change, CancellationToken cancellationToken) =>
        RunHereAsync(state, change, isUrgent: true, cancellationToken);

    private Task<TResult> RunHereAsync<TState, TResult>(TState state, Func<SqliteSession, TState, TResult> change, bool isUrgent, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested || (!isUrgent && _isPoolBusy()) || !TryTakeConnection(isUrgent))
        {
            return RunAsync(state, change, cancellationToken);
        }

        var job = new WriteJob<TState, TResult>(state, change);
        try
        {
            CommitAlone(job);
            _pages += _session.TakeWrittenPages();
        }
        finally
        {
            GiveConnectionBack(changes: 1);
        }

        return job.Task;
    }

    /// <summary>Commits what is queued, then closes the connection.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            _isStopping = true;
        }

        _work.Set();
        await _ended.Task;
    }

    private async Task<TResult> WaitForPlaceAsync<TState, TResult>(WriteJob<TState, TResult> job, CancellationToken cancellationToken)
    {
        await _places.WaitAsync(cancellationToken);
        Enqueue(job);
        return await job.Task.WaitAsync(cancellationToken);
    }

    private void Enqueue(WriteJob job)
    {
        bool isFirst;
        lock (_gate)
        {
            if (_isStopping)
            {
                _places.Release();
                job.Fail(new StoreUnavailableException("The store is closed."));
                return;
            }

            _waiting.Add(job);
            isFirst = _waiting.Count == 1;
        }

        if (isFirst)
        {
            WakeSoon();
        }
    }

    /// <summary>On a busy machine more changes come before the pool is so far, and share the commit; on an idle one it is so far at once.</summary>
    private void WakeSoon() => _queueToPool(_wake);

    private void Wake()
    {
        lock (_gate)
        {
            _isDue = true;
        }

        _work.Set();
    }

    private bool TryTakeConnection(bool isUrgent)
    {
        lock (_gate)
        {
            if (_isTaken || _isStopping || (!isUrgent && _lone < Calm) || _waiting.Count > 0 || _pages >= CheckpointPages)
            {
                return false;
            }

            return _isTaken = true;
        }
    }

    private void GiveConnectionBack(int changes)
    {
        lock (_gate)
        {
            _isTaken = false;
            _lone = changes <= 1 && _waiting.Count == 0 ? Math.Min(_lone + changes, Calm) : 0;
            if (_isStopping || _pages >= CheckpointPages)
            {
                _work.Set();
            }
            else if (_waiting.Count > 0)
            {
                WakeSoon();
            }
        }
    }

    private void Run()
    {
        while (TakeGroup())
        {
            var count = _group.Count;
            if (count > 0)
            {
                CommitGroup();
                _group.Clear();
                _places.Release(count);
                _pages += _session.TakeWrittenPages();
            }

            CheckpointWhenDue();
            GiveConnectionBack(count);
        }

        _session.Dispose();
        _ended.SetResult();
    }

    /// <summary>Waits for work, and takes the connection.</summary>
    /// <returns>False when all is done and the store closes.</returns>
    private bool TakeGroup()
    {
        while (true)
        {
            lock (_gate)
            {
                if (!_isTaken)
                {
                    if ((_waiting.Count > 0 && (_isDue || _isStopping)) || _pages >= CheckpointPages)
                    {
                        _isDue = false;
                        (_waiting, _group) = (_group, _waiting);
                        return _isTaken = true;
                    }

                    if (_isStopping)
                    {
                        return false;
                    }
                }
            }

            _work.WaitOne();
        }
    }

    private void CommitGroup()
    {
        if (_group.Count > 1 && TryCommitTogether())
        {
            return;
        }

        // One change, or a group with one that fails or does not fit on the disk: each for itself, so that it fails alone. That happens so seldom that
        // a savepoint for each change, which would spare the others their own commits, costs more than it saves.
        foreach (var job in _group)
        {
            CommitAlone(job);
        }
    }

    private bool TryCommitTogether()
    {
        var started = _instruments.Start();
        try
        {
            _session["BEGIN IMMEDIATE"].Execute();
            foreach (var job in _group)
            {
                job.Execute(_session);
                if (!_session.IsInTransaction)
                {
                    throw new InvalidOperationException("The transaction ended in the middle of a group."); // a full disk can do that
                }
            }

            _session["COMMIT"].Execute();
        }
        catch (Exception exception)
        {
            LogGroupLost(exception, _group.Count);
            Rollback();
            return false;
        }

        _instruments.OnCommitted(started, _group.Count);
        foreach (var job in _group)
        {
            job.Succeed();
        }

        return true;
    }

    private void CommitAlone(WriteJob job)
    {
        var started = _instruments.Start();
        try
        {
            _session["BEGIN IMMEDIATE"].Execute();
            job.Execute(_session);
            _session["COMMIT"].Execute();
        }
        catch (Exception exception)
        {
            Rollback();
            var translated = SqliteErrors.Translate(exception);
            if (translated is StoreUnavailableException)
            {
                _instruments.OnUnavailable();
            }

            job.Fail(translated);
            return;
        }

        _instruments.OnCommitted(started, 1);
        job.Succeed();
    }

    private void Rollback()
    {
        try
        {
            if (_session.IsInTransaction)
            {
                _session["ROLLBACK"].Execute();
            }
        }
        catch (Exception exception)
        {
            // The next BEGIN fails as well then, and its job says why.
            LogRollbackFailed(exception);
        }
    }

    /// <summary>Copies the log into the database file, after the callers have been told: nobody waits for it but the next group.</summary>
    private void CheckpointWhenDue()
    {
        try
        {
            if (_pages < CheckpointPages)
            {
                return;
            }

            _pages = 0;
            if (Checkpoint("PRAGMA wal_checkpoint(PASSIVE)") > TooLongLog)
            {
                // Nobody may write while this waits for readers.
                _session["PRAGMA busy_timeout = 250"].Execute();
                Checkpoint("PRAGMA wal_checkpoint(RESTART)");
                _session["PRAGMA busy_timeout = 5000"].Execute();
            }
        }
        catch (Exception exception)
        {
            // Nothing is lost: the log has it. The next one tries again.
            LogCheckpointFailed(exception);
        }
    }

    private long Checkpoint(string sql)
    {
        using var rows = _session[sql].Query();
        return rows.Read() ? rows.GetInt64(1) : 0;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "A group of {Count} changes could not be committed together; each is tried alone")]
    private partial void LogGroupLost(Exception exception, int count);

    [LoggerMessage(Level = LogLevel.Error, Message = "A transaction could not be rolled back")]
    private partial void LogRollbackFailed(Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The write-ahead log could not be copied into the database file; it stays and grows until that works")]
    private partial void LogCheckpointFailed(Exception exception);
}
