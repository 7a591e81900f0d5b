using Microsoft.Extensions.Options;
using OpenInteractions.Engine.Sandboxes;

namespace OpenInteractions.Engine.Environments;

/// <summary>Puts what was uploaded into an environment, and onto its disk before it is acknowledged (behaviour EN-12).</summary>
public sealed class UploadToEnvironment(IOptions<EnvironmentOptions> options)
{
    private const int MostListed = 100_000;

    /// <summary>Writes one file.</summary>
    /// <param name="use">The environment.</param>
    /// <param name="path">The absolute path.</param>
    /// <param name="content">Its bytes.</param>
    /// <param name="overwrite">Whether a file that exists is replaced.</param>
    /// <param name="cancellationToken">Ends the work; nothing has changed then.</param>
    /// <returns>The file.</returns>
    public async Task<IReadOnlyList<SandboxEntry>> WriteAsync(EnvironmentUse use, string path, Stream content, bool overwrite, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(use);
        var files = (await use.SandboxAsync(cancellationToken)).Files;
        await files.WriteAsync(path, content, new WriteOptions { MakeParents = true, Overwrite = overwrite, Limit = options.Value.MaxUploadBytes }, cancellationToken);
        await use.SyncAsync(CancellationToken.None);
        return [await files.StatAsync(path, cancellationToken)];
    }

    /// <summary>Unpacks an archive, tar or tar.gz by its content. Every entry is checked before the first is written.</summary>
    /// <param name="use">The environment.</param>
    /// <param name="target">The absolute path of the directory where it goes.</param>
    /// <param name="archive">The archive; it can be read twice.</param>
    /// <param name="overwrite">Whether files that exist are replaced.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The files that it had, with absolute paths.</returns>
    /// <exception cref="ApiException">It is no archive, an entry leads out of the target, or something is in its place (409).</exception>
    public async Task<IReadOnlyList<SandboxEntry>> ExtractAsync(EnvironmentUse use, string target, Stream archive, bool overwrite, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(use);
        ArgumentNullException.ThrowIfNull(archive);
        var parts = await ReadAsync(archive, cancellationToken);
        var files = (await use.SandboxAsync(cancellationToken)).Files;
        await CheckAsync(files, target, parts, archive, cancellationToken);
        RequireFree(parts, await BelowAsync(files, target, cancellationToken), target, overwrite);
        await files.MakeDirectoryAsync(target, cancellationToken);
        await using (var content = await UnpackedAsync(archive, cancellationToken))
        {
            await files.TarInAsync(target, content, overwrite, options.Value.MaxUploadBytes, cancellationToken);
        }

        await use.SyncAsync(CancellationToken.None);
        var written = parts.Where(p => !p.IsDirectory).Select(p => p.Path).ToHashSet(StringComparer.Ordinal);
        return [.. (await BelowAsync(files, target, cancellationToken)).Values.Where(e => written.Contains(e.Path)).Select(e => e with { Path = $"{target.TrimEnd('/')}/{e.Path}" })];
    }

    private async Task<IReadOnlyList<TarPart>> ReadAsync(Stream archive, CancellationToken cancellationToken)
    {
        await using var content = await UnpackedAsync(archive, cancellationToken);
        var parts = await new TarWalk(content, options.Value.MaxUploadBytes).ReadAsync(cancellationToken);
        var files = new HashSet<string>(StringComparer.Ordinal);
        foreach (var part in parts.Where(p => !p.IsDirectory))
        {
            if (!files.Add(part.Path))
            {
                throw new ApiException(ErrorCode.InvalidRequest, $"The archive has '{Excerpt.Of(part.Path, 200)}' twice. Nothing was written.", "extract");
            }
        }

        return parts.FirstOrDefault(p => files.Contains(p.Path) && p.IsDirectory || Above(p.Path).Any(files.Contains)) is { Path: { } wrong }
            ? throw new ApiException(ErrorCode.InvalidRequest, $"The archive has '{Excerpt.Of(wrong, 200)}' below something that is a file in it. Nothing was written.", "extract")
            : parts;
    }

    // Once more with the reader that will unpack it: where the two do not read the same, nobody knows what would be written.
    private async Task CheckAsync(ISandboxFiles files, string target, IReadOnlyList<TarPart> parts, Stream archive, CancellationToken cancellationToken)
    {
        IReadOnlyList<ArchiveEntry> read;
        await using var content = await UnpackedAsync(archive, cancellationToken);
        try
        {
            read = await files.TarCheckAsync(target, content, TarWalk.MaxEntries + 1, options.Value.MaxUploadBytes, cancellationToken);
        }
        catch (SandboxException exception) when (exception is { Kind: SandboxErrorKind.File, Errno: not 11 })
        {
            throw new ApiException(
                ErrorCode.InvalidRequest, $"The archive cannot be unpacked because of {(exception.Detail.Length > 0 ? $"its entry '{Excerpt.Of(exception.Detail, 250)}'" : "one of its entries")}: its header is broken, or says what is not unpacked. Nothing was written.", "extract");
        }

        for (var i = 0; i < Math.Max(read.Count, parts.Count); i++)
        {
            if (i >= read.Count || i >= parts.Count || read[i].Path != parts[i].Path || read[i].IsDirectory != parts[i].IsDirectory)
            {
                var name = i < read.Count ? read[i].Path : parts[i].Path;
                throw new ApiException(ErrorCode.InvalidRequest, $"The archive cannot be unpacked because of its entry '{Excerpt.Of(name, 200)}': its headers can be read in more than one way. Nothing was written.", "extract");
            }
        }
    }

    private static void RequireFree(IReadOnlyList<TarPart> parts, Dictionary<string, SandboxEntry> there, string target, bool overwrite)
    {
        foreach (var part in parts)
        {
            var blocked = Above(part.Path).FirstOrDefault(p => there.TryGetValue(p, out var above) && above.Kind != SandboxEntryKind.Directory);
            if (blocked is not null || (there.TryGetValue(part.Path, out var old) && (old.Kind == SandboxEntryKind.Directory) != part.IsDirectory))
            {
                throw Taken($"{target}/{blocked ?? part.Path}", "is there as something else than the archive has");
            }

            if (!overwrite && !part.IsDirectory && there.ContainsKey(part.Path))
            {
                throw Taken($"{target}/{part.Path}", "exists already. Add 'overwrite=true' to replace files");
            }
        }
    }

    private static async Task<Dictionary<string, SandboxEntry>> BelowAsync(ISandboxFiles files, string target, CancellationToken cancellationToken)
    {
        try
        {
            var below = await files.ListAsync(target, recursive: true, pattern: null, MostListed, cancellationToken);
            return below.Truncated
                ? throw new ApiException(ErrorCode.InvalidRequest, $"'{Excerpt.Of(target, 200)}' holds more than {MostListed} entries: unpack into a directory of its own.", "path")
                : below.Items.DistinctBy(e => e.Path, StringComparer.Ordinal).ToDictionary(e => e.Path, StringComparer.Ordinal);
        }
        catch (SandboxException exception) when (exception is { Kind: SandboxErrorKind.File, Errno: 2 })
        {
            return [];
        }
    }

    private static IEnumerable<string> Above(string path)
    {
        for (var end = path.IndexOf('/', StringComparison.Ordinal); end > 0; end = path.IndexOf('/', end + 1))
        {
            yield return path[..end];
        }
    }

    private Task<Stream> UnpackedAsync(Stream archive, CancellationToken cancellationToken)
    {
        archive.Position = 0;
        return UnpackedArchive.OpenAsync(archive, options.Value.MaxUploadBytes, cancellationToken);
    }

    private static ApiException Taken(string path, string why) => new(ErrorCode.AlreadyExists, $"'{Excerpt.Of(path.TrimStart('/'), 200)}' {why}. Nothing was written.", "path");
}
