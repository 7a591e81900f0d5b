using Microsoft.Extensions.Options;
using OpenInteractions.Engine.FileSearch;
using OpenInteractions.Tools.FileSearch.Filters;
using OpenInteractions.Tools.FileSearch.Vectors;

namespace OpenInteractions.Tools.FileSearch;

/// <summary>Finds passages: by their words and, in stores that have vectors, by their meaning.</summary>
internal sealed class Retrieval(IChunkIndex index, VectorSearch vectors, IEnumerable<IEmbedder> embedders, IOptions<FileSearchToolOptions> options, FileSearchLog log, TimeProvider time)
{
    // Of each ranking so many times what is asked for is looked at: what one has far down may be on top of another.
    private const int Depth = 5;
    private const int LeastDepth = 50;

    // A question seldom has the words of its answer, but vectors are wrong about names and numbers: both have a say, and meaning the greater one. Found with vectors of several
    // qualities, from nearly always right to worse than words: this loses little at any of them.
    private const double WeightOfMeaning = 1.5;

    private readonly IEmbedder? _embedder = embedders.FirstOrDefault();

    /// <summary>
    /// 1. The stores, and the documents that come into question. 2. A ranking by words for each query, and one by vectors. 3. The rankings as one. 4. Neighbours become
    /// passages, until there are enough pieces.
    /// </summary>
    public async Task<Findings> SearchAsync(PassageSearch search, CancellationToken cancellationToken)
    {
        // 1.
        var stores = await index.FindStoresAsync(search.Project, search.Stores, cancellationToken);
        var documents = search.Filter is { } filter ? await PassingAsync(search.Project, stores, filter, cancellationToken) : null;
        if (stores.Count == 0 || documents is { Count: 0 })
        {
            return new Findings([], stores.Count);
        }

        // 2.
        var depth = Math.Max(LeastDepth, search.Limit * Depth);
        var byMeaning = NearestAsync(search, stores, documents, depth, cancellationToken);
        var byWords = await Task.WhenAll(search.Queries.Select(q => index.SearchTextAsync(
            new ChunkSearch { Project = search.Project, Stores = [.. stores.Select(s => s.Name)], Query = q, Documents = documents, Limit = depth }, cancellationToken)));

        // 3.
        var best = RankFusion.Of([.. byWords.Select(hits => new Ranking(hits, 1)), .. (await byMeaning).Select(hits => new Ranking(hits, WeightOfMeaning))]);

        // 4.
        return new Findings(await ReadAsync(search, best, cancellationToken), stores.Count);
    }

    private async Task<HashSet<long>> PassingAsync(string project, IReadOnlyList<IndexedStore> stores, MetadataFilter filter, CancellationToken cancellationToken)
    {
        var passing = new HashSet<long>();
        foreach (var store in stores)
        {
            var all = await index.ReadDocumentsAsync(project, store.Name, cancellationToken);
            passing.UnionWith(all.Where(d => filter.Holds(d.Metadata)).Select(d => d.Id));
        }

        return passing;
    }

    private async Task<IReadOnlyList<IReadOnlyList<ChunkHit>>> NearestAsync(PassageSearch search, IReadOnlyList<IndexedStore> stores, HashSet<long>? documents, int depth, CancellationToken cancellationToken)
    {
        if (_embedder is not { Model: var model } || !stores.Any(s => s.Model == model) || await EmbedAsync(search.Queries, cancellationToken) is not { } queries)
        {
            return [];
        }

        var found = queries.Select(_ => new NearestVectors(depth)).ToList();
        foreach (var store in stores.Where(s => s.Model == model))
        {
            foreach (var (i, hits) in (await vectors.SearchAsync(search.Project, store, queries, documents, depth, cancellationToken)).Index())
            {
                found[i].Add(hits);
            }
        }

        return [.. found.Select(f => f.ToList())];
    }

    /// <summary>The vectors of queries; null when they cannot be had in time: words find something still.</summary>
    private async Task<IReadOnlyList<float[]>?> EmbedAsync(IReadOnlyList<string> queries, CancellationToken cancellationToken)
    {
        using var timer = new CancellationTokenSource(options.Value.QueryTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
        try
        {
            return await _embedder!.EmbedAsync(queries, isQuery: true, either.Token);
        }
        catch (ApiException exception)
        {
            log.NoVectors(_embedder!.Model, exception.Code.ToString());
            return null;
        }
        catch (OperationCanceledException) when (timer.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            log.NoVectors(_embedder!.Model, nameof(ErrorCode.DeadlineExceeded));
            return null;
        }
    }

    private async Task<IReadOnlyList<Passage>> ReadAsync(PassageSearch search, IReadOnlyList<ChunkHit> best, CancellationToken cancellationToken)
    {
        var list = new PassageList();
        foreach (var page in best.Chunk(Math.Max(LeastDepth, search.Limit)))
        {
            var pieces = (await index.ReadChunksAsync(search.Project, [.. page.Select(h => h.Id)], cancellationToken)).ToDictionary(c => c.Id);
            foreach (var hit in page)
            {
                if (list.Count == search.Limit)
                {
                    return list.Passages;
                }

                if (pieces.TryGetValue(hit.Id, out var piece))
                {
                    list.Add(piece);
                }
            }
        }

        return list.Passages;
    }
}

/// <summary>What is looked for.</summary>
internal sealed record PassageSearch
{
    public required string Project { get; init; }

    public required IReadOnlyList<string> Stores { get; init; }

    public required IReadOnlyList<string> Queries { get; init; }

    public MetadataFilter? Filter { get; init; }

    /// <summary>Most pieces.</summary>
    public required int Limit { get; init; }
}

/// <summary>What was found.</summary>
/// <param name="Passages">The passages, best first.</param>
/// <param name="Stores">How many of the stores are there.</param>
internal sealed record Findings(IReadOnlyList<Passage> Passages, int Stores);
