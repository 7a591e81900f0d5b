using System.Text;
using OpenInteractions.Engine.Environments;
using OpenInteractions.Engine.Sandboxes;

namespace OpenInteractions.Engine.Agents;

/// <summary>
/// Instructions that lie in an environment: <c>AGENTS.md</c>, which is added to the agent's own (behaviour CA-6), and skills, of which the agent is told the names and reads the rest
/// when it needs them (CA-7).
/// </summary>
internal static class AgentFiles
{
    private const int MostText = 64 * 1024;
    private const int MostSkills = 100;
    private const int MostFrontMatter = 8 * 1024;
    private const int MostDescription = 1024;

    private static readonly string[] Instructions = ["/workspace/AGENTS.md", "/workspace/.agents/AGENTS.md", "/.agents/AGENTS.md"];
    private static readonly string[] Skills = ["/workspace/.agents/skills", "/.agents/skills"];

    /// <summary>What the environment has to say, for the system instruction; null when it has nothing.</summary>
    /// <exception cref="ApiException">The sandbox cannot be had.</exception>
    public static Task<string?> ReadAsync(RunEnvironment environment, CancellationToken cancellationToken) => environment.LookAsync(ReadAsync, cancellationToken);

    private static async Task<string?> ReadAsync(ISandboxFiles files, CancellationToken cancellationToken)
    {
        var text = new StringBuilder();
        foreach (var path in Instructions)
        {
            if (await TextAsync(files, path, MostText, cancellationToken) is { } found && !string.IsNullOrWhiteSpace(found))
            {
                text.Append("## Instructions of this environment (").Append(path).Append(")\n\n").Append(found.Trim()).Append("\n\n");
            }
        }

        var skills = new List<string>();
        foreach (var directory in Skills)
        {
            skills.AddRange(await SkillsAsync(files, directory, cancellationToken));
        }

        if (skills.Count > 0)
        {
            text.Append("## Skills\n\nThese describe how certain tasks are done here. Read the file before you begin such a task.\n\n").AppendJoin('\n', skills.Take(MostSkills));
        }

        return text.Length == 0 ? null : text.ToString().TrimEnd();
    }

    private static async Task<IReadOnlyList<string>> SkillsAsync(ISandboxFiles files, string directory, CancellationToken cancellationToken)
    {
        try
        {
            var skills = new List<string>();
            var listed = await files.ListAsync(directory, recursive: true, "SKILL.md", MostSkills, cancellationToken);
            foreach (var entry in listed.Items.Where(e => e.Kind == SandboxEntryKind.File && e.Path.Count(c => c == '/') == 1).OrderBy(e => e.Path, StringComparer.Ordinal))
            {
                var path = $"{directory}/{entry.Path}";
                var (name, description) = FrontMatter(await TextAsync(files, path, MostFrontMatter, cancellationToken) ?? "");
                skills.Add($"- {name ?? entry.Path[..entry.Path.IndexOf('/')]} ({path}){(description is null ? "" : $": {Excerpt.Of(description, MostDescription)}")}");
            }

            return skills;
        }
        catch (SandboxException exception) when (exception.Kind == SandboxErrorKind.File)
        {
            return []; // most environments have none
        }
    }

    /// <summary>The name and the description of a skill. A value may go on in indented lines, as YAML has it.</summary>
    internal static (string? Name, string? Description) FrontMatter(string text)
    {
        var lines = text.ReplaceLineEndings("\n").Split('\n');
        if (lines[0].TrimEnd() != "---")
        {
            return (null, null);
        }

        string? name = null, description = null;
        for (var i = 1; i < lines.Length && lines[i].TrimEnd() != "---"; i++)
        {
            var colon = lines[i].IndexOf(':');
            var key = colon > 0 ? lines[i][..colon] : "";
            if (key is "name" or "description")
            {
                var value = new StringBuilder(lines[i][(colon + 1)..].Trim());
                if (value.ToString() is ">" or "|" or ">-" or "|-")
                {
                    value.Clear();
                }

                for (; i + 1 < lines.Length && lines[i + 1] is [' ' or '\t', ..]; i++)
                {
                    value.Append(value.Length > 0 ? " " : "").Append(lines[i + 1].Trim());
                }

                var plain = value.ToString() is ['"', .., '"'] or ['\'', .., '\''] ? value.ToString()[1..^1] : value.ToString();
                (name, description) = key == "name" ? (plain, description) : (name, plain);
            }
        }

        return (string.IsNullOrWhiteSpace(name) ? null : name, string.IsNullOrWhiteSpace(description) ? null : description);
    }

    private static async Task<string?> TextAsync(ISandboxFiles files, string path, int limit, CancellationToken cancellationToken)
    {
        try
        {
            using var content = new MemoryStream();
            await files.ReadAsync(path, 0, limit, content, cancellationToken);
            return Encoding.UTF8.GetString(content.GetBuffer(), 0, (int)content.Length).Replace('\0', '\uFFFD');
        }
        catch (SandboxException exception) when (exception.Kind == SandboxErrorKind.File)
        {
            return null; // most environments have none
        }
    }
}
