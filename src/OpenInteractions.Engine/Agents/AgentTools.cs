namespace OpenInteractions.Engine.Agents;

/// <summary>Names of the tools that an agent's environment brings with it.</summary>
public static class AgentTools
{
    /// <summary>The type that stands for them among the tools of a kept run. No request can declare it.</summary>
    public const string Files = "environment_files";

    /// <summary>Writes a file as a whole.</summary>
    public const string WriteFile = "write_file";

    /// <summary>All functions over files, by their names.</summary>
    public static IReadOnlyList<string> FileFunctions { get; } = ["read_file", WriteFile, "edit_file", "list_dir", "grep_search", "find_by_name"];

    /// <summary>The declaration that stands for them.</summary>
    public static Tool FilesDeclaration { get; } = new UnknownTool(Files, JsonElement.Parse($$"""{"type":"{{Files}}"}"""));
}
