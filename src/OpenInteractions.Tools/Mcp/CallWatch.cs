namespace OpenInteractions.Tools.Mcp;

/// <summary>The time of one call (protocols M-7): so long without a sign of progress, and so long in all.</summary>
internal sealed class CallWatch : IDisposable
{
    private readonly McpOptions _options;
    private readonly CancellationTokenSource _silence;
    private readonly CancellationTokenSource _whole;
    private readonly CancellationTokenSource _all;

    public CallWatch(McpOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        _options = options;
        _silence = new CancellationTokenSource(options.CallTimeout, time);
        _whole = new CancellationTokenSource(options.CallLimit, time);
        _all = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _silence.Token, _whole.Token);
    }

    /// <summary>Ends with the call's time, or with the run.</summary>
    public CancellationToken Token => _all.Token;

    /// <summary>Which of the two times was up.</summary>
    public TimeSpan Limit => _whole.IsCancellationRequested ? _options.CallLimit : _options.CallTimeout;

    /// <summary>The server still works on it.</summary>
    public void Progressed()
    {
        try
        {
            _silence.CancelAfter(_options.CallTimeout);
        }
        catch (ObjectDisposedException)
        {
            // The sign came together with the result.
        }
    }

    public void Dispose()
    {
        _all.Dispose();
        _silence.Dispose();
        _whole.Dispose();
    }
}
