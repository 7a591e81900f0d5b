using OpenInteractions.Contracts.Environments;
using OpenInteractions.Engine.Agents;
using OpenInteractions.Sandboxes.Tests.Engine;
using OpenInteractions.Sandboxes.Tests.Init;

namespace OpenInteractions.Sandboxes.Tests.Tools;

/// <summary>CA-6, CA-7: what an environment has to say to an agent.</summary>
public sealed class AgentFilesTests
{
    [RootFact]
    public async Task An_environment_without_instructions_says_nothing()
    {
        await using var rig = await ToolRig.StartAsync(ToolRig.Empty);

        Assert.Null(await AgentFiles.ReadAsync(rig.Environment, Within.Time));
    }

    [RootFact]
    [Rule("CA-6")]
    [Rule("CA-7")]
    public async Task Instructions_are_whole_and_skills_are_named_with_their_descriptions()
    {
        await using var rig = await ToolRig.StartAsync(new EnvironmentSpec
        {
            Type = "remote",
            Sources =
            [
                Inline(".agents/AGENTS.md", "Answer in Latin."),
                Inline("/.agents/AGENTS.md", "Be brief."),
                Inline(".agents/skills/pdf/SKILL.md", "---\nname: pdf-reading\ndescription: Reads PDF files.\n---\nA long text."),
                Inline("/.agents/skills/plain/SKILL.md", "No front matter."),
                Inline(".agents/skills/pdf/deep/SKILL.md", "---\nname: not-one\n---"),
            ],
        });

        var text = await AgentFiles.ReadAsync(rig.Environment, Within.Time);

        Assert.Equal(
            """
            ## Instructions of this environment (/workspace/.agents/AGENTS.md)

            Answer in Latin.

            ## Instructions of this environment (/.agents/AGENTS.md)

            Be brief.

            ## Skills

            These describe how certain tasks are done here. Read the file before you begin such a task.

            - pdf-reading (/workspace/.agents/skills/pdf/SKILL.md): Reads PDF files.
            - plain (/.agents/skills/plain/SKILL.md)
            """.ReplaceLineEndings("\n"),
            text);
    }

    private static EnvironmentSource Inline(string target, string content) => new() { Type = "inline", Target = target, Content = content };
}
