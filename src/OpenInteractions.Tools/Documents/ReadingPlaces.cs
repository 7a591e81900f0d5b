namespace OpenInteractions.Tools.Documents;

/// <summary>
/// So many documents are read at the same time and no more. Whoever leaves takes nothing along: the place of a reading that does not listen is given back,
/// for as many such readings as there are places; beyond that a place is taken until its reading ends.
/// </summary>
internal sealed class ReadingPlaces(int places) : IDisposable
{
    private readonly SemaphoreSlim _free = new(places);
    private int _abandoned;

    /// <exception cref="OperationCanceledException">Nobody waits for it any longer; the reading may go on for a while.</exception>
    public async Task<T> RunAsync<T>(Func<T> read, CancellationToken cancellationToken)
    {
        await _free.WaitAsync(cancellationToken);
        var reading = Task.Run(read, CancellationToken.None);
        try
        {
            return await reading.WaitAsync(cancellationToken);
        }
        finally
        {
            Leave(reading);
        }
    }

    public void Dispose() => _free.Dispose();

    private void Leave(Task reading)
    {
        if (reading.IsCompleted)
        {
            Release();
            return;
        }

        var isGivenBack = Interlocked.Increment(ref _abandoned) <= places;
        if (isGivenBack)
        {
            Release();
        }

        reading.ContinueWith(
            ended =>
            {
                _ = ended.Exception; // nobody is there to be told
                Interlocked.Decrement(ref _abandoned);
                if (!isGivenBack)
                {
                    Release();
                }
            },
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
    }

    private void Release()
    {
        try
        {
            _free.Release();
        }
        catch (ObjectDisposedException)
        {
            // The server has stopped meanwhile.
        }
    }
}
