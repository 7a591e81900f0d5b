using OpenInteractions.Api.Auth;
using OpenInteractions.Api.FileSearch;
using OpenInteractions.Api.Http;
using OpenInteractions.Contracts.Environments;
using OpenInteractions.Engine.Environments;
using OpenInteractions.Engine.Sandboxes;

namespace OpenInteractions.Api.Environments;

/// <summary>Uploads of files (wire 17.3): whole in one request, or resumable; with <c>extract</c> an archive that is unpacked.</summary>
internal static class FileUploadEndpoint
{
    public static void Map(RouteGroupBuilder version)
    {
        const string Route = $"/{EnvironmentEndpoints.Collection}/{{id}}/files/{{**path}}";
        version.MapPut(Route, HandleAsync);
        version.MapPost(Route, HandleAsync);
    }

    private static async Task<IResult> HandleAsync(HttpContext context, HostEnvironments environments, EnvironmentUploads uploads, UploadToEnvironment upload, ClientTransfers transfers, ServerAddress address)
    {
        var target = Target.Read(context);
        await using var use = await environments.VisitAsync(context.Caller().Project, target.Environment, context.RequestAborted);
        var commands = UploadProtocol.Commands(context);
        if (commands is ["start"])
        {
            UploadProtocol.RequireResumable(context);
            var begun = uploads.Begin(use.Id, UploadProtocol.Number(context, UploadProtocol.LengthHeader));
            context.Response.Headers[UploadProtocol.UrlHeader] =
                $"{address.Of(context.Request)}{target.Address(context)}&{UploadProtocol.UploadId}={begun}{UploadProtocol.AnnouncedQuery(context)}";
            context.Response.Headers["x-goog-upload-chunk-granularity"] = "1";
            return Active(context, 0);
        }

        var id = context.Request.Query.ReadText(UploadProtocol.UploadId);
        if (commands is [] && id is null)
        {
            return await WriteWholeAsync(context, use, uploads, upload, transfers, target);
        }

        id = id ?? throw new ApiException(
            ErrorCode.InvalidRequest, $"Begin with 'X-Goog-Upload-Command: start', and send the bytes to the address in the answer's '{UploadProtocol.UrlHeader}'.", UploadProtocol.CommandHeader);
        if (commands is ["query"] or [.., "finalize"] && uploads.AnswerOf(use.Id, id) is { } answered)
        {
            return Final(context, JsonSerializer.Deserialize(answered, WireJson.Wire.EnvironmentFileList)!); // the answer of before was lost on its way
        }

        switch (commands)
        {
            case ["query"]:
                return Active(context, uploads.LengthOf(use.Id, id));
            case ["cancel"]:
                uploads.Cancel(use.Id, id);
                context.Response.Headers[UploadProtocol.StatusHeader] = "cancelled";
                return Answers.Empty;
            case ["upload"]:
                return Active(context, await ReceiveAsync(context, use.Id, id, uploads, transfers));
            case ["upload", "finalize"] or ["finalize"]:
                UploadProtocol.RequireAnnounced(context, await ReceiveAsync(context, use.Id, id, uploads, transfers), isWhole: true);
                var list = await PutAsync(use, uploads, upload, target, id, context.RequestAborted);
                uploads.Finish(use.Id, id, JsonSerializer.SerializeToUtf8Bytes(list, WireJson.Wire.EnvironmentFileList));
                return Final(context, list);
            default:
                throw UploadProtocol.UnknownCommand();
        }
    }

    private static async Task<IResult> WriteWholeAsync(HttpContext context, EnvironmentUse use, EnvironmentUploads uploads, UploadToEnvironment upload, ClientTransfers transfers, Target target)
    {
        UploadProtocol.AllowLength(context, uploads.MaxLength);
        if (!target.Extract)
        {
            using var place = await transfers.BeginAsync(use.Id, context.RequestAborted);
            return Final(context, await DoAsync(target, () => upload.WriteAsync(use, target.Path, transfers.From(context), target.Overwrite, context.RequestAborted)));
        }

        // An archive is read twice: looked through, then unpacked.
        var id = uploads.Begin(use.Id, context.Request.ContentLength);
        try
        {
            await uploads.AppendAsync(use.Id, id, offset: 0, transfers.From(context), static _ => { }, context.RequestAborted);
            return Final(context, await PutAsync(use, uploads, upload, target, id, context.RequestAborted));
        }
        finally
        {
            uploads.Cancel(use.Id, id);
        }
    }

    private static Task<long> ReceiveAsync(HttpContext context, string environment, string id, EnvironmentUploads uploads, ClientTransfers transfers)
    {
        UploadProtocol.AllowLength(context, uploads.MaxLength);
        return uploads.AppendAsync(
            environment, id, UploadProtocol.Number(context, UploadProtocol.OffsetHeader), transfers.From(context),
            length => UploadProtocol.RequireAnnounced(context, length, isWhole: false), context.RequestAborted);
    }

    private static async Task<EnvironmentFileList> PutAsync(EnvironmentUse use, EnvironmentUploads uploads, UploadToEnvironment upload, Target target, string id, CancellationToken cancellationToken)
    {
        await using var content = uploads.Read(use.Id, id);
        return await DoAsync(target, () => target.Extract
            ? upload.ExtractAsync(use, target.Path, content, target.Overwrite, cancellationToken)
            : upload.WriteAsync(use, target.Path, content, target.Overwrite, cancellationToken));
    }

    private static async Task<EnvironmentFileList> DoAsync(Target target, Func<Task<IReadOnlyList<SandboxEntry>>> work)
    {
        try
        {
            return new EnvironmentFileList { Files = [.. (await work()).Select(e => FilePath.Show(e.Path, e))] };
        }
        catch (SandboxException exception)
        {
            throw EnvironmentFaults.OfFile(exception, FilePath.Shown(target.Path));
        }
    }

    private static IResult Active(HttpContext context, long received)
    {
        UploadProtocol.SetActive(context, received);
        return Answers.Empty;
    }

    private static IResult Final(HttpContext context, EnvironmentFileList files)
    {
        context.Response.Headers[UploadProtocol.StatusHeader] = "final";
        return Answers.Of(files, WireJson.Wire.EnvironmentFileList);
    }

    /// <summary>Where an upload goes, and how: all of it stands in its address, so nothing is kept beside the bytes.</summary>
    private sealed record Target(string Environment, string Path, bool Overwrite, bool Extract)
    {
        public static Target Read(HttpContext context)
        {
            var query = context.Request.Query;
            var target = new Target(FilePath.EnvironmentOf(context), FilePath.Read(context), query.ReadFlag("overwrite"), query.ReadFlag("extract"));
            return target.Path != "/" ? target
                : throw new ApiException(ErrorCode.InvalidRequest, $"The address has no path: name the file, as in 'files/workspace/data.csv'{(target.Extract ? ", or the directory for the archive, as in 'files/workspace'" : "")}.", "path");
        }

        public string Address(HttpContext context)
        {
            var version = context.Request.Path.Value!.Split('/')[2];
            var path = string.Join('/', Path.Split('/').Select(Uri.EscapeDataString));
            return $"{ApiVersions.Uploads}/{version}/{EnvironmentEndpoints.Collection}/{Environment}/files{path}?overwrite={(Overwrite ? "true" : "false")}&extract={(Extract ? "true" : "false")}";
        }
    }
}
