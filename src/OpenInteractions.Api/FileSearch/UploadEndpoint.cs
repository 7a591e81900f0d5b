using System.Buffers;
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
    private const int PartLength = 1 << 20;

    public static void Map(RouteGroupBuilder version)
    {
        var uploads = version.MapGroup("/" + ResourceNames.Stores);
        uploads.MapPost("/{id}:uploadToFileSearchStore", HandleAsync);
        uploads.MapPut("/{id}:uploadToFileSearchStore", HandleAsync);
    }

    private static async Task<IResult> HandleAsync(HttpContext context, UploadDocument upload, IFileSearchStores stores, BodyBudget budget, ServerAddress address)
    {
        var store = ResourceId.Read(context, ResourceNames.Stores);
        var commands = UploadProtocol.Commands(context);
        if (commands is ["start"])
        {
            return await StartAsync(context, store, upload, budget, address);
        }

        var id = context.Request.Query.ReadText(UploadProtocol.UploadId) ?? throw new ApiException(
            ErrorCode.InvalidRequest,
            "Only the resumable protocol is offered: begin with 'X-Goog-Upload-Protocol: resumable' and 'X-Goog-Upload-Command: start', and send the bytes to the address in the answer's "
                + $"'{UploadProtocol.UrlHeader}'.",
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
                context.Response.Headers[UploadProtocol.StatusHeader] = "cancelled";
                return Answers.Empty;
            case ["upload"]:
                return Active(context, await ReceiveAsync(context, key, upload));
            case ["upload", "finalize"] or ["finalize"]:
                var length = await ReceiveAsync(context, key, upload);
                UploadProtocol.RequireAnnounced(context, length, isWhole: true);
                return Final(context, store, await upload.FinishAsync(key, length, context.RequestAborted));
            default:
                throw UploadProtocol.UnknownCommand();
        }
    }

    private static async Task<IResult> StartAsync(HttpContext context, string store, UploadDocument upload, BodyBudget budget, ServerAddress address)
    {
        UploadProtocol.RequireResumable(context);
        using var body = await RequestBytes.ReadAsync(context.Request, budget, bytes => RequestBody.Read(bytes, WireJson.Wire.UploadDocumentRequest));
        var key = await upload.BeginAsync(
            context.Caller(), store, body.Value, UploadProtocol.Text(context, "X-Goog-Upload-File-Name"), UploadProtocol.MediaType(context, UploadProtocol.TypeHeader),
            UploadProtocol.Number(context, UploadProtocol.LengthHeader), context.RequestAborted);
        context.Response.Headers[UploadProtocol.UrlHeader] =
            $"{address.Of(context.Request)}{context.Request.Path}?{UploadProtocol.UploadId}={key.Document}{UploadProtocol.AnnouncedQuery(context)}";
        context.Response.Headers["x-goog-upload-chunk-granularity"] = "1";
        return Active(context, 0);
    }

    /// <summary>Keeps the bytes of a request.</summary>
    /// <returns>How many are kept of the file.</returns>
    private static async Task<long> ReceiveAsync(HttpContext context, UploadKey key, UploadDocument upload)
    {
        var gone = context.RequestAborted;
        var received = await upload.FindAsync(key, gone);
        var start = UploadProtocol.Number(context, UploadProtocol.OffsetHeader) ?? received;
        if (start != received)
        {
            throw UploadDocument.WrongOffset(start, received);
        }

        UploadProtocol.AllowLength(context, upload.MaxLength);
        var part = ArrayPool<byte>.Shared.Rent(PartLength);
        try
        {
            int read;
            while ((read = await context.Request.Body.ReadAtLeastAsync(part.AsMemory(0, PartLength), PartLength, throwOnEndOfStream: false, gone)) > 0)
            {
                UploadProtocol.RequireAnnounced(context, start + read, isWhole: false);
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

    private static IResult Final(HttpContext context, string store, FileSearchDocument document)
    {
        context.Response.Headers[UploadProtocol.StatusHeader] = "final";
        return Answers.Of(Shown.Operation(store, document), WireJson.Wire.DocumentOperation);
    }

    private static IResult Active(HttpContext context, long received)
    {
        UploadProtocol.SetActive(context, received);
        return Answers.Empty;
    }
}
