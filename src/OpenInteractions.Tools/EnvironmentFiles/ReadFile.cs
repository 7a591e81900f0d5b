using System.Text;
using OpenInteractions.Engine.Environments;
using OpenInteractions.Engine.Sandboxes;
using OpenInteractions.Tools.CodeExecution;

namespace OpenInteractions.Tools.EnvironmentFiles;

/// <summary>Shows a text file by its lines, or a picture.</summary>
internal sealed class ReadFile(RunEnvironment environment, Func<MediaContent, string?> mediaFault) : FileFunction(environment)
{
    private const int StandardLines = 2000;
    private const int LongestLine = 2000;

    public override FunctionTool Declaration { get; } = Declare(
        "read_file",
        "Reads a text file with the numbers of its lines, or shows a picture (PNG, JPEG, GIF, WebP). Reads 2000 lines unless told otherwise.",
        """
        "path":{"type":"string","description":"Absolute, or below /workspace."},"first_line":{"type":"integer","minimum":1},"lines":{"type":"integer","minimum":1}
        """,
        "\"path\"");

    public override bool IsRepeatable => true;

    protected override async Task<JsonElement> RunAsync(ISandboxFiles files, FileArguments arguments, CancellationToken cancellationToken)
    {
        var path = arguments.RequirePath();
        using var content = new MemoryStream();
        var isCut = await files.ReadAsync(path, 0, MostText, content, cancellationToken);
        if (WorkspaceFiles.PictureOf(path) is { } kind && !isCut)
        {
            var picture = kind with { Data = Convert.ToBase64String(content.GetBuffer(), 0, (int)content.Length) };
            return mediaFault(picture) is { } fault
                ? throw new FileArgumentException($"'{path}' is a picture of {content.Length} bytes, and this model does not take {fault}.")
                : JsonSerializer.SerializeToElement([new TextContent { Text = path }, picture], WireJson.Wire.IReadOnlyListContentBlock);
        }

        var bytes = content.GetBuffer().AsSpan(0, (int)content.Length);
        if (bytes.Contains((byte)0))
        {
            throw new FileArgumentException($"'{path}' is no text: it has bytes that no text has. Look at it with code.");
        }

        var lines = Encoding.UTF8.GetString(bytes).Split('\n');
        var count = lines is [.., ""] ? lines.Length - 1 : lines.Length;
        var first = Math.Max(arguments.NumberOf("first_line") ?? 1, 1);
        var last = (int)Math.Min(count, (long)first - 1 + Math.Max(arguments.NumberOf("lines") ?? StandardLines, 1));
        var text = new StringBuilder();
        for (var i = first; i <= last; i++)
        {
            var line = lines[i - 1].TrimEnd('\r');
            text.Append(i).Append('\t').Append(line.Length <= LongestLine ? line : $"{line[..LongestLine]}… [{line.Length} characters]").Append('\n');
        }

        if (count == 0)
        {
            text.Append("[The file is empty.]");
        }
        else if (last < first)
        {
            text.Append("[The file has ").Append(count).Append(" lines.]");
        }
        else if (isCut || last < count)
        {
            text.Append("[The file goes on").Append(isCut ? $" behind its first {Number(MostText)} bytes" : $": it has {Number(count)} lines").Append(".]");
        }

        return Text(text.ToString());
    }
}
