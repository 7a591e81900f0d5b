namespace OpenInteractions.Sandboxes.Egress;

/// <summary>How long a connection waits: for a step as a whole, or for any sign of life.</summary>
internal sealed class Patience : IDisposable
{
    private readonly TimeSpan _idle;
    private readonly CancellationTokenSource _timer;
    private readonly CancellationTokenSource _linked;
    private volatile bool _isIdle = true;

    public Patience(TimeSpan idle, TimeProvider time, CancellationToken cancellationToken)
    {
        _idle = idle;
        _timer = new CancellationTokenSource(idle, time);
        _linked = CancellationTokenSource.CreateLinkedTokenSource(_timer.Token, cancellationToken);
    }

    public CancellationToken Token => _linked.Token;

    public bool IsOver => _timer.IsCancellationRequested;

    /// <summary>From now on every byte in either direction begins the wait anew.</summary>
    public void UntilIdle()
    {
        _isIdle = true;
        _timer.CancelAfter(_idle);
    }

    /// <summary>From now on so long, whatever comes: bytes that drip in do not make it longer.</summary>
    public void AtMost(TimeSpan time)
    {
        _isIdle = false;
        _timer.CancelAfter(time);
    }

    public void OnBytes()
    {
        if (_isIdle)
        {
            _timer.CancelAfter(_idle);
        }
    }

    public void Dispose()
    {
        _linked.Dispose();
        _timer.Dispose();
    }
}
