using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace OpenInteractions.Tools.GoogleSearch.Local;

/// <summary>Brings the index up to date when the server starts, beside everything else: the first search waits for it.</summary>
internal sealed class LocalIndexing(LocalIndex index, IOptions<GoogleSearchOptions> options) : IHostedService, IDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private Task _refreshing = Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (options.Value.Engine == SearchEngineName.Local)
        {
            _refreshing = Task.Run(() => index.RefreshAsync(_stopping.Token), CancellationToken.None);
        }

        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await _refreshing.WaitAsync(cancellationToken);
    }

    public void Dispose() => _stopping.Dispose();
}
