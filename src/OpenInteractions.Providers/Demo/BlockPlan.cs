using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using OpenInteractions.Contracts.Tools;
using OpenInteractions.Engine.Agents;
using OpenInteractions.Engine.Providers;

namespace OpenInteractions.Providers.Demo;

/// <summary>
/// Works through the fenced blocks of a prompt, one call at a time: a block with a file's name is written, a block of Python or of a shell is run. What fails is told, and what comes
/// behind it is left alone.
/// </summary>
internal static partial class BlockPlan
{
    private const int MostBlocks = 32;

    /// <summary>The next call; null when there is nothing to do. <paramref name="isWork"/> says whether the prompt has such blocks at all.</summary>
    public static PlannedCall? Next(ModelRequest request, Conversation conversation, out bool isWork)
    {
        var allowed = ToolChoice.Of(request).Allowed;
        var calls = Blocks(conversation.Prompt).Select(b => Call(b, allowed)).OfType<PlannedCall>().Take(MostBlocks).ToArray();
        isWork = calls.Length > 0;
        var done = conversation.SincePrompt.OfType<CameBack>().Where(r => r.Name is CodeExecutionTool.TypeName or AgentTools.WriteFile).ToArray();
        return done.Length < calls.Length && !done.Any(r => r.IsError) ? calls[done.Length] : null;
    }

    private static PlannedCall? Call(Block block, IReadOnlyList<FunctionTool> allowed)
    {
        if (block.File is { } file)
        {
            return allowed.Any(f => f.Name == AgentTools.WriteFile) ? new PlannedCall(AgentTools.WriteFile, new JsonObject { ["path"] = file, ["content"] = block.Text }) : null;
        }

        var language = block.Language switch
        {
            "python" or "py" or "python3" => "python",
            "bash" or "sh" or "shell" or "console" => "bash",
            _ => null,
        };
        return language is not null && allowed.Any(f => f.Name == CodeExecutionTool.TypeName)
            ? new PlannedCall(CodeExecutionTool.TypeName, new JsonObject { ["language"] = language, ["code"] = block.Text })
            : null;
    }

    private static IEnumerable<Block> Blocks(string prompt) => Fenced().Matches(prompt)
        .Select(m => new Block(m.Groups["language"].Value.ToLowerInvariant(), m.Groups["file"] is { Length: > 0 } file ? file.Value : null, m.Groups["text"].Value));

    private sealed record Block(string Language, string? File, string Text);

    [GeneratedRegex(@"^(?<fence>```+|~~~+)[ \t]*(?<language>[\w+#.-]*)(?:[ \t]+(?<file>[^\s`]+\.[^\s`]+))?[^\n]*\n(?<text>.*?)^\k<fence>[ \t]*$", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Fenced();
}
