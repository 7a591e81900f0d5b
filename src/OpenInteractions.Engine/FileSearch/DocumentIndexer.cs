using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace OpenInteractions.Engine.FileSearch;

/// <summary>
/// Works on documents in the background: reads and cuts them, has vectors made of their pieces, erases what was deleted. Each kind of work goes on by itself, one
/// document at a time, so that no more than one file is in memory and a slow model holds up nothing else.
/// </summary>
public sealed partial class DocumentIndexer(
    IDocumentQueue queue, DocumentNews news, IOptions<FileSearchOptions> options, TimeProvider time, ILogger<DocumentIndexer> logger,
    IDocumentReader? reader = null, IEmbedder? embedder = null) : BackgroundService
{
    private const int ChunksOfCommit = 100;
    private const int ChunksOfCall = 64;
    private const int MostAttempts = 3;
    private const int LongestReason = 500;

    private readonly FileSearchOptions _options = options.Value;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await UntilKeptAsync(PrepareAsync, stoppingToken);
            await Task.WhenAll(
                reader is null ? Task.CompletedTask : LoopAsync(DocumentWork.Read, ReadAsync, stoppingToken),
                embedder is null ? Task.CompletedTask : LoopAsync(DocumentWork.Embed, EmbedAsync, stoppingToken),
                LoopAsync(DocumentWork.Erase, EraseAsync, stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // What was taken has been handed back.
        }
    }

    private async Task PrepareAsync(CancellationToken stopping)
    {
        await queue.FreeAsync(stopping);
        if (embedder is not null && await queue.AdoptModelAsync(embedder.Model, stopping) is > 0 and var stores)
        {
            LogAdopted(stores, embedder.Model);
        }
    }

    private async Task LoopAsync(DocumentWork work, Func<ClaimedDocument, CancellationToken, Task> doAsync, CancellationToken stopping)
    {
        while (true)
        {
            await UntilKeptAsync(
                async stopping =>
                {
                    // Not to be cut off by a stop: a claim that was made all the same would have no owner until its lease runs out.
                    while (!stopping.IsCancellationRequested && await queue.ClaimAsync(work, _options.LeaseDuration, CancellationToken.None) is { } claimed)
                    {
                        await WithLeaseAsync(claimed, doAsync, stopping);
                    }

                    while (work == DocumentWork.Erase && await queue.DiscardContentAsync(stopping))
                    {
                        // Portion by portion, so that the writer is never held for long.
                    }
                },
                stopping);
            await news.WaitAsync(work, _options.ScanInterval, time, stopping);
        }
    }

    /// <summary>The store may be away for a while: work goes on when it is back.</summary>
    private async Task UntilKeptAsync(Func<CancellationToken, Task> doAsync, CancellationToken stopping)
    {
        while (true)
        {
            try
            {
                await doAsync(stopping);
                return;
            }
            catch (Exception exception) when (exception is not OperationCanceledException || !stopping.IsCancellationRequested)
            {
                LogInterrupted(exception);
                await Task.Delay(_options.ScanInterval, time, stopping);
            }
        }
    }

    /// <summary>Does something with a document while its lease is kept, and hands it back when the server stops.</summary>
    private async Task WithLeaseAsync(ClaimedDocument claimed, Func<ClaimedDocument, CancellationToken, Task> doAsync, CancellationToken stopping)
    {
        using var owned = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var renewing = RenewAsync(claimed.Lease, owned);
        try
        {
            await doAsync(claimed, owned.Token);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            await queue.PostponeAsync(claimed.Lease, TimeSpan.Zero, isCounted: false, CancellationToken.None);
            throw;
        }
        catch (OperationCanceledException) when (owned.IsCancellationRequested)
        {
            LogLost(claimed.Lease.Document, claimed.Lease.Epoch); // another node goes on with it, or it was deleted
        }
        finally
        {
            await owned.CancelAsync();
            await renewing;
        }
    }

    private async Task RenewAsync(DocumentLease lease, CancellationTokenSource owned)
    {
        try
        {
            while (true)
            {
                await Task.Delay(_options.LeaseDuration / 3, time, owned.Token);
                if (!await queue.RenewAsync(lease, _options.LeaseDuration, owned.Token))
                {
                    await owned.CancelAsync();
                }
            }
        }
        catch (OperationCanceledException) when (owned.IsCancellationRequested)
        {
            // The work has ended.
        }
        catch (Exception exception)
        {
            LogInterrupted(exception); // no answer in time may be a lost lease
            await owned.CancelAsync();
        }
    }

    private async Task ReadAsync(ClaimedDocument claimed, CancellationToken owned)
    {
        var lease = claimed.Lease;
        IReadOnlyList<NewChunk> chunks;
        using var timer = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, owned);
        try
        {
            // Whoever died with it as often as this dies again.
            if (claimed.Attempts > MostAttempts || await queue.ReadContentAsync(lease, owned) is not { } content)
            {
                await queue.FailAsync(lease, $"The document could not be read in {MostAttempts} attempts.", owned);
                return;
            }

            // A reader that does not listen is left alone with it.
            timer.CancelAfter(_options.ReadTimeout);
            chunks = await reader!.ReadAsync(content, claimed.MimeType, claimed.Chunking, either.Token).WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (timer.IsCancellationRequested && !owned.IsCancellationRequested)
        {
            LogUnreadable(lease.Document, ErrorCode.InvalidRequest);
            await queue.FailAsync(lease, $"The file cannot be read. Reading it took longer than {_options.ReadTimeout.TotalSeconds:0.#} seconds.", owned);
            return;
        }
        catch (ApiException refusal)
        {
            LogUnreadable(lease.Document, refusal.Code);
            await queue.FailAsync(lease, Excerpt.Of(refusal.Message, LongestReason), owned);
            return;
        }
        catch (Exception exception) when (!owned.IsCancellationRequested)
        {
            LogReadFailed(exception, lease.Document);
            await queue.PostponeAsync(lease, Pause(claimed.Attempts), isCounted: true, owned);
            return;
        }

        for (var first = 0; first < chunks.Count; first += ChunksOfCommit)
        {
            if (!await queue.AddChunksAsync(lease, first, [.. chunks.Skip(first).Take(ChunksOfCommit)], owned))
            {
                return; // deleted, or another node has it
            }
        }

        if (await queue.ActivateAsync(lease, chunks.Count, owned))
        {
            LogRead(lease.Document, chunks.Count);
            news.Tell(DocumentWork.Embed);
            news.Tell(DocumentWork.Erase);
        }
    }

    private async Task EmbedAsync(ClaimedDocument claimed, CancellationToken owned)
    {
        var (lease, after) = (claimed.Lease, -1);
        try
        {
            if (claimed.EmbeddingModel != embedder!.Model)
            {
                // A node with other settings has changed it: what is made here would be found by nobody.
                await queue.PostponeAsync(lease, _options.MaxRetryPause, isCounted: false, owned);
                return;
            }

            while (await queue.ReadUnembeddedAsync(lease, after, ChunksOfCall, owned) is { Count: > 0 } chunks)
            {
                var vectors = await embedder.EmbedAsync([.. chunks.Select(c => c.Embedded)], isQuery: false, owned);
                if (!await queue.AddVectorsAsync(lease, [.. chunks.Zip(vectors, (chunk, vector) => (chunk.Id, vector))], owned))
                {
                    return;
                }

                after = chunks[^1].Ordinal;
            }

            await queue.FinishVectorsAsync(lease, owned);
        }
        catch (Exception exception) when (!owned.IsCancellationRequested)
        {
            var pause = Pause(claimed.Attempts);
            LogEmbedFailed(lease.Document, pause, (exception as ApiException)?.Code);
            await queue.PostponeAsync(lease, pause, isCounted: true, owned);
        }
    }

    private async Task EraseAsync(ClaimedDocument claimed, CancellationToken owned)
    {
        while (await queue.EraseAsync(claimed.Lease, owned))
        {
            // Portion by portion, so that the writer is never held for long.
        }
    }

    private TimeSpan Pause(int attempts)
    {
        var pause = _options.RetryPause * Math.Pow(2, Math.Min(attempts - 1, 30));
        return pause < _options.MaxRetryPause ? pause : _options.MaxRetryPause;
    }
}
