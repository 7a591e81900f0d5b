using System.Threading.Tasks.Sources;

namespace OpenInteractions.Engine.Events;

/// <summary>
/// One reader's waiting for a feed. Streams wait once for every token, so a wait makes nothing: no task, no timer and no registration of its own.
/// </summary>
/// <param name="feed">What is followed.</param>
/// <param name="patience">Silence after which a wait ends without events.</param>
/// <param name="time">The clock of the silence.</param>
/// <param name="gone">The reader leaves.</param>
internal sealed class FeedFollower(EventFeed feed, TimeSpan patience, TimeProvider time, CancellationToken gone) : IValueTaskSource<bool>, IDisposable
{
    private ManualResetValueTaskSourceCore<bool> _wait;
    private CancellationTokenRegistration _onGone;
    private ITimer? _silence;
    private long _since;
    private int _isWaiting;

    /// <summary>Waits until there is more behind a place, or the feed is complete. One wait at a time.</summary>
    /// <returns>False when nothing happened for as long as the patience lasts.</returns>
    /// <exception cref="OperationCanceledException">The reader has left.</exception>
    public ValueTask<bool> WaitAsync(long offset)
    {
        gone.ThrowIfCancellationRequested();
        _wait.Reset();
        Volatile.Write(ref _since, time.GetTimestamp());
        Volatile.Write(ref _isWaiting, 1);
        if (!feed.TryAwait(this, offset))
        {
            Signal();
            return new ValueTask<bool>(this, _wait.Version);
        }

        if (_silence is null)
        {
            _silence = time.CreateTimer(static follower => ((FeedFollower)follower!).OnSilence(), this, patience, Timeout.InfiniteTimeSpan);
            _onGone = gone.UnsafeRegister(static follower => ((FeedFollower)follower!).Leave(), this);
        }
        else if (gone.IsCancellationRequested)
        {
            Leave(); // it may have been told in the moment between two waits, when nobody listened
        }

        return new ValueTask<bool>(this, _wait.Version);
    }

    /// <summary>There is more, or nothing more will come. The reader goes on on the caller's thread.</summary>
    public void Signal()
    {
        if (IsMine())
        {
            _wait.SetResult(true);
        }
    }

    public void Dispose()
    {
        _silence?.Dispose();
        _onGone.Dispose();
        feed.Forget(this);
    }

    bool IValueTaskSource<bool>.GetResult(short token) => _wait.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<bool>.GetStatus(short token) => _wait.GetStatus(token);

    void IValueTaskSource<bool>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _wait.OnCompleted(continuation, state, token, flags);

    /// <summary>One timer for all waits: it looks how long the present one has lasted.</summary>
    private void OnSilence()
    {
        var left = Volatile.Read(ref _isWaiting) == 1 ? patience - time.GetElapsedTime(Volatile.Read(ref _since)) : patience;
        if (left <= TimeSpan.Zero)
        {
            left = patience;
            if (IsMine())
            {
                _wait.SetResult(false);
            }
        }

        try
        {
            _silence?.Change(left, Timeout.InfiniteTimeSpan);
        }
        catch (ObjectDisposedException)
        {
            // The reader left in the same moment.
        }
    }

    private void Leave()
    {
        if (IsMine())
        {
            // Elsewhere: what follows ends with disposing the source of this very cancellation.
            _wait.RunContinuationsAsynchronously = true;
            _wait.SetException(new OperationCanceledException(gone));
        }
    }

    private bool IsMine() => Interlocked.Exchange(ref _isWaiting, 0) == 1;
}
