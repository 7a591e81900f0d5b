using System.Globalization;
using Microsoft.AspNetCore.StaticFiles;
using OpenInteractions.Api.Http;
using OpenInteractions.Contracts.Environments;
using OpenInteractions.Engine.Environments;
using OpenInteractions.Engine.Sandboxes;

namespace OpenInteractions.Api.Environments;

/// <summary>The path of a file in an address, and entries as the wire shows them (wire 17.1). The root is that of the sandbox; what lasts in it is below <see cref="Lasting"/>.</summary>
internal static class FilePath
{
    /// <summary>What of the root outlasts a sandbox. The rest of it is the system that sandboxes are made of.</summary>
    public static readonly IReadOnlyList<string> Lasting = ["/.agents", "/home/agent", "/workspace"];

    private static readonly FileExtensionContentTypeProvider Types = new();

    /// <summary>The absolute path inside. Routing has decoded it, but for slashes.</summary>
    public static string Read(HttpContext context)
    {
        var given = "/" + (context.Request.RouteValues["path"] as string ?? "").Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);
        return EnvironmentPaths.Clean(given, out var fault)
            ?? throw new ApiException(ErrorCode.InvalidRequest, $"Invalid path in the address: {fault}.", "path");
    }

    public static string EnvironmentOf(HttpContext context) => ResourceId.Read(context, EnvironmentEndpoints.Collection);

    /// <summary>Without the slash before it, as callers write it.</summary>
    public static string Shown(string path) => path.TrimStart('/');

    public static string MediaTypeOf(string path) => Types.TryGetContentType(path, out var type) ? type : "application/octet-stream";

    public static EnvironmentFile Show(string path, SandboxEntry entry)
    {
        var isDirectory = entry.Kind == SandboxEntryKind.Directory;
        return new EnvironmentFile
        {
            Name = Path.GetFileName(path),
            Path = Shown(path),
            Type = isDirectory ? "directory" : "file",
            MimeType = isDirectory ? "" : MediaTypeOf(path),
            SizeBytes = (isDirectory ? 0 : entry.Size).ToString(CultureInfo.InvariantCulture),
            Created = entry.Created,
            Modified = entry.Modified,
        };
    }
}
