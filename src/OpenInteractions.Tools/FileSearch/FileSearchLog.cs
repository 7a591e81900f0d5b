using Microsoft.Extensions.Logging;

namespace OpenInteractions.Tools.FileSearch;

/// <summary>What an operator has to know of searches in files. Queries and what was found are not among it.</summary>
internal sealed partial class FileSearchLog(ILogger<FileSearchLog> logger)
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "The embedding model {Model} gave no vectors for a search ({Code}); words alone were searched")]
    public partial void NoVectors(string model, string code);
}
