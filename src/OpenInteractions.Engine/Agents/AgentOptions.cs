using System.ComponentModel.DataAnnotations;

namespace OpenInteractions.Engine.Agents;

/// <summary>Agents. Configuration section <c>OpenInteractions:Agents</c>.</summary>
public sealed class AgentOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "OpenInteractions:Agents";

    /// <summary>The built-in agent that works in a sandbox.</summary>
    public const string Antigravity = "antigravity";

    /// <summary>Further ids of built-in agents → the agent, beside <c>antigravity-preview-05-2026</c> and <c>antigravity-preview-09-2026</c>. The only built-in agent is <c>antigravity</c>.</summary>
    public Dictionary<string, string> Names { get; } = new(StringComparer.Ordinal);

    /// <summary>The model that built-in agents think with when a request names none, or null: the first one of the catalogue that can call functions, and <c>demo</c> where there is no other.</summary>
    public string? Model { get; set; }

    /// <summary>A file that is used in place of the built-in agent's own instructions, or null.</summary>
    public string? InstructionsFile { get; set; }

    /// <summary>How often the model is asked in one run of an agent at most; the last time without tools, so that it must answer. Default 200.</summary>
    [Range(2, 10_000)]
    public int MaxRounds { get; set; } = 200;

    /// <summary>Most calls of tools in one run of an agent. Default 1000.</summary>
    [Range(1, 100_000)]
    public int MaxCalls { get; set; } = 1000;

    /// <summary>Tokens of context beyond which the model is asked for notes that stand for the older part of it, or old results are shortened (behaviour AG-6). Default 135,000.</summary>
    [Range(2000, 10_000_000)]
    public int CompactAfterTokens { get; set; } = 135_000;

    /// <summary>Whether the model is asked for such notes; otherwise, and where it gives none, old results are shortened. Default true.</summary>
    public bool Notes { get; set; } = true;

    /// <summary>Whether a hook that crashes, takes too long or gives no clear answer denies the call. Default false, as documented for hook files (behaviour HK-3).</summary>
    public bool HooksFailClosed { get; set; }

    /// <summary>What is wrong with the settings, each naming the setting.</summary>
    public IEnumerable<string> Problems()
    {
        foreach (var (id, agent) in Names)
        {
            if (agent != Antigravity)
            {
                yield return $"{Section}:{nameof(Names)}:{id}: there is no built-in agent '{agent}'; the one that there is is '{Antigravity}'.";
            }
        }

        if (InstructionsFile is { Length: > 0 } file && !File.Exists(file))
        {
            yield return $"{Section}:{nameof(InstructionsFile)}: there is no file '{file}'.";
        }
    }
}
