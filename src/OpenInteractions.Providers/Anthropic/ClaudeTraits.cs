using System.Globalization;
using System.Text.RegularExpressions;

namespace OpenInteractions.Providers.Anthropic;

/// <summary>How a model lets its thinking be steered.</summary>
internal enum ClaudeThinking
{
    /// <summary>It does not think.</summary>
    None,

    /// <summary>By a number of tokens (<c>enabled</c> with <c>budget_tokens</c>).</summary>
    Budget,

    /// <summary>By effort (<c>adaptive</c>); off unless it is asked for.</summary>
    AdaptiveOnRequest,

    /// <summary>By effort; on unless it is switched off.</summary>
    AdaptiveByDefault,

    /// <summary>By effort; up-front thinking gives way to <c>between_tools</c>, never to <c>disabled</c>.</summary>
    AdaptiveBetweenTools,

    /// <summary>By effort; it cannot be switched off.</summary>
    AdaptiveAlways,
}

/// <summary>What the generation of a model decides about its requests. A model that is not known yet is taken for the newest of its line.</summary>
internal sealed partial record ClaudeTraits
{
    /// <summary>The id without its date: models of one family read each other's thinking.</summary>
    public required string Family { get; init; }

    public ClaudeThinking Thinking { get; init; }

    /// <summary>Takes <c>output_config.effort</c>.</summary>
    public bool Effort { get; init; }

    /// <summary>Takes <c>tool_choice</c> <c>any</c> and <c>tool</c>.</summary>
    public bool ForcedTools { get; init; } = true;

    /// <summary>Takes <c>temperature</c> or <c>top_p</c>, in the API version that still has them.</summary>
    public bool Sampling { get; init; }

    /// <summary>Keeps to <c>output_config.format</c>.</summary>
    public bool StructuredOutput { get; init; }

    /// <summary>A thinking block is refused when anything before it has changed since it was made.</summary>
    public bool BindsThinking { get; init; }

    /// <summary>False for a model of somebody else behind a compatible server.</summary>
    public bool IsClaude { get; init; }

    public int OutputLimit { get; init; }

    public int InputLimit { get; init; }

    public bool CanThink => Thinking != ClaudeThinking.None;

    /// <summary>The levels that the wire's <c>thinking_level</c> may have (behaviour TH-1).</summary>
    public IReadOnlyList<string> Levels => Thinking switch
    {
        ClaudeThinking.None => [],
        ClaudeThinking.AdaptiveAlways => ["low", "medium", "high"],
        _ => ["minimal", "low", "medium", "high"],
    };

    public static ClaudeTraits Of(string id)
    {
        var family = Date().Replace(id, "");
        if (Current().Match(family) is { Success: true } current)
        {
            var version = 10 * Number(current.Groups[2]) + Number(current.Groups[3]);
            return Generation(family, current.Groups[1].Value, version);
        }

        if (!family.StartsWith("claude-", StringComparison.Ordinal))
        {
            return new ClaudeTraits { Family = family, Sampling = true, OutputLimit = 8192, InputLimit = 0 };
        }

        if (!Early().IsMatch(family))
        {
            // A name of a kind that we do not know: ask for nothing that a current model may refuse.
            return Generation(family, "fable", version: 51) with { ForcedTools = true };
        }

        // Ids of the third generation put the number first: claude-3-7-sonnet.
        return family.StartsWith("claude-3-7-", StringComparison.Ordinal)
            ? Older(family, ClaudeThinking.Budget, 64_000)
            : Older(family, ClaudeThinking.None, family.StartsWith("claude-3-5-", StringComparison.Ordinal) ? 8192 : 4096);
    }

    private static ClaudeTraits Generation(string family, string line, int version)
    {
        if (version < 46)
        {
            var traits = Older(family, ClaudeThinking.Budget, line == "opus" && version < 45 ? 32_000 : 64_000);
            return traits with { StructuredOutput = version >= 45 || (line, version) == ("opus", 41), Effort = (line, version) == ("opus", 45) };
        }

        var newest = new ClaudeTraits
        {
            Family = family,
            IsClaude = true,
            Effort = true,
            StructuredOutput = true,
            OutputLimit = 128_000,
            InputLimit = 1_000_000,
            Thinking = ClaudeThinking.AdaptiveByDefault,
        };
        if (version < 50)
        {
            return newest with { Thinking = ClaudeThinking.AdaptiveOnRequest, Sampling = version < 47, OutputLimit = (line, version) == ("sonnet", 46) ? 64_000 : 128_000 };
        }

        if (line is "fable" or "mythos")
        {
            return newest with { Thinking = ClaudeThinking.AdaptiveAlways, ForcedTools = version < 51, BindsThinking = version >= 51 };
        }

        if (version < 55)
        {
            return newest;
        }

        return line switch
        {
            "haiku" => newest with { BindsThinking = true },
            "sonnet" => newest with { BindsThinking = true, ForcedTools = false, Thinking = ClaudeThinking.AdaptiveBetweenTools },
            _ => newest with { BindsThinking = true, ForcedTools = false, Thinking = ClaudeThinking.AdaptiveAlways },
        };
    }

    private static ClaudeTraits Older(string family, ClaudeThinking thinking, int outputLimit) =>
        new() { Family = family, IsClaude = true, Thinking = thinking, Sampling = true, OutputLimit = outputLimit, InputLimit = 200_000 };

    private static int Number(Group group) => group.Success ? int.Parse(group.Value, CultureInfo.InvariantCulture) : 0;

    [GeneratedRegex("-20[0-9]{6}$")]
    private static partial Regex Date();

    [GeneratedRegex("^claude-(instant|[0-9])")]
    private static partial Regex Early();

    [GeneratedRegex("^claude-(haiku|sonnet|opus|fable|mythos)-([0-9]{1,2})(?:-([0-9]))?$")]
    private static partial Regex Current();
}
