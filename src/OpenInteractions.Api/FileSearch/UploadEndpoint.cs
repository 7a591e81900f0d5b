using System.Buffers;
using System.Globalization;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;
using OpenInteractions.Api.Auth;
using OpenInteractions.Api.Errors;
using OpenInteractions.Api.Http;
using OpenInteractions.Contracts.FileSearch;
using OpenInteractions.Contracts.Validation;
using OpenInteractions.Engine.FileSearch;

namespace OpenInteractions.Api.FileSearch;

/// <summary>
/// The resumable upload (wire 22): <c>start</c> gives an address; bytes go there with <c>upload</c>, in any number of requests, the last with <c>finalize</c>. They are
/// kept as they come, a megabyte at a time, so that no file is ever whole in memory and any node can take the next request.
/// </summary>
internal static class UploadEndpoint
{
    /// <summary>Where the bytes go.</summary>
    public const string UrlHeader = "x-goog-upload-url";

    /// <summary><c>active</c>, <c>final</c> or <c>cancelled</c>; official clients send bytes again when it is missing.</summary>
    public const string StatusHeader = "x-goog-upload-status";

    /// <summary>How many bytes are kept.</summary>
    public const string ReceivedHeader = "x-goog-upload-size-received";

    private const string UploadId = "upload_id";
    private const string Announced = "upload_length";
    private const string LengthHeader = "X-Goog-Upload-Header-Content-Length";
    private const int PartLength = 1 << 20;
    private const long MostOfRequest = 4_000;

    public static void Map(RouteGroupBuilder version)
    {
        var uploads = version.MapGroup("/" + ResourceNames.Stores);
        uploads.MapPost("/{id}:uploadToFileSearchStore", HandleAsync);
        uploads.MapPut("/{id}:uploadToFileSearchStore", HandleAsync);
    }

    private static async Task<IResult> HandleAsync(HttpContext context, UploadDocument upload, IFileSearchStores stores, BodyBudget budget, ServerAddress address)
    {
        var store = ResourceId.Read(context, ResourceNames.Stores);
        var commands = context.Request.Headers["X-Goog-Upload-Command"].ToString().Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (commands is ["start"])
        {
            return await StartAsync(context, store, upload, budget, address);
        }

        var id = context.Request.Query.ReadText(UploadId) ?? throw new ApiException(
            ErrorCode.InvalidRequest,
            "Only the resumable protocol is offered: begin with 'X-Goog-Upload-Protocol: resumable' and 'X-Goog-Upload-Command: start', and send the bytes to the address in the answer's "
                + $"'{UrlHeader}'.",
            "X-Goog-Upload-Command");
        var key = new UploadKey(context.Caller().Project, store, id);
        if (commands is ["query"] or [.., "finalize"] && await stores.GetDocumentAsync(key.Project, store, id, context.RequestAborted) is { } finished)
        {
            return Final(context, store, finished); // the answer of before was lost on its way
        }

        switch (commands)
        {
            case ["query"]:
                return Active(context, await upload.FindAsync(key, context.RequestAborted));
            case ["cancel"]:
                await upload.CancelAsync(key, context.RequestAborted);
                context.Response.Headers[StatusHeader] = "cancelled";
                return Answers.Empty;
            case ["upload"]:
                return Active(context, await ReceiveAsync(context, key, upload));
            case ["upload", "finalize"] or ["finalize"]:
                var length = await ReceiveAsync(context, key, upload);
                RequireAnnounced(context, length, isWhole: true);
                return Final(context, store, await upload.FinishAsync(key, length, context.RequestAborted));
            default:
                throw new ApiException(
                    ErrorCode.InvalidRequest, "The header 'X-Goog-Upload-Command' must be 'start', 'upload', 'upload, finalize', 'finalize', 'query' or 'cancel'.", "X-Goog-Upload-Command");
        }
    }

    private static async Task<IResult> StartAsync(HttpContext context, string store, UploadDocument upload, BodyBudget budget, ServerAddress address)
    {
        var headers = context.Request.Headers;
        if (headers["X-Goog-Upload-Protocol"].ToString() is not "resumable" and var protocol)
        {
            throw new ApiException(ErrorCode.InvalidRequest, $"The header 'X-Goog-Upload-Protocol' must be 'resumable'{(protocol.Length == 0 ? "" : ", and is another")}.", "X-Goog-Upload-Protocol");
        }

        using var body = await RequestBytes.ReadAsync(context.Request, budget, bytes => RequestBody.Read(bytes, WireJson.Wire.UploadDocumentRequest));
        var key = await upload.BeginAsync(
            context.Caller(), store, body.Value, Text(context, "X-Goog-Upload-File-Name"), MediaType(context, "X-Goog-Upload-Header-Content-Type"),
            Number(context, LengthHeader), context.RequestAborted);
        var length = Number(context, LengthHeader) is { } announced ? string.Create(CultureInfo.InvariantCulture, $"&{Announced}={announced}") : "";
        context.Response.Headers[UrlHeader] = $"{address.Of(context.Request)}{context.Request.Path}?{UploadId}={key.Document}{length}";
        context.Response.Headers["x-goog-upload-chunk-granularity"] = "1";
        return Active(context, 0);
    }

    /// <summary>Keeps the bytes of a request.</summary>
    /// <returns>How many are kept of the file.</returns>
    private static async Task<long> ReceiveAsync(HttpContext context, UploadKey key, UploadDocument upload)
    {
        var gone = context.RequestAborted;
        var received = await upload.FindAsync(key, gone);
        var start = Number(context, "X-Goog-Upload-Offset") ?? received;
        if (start != received)
        {
            throw UploadDocument.WrongOffset(start, received);
        }

        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = upload.MaxLength + MostOfRequest; // what is longer is refused in words of its own
        }

        var part = ArrayPool<byte>.Shared.Rent(PartLength);
        try
        {
            int read;
            while ((read = await context.Request.Body.ReadAtLeastAsync(part.AsMemory(0, PartLength), PartLength, throwOnEndOfStream: false, gone)) > 0)
            {
                RequireAnnounced(context, start + read, isWhole: false);
                await upload.AppendAsync(key, start, part.AsMemory(0, read), gone);
                start += read;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(part);
        }

        return start;
    }

    /// <summary>Bytes that do not add up are those of a file that was cut, or of another one.</summary>
    private static void RequireAnnounced(HttpContext context, long length, bool isWhole)
    {
        if (long.TryParse(context.Request.Query.ReadText(Announced), NumberStyles.None, CultureInfo.InvariantCulture, out var announced) && (isWhole ? length != announced : length > announced))
        {
            throw new ApiException(
                ErrorCode.InvalidRequest,
                $"{announced} bytes were announced with '{LengthHeader}', and {(length > announced ? "more" : length)} have come. {(length > announced ? "Begin a new upload." : "Send the rest.")}",
                LengthHeader);
        }
    }

    private static IResult Final(HttpContext context, string store, FileSearchDocument document)
    {
        context.Response.Headers[StatusHeader] = "final";
        return Answers.Of(Shown.Operation(store, document), WireJson.Wire.DocumentOperation);
    }

    private static IResult Active(HttpContext context, long received)
    {
        context.Response.Headers[StatusHeader] = "active";
        context.Response.Headers[ReceivedHeader] = received.ToString(CultureInfo.InvariantCulture);
        return Answers.Empty;
    }

    private static string? Text(HttpContext context, string header) => context.Request.Headers[header].ToString() is { Length: > 0 } text ? text : null;

    private static string? MediaType(HttpContext context, string header) => Text(context, header) is not { } text ? null
        : MediaTypeHeaderValue.TryParse(text, out _) ? text
        : throw new ApiException(ErrorCode.InvalidRequest, $"The header '{header}' must be a media type such as text/plain.", header);

    private static long? Number(HttpContext context, string header) => Text(context, header) is not { } text ? null
        : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
        : throw new ApiException(ErrorCode.InvalidRequest, $"The header '{header}' must be a number of bytes.", header);
}
