namespace OpenInteractions.Server.Features;

/// <summary>Gives memory back to the machine.</summary>
internal static class MemoryFeature
{
    public static void AddMemoryTrim(this WebApplicationBuilder builder) => builder.Services.AddHostedService<MemoryTrim>();
}

/// <summary>
/// The garbage collector works when something is allocated. After a burst nothing is, and what the burst left would stay with this process, on a
/// machine that runs models and sandboxes beside it: as soon as the server is quiet, it is collected once and given back.
/// </summary>
internal sealed class MemoryTrim : BackgroundService
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(500);

    /// <summary>Bytes between two looks that a server allocates who only keeps connections open.</summary>
    private const long Quiet = 2 * 1024 * 1024;

    /// <summary>Bytes since the last trim that make another worth its pause of some milliseconds.</summary>
    private const long Burst = 64L * 1024 * 1024;

    private long _before = GC.GetTotalAllocatedBytes();
    private long _trimmed = GC.GetTotalAllocatedBytes();

    /// <summary>Whether now is the moment: a burst is over.</summary>
    /// <param name="allocated">Bytes that the process has allocated in its life.</param>
    internal bool IsDue(long allocated)
    {
        var isQuiet = allocated - _before < Quiet;
        _before = allocated;
        if (!isQuiet || allocated - _trimmed <= Burst)
        {
            return false;
        }

        _trimmed = allocated;
        return true;
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Look, TimeProvider.System); // memory has no other clock
        while (await WaitAsync(timer, stoppingToken))
        {
            if (IsDue(GC.GetTotalAllocatedBytes()))
            {
                GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            }
        }
    }

    private static async Task<bool> WaitAsync(PeriodicTimer timer, CancellationToken stopping)
    {
        try
        {
            return await timer.WaitForNextTickAsync(stopping);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
