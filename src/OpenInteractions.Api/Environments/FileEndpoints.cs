using OpenInteractions.Api.Auth;
using OpenInteractions.Api.FileSearch;
using OpenInteractions.Api.Http;
using OpenInteractions.Contracts.Environments;
using OpenInteractions.Engine.Environments;
using OpenInteractions.Engine.Sandboxes;

namespace OpenInteractions.Api.Environments;

/// <summary>Files of environments: lists, contents and archives (wire 17.1, 17.2). Every path is looked up inside the sandbox.</summary>
internal static class FileEndpoints
{
    private const int StandardPage = 1000;
    private const int LargestPage = 10_000;
    private const int MostEntries = 100_000;
    private const string SnapshotPrefix = "environment-";
    private static readonly TimeSpan ArchivePatience = TimeSpan.FromHours(1);

    public static void Map(RouteGroupBuilder version)
    {
        version.MapGet($"/{EnvironmentEndpoints.Collection}/{{id}}/files/{{**path}}", GetAsync);
        version.MapGet("/files/{file}:download", SnapshotAsync);
    }

    private static async Task<IResult> GetAsync(HttpContext context, HostEnvironments environments, ClientTransfers transfers)
    {
        var (path, query) = (FilePath.Read(context), context.Request.Query);
        var isContent = query.ReadText("alt") is { } alt && (alt == "media" || (alt != "json" ? throw QueryReader.Wrong("alt", alt, "'media' or 'json'") : false));
        var (isDeep, size) = (query.ReadFlag("recursive"), query.ReadPageSize("page_size", StandardPage, LargestPage));
        var (project, id) = (context.Caller().Project, FilePath.EnvironmentOf(context));
        var list = $"{project}|{id}|{path}|{isDeep}";
        var after = PageToken.Read(query.ReadText("page_token"), "page_token", list);
        await using var use = await environments.VisitAsync(project, id, context.RequestAborted);
        var sandbox = await use.SandboxAsync(context.RequestAborted);
        try
        {
            if (isContent)
            {
                using var place = await transfers.BeginAsync(id, context.RequestAborted);
                await SendAsync(context, sandbox, path, transfers.To(context));
                return Results.Empty;
            }

            var entries = await EntriesAsync(sandbox.Files, path, isDeep, context.RequestAborted);
            entries.Sort((a, b) => string.CompareOrdinal(a.Path, b.Path));
            var rest = entries.Where(e => after is null || string.CompareOrdinal(e.Path, after) > 0).Take(size + 1).ToList();
            return Answers.Of(
                new EnvironmentFileList { Files = [.. rest.Take(size)], NextPageToken = rest.Count > size ? PageToken.Write(rest[size - 1].Path, list) : null },
                WireJson.Wire.EnvironmentFileList);
        }
        catch (SandboxException exception) when (!context.Response.HasStarted)
        {
            throw EnvironmentFaults.OfFile(exception, FilePath.Shown(path));
        }
    }

    /// <summary>All that lasts, as one archive: the older address of it.</summary>
    private static async Task<IResult> SnapshotAsync(HttpContext context, HostEnvironments environments, ClientTransfers transfers)
    {
        var file = Uri.UnescapeDataString((string)context.Request.RouteValues["file"]!);
        if (!file.StartsWith(SnapshotPrefix, StringComparison.Ordinal))
        {
            throw new ApiException(ErrorCode.NotFound, $"There is no file '{Excerpt.Of(file)}'. This server keeps no files but those of environments ('files/{SnapshotPrefix}ID:download').", "name");
        }

        await using var use = await environments.VisitAsync(context.Caller().Project, file[SnapshotPrefix.Length..], context.RequestAborted);
        using var place = await transfers.BeginAsync(use.Id, context.RequestAborted);
        await SendAllAsync(context, await use.SandboxAsync(context.RequestAborted), transfers.To(context));
        return Results.Empty;
    }

    private static async Task<List<EnvironmentFile>> EntriesAsync(ISandboxFiles files, string path, bool isDeep, CancellationToken cancellationToken)
    {
        if (path == "/")
        {
            return await RootAsync(files, isDeep, cancellationToken);
        }

        var entry = await files.StatAsync(path, cancellationToken);
        if (entry.Kind is SandboxEntryKind.Directory or SandboxEntryKind.Link)
        {
            try
            {
                return await BelowAsync(files, path, isDeep, cancellationToken);
            }
            catch (SandboxException) when (entry.Kind == SandboxEntryKind.Link)
            {
                // It leads to a file, or nowhere.
            }
        }

        return [FilePath.Show(path, entry)];
    }

    private static async Task<List<EnvironmentFile>> RootAsync(ISandboxFiles files, bool isDeep, CancellationToken cancellationToken)
    {
        var found = new Dictionary<string, EnvironmentFile>(StringComparer.Ordinal);
        foreach (var lasting in FilePath.Lasting)
        {
            try
            {
                for (var end = lasting.IndexOf('/', 1); ; end = lasting.IndexOf('/', end + 1))
                {
                    var part = end < 0 ? lasting : lasting[..end];
                    if (isDeep || part.LastIndexOf('/') == 0)
                    {
                        found[part] = FilePath.Show(part, await files.StatAsync(part, cancellationToken));
                    }

                    if (end < 0)
                    {
                        break;
                    }
                }

                foreach (var below in isDeep ? await BelowAsync(files, lasting, isDeep, cancellationToken) : [])
                {
                    found["/" + below.Path] = below;
                }
            }
            catch (SandboxException exception) when (exception.Kind == SandboxErrorKind.File)
            {
                // Not in this environment.
            }
        }

        return [.. found.Values];
    }

    private static async Task<List<EnvironmentFile>> BelowAsync(ISandboxFiles files, string path, bool isDeep, CancellationToken cancellationToken)
    {
        var below = await files.ListAsync(path, isDeep, pattern: null, MostEntries, cancellationToken);
        return below.Truncated
            ? throw new ApiException(ErrorCode.InvalidRequest, $"There are more than {MostEntries} entries below '{FilePath.Shown(path)}'. List its directories one by one.", "recursive")
            : [.. below.Items.Select(e => FilePath.Show($"{path}/{e.Path}", e))];
    }

    private static async Task SendAsync(HttpContext context, ISandbox sandbox, string path, Stream client)
    {
        if (path == "/")
        {
            await SendAllAsync(context, sandbox, client);
            return;
        }

        var entry = await sandbox.Files.StatAsync(path, context.RequestAborted);
        var isDirectory = entry.Kind == SandboxEntryKind.Directory || (entry.Kind == SandboxEntryKind.Link && await IsDirectoryAsync(sandbox.Files, path, context.RequestAborted));
        Begin(context, isDirectory ? "application/x-tar" : FilePath.MediaTypeOf(path), isDirectory ? Path.GetFileName(path) + ".tar" : Path.GetFileName(path));
        if (isDirectory)
        {
            await sandbox.Files.TarOutAsync(path, client, context.RequestAborted);
        }
        else
        {
            await sandbox.Files.ReadAsync(path, 0, long.MaxValue, client, context.RequestAborted);
        }
    }

    private static async Task<bool> IsDirectoryAsync(ISandboxFiles files, string path, CancellationToken cancellationToken)
    {
        try
        {
            await files.ListAsync(path, recursive: false, pattern: null, limit: 1, cancellationToken);
            return true;
        }
        catch (SandboxException exception) when (exception.Kind == SandboxErrorKind.File)
        {
            return false;
        }
    }

    // By the program inside: one archive of several places.
    private static async Task SendAllAsync(HttpContext context, ISandbox sandbox, Stream client)
    {
        const int Changed = 1; // a file was written meanwhile: what is in the archive is what there was
        var places = FilePath.Lasting.Select(p => p[1..]);
        var command = await sandbox.StartAsync(
            new CommandSpec { Arguments = ["tar", "--directory=/", "--sparse", "--ignore-failed-read", "--create", "--file=-", "--", .. places], Environment = CommandSpec.OfSystem, Directory = "/", Timeout = ArchivePatience }, context.RequestAborted);
        try
        {
            Begin(context, "application/x-tar", "environment.tar");
            await foreach (var piece in command.ReadOutputAsync(context.RequestAborted))
            {
                if (!piece.IsError)
                {
                    await client.WriteAsync(piece.Data, context.RequestAborted);
                }
            }

            if (await command.Result is not { Signal: 0, ExitCode: 0 or Changed })
            {
                context.Abort(); // half an archive must not look like a whole one
            }
        }
        finally
        {
            await command.SignalAsync(9, CancellationToken.None); // whoever left reads no more
        }
    }

    private static void Begin(HttpContext context, string type, string name)
    {
        context.Response.ContentType = type;
        // What an agent has written is never shown as a page of this server.
        context.Response.Headers.ContentDisposition = $"attachment; filename*=UTF-8''{Uri.EscapeDataString(name)}";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        context.Response.Headers.ContentSecurityPolicy = "sandbox; default-src 'none'";
    }
}
