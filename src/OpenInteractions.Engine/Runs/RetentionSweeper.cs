using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OpenInteractions.Engine.Interactions;
using OpenInteractions.Engine.Storage;

namespace OpenInteractions.Engine.Runs;

/// <summary>Erases what has expired, in portions, so that it never holds the writer for long.</summary>
public sealed partial class RetentionSweeper(IInteractionStore store, ConversationChain chain, IOptions<RetentionOptions> options, TimeProvider time, ILogger<RetentionSweeper> logger) : BackgroundService
{
    private const int Portion = 500;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.Value.KeepFor is not { } keepFor)
        {
            return;
        }

        var clock = new RetentionClock(time, logger);
        using var timer = new PeriodicTimer(options.Value.SweepInterval, time);
        try
        {
            do
            {
                await SweepAsync(clock.Now() - keepFor, stoppingToken);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // What is left is erased after the next start.
        }
    }

    private async Task SweepAsync(DateTimeOffset before, CancellationToken stopping)
    {
        try
        {
            var (erased, portion) = (0, 0);
            do
            {
                portion = await store.DeleteExpiredAsync(before, Portion, stopping);
                erased += portion;
            }
            while (portion == Portion);
            if (erased > 0)
            {
                chain.Clear();
                LogErased(erased);
            }
        }
        catch (Exception exception) when (!stopping.IsCancellationRequested)
        {
            LogSweepFailed(exception);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Erased {Count} interactions that have expired")]
    private partial void LogErased(int count);

    [LoggerMessage(Level = LogLevel.Error, Message = "Could not erase what has expired; trying again later")]
    private partial void LogSweepFailed(Exception exception);
}
