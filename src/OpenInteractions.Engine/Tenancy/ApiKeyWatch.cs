using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenInteractions.Contracts.Keys;

namespace OpenInteractions.Engine.Tenancy;

/// <summary>Keeps what this node knows of the keys up to date: reads them before the first caller comes, and then looks whether there was a change, made here or elsewhere.</summary>
public sealed partial class ApiKeyWatch(ApiKeyRing ring, ApiKeyImport import, ILogger<ApiKeyWatch> logger) : BackgroundService
{
    /// <summary>How often it is looked: a change is known on all nodes within a second, with room for a slow look.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    private bool _isBlind;
    private bool _isStuck;

    /// <summary>Takes the file of keys into the store, and reads the store's.</summary>
    /// <exception cref="KeyFileException">The file cannot be used.</exception>
    /// <exception cref="Storage.StoreUnavailableException">The store cannot be used.</exception>
    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        await import.TakeAsync(cancellationToken);
        await ring.LookAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await LoadAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                await Task.Delay(Interval, TimeProvider.System, stoppingToken); // whatever time it is: others make changes when they like
                await LookAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The server stops.
        }
    }

    private async Task LookAsync(CancellationToken stopping)
    {
        await TakeAsync(stopping);
        try
        {
            await ring.LookAsync(stopping);
            _isBlind = false;
        }
        catch (Exception exception) when (!stopping.IsCancellationRequested)
        {
            if (!_isBlind)
            {
                LogBlind(ApiKeyRing.Patience, exception);
            }

            _isBlind = true;
        }
    }

    // What cannot be taken, such as on a full disk, must not keep this node from looking.
    private async Task TakeAsync(CancellationToken stopping)
    {
        try
        {
            await import.TakeAsync(stopping);
            _isStuck = false;
        }
        catch (KeyFileException exception)
        {
            // The keys that are good stay so: a slip in an editor must not stop everybody, and must not let anybody in.
            LogBroken(exception.Message);
            ring.Close();
        }
        catch (Exception exception) when (!stopping.IsCancellationRequested)
        {
            if (!_isStuck)
            {
                LogStuck(exception);
            }

            _isStuck = true;
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The API keys stay as they were. {Reason}")]
    private partial void LogBroken(string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The file of API keys cannot be taken into the store yet; it is tried again")]
    private partial void LogStuck(Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The store cannot be asked for API keys. Those that are known are taken for {Patience} longer, then nobody is served until it can be asked")]
    private partial void LogBlind(TimeSpan patience, Exception exception);
}
