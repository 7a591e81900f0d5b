namespace OpenInteractions.Engine.FileSearch;

/// <summary>Turns texts into vectors whose nearness is nearness of meaning.</summary>
public interface IEmbedder
{
    /// <summary>The model, as <c>provider/model</c>.</summary>
    string Model { get; }

    /// <summary>The vectors of texts, in their order, each of length 1.</summary>
    /// <param name="texts">The texts; any number.</param>
    /// <param name="isQuery">True for what somebody asks, false for what is searched: some models tell them apart.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ApiException">The provider refused, or cannot be reached.</exception>
    Task<IReadOnlyList<float[]>> EmbedAsync(IReadOnlyList<string> texts, bool isQuery, CancellationToken cancellationToken);
}

/// <summary>How a document is cut into pieces (wire 22: <c>chunkingConfig.whiteSpaceConfig</c>).</summary>
/// <param name="MaxTokens">Most tokens of a piece.</param>
/// <param name="Overlap">Tokens that a piece repeats of the one before.</param>
public sealed record Chunking(int MaxTokens = 512, int Overlap = 64);

/// <summary>A piece before it is kept.</summary>
/// <param name="Text">Its text.</param>
/// <param name="Page">The page on which it begins, from 1, or null.</param>
public sealed record NewChunk(string Text, int? Page);

/// <summary>Makes pieces of a file.</summary>
public interface IDocumentReader
{
    /// <summary>The pieces of a file, in its order.</summary>
    /// <param name="content">The file.</param>
    /// <param name="mimeType">Its media type.</param>
    /// <param name="chunking">How it is cut.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="ApiException"><see cref="ErrorCode.InvalidRequest"/>: it cannot be read; the message says why, and holds nothing of the file.</exception>
    Task<IReadOnlyList<NewChunk>> ReadAsync(ReadOnlyMemory<byte> content, string mimeType, Chunking chunking, CancellationToken cancellationToken);
}
