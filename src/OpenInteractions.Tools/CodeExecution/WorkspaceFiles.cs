using OpenInteractions.Engine.Sandboxes;

namespace OpenInteractions.Tools.CodeExecution;

/// <summary>What code leaves in the workspace: pictures are shown, other files are named.</summary>
internal sealed class WorkspaceFiles(ISandboxFiles files, Func<MediaContent, string?> mediaFault)
{
    public const string Root = "/workspace";

    private const int MostListed = 5000;
    private const int MostNamed = 20;
    private const int MostAttached = 8;
    private const long LargestAttached = 4 << 20;
    private const long MostBytes = 16 << 20;

    /// <summary>The files that there are; null when there are too many to compare.</summary>
    public async Task<IReadOnlyDictionary<string, SandboxEntry>?> ListAsync(CancellationToken cancellationToken)
    {
        var listed = await files.ListAsync(Root, recursive: true, pattern: null, MostListed, cancellationToken);
        return listed.Truncated ? null : listed.Items.Where(e => e.Kind == SandboxEntryKind.File && !IsHidden(e.Path)).DistinctBy(e => e.Path, StringComparer.Ordinal).ToDictionary(e => e.Path, StringComparer.Ordinal);
    }

    /// <summary>Blocks for what is new or has changed.</summary>
    /// <param name="before">What there was.</param>
    /// <param name="attachesDocuments">Whether small documents are given back with their content: where nobody can fetch them.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public async Task<IReadOnlyList<ContentBlock>> NewAsync(IReadOnlyDictionary<string, SandboxEntry>? before, bool attachesDocuments, CancellationToken cancellationToken)
    {
        if (before is null || await ListAsync(cancellationToken) is not { } after)
        {
            return [];
        }

        var changed = after.Values.Where(e => !before.TryGetValue(e.Path, out var old) || old.Size != e.Size || old.Modified != e.Modified).OrderBy(e => e.Path, StringComparer.Ordinal).ToList();
        if (changed.Count == 0)
        {
            return [];
        }

        var named = string.Join(", ", changed.Take(MostNamed).Select(e => $"{Root}/{e.Path} ({e.Size} bytes)"));
        var blocks = new List<ContentBlock> { new TextContent { Text = $"[Files written: {named}{(changed.Count > MostNamed ? $", and {changed.Count - MostNamed} more" : "")}]" } };
        var left = MostBytes;
        foreach (var entry in changed.Where(e => e.Size is > 0 and <= LargestAttached))
        {
            if (blocks.Count <= MostAttached && entry.Size <= left && Of(entry, attachesDocuments) is { } kind && mediaFault(kind) is null)
            {
                using var content = new MemoryStream((int)entry.Size);
                try
                {
                    await files.ReadAsync($"{Root}/{entry.Path}", 0, LargestAttached, content, cancellationToken);
                }
                catch (SandboxException exception) when (exception.Kind == SandboxErrorKind.File)
                {
                    blocks.Add(new TextContent { Text = $"[{Root}/{entry.Path} cannot be read, and is not shown.]" }); // closed to this user, or gone again
                    continue;
                }

                blocks.Add(WithData(kind, Convert.ToBase64String(content.GetBuffer(), 0, (int)content.Length)));
                left -= content.Length;
            }
        }

        return blocks;
    }

    /// <summary>A picture of the workspace, or null when the file is none that a model could look at.</summary>
    public static ImageContent? PictureOf(string path) => Path.GetExtension(path).ToLowerInvariant() switch
    {
        ".png" => new ImageContent { MimeType = "image/png" },
        ".jpg" or ".jpeg" => new ImageContent { MimeType = "image/jpeg" },
        ".gif" => new ImageContent { MimeType = "image/gif" },
        ".webp" => new ImageContent { MimeType = "image/webp" },
        _ => null,
    };

    private static MediaContent? Of(SandboxEntry entry, bool attachesDocuments) => (MediaContent?)PictureOf(entry.Path) ?? (attachesDocuments ? DocumentOf(entry.Path) : null);

    private static DocumentContent? DocumentOf(string path) => Path.GetExtension(path).ToLowerInvariant() switch
    {
        ".pdf" => new DocumentContent { MimeType = "application/pdf" },
        ".csv" => new DocumentContent { MimeType = "text/csv" },
        ".txt" or ".md" => new DocumentContent { MimeType = "text/plain" },
        _ => null,
    };

    private static MediaContent WithData(MediaContent kind, string data) => kind switch
    {
        ImageContent image => image with { Data = data },
        var document => (DocumentContent)document with { Data = data },
    };

    /// <summary>Caches and the history of a repository are nobody's result.</summary>
    private static bool IsHidden(string path) => path.Split('/').Any(p => p.StartsWith('.') || p is "node_modules" or "__pycache__");
}
