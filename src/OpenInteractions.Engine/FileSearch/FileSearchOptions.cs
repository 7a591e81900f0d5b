using System.ComponentModel.DataAnnotations;

namespace OpenInteractions.Engine.FileSearch;

/// <summary>The stores of <c>file_search</c>. Configuration section <c>OpenInteractions:FileSearch</c>.</summary>
public sealed class FileSearchOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "OpenInteractions:FileSearch";

    /// <summary>Most bytes of a file. It is held in memory once while it is read. Default 100 MB.</summary>
    [Range(1_000, 1_000_000_000)]
    public int MaxFileLength { get; set; } = 100_000_000;

    /// <summary>Most documents of a project that still come or wait to be read; more are refused. Default 1000.</summary>
    [Range(1, 1_000_000)]
    public int MaxPendingDocuments { get; set; } = 1000;

    /// <summary>How long an upload may rest before it is erased. Default 1 hour.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "2.00:00:00")]
    public TimeSpan UploadLifetime { get; set; } = TimeSpan.FromHours(1);

    /// <summary>How long a node that works on a document may be silent before another takes it. Default 1 minute.</summary>
    [Range(typeof(TimeSpan), "00:00:03", "01:00:00")]
    public TimeSpan LeaseDuration { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How long the reading of one document may take; one that takes longer has failed. Default 2 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "02:00:00")]
    public TimeSpan ReadTimeout { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>How often documents that others have added, or that are due again, are looked for. Default 5 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:10:00")]
    public TimeSpan ScanInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The pause after an embedding model has failed for the first time; each further one is twice as long. Default 10 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "01:00:00")]
    public TimeSpan RetryPause { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The longest pause. Default 30 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "1.00:00:00")]
    public TimeSpan MaxRetryPause { get; set; } = TimeSpan.FromMinutes(30);
}
