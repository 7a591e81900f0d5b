using System.Text;
using OpenInteractions.Engine.Environments;
using OpenInteractions.Engine.Sandboxes;

namespace OpenInteractions.Tools.EnvironmentFiles;

/// <summary>Writes a file as a whole.</summary>
internal sealed class WriteFile(RunEnvironment environment) : FileFunction(environment)
{
    public override FunctionTool Declaration { get; } = Declare(
        "write_file",
        "Writes a text file as a whole: makes it, and the directories above it, or replaces what is in it.",
        """
        "path":{"type":"string","description":"Absolute, or below /workspace."},"content":{"type":"string"}
        """,
        "\"path\",\"content\"");

    public override bool IsRepeatable => true; // the same content once more

    protected override async Task<JsonElement> RunAsync(ISandboxFiles files, FileArguments arguments, CancellationToken cancellationToken)
    {
        var path = arguments.RequirePath();
        using var content = new MemoryStream(Encoding.UTF8.GetBytes(arguments.Require("content")), writable: false);
        var written = await files.WriteAsync(path, content, new WriteOptions { Overwrite = true, MakeParents = true, FollowsLink = true }, cancellationToken);
        return Text($"Wrote {Number(written)} bytes to {path}.");
    }
}

/// <summary>Replaces a text in a file by another one.</summary>
internal sealed class EditFile(RunEnvironment environment) : FileFunction(environment)
{
    public override FunctionTool Declaration { get; } = Declare(
        "edit_file",
        "Replaces a text in a file by another one. The old text must stand in the file exactly once, blanks and line breaks included, unless all places are meant.",
        """
        "path":{"type":"string","description":"Absolute, or below /workspace."},"old_text":{"type":"string"},"new_text":{"type":"string"},"replace_all":{"type":"boolean"}
        """,
        "\"path\",\"old_text\",\"new_text\"");

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public override bool IsRepeatable => false; // the second time the text is another one

    protected override async Task<JsonElement> RunAsync(ISandboxFiles files, FileArguments arguments, CancellationToken cancellationToken)
    {
        var (path, old, replacement) = (arguments.RequirePath(), arguments.Require("old_text"), arguments.Require("new_text"));
        if (old.Length == 0)
        {
            throw new FileArgumentException("'old_text' is empty: give the text that is to be replaced, or write the file as a whole.");
        }

        using var content = new MemoryStream();
        if (await files.ReadAsync(path, 0, MostText, content, cancellationToken))
        {
            throw new FileArgumentException($"'{path}' has more than {Number(MostText)} bytes: change it with code.");
        }

        var text = TextOf(path, content.GetBuffer().AsSpan(0, (int)content.Length));
        var places = Count(text, old);
        if (places == 0)
        {
            throw new FileArgumentException($"'old_text' is not in '{path}'. Read the file, and give the text exactly as it stands there.");
        }

        if (places > 1 && !arguments.Flag("replace_all"))
        {
            throw new FileArgumentException($"'old_text' is in '{path}' {places} times. Give more of the text around the place that is meant, or set 'replace_all'.");
        }

        using var changed = new MemoryStream(Encoding.UTF8.GetBytes(text.Replace(old, replacement, StringComparison.Ordinal)), writable: false);
        await files.WriteAsync(path, changed, new WriteOptions { Overwrite = true, FollowsLink = true }, cancellationToken);
        return Text(places == 1 ? $"Changed {path}." : $"Changed {path} in {places} places.");
    }

    // Bytes that are no text would come back as others.
    private static string TextOf(string path, ReadOnlySpan<byte> content)
    {
        try
        {
            return Strict.GetString(content);
        }
        catch (DecoderFallbackException)
        {
            throw new FileArgumentException($"'{path}' is not UTF-8 text, and changing it here would destroy bytes of it. Change it with code.");
        }
    }

    private static int Count(string text, string part)
    {
        var count = 0;
        for (var at = text.IndexOf(part, StringComparison.Ordinal); at >= 0; at = text.IndexOf(part, at + part.Length, StringComparison.Ordinal))
        {
            count++;
        }

        return count;
    }
}
