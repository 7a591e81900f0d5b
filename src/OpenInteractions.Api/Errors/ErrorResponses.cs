using System.Globalization;
using Microsoft.Extensions.Options;
using OpenInteractions.Api.Http;
using OpenInteractions.Engine.Storage;

namespace OpenInteractions.Api.Errors;

/// <summary>
/// Turns every failure into an answer of the surface that was called: expected ones in their own words, all others as 500 with the request's id and
/// nothing else. What went wrong inside is in the log under that id.
/// </summary>
internal sealed partial class ErrorResponses(RequestDelegate next, IOptions<RequestOptions> options, ILogger<ErrorResponses> logger)
{
    private static readonly TimeSpan DefaultRetryAfter = TimeSpan.FromSeconds(1);

    // Clients sleep for as long as they are told, and what a vendor tells may be years. Whoever comes back in an hour is told again.
    private static readonly TimeSpan LongestRetryAfter = TimeSpan.FromHours(1);
    private static readonly TimeSpan StoreRetry = TimeSpan.FromSeconds(5);

    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
            if (context.Response is { HasStarted: false, StatusCode: 404 or 405, ContentLength: null, ContentType: null })
            {
                var unrouted = Unrouted(context);
                if (unrouted.Code == ErrorCode.NotFound)
                {
                    context.Response.Headers.Allow = default; // of a call of a model: what the model itself takes is no answer to it
                }

                await WriteAsync(context, unrouted, unrouted.Code == ErrorCode.NotFound ? null : context.Response.StatusCode);
            }
        }
        catch (ApiException exception)
        {
            await WriteAsync(context, exception);
        }
        catch (BadHttpRequestException exception)
        {
            LetGo(context);
            await WriteAsync(context, Translate(exception));
        }
        catch (Exception) when (context.RequestAborted.IsCancellationRequested)
        {
            // The caller has left: there is nobody to answer. 499 shows in the access log.
            if (!context.Response.HasStarted)
            {
                LetGo(context);
                context.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
            }
        }
        catch (StoreUnavailableException exception)
        {
            LogFailed(exception, context.Request.Method, context.Request.Path);
            await WriteAsync(context, new ApiException(ErrorCode.ServiceUnavailable, "The store cannot be read or written now. Try again later.", retryAfter: StoreRetry));
        }
        catch (Exception exception)
        {
            LogFailed(exception, context.Request.Method, context.Request.Path);
            await WriteAsync(context, new ApiException(ErrorCode.ApiError, $"The server failed. Its log has the reason under the request id '{context.TraceIdentifier}'."));
        }
    }

    /// <summary>
    /// No further request is read from a connection whose body could not be read to its end. The web server sees to that itself when the fault reaches it, which it does not
    /// from here: it would try, fail in the middle of that reading, and write a fault of its own into the log.
    /// </summary>
    private static void LetGo(HttpContext context)
    {
        if (!context.Response.HasStarted && (HttpProtocol.IsHttp11(context.Request.Protocol) || HttpProtocol.IsHttp10(context.Request.Protocol)))
        {
            context.Response.Headers.Connection = "close";
        }
    }

    /// <summary>The body of an error event in a stream that has already begun.</summary>
    public static InteractionError InStream(Exception exception) => exception is ApiException expected
        ? new InteractionError { Code = ErrorTable.Of(expected.Code).WireCode, Message = expected.Message }
        : new InteractionError { Code = ErrorTable.Of(ErrorCode.ApiError).WireCode, Message = "The server failed." };

    private static ApiException Unrouted(HttpContext context)
    {
        var path = Excerpt.Of(context.Request.Path.Value ?? "", 100);
        var isRouted = context.Response.StatusCode == 405;
        return NotOffered.In(context.Request.Path) is { } what && (!isRouted || HttpMethods.IsPost(context.Request.Method)) ? new ApiException(ErrorCode.NotFound, NotOffered.Message(what, path))
            : isRouted ? new ApiException(ErrorCode.InvalidRequest, $"{context.Request.Method} is not allowed on '{path}'.")
            : new ApiException(ErrorCode.NotFound, $"There is no route {context.Request.Method} '{path}'.");
    }

    private ApiException Translate(BadHttpRequestException exception) => exception.StatusCode switch
    {
        413 => new ApiException(ErrorCode.RequestTooLarge, $"The body is larger than {Size(options.Value.MaxBodyLength)}. Send large media as 'uri'."),
        408 => new ApiException(ErrorCode.InvalidRequest, "The body came too slowly."),
        _ => new ApiException(ErrorCode.InvalidRequest, "The request is not valid HTTP."),
    };

    private static async Task WriteAsync(HttpContext context, ApiException exception, int? status = null)
    {
        if (context.Response.HasStarted)
        {
            context.Abort();
            return;
        }

        var row = ErrorTable.Of(exception.Code);
        context.Response.StatusCode = status ?? row.HttpStatus;
        context.Response.ContentType = "application/json";
        SetRetry(context, exception, row);
        if (ErrorShape.IsGoogle(context.Request.Path))
        {
            var body = new GoogleErrorBody { Error = new GoogleError { Code = context.Response.StatusCode, Message = exception.Message, Status = row.GoogleStatus } };
            await JsonSerializer.SerializeAsync(context.Response.Body, body, WireJson.Wire.GoogleErrorBody, context.RequestAborted);
        }
        else
        {
            var body = new ApiErrorBody { Error = new InteractionError { Code = row.WireCode, Message = exception.Message } };
            await JsonSerializer.SerializeAsync(context.Response.Body, body, WireJson.Wire.ApiErrorBody, context.RequestAborted);
        }
    }

    /// <summary>Clients retry 409, 429 and 5xx by themselves: a lasting conflict must cost them nothing, a passing one must say when (behaviour ER-7).</summary>
    private static void SetRetry(HttpContext context, ApiException exception, ErrorRow row)
    {
        var headers = context.Response.Headers;
        if (row.HttpStatus == 409)
        {
            headers["retry-after-ms"] = "1";
        }
        else if (row.HttpStatus is 429 or 503)
        {
            var wait = exception.RetryAfter ?? DefaultRetryAfter;
            headers.RetryAfter = Math.Clamp(Math.Ceiling(wait.TotalSeconds), 1, LongestRetryAfter.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        }
        else if (row.HttpStatus == 401)
        {
            headers.WWWAuthenticate = "Bearer";
        }
    }

    private static string Size(int bytes) =>
        bytes % 1_000_000 == 0 ? string.Create(CultureInfo.InvariantCulture, $"{bytes / 1_000_000} MB") : string.Create(CultureInfo.InvariantCulture, $"{bytes} bytes");

    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} {Path} failed")]
    private partial void LogFailed(Exception exception, string method, string path);
}
