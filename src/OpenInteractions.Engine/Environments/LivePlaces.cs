namespace OpenInteractions.Engine.Environments;

/// <summary>Places for live sandboxes: as many as the host bears.</summary>
internal sealed class LivePlaces(EnvironmentOptions options, TimeProvider time) : IDisposable
{
    private readonly SemaphoreSlim _free = new(options.MaxLive);
    private int _waiting;

    private static TimeSpan Again => TimeSpan.FromSeconds(1);

    /// <summary>Whether somebody waits for a place, so that what is idle should make way.</summary>
    public bool IsWanted => Volatile.Read(ref _waiting) > 0;

    /// <summary>Takes a place, of one that is idle where there is none.</summary>
    /// <param name="stopIdle">Stops the one that was used longest ago; false when all are in use.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ApiException">All are in use for too long.</exception>
    public async Task TakeAsync(Func<Task<bool>> stopIdle, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(options.StartWait, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        Interlocked.Increment(ref _waiting);
        try
        {
            while (!await _free.WaitAsync(0, CancellationToken.None))
            {
                if (await stopIdle())
                {
                    continue;
                }

                // Somebody leaves and makes way; one that could not be stopped just now is looked at again.
                if (await _free.WaitAsync(Again, either.Token))
                {
                    return;
                }
            }
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new ApiException(
                ErrorCode.ServiceUnavailable,
                $"All {options.MaxLive} sandboxes that this server runs at a time are in use. Try again later.",
                retryAfter: TimeSpan.FromSeconds(10));
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    public void Release() => _free.Release();

    public void Dispose() => _free.Dispose();
}
