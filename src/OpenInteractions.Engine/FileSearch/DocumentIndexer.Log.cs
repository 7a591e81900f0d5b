using Microsoft.Extensions.Logging;

namespace OpenInteractions.Engine.FileSearch;

public sealed partial class DocumentIndexer
{
    [LoggerMessage(Level = LogLevel.Debug, Message = "Read document {Document} in {Count} pieces")]
    private partial void LogRead(long document, int count);

    [LoggerMessage(Level = LogLevel.Information, Message = "Document {Document} cannot be read: {Code}")]
    private partial void LogUnreadable(long document, ErrorCode code);

    [LoggerMessage(Level = LogLevel.Error, Message = "Reading document {Document} failed; trying again later")]
    private partial void LogReadFailed(Exception exception, long document);

    [LoggerMessage(Level = LogLevel.Warning, Message = "No vectors for document {Document} ({Code}); trying again in {Pause}")]
    private partial void LogEmbedFailed(long document, TimeSpan pause, ErrorCode? code);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Lost document {Document} (epoch {Epoch}); another node goes on with it, or it was deleted")]
    private partial void LogLost(long document, long epoch);

    [LoggerMessage(Level = LogLevel.Information, Message = "The vectors of {Count} stores are made with {Model} from now on")]
    private partial void LogAdopted(int count, string model);

    [LoggerMessage(Level = LogLevel.Error, Message = "The work on documents was interrupted; trying again")]
    private partial void LogInterrupted(Exception exception);
}
