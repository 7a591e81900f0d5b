using Microsoft.AspNetCore.Http.Features;
using OpenInteractions.Api.Errors;
using OpenInteractions.Contracts.Events;
using OpenInteractions.Engine.Events;
using OpenInteractions.Engine.Storage;

namespace OpenInteractions.Api.Streaming;

/// <summary>Writes events as server-sent events (wire 14, protocols F-6): at once, with comments through silence, without a time limit.</summary>
/// <param name="events">The events.</param>
/// <param name="logger">For what breaks in the middle.</param>
/// <param name="stopping">The server stops: a stream that can be resumed is cut, and the client resumes at the next server.</param>
internal sealed class EventStreamResult(EventStream events, ILogger logger, CancellationToken stopping) : IResult
{
    /// <summary>Bytes that are handed to the connection at a time, so that a reader who does not read costs no more than this.</summary>
    private const int Portion = 16 * 1024;

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(httpContext.RequestAborted, events.IsResumable ? stopping : CancellationToken.None);
        var gone = either.Token;
        var response = httpContext.Response;
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-cache";
        response.Headers["X-Accel-Buffering"] = "no";
        httpContext.Features.GetRequiredFeature<IHttpResponseBodyFeature>().DisableBuffering();
        try
        {
            await response.StartAsync(gone);
            await WriteAsync(response, gone);
        }
        catch (OperationCanceledException) when (gone.IsCancellationRequested)
        {
            // The reader left, or the server stops. The run keeps going and can be resumed from its last event id.
            // A body that ended in good order would tell the client that there is no more (wire 14.1).
            httpContext.Abort();
        }
        catch (StoreUnavailableException exception) when (events.IsResumable)
        {
            // Nothing is wrong with the run: the client resumes when the store is back, or at a node that reaches it.
            Log.StreamFailed(logger, exception);
            httpContext.Abort();
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            Log.StreamFailed(logger, exception);
            await WriteErrorAsync(response, exception, gone);
        }
    }

    private async Task WriteAsync(HttpResponse response, CancellationToken gone)
    {
        await using var reader = events.ReadAsync(gone).GetAsyncEnumerator(gone);
        var next = reader.MoveNextAsync();
        if (!next.IsCompleted)
        {
            await response.BodyWriter.FlushAsync(gone); // the headers go out now: a reader must not hang until something happens
        }

        for (; await next; next = reader.MoveNextAsync())
        {
            for (var rest = reader.Current ?? EventFrame.Heartbeat.ToArray(); !rest.IsEmpty;)
            {
                var portion = rest[..Math.Min(rest.Length, Portion)];
                rest = rest[portion.Length..];
                if ((await response.BodyWriter.WriteAsync(portion, gone)).IsCompleted)
                {
                    return;
                }
            }
        }

        await response.BodyWriter.WriteAsync(EventFrame.Done.ToArray(), gone);
    }

    /// <summary>The status code can no longer tell: the last event does (behaviour SE-12).</summary>
    private static async Task WriteErrorAsync(HttpResponse response, Exception exception, CancellationToken gone)
    {
        var frame = new System.Buffers.ArrayBufferWriter<byte>(256);
        EventFrame.Write(frame, new ErrorEvent { Error = ErrorResponses.InStream(exception) });
        await response.BodyWriter.WriteAsync(frame.WrittenMemory, gone);
        await response.BodyWriter.WriteAsync(EventFrame.Done.ToArray(), gone);
    }
}

internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Error, Message = "A stream broke off")]
    public static partial void StreamFailed(ILogger logger, Exception exception);
}
