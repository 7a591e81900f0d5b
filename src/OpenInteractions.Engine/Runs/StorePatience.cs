using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OpenInteractions.Engine.Storage;

namespace OpenInteractions.Engine.Runs;

/// <summary>
/// Asks a store again that could not be reached just now, for a run whose lease lasts: a database that restarts must cost no model call. What was committed
/// before its answer was lost is told apart by the lease, which is gone then, as after a take-over: whoever reads the run finds its end in the store.
/// </summary>
public sealed partial class StorePatience(IOptions<RunOptions> options, TimeProvider time, ILogger<StorePatience> logger)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    /// <summary>Does what the run needs of the store.</summary>
    /// <exception cref="StoreUnavailableException">The store did not work for as long as the lease was safe.</exception>
    internal async Task<T> WithAsync<T>(ActiveRun run, Func<Task<T>> work)
    {
        var since = time.GetTimestamp();
        for (var pause = FirstPause; ; pause = pause < LongestPause / 2 ? pause * 2 : LongestPause)
        {
            try
            {
                return await work();
            }
            catch (StoreUnavailableException exception) when (run is { Lease: not null, Cause: not StopCause.LeaseLost } && time.GetElapsedTime(since) < options.Value.LeaseTime * 0.8)
            {
                LogAgain(exception, run.Id);
            }

            await Task.Delay(pause, time, CancellationToken.None);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The store could not serve run {RunId} just now; it is asked again while its lease lasts")]
    private partial void LogAgain(Exception exception, string runId);
}
