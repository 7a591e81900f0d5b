using Microsoft.Extensions.Logging;

namespace OpenInteractions.Providers.Http;

internal sealed partial class UpstreamClient
{
    [LoggerMessage(Level = LogLevel.Information, Message = "{Provider} failed with {Code} for {InteractionId} before its first event; asking again in {Seconds:0.0} s")]
    private partial void LogRetry(string provider, string interactionId, ErrorCode code, double seconds);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Provider} cannot be reached for {InteractionId}: {Kind}")]
    private partial void LogUnreachable(string provider, string interactionId, string kind);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Provider} sent something for {InteractionId} that its adapter cannot read")]
    private partial void LogNonsense(Exception exception, string provider, string interactionId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Provider} answered {Status} for {InteractionId} (its request {RequestId}): {Text}")]
    private partial void LogRefused(string provider, string interactionId, int status, string requestId, string text);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Provider} does not accept this server's key or account: {Status} for {InteractionId} (its request {RequestId}): {Text}")]
    private partial void LogRejectedAccount(string provider, string interactionId, int status, string requestId, string text);
}
