using Microsoft.Extensions.Logging;
using OpenInteractions.Engine.FileSearch;
using OpenInteractions.Providers.Http;

namespace OpenInteractions.Providers.Embeddings;

/// <summary>An embedding model behind HTTP: its texts go out in batches, one after the other.</summary>
internal sealed class HttpEmbedder : IEmbedder
{
    private readonly IEmbeddingWire _wire;
    private readonly UpstreamClient _patient;
    private readonly UpstreamClient _impatient;
    private readonly int _batch;

    /// <param name="model">As <c>provider/model</c>.</param>
    /// <param name="wire">The vendor's wire.</param>
    /// <param name="options">The settings of file search.</param>
    /// <param name="upstream">How long an upstream may take when nobody waits for an answer.</param>
    /// <param name="handlers">Connections.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Where refusals are told.</param>
    public HttpEmbedder(string model, IEmbeddingWire wire, FileSearchToolOptions options, UpstreamOptions upstream, IHttpMessageHandlerFactory handlers, TimeProvider time, ILogger<HttpEmbedder> logger)
    {
        Model = model;
        _wire = wire;
        _batch = Math.Min(options.EmbeddingBatch, wire.MostTexts);
        var provider = model[..model.IndexOf('/', StringComparison.Ordinal)];
        _patient = new UpstreamClient(provider, handlers, upstream, time, logger);

        // A search that waits is worth less than one without vectors.
        _impatient = new UpstreamClient(provider, handlers, upstream with { FirstByteTimeout = options.QueryTimeout, IdleTimeout = options.QueryTimeout, RetryBudget = options.QueryTimeout }, time, logger);
    }

    public string Model { get; }

    public async Task<IReadOnlyList<float[]>> EmbedAsync(IReadOnlyList<string> texts, bool isQuery, CancellationToken cancellationToken)
    {
        var vectors = new List<float[]>(texts.Count);
        foreach (var batch in texts.Chunk(_batch))
        {
            vectors.AddRange(await EmbedBatchAsync(batch, isQuery, cancellationToken).ConfigureAwait(false));
        }

        return vectors;
    }

    private async Task<IReadOnlyList<float[]>> EmbedBatchAsync(string[] texts, bool isQuery, CancellationToken cancellationToken)
    {
        var json = await (isQuery ? _impatient : _patient).GetJsonAsync(() => _wire.Request(texts, isQuery), cancellationToken).ConfigureAwait(false);
        try
        {
            var vectors = _wire.Read(json);
            return vectors.Count == texts.Length && vectors.All(v => v.Length > 0 && v.Length == vectors[0].Length && Normalize(v))
                ? vectors
                : throw UpstreamFailureException.Malformed().ToApiException();
        }
        catch (Exception exception) when (exception is InvalidOperationException or KeyNotFoundException or FormatException or IndexOutOfRangeException)
        {
            throw UpstreamFailureException.Malformed().ToApiException();
        }
    }

    /// <summary>Makes the length 1: most models give that, but not those whose vectors were shortened.</summary>
    /// <returns>False when there is no such vector.</returns>
    private static bool Normalize(float[] vector)
    {
        var square = 0d;
        foreach (var value in vector)
        {
            square += (double)value * value;
        }

        if (!double.IsFinite(square) || square <= 0)
        {
            return false;
        }

        var factor = 1 / Math.Sqrt(square);
        for (var i = 0; i < vector.Length; i++)
        {
            vector[i] = (float)(vector[i] * factor);
        }

        return true;
    }
}
