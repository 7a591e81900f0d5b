using System.ComponentModel.DataAnnotations;

namespace OpenInteractions.Engine.FileSearch;

/// <summary>How <c>file_search</c> finds passages. Configuration section <c>OpenInteractions:Tools:FileSearch</c>.</summary>
public sealed class FileSearchToolOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = Tools.ToolOptions.Section + ":FileSearch";

    /// <summary>The model that makes vectors, as <c>provider/model</c>, such as <c>openai/text-embedding-3-small</c>; none by default: words alone are searched.</summary>
    public string? Embeddings { get; set; }

    /// <summary>Numbers of a vector, for models that let one choose; not set: what the model gives.</summary>
    [Range(8, 8192)]
    public int? EmbeddingDimensions { get; set; }

    /// <summary>Most texts of one request to the embedding model. Default 64.</summary>
    [Range(1, 2048)]
    public int EmbeddingBatch { get; set; } = 64;

    /// <summary>How long a search waits for the vectors of its queries; then words alone are searched. Default 10 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:02:00")]
    public TimeSpan QueryTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Most bytes of vectors that are kept in memory, of all stores together; a store that has more is read from the database for each search. Default 1,000,000,000.</summary>
    [Range(0, 2_000_000_000)]
    public int VectorCacheBytes { get; set; } = 1_000_000_000;

    /// <summary>Passages of one search when the tool names no <c>top_k</c>. Default 10.</summary>
    [Range(1, 1000)]
    public int Results { get; set; } = 10;
}
