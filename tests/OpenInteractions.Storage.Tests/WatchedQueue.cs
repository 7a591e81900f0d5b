using System.Threading.Channels;
using OpenInteractions.Engine.FileSearch;
using OpenInteractions.Testing;

namespace OpenInteractions.Storage.Tests;

/// <summary>The queue of a store, which tells what was done, and can be held up in the middle.</summary>
internal sealed class WatchedQueue(IDocumentQueue queue) : IDocumentQueue
{
    private readonly Channel<string> _done = Channel.CreateUnbounded<string>();

    /// <summary>Called before each portion of pieces is kept.</summary>
    public Func<int, CancellationToken, Task> BeforeChunks { get; set; } = (_, _) => Task.CompletedTask;

    /// <summary>Called when a document was claimed, before whoever asked for it knows.</summary>
    public Func<Task> AfterClaim { get; set; } = () => Task.CompletedTask;

    /// <summary>Waits until this was done.</summary>
    public async Task ComesAsync(string step)
    {
        while (await _done.Reader.ReadAsync().AsTask().OrTimeout(step) != step)
        {
            // Something else was done before.
        }
    }

    public async Task<ClaimedDocument?> ClaimAsync(DocumentWork work, TimeSpan ttl, CancellationToken cancellationToken)
    {
        var claimed = await queue.ClaimAsync(work, ttl, cancellationToken);
        if (claimed is not null)
        {
            await AfterClaim();
            cancellationToken.ThrowIfCancellationRequested(); // as a connection does that is cut off before the answer
        }

        return claimed;
    }

    public Task<bool> RenewAsync(DocumentLease lease, TimeSpan ttl, CancellationToken cancellationToken) => queue.RenewAsync(lease, ttl, cancellationToken);

    public Task<bool> PostponeAsync(DocumentLease lease, TimeSpan pause, bool isCounted, CancellationToken cancellationToken) =>
        TellAsync($"postponed by {pause.TotalSeconds} s", queue.PostponeAsync(lease, pause, isCounted, cancellationToken));

    public Task<ReadOnlyMemory<byte>?> ReadContentAsync(DocumentLease lease, CancellationToken cancellationToken) => queue.ReadContentAsync(lease, cancellationToken);

    public async Task<bool> AddChunksAsync(DocumentLease lease, int first, IReadOnlyList<NewChunk> chunks, CancellationToken cancellationToken)
    {
        await BeforeChunks(first, cancellationToken);
        return await queue.AddChunksAsync(lease, first, chunks, cancellationToken);
    }

    public Task<bool> ActivateAsync(DocumentLease lease, int count, CancellationToken cancellationToken) => TellAsync("active", queue.ActivateAsync(lease, count, cancellationToken));

    public Task<bool> FailAsync(DocumentLease lease, string reason, CancellationToken cancellationToken) => TellAsync("failed", queue.FailAsync(lease, reason, cancellationToken));

    public Task<IReadOnlyList<UnembeddedChunk>> ReadUnembeddedAsync(DocumentLease lease, int after, int limit, CancellationToken cancellationToken) =>
        queue.ReadUnembeddedAsync(lease, after, limit, cancellationToken);

    public Task<bool> AddVectorsAsync(DocumentLease lease, IReadOnlyList<(long Chunk, float[] Vector)> vectors, CancellationToken cancellationToken) =>
        queue.AddVectorsAsync(lease, vectors, cancellationToken);

    public Task<bool> FinishVectorsAsync(DocumentLease lease, CancellationToken cancellationToken) => TellAsync("embedded", queue.FinishVectorsAsync(lease, cancellationToken));

    public async Task<bool> EraseAsync(DocumentLease lease, CancellationToken cancellationToken)
    {
        var isLeft = await queue.EraseAsync(lease, cancellationToken);
        _done.Writer.TryWrite(isLeft ? "portion" : "erased");
        return isLeft;
    }

    public Task<bool> DiscardContentAsync(CancellationToken cancellationToken) => queue.DiscardContentAsync(cancellationToken);

    public Task<int> AdoptModelAsync(string model, CancellationToken cancellationToken) => queue.AdoptModelAsync(model, cancellationToken);

    public Task<int> FreeAsync(CancellationToken cancellationToken) => queue.FreeAsync(cancellationToken);

    private async Task<bool> TellAsync(string step, Task<bool> done)
    {
        var isDone = await done;
        _done.Writer.TryWrite(isDone ? step : step + " in vain");
        return isDone;
    }
}
