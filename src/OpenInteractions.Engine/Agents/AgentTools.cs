namespace OpenInteractions.Engine.Agents;

/// <summary>Names of the tools that an agent's environment brings with it.</summary>
public static class AgentTools
{
    /// <summary>The type that stands for them among the tools of a kept run. No request can declare it.</summary>
    public const string Files = "environment_files";

    /// <summary>Writes a file as a whole.</summary>
    public const string WriteFile = "write_file";

    /// <summary>Shows a page in the browser of the environment, where it has one.</summary>
    public const string Browser = "open_in_browser";

    /// <summary>All functions that come with an environment, by their names.</summary>
    public static IReadOnlyList<string> EnvironmentFunctions { get; } = ["read_file", WriteFile, "edit_file", "list_dir", "grep_search", "find_by_name", Browser];

    /// <summary>The declaration that stands for them.</summary>
    public static Tool FilesDeclaration { get; } = new UnknownTool(Files, JsonElement.Parse($$"""{"type":"{{Files}}"}"""));
}
