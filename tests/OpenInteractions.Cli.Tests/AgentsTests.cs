using System.Text.Json;
using System.Text.RegularExpressions;

namespace OpenInteractions.Cli.Tests;

/// <summary><c>oi agents</c> against a real server. Definitions with files need one that runs sandboxes, which is tried by the server's preflight; the others need none.</summary>
public sealed class AgentsTests(LocalServer server) : IClassFixture<LocalServer>, IDisposable
{
    private readonly DirectoryInfo _folders = Directory.CreateTempSubdirectory("openinteractions-agents-");

    public void Dispose() => _folders.Delete(recursive: true);

    [Fact]
    public async Task A_folder_becomes_an_agent_and_stays_as_it_is_until_the_folder_changes()
    {
        var folder = Folder("reader", """
            base_agent: antigravity
            description: "Reads: tables"
            system_instruction: |
              Answer in one
              sentence.
            tools:
              - type: url_context
            agent_config: {type: antigravity, max_total_tokens: 5000}
            """);

        Assert.Equal([["ID", "RESULT", "VERSION", "FILES", "BYTES"], ["reader", "created", "1", "0", "0"]], (await OiAsync("apply", folder)).Rows);
        Assert.Equal(["reader", "unchanged", "1", "0", "0"], (await OiAsync("apply", folder)).Rows[1]);

        await File.AppendAllTextAsync(Path.Combine(folder, "agent.yaml"), "\n# a comment changes nothing\n");
        Assert.Equal(["reader", "unchanged", "1", "0", "0"], (await OiAsync("apply", folder)).Rows[1]);

        await File.WriteAllTextAsync(Path.Combine(folder, "agent.yaml"), "base_agent: antigravity\ndescription: Reads more\n");
        Assert.Equal(["reader", "changed", "2", "0", "0"], (await OiAsync("apply", folder)).Rows[1]);
        var shown = await GetAsync("agents/reader");
        Assert.Equal("Reads more", shown.GetProperty("description").GetString());
        Assert.False(shown.TryGetProperty("system_instruction", out _), "What the folder no longer has is taken away.");

        Assert.Equal("reader is as it was in version 1.\n", (await OiAsync("rollback", "reader", "1")).Output);
        shown = await GetAsync("agents/reader");
        Assert.Equal("Answer in one\nsentence.", shown.GetProperty("system_instruction").GetString()!.Trim());
        Assert.Equal("5000", shown.GetProperty("agent_config").GetProperty("max_total_tokens").GetString());
        Assert.Equal(["3", "2", "1"], (await OiAsync("versions", "reader")).Rows[1..].Select(r => r[0]));
        Assert.Contains((await OiAsync("list")).Rows, row => row[..2] is ["reader", "antigravity"]);

        Assert.Equal("Deleted reader.\n", (await OiAsync("delete", "reader")).Output);
        Assert.Equal(1, (await OiAsync("versions", "reader")).Code);
    }

    /// <summary>The definition and the commands of docs/agents.md, in their order.</summary>
    [Fact]
    public async Task The_page_about_agents_is_true()
    {
        var page = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "pages", "agents.md"));
        var yaml = Regex.Match(page, "```yaml\n# reader/agent.yaml\n(.*?)```", RegexOptions.Singleline).Groups[1].Value;
        var commands = Regex.Match(page, "<!-- tested: agent folder -->\n```\n(.*?)```", RegexOptions.Singleline).Groups[1].Value.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var folder = Folder("reader", yaml);
        var withoutSandboxes = (await OiAsync("apply", folder)).Error.Contains("runs no sandboxes", StringComparison.Ordinal);
        Assert.Equal(5, commands.Length);
        foreach (var command in commands)
        {
            var run = await OiAsync([.. command["./oi agents ".Length..].Split(' ').Select((word, i) => i == 1 && command.Contains(" apply ", StringComparison.Ordinal) ? folder : word)]);
            Assert.True(withoutSandboxes || run.Code == 0, $"{command}: {run.Error}");
        }
    }

    [Fact]
    public async Task Files_are_the_workspace_of_each_run_text_as_it_is_and_others_as_bytes()
    {
        var folder = Folder("files", "id: with-files\nbase_agent: antigravity\nbase_environment:\n  type: remote\n  network: disabled\n  sources:\n    - {type: inline, target: /workspace/own.txt, content: own}\n");
        Write(folder, "AGENTS.md", "Be brief."u8.ToArray());
        Write(folder, ".agents/skills/x/SKILL.md", "---\nname: x\n---\n"u8.ToArray());
        Write(folder, "data/picture.bin", [0xff, 0x00, 0xfe]);
        Write(folder, ".git/config", "not this"u8.ToArray());

        var applied = await OiAsync("apply", folder);

        if (applied.Error.Contains("runs no sandboxes", StringComparison.Ordinal))
        {
            Assert.Equal(1, applied.Code); // the machine has none: it says so, and nothing was made
            return;
        }

        Assert.Equal(["with-files", "created", "1", "3", "28"], applied.Rows[1]);
        var sources = (await GetAsync("agents/with-files")).GetProperty("base_environment").GetProperty("sources").EnumerateArray().Select(s => s.GetProperty("target").GetString());
        Assert.Equal(["/workspace/own.txt", "/workspace/.agents/skills/x/SKILL.md", "/workspace/AGENTS.md", "/workspace/data/picture.bin"], sources);

        Write(folder, "big.txt", new byte[1_100_000].Select(_ => (byte)'x').ToArray());
        var refused = await OiAsync("apply", folder);
        Assert.Equal(1, refused.Code);
        Assert.Contains("is big.txt)", refused.Error, StringComparison.Ordinal);
        await OiAsync("delete", "with-files");
    }

    [Theory]
    [InlineData("base_agent: [antigravity", "agent.yaml:")]
    [InlineData("base_agent: antigravity\nbase_agent: other\n", "agent.yaml:2:")]
    [InlineData("- a\n- b\n", "one document with fields of an agent")]
    [InlineData("", "one document with fields of an agent")]
    [InlineData("id: 7\nbase_agent: antigravity\n", "'id' must be a text")]
    [InlineData("base_agnt: antigravity\n", "Did you mean 'base_agent'?")]
    [InlineData("base_agent: nobody\n", "'nobody'")]
    [InlineData("base_agent: antigravity\nagent_config: {type: antigravity, max_total_tokens: many}\n", "max_total_tokens")]
    public async Task What_is_wrong_is_told_with_its_place_and_nothing_is_made(string yaml, string told)
    {
        var good = Folder("good", "base_agent: antigravity\n");
        var before = (await OiAsync("list")).Rows.Length;

        var run = await OiAsync("apply", Folder("wrong", yaml));

        Assert.Equal(1, run.Code);
        Assert.Contains(told, run.Error, StringComparison.Ordinal);
        if (run.Error.Contains("agent.yaml", StringComparison.Ordinal))
        {
            Assert.Equal(1, (await OiAsync("apply", good, Path.Combine(_folders.FullName, "wrong"))).Code);
        }

        Assert.Equal(before, (await OiAsync("list")).Rows.Length);
    }

    [Fact]
    public async Task Folders_without_a_definition_links_and_two_of_one_id_are_refused()
    {
        var empty = _folders.CreateSubdirectory("empty").FullName;
        Assert.Contains("There is no", (await OiAsync("apply", empty)).Error, StringComparison.Ordinal);

        var linked = Folder("linked", "base_agent: antigravity\n");
        File.CreateSymbolicLink(Path.Combine(linked, "passwd"), "/etc/passwd");
        Assert.Contains("is a link", (await OiAsync("apply", linked)).Error, StringComparison.Ordinal);

        var one = Folder("one", "id: same\nbase_agent: antigravity\n");
        var two = Folder("two", "id: same\nbase_agent: antigravity\n");
        Assert.Contains("Two folders define the agent 'same'", (await OiAsync("apply", one, two)).Error, StringComparison.Ordinal);
        Assert.Equal(1, (await OiAsync("versions", "same")).Code);
    }

    private Task<TerminalRun> OiAsync(params string[] args) => Terminal.OiAsync(["agents", .. args, "--url", server.Url]);

    private async Task<JsonElement> GetAsync(string path)
    {
        using var http = new HttpClient(new SocketsHttpHandler());
        return JsonElement.Parse(await http.GetStringAsync($"{server.Url}/v1/{path}"));
    }

    private string Folder(string name, string yaml)
    {
        var folder = _folders.CreateSubdirectory(name).FullName;
        File.WriteAllText(Path.Combine(folder, "agent.yaml"), yaml);
        return folder;
    }

    private static void Write(string folder, string file, byte[] content)
    {
        var path = Path.Combine(folder, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, content);
    }
}
