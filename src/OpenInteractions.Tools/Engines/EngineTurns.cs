namespace OpenInteractions.Tools.Engines;

/// <summary>
/// Keeps to what the operators of a shared instance ask of those who use it: so many requests at a time, and a pause between them. It counts for this server alone,
/// whatever projects and turns the requests are for.
/// </summary>
/// <param name="concurrency">Most requests at a time.</param>
/// <param name="interval">From the beginning of one to that of the next.</param>
/// <param name="patience">How long a request waits for its turn.</param>
/// <param name="time">The clock.</param>
internal sealed class EngineTurns(int concurrency, TimeSpan interval, TimeSpan patience, TimeProvider time) : IDisposable
{
    private readonly SemaphoreSlim _free = new(concurrency);
    private readonly Lock _lock = new();
    private DateTimeOffset _next;

    /// <exception cref="EngineFailedException">The turn did not come.</exception>
    public async Task<T> TakeAsync<T>(string noun, Func<Task<T>> ask, CancellationToken cancellationToken)
    {
        using var patient = new CancellationTokenSource(patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patient.Token);
        try
        {
            await _free.WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (patient.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new EngineFailedException($"The {noun} was not asked: others of this server are before, and it may be asked by few at a time. Try again later.");
        }

        try
        {
            if (WaitOfMine() is var wait && wait > TimeSpan.Zero)
            {
                await Task.Delay(wait, time, cancellationToken);
            }

            return await ask();
        }
        finally
        {
            _free.Release();
        }
    }

    public void Dispose() => _free.Dispose();

    private TimeSpan WaitOfMine()
    {
        lock (_lock)
        {
            var now = time.GetUtcNow();
            var begin = now < _next ? _next : now;
            _next = begin + interval;
            return begin - now;
        }
    }
}
