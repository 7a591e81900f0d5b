namespace OpenInteractions.Tools.Mcp;

/// <summary>The silence of one call: it may take so long without a sign of progress (protocols M-7). How long it may take in all, the engine sees to.</summary>
internal sealed class CallWatch : IDisposable
{
    private readonly TimeSpan _patience;
    private readonly CancellationTokenSource _silence;
    private readonly CancellationTokenSource _either;

    public CallWatch(TimeSpan patience, TimeProvider time, CancellationToken cancellationToken)
    {
        _patience = patience;
        _silence = new CancellationTokenSource(patience, time);
        _either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _silence.Token);
    }

    /// <summary>Ends when it has been silent for too long, or with the call.</summary>
    public CancellationToken Token => _either.Token;

    /// <summary>The server still works on it.</summary>
    public void Progressed()
    {
        try
        {
            _silence.CancelAfter(_patience);
        }
        catch (ObjectDisposedException)
        {
            // The sign came together with the result.
        }
    }

    public void Dispose()
    {
        _either.Dispose();
        _silence.Dispose();
    }
}
