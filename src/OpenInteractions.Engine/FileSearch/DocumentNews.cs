namespace OpenInteractions.Engine.FileSearch;

/// <summary>Wakes this node up when there is something to do with documents; what it misses, and what other nodes add, it finds by looking.</summary>
public sealed class DocumentNews
{
    private readonly Dictionary<DocumentWork, SemaphoreSlim> _bells = Enum.GetValues<DocumentWork>().ToDictionary(work => work, _ => new SemaphoreSlim(0, 1));

    /// <summary>There is something to do.</summary>
    public void Tell(DocumentWork work)
    {
        try
        {
            _bells[work].Release();
        }
        catch (SemaphoreFullException)
        {
            // Whoever wakes up looks for everything.
        }
    }

    /// <summary>Waits until there is something to do, or it is time to look.</summary>
    internal async Task WaitAsync(DocumentWork work, TimeSpan longest, TimeProvider time, CancellationToken cancellationToken)
    {
        using var timer = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var rung = _bells[work].WaitAsync(timer.Token);
        var passed = Task.Delay(longest, time, timer.Token);
        await Task.WhenAny(rung, passed);
        await timer.CancelAsync();
        foreach (var task in (Task[])[rung, passed])
        {
            try
            {
                await task;
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                // The other one came first.
            }
        }
    }
}
