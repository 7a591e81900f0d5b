using System.Buffers;
using System.Text;
using System.Text.Json.Nodes;
using OpenInteractions.Cli.Server;

namespace OpenInteractions.Cli.Agents;

/// <summary>
/// An agent as a folder: <c>agent.yaml</c> has the fields of its definition, and every other file is a file of the workspace that each run begins with, so that <c>AGENTS.md</c> and
/// <c>.agents/skills</c> are where agents look for them.
/// </summary>
/// <param name="Id">The agent.</param>
/// <param name="Definition">All fields but the id.</param>
/// <param name="Files">The files, in the order of the sources that they became.</param>
/// <param name="FirstFile">The number of the source that the first of them became.</param>
/// <param name="Bytes">How much the files hold.</param>
internal sealed record AgentFolder(string Id, JsonObject Definition, IReadOnlyList<string> Files, int FirstFile, long Bytes)
{
    public const string DefinitionFile = "agent.yaml";

    private const string Workspace = "/workspace";

    // What lies beside files and is none of them.
    private static readonly SearchValues<string> Ignored = SearchValues.Create([".git", ".hg", ".svn", ".DS_Store"], StringComparison.Ordinal);

    /// <summary>Reads a folder. Nothing is asked of the server.</summary>
    /// <exception cref="ServerException">It is no agent; the message names the file.</exception>
    public static AgentFolder Read(string path)
    {
        var folder = new DirectoryInfo(path);
        var file = Path.Combine(folder.FullName, DefinitionFile);
        if (!File.Exists(file))
        {
            throw new ServerException($"There is no {Path.Combine(path, DefinitionFile)}.");
        }

        var definition = YamlJson.Read(File.ReadAllText(file), Path.Combine(path, DefinitionFile));
        var id = definition.Remove("id", out var named) ? TextOf(named) ?? throw new ServerException($"{Path.Combine(path, DefinitionFile)}: 'id' must be a text.") : folder.Name;
        var files = Walk(folder, "").ToList();
        if (files.Count == 0)
        {
            return new(id, definition, files, 0, 0);
        }

        var sources = Sources(definition, Path.Combine(path, DefinitionFile));
        var first = sources.Count;
        var bytes = 0L;
        foreach (var relative in files)
        {
            var content = File.ReadAllBytes(Path.Combine(folder.FullName, relative));
            bytes += content.Length;
            sources.Add(Source($"{Workspace}/{relative}", content));
        }

        return new(id, definition, files, first, bytes);
    }

    private static string? TextOf(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    // Files in the order of their names, so that the same folder is the same definition everywhere.
    private static IEnumerable<string> Walk(DirectoryInfo directory, string prefix)
    {
        foreach (var entry in directory.EnumerateFileSystemInfos().Where(e => !Ignored.Contains(e.Name)).OrderBy(e => e.Name, StringComparer.Ordinal))
        {
            if (prefix.Length == 0 && entry.Name == DefinitionFile)
            {
                continue;
            }

            if (entry.LinkTarget is not null)
            {
                throw new ServerException($"{entry.FullName} is a link. Put the file itself there.");
            }

            if (entry is DirectoryInfo below)
            {
                foreach (var file in Walk(below, $"{prefix}{entry.Name}/"))
                {
                    yield return file;
                }
            }
            else
            {
                yield return prefix + entry.Name;
            }
        }
    }

    // The list of sources in the definition's environment, which is made where there is none.
    private static JsonArray Sources(JsonObject definition, string file)
    {
        if (definition["base_environment"] is null or JsonValue && TextOf(definition["base_environment"]) is null or "remote")
        {
            definition["base_environment"] = new JsonObject { ["type"] = "remote" };
        }

        if (definition["base_environment"] is not JsonObject environment)
        {
            throw new ServerException($"{file}: an agent with files has an environment of its own: 'base_environment' must be left out, or have fields such as 'network'.");
        }

        if (environment["sources"] is null)
        {
            environment["sources"] = new JsonArray();
        }

        return environment["sources"] as JsonArray ?? throw new ServerException($"{file}: 'base_environment.sources' must be a list.");
    }

    private static JsonObject Source(string target, byte[] content)
    {
        var source = new JsonObject { ["type"] = "inline", ["target"] = target };
        try
        {
            source["content"] = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetString(content);
        }
        catch (DecoderFallbackException)
        {
            source["content"] = Convert.ToBase64String(content);
            source["encoding"] = "base64";
        }

        return source;
    }
}
