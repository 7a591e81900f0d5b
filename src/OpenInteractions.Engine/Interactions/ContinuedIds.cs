using Microsoft.Extensions.Hosting;
using OpenInteractions.Engine.Storage;

namespace OpenInteractions.Engine.Interactions;

/// <summary>Before the first caller: new ids and times follow those that are kept, also when the clock was set back while no server ran.</summary>
public sealed class ContinuedIds(IInteractionStore store, InteractionId ids) : IHostedService
{
    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (await store.FindNewestIdAsync(cancellationToken) is { } newest)
        {
            ids.Continue(newest);
        }
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
