using Microsoft.Extensions.Logging;
using OpenInteractions.Engine.Sandboxes;

namespace OpenInteractions.Engine.Environments;

/// <summary>
/// Has the engine begin with the sandbox of the environment that will be new next, while those that there are work: whoever then makes one waits a fraction of a start. A host that has no sandbox has
/// none in waiting either. What goes wrong here is only slower.
/// </summary>
internal sealed partial class NextSandbox(SandboxHost host, IEnvironmentStore store, EnvironmentOptions options, ILogger logger)
{
    private readonly Lock _gate = new();
    private Task _preparing = Task.CompletedTask;
    private bool _isOver;

    /// <summary>A sandbox has started: the next new one will be like it.</summary>
    public void Prepare(SandboxSpec started)
    {
        if (!options.WarmStart)
        {
            return;
        }

        lock (_gate)
        {
            if (!_isOver && _preparing.IsCompleted)
            {
                _preparing = Task.Run(() => PrepareAsync(started));
            }
        }
    }

    /// <summary>Ends what waits: nobody has a sandbox any more.</summary>
    /// <param name="isForGood">Whether the server ends.</param>
    public async Task ForgetAsync(bool isForGood)
    {
        Task preparing;
        lock (_gate)
        {
            _isOver |= isForGood;
            preparing = _preparing;
        }

        await preparing;
        if (preparing == Task.CompletedTask)
        {
            return;
        }

        try
        {
            await host.Engine.ExpectAsync(null, 0, CancellationToken.None);
        }
        catch (Exception exception)
        {
            LogNotEnded(exception.Message); // a worker that has gone has nothing that waits
        }
    }

    private async Task PrepareAsync(SandboxSpec started)
    {
        try
        {
            if (await store.FindFreeSlotAsync(host.Id, CancellationToken.None) is { } slot && host.Engine.UsedPercent() < options.MaxDiskUse)
            {
                await host.Engine.ExpectAsync(started with { Slot = slot }, options.DiskBytes, CancellationToken.None);
            }
        }
        catch (Exception exception)
        {
            LogNotPrepared(exception.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "The sandbox that waited could not be ended: {Why}")]
    private partial void LogNotEnded(string why);

    [LoggerMessage(Level = LogLevel.Debug, Message = "No sandbox waits for the next environment: {Why}")]
    private partial void LogNotPrepared(string why);
}
