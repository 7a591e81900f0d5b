namespace OpenInteractions.Providers.Embeddings;

/// <summary>How a vendor is asked for vectors.</summary>
internal interface IEmbeddingWire
{
    /// <summary>Most texts of one request.</summary>
    int MostTexts { get; }

    /// <summary>A request, made anew for every attempt.</summary>
    HttpRequestMessage Request(IReadOnlyList<string> texts, bool isQuery);

    /// <summary>The vectors in the order of the texts. What it throws on another shape is the vendor's nonsense.</summary>
    IReadOnlyList<float[]> Read(JsonElement answer);
}
