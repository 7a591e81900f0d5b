using System.Text;
using OpenInteractions.Engine.Environments;
using OpenInteractions.Engine.Sandboxes;

namespace OpenInteractions.Tools.EnvironmentFiles;

/// <summary>Lists a directory.</summary>
internal sealed class ListDirectory(RunEnvironment environment) : FileFunction(environment)
{
    private const int MostEntries = 1000;

    public override FunctionTool Declaration { get; } = Declare(
        "list_dir",
        "Lists what a directory holds, with sizes; with 'recursive' everything below too.",
        """
        "path":{"type":"string","description":"Absolute, or below /workspace, which is listed when it is left out."},"recursive":{"type":"boolean"}
        """,
        "");

    public override bool IsRepeatable => true;

    protected override async Task<JsonElement> RunAsync(ISandboxFiles files, FileArguments arguments, CancellationToken cancellationToken) =>
        Text(Lines(await files.ListAsync(arguments.Path ?? Root, arguments.Flag("recursive"), pattern: null, MostEntries, cancellationToken), "[The directory is empty.]"));

    /// <summary>Entries, a line each.</summary>
    public static string Lines(SandboxEntries entries, string none)
    {
        var text = new StringBuilder();
        foreach (var entry in entries.Items)
        {
            text.Append(entry.Path).Append(entry.Kind switch
            {
                SandboxEntryKind.Directory => "/",
                SandboxEntryKind.Link => $" -> {entry.LinkTarget}",
                SandboxEntryKind.File => $"\t{Number(entry.Size)} bytes",
                _ => "\t[no file]",
            }).Append('\n');
        }

        return entries.Truncated ? text.Append("[There are more.]").ToString() : text.Length == 0 ? none : text.ToString();
    }
}

/// <summary>Finds files by their names.</summary>
internal sealed class FindByName(RunEnvironment environment) : FileFunction(environment)
{
    private const int MostEntries = 500;

    public override FunctionTool Declaration { get; } = Declare(
        "find_by_name",
        "Finds files and directories below a directory by their name, in which * stands for any characters and ? for one.",
        """
        "pattern":{"type":"string","description":"A name, such as *.py."},"path":{"type":"string","description":"Absolute, or below /workspace, which is searched when it is left out."}
        """,
        "\"pattern\"");

    public override bool IsRepeatable => true;

    protected override async Task<JsonElement> RunAsync(ISandboxFiles files, FileArguments arguments, CancellationToken cancellationToken) =>
        Text(ListDirectory.Lines(await files.ListAsync(arguments.Path ?? Root, recursive: true, arguments.Require("pattern"), MostEntries, cancellationToken), "[Nothing has such a name.]"));
}

/// <summary>Finds lines in files.</summary>
internal sealed class SearchText(RunEnvironment environment) : FileFunction(environment)
{
    private const int MostMatches = 200;

    public override FunctionTool Declaration { get; } = Declare(
        "grep_search",
        "Finds the lines of text files that hold a text, or that match a regular expression.",
        """
        "query":{"type":"string"},"path":{"type":"string","description":"A file or a directory, absolute or below /workspace, which is searched when it is left out."},"is_regex":{"type":"boolean"}
        """,
        "\"query\"");

    public override bool IsRepeatable => true;

    protected override async Task<JsonElement> RunAsync(ISandboxFiles files, FileArguments arguments, CancellationToken cancellationToken)
    {
        var found = await files.SearchAsync(arguments.Path ?? Root, arguments.Require("query"), arguments.Flag("is_regex"), MostMatches, cancellationToken);
        var text = new StringBuilder();
        foreach (var match in found.Items)
        {
            text.Append(match.Path).Append(':').Append(match.Line).Append(": ").Append(match.Text).Append('\n');
        }

        return Text(found.Truncated ? text.Append("[There are more.]").ToString() : text.Length == 0 ? "[Nothing matches.]" : text.ToString());
    }
}
