using Microsoft.Extensions.Logging;

namespace OpenInteractions.Tools.GoogleSearch;

/// <summary>What an operator has to know of searches. Queries, addresses and keys are not among it.</summary>
internal sealed partial class SearchLog(ILogger<SearchLog> logger)
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "A search with {Engine} failed: {Reason}")]
    public partial void Failed(string engine, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "The pages of the local search are indexed: {Pages} in all, {Read} read, {Removed} removed, {Skipped} that cannot be read")]
    public partial void Indexed(int pages, int read, int removed, int skipped);

    [LoggerMessage(Level = LogLevel.Error, Message = "The pages of the local search could not be indexed")]
    public partial void NotIndexed(Exception exception);
}
