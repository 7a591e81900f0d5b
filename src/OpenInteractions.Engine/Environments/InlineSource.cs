using System.Text;
using OpenInteractions.Contracts.Environments;
using OpenInteractions.Engine.Sandboxes;

namespace OpenInteractions.Engine.Environments;

/// <summary>Files that stand in the request (behaviour EN-3).</summary>
internal sealed class InlineSource : IEnvironmentSource
{
    public const string TypeName = "inline";

    /// <summary>Most bytes of one file.</summary>
    public const int MaxFile = 1 << 20;

    /// <summary>Most bytes of all of a request.</summary>
    public const int MaxTogether = 2 << 20;

    private const string Base64 = "base64";

    public string Type => TypeName;

    /// <summary>How long the file is; 0 for sources of other types.</summary>
    public static long LengthOf(EnvironmentSource source) =>
        source.Type != TypeName || source.Content is not { } content ? 0 : source.Encoding == Base64 ? content.Length / 4L * 3 : Encoding.UTF8.GetByteCount(content);

    public void Check(EnvironmentSource source, string field)
    {
        if (source.Content is null)
        {
            throw Wrong($"{field}.content", "it is missing: give the file's text, or its bytes as base64 with 'encoding': 'base64'");
        }

        if (source.Source is not null)
        {
            throw Wrong($"{field}.source", "an inline source has its text in 'content' and comes from nowhere else");
        }

        if (source.Credential is not null)
        {
            throw Wrong($"{field}.credential", "an inline source is fetched from nowhere. Leave it out");
        }

        if (source.Encoding is not (null or "" or Base64 or "utf-8" or "text"))
        {
            throw Wrong($"{field}.encoding", "expected 'base64', or nothing for text");
        }

        if (LengthOf(source) > MaxFile)
        {
            throw Wrong($"{field}.content", $"an inline file has at most {MaxFile} bytes. Upload it instead");
        }

        if (source.Encoding == Base64 && !System.Buffers.Text.Base64.IsValid(source.Content))
        {
            throw Wrong($"{field}.content", "it is no base64");
        }

        if (source.Target!.EndsWith('/'))
        {
            throw Wrong($"{field}.target", "it is the path of a file and does not end with '/'");
        }
    }

    public async Task BringAsync(EnvironmentSource source, SourcePlace place, CancellationToken cancellationToken)
    {
        var bytes = source.Encoding == Base64 ? Convert.FromBase64String(source.Content!) : Encoding.UTF8.GetBytes(source.Content!);
        using var content = new MemoryStream(bytes, writable: false);
        await place.Sandbox.Files.WriteAsync(place.Target, content, new WriteOptions { MakeParents = true, Overwrite = true, Limit = MaxFile }, cancellationToken);
    }

    private static ApiException Wrong(string field, string fault) => new(ErrorCode.InvalidRequest, $"Invalid value in '{field}': {fault}.", field);
}
