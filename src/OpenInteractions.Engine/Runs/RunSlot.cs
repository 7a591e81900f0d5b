namespace OpenInteractions.Engine.Runs;

/// <summary>A place among the runs that may work at the same time. Given back once, by whoever ends with the run.</summary>
internal sealed class RunSlot(RunLimits limits, string project, string provider) : IDisposable
{
    private int _isLeft;

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isLeft, 1) == 0)
        {
            limits.Leave(project, provider, hasWorked: true);
        }
    }
}
