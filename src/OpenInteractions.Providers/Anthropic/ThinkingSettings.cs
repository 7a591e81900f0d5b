namespace OpenInteractions.Providers.Anthropic;

/// <summary>What a request says about thinking and effort, from the wire's level and the model's generation (protocols 6.6).</summary>
internal sealed record ThinkingSettings
{
    private const int LeastBudget = 1024;

    /// <summary><c>adaptive</c>, <c>enabled</c>, <c>disabled</c>, <c>between_tools</c>, or null to leave it to the model.</summary>
    public string? Type { get; private init; }

    public int? Budget { get; private init; }

    /// <summary><c>summarized</c>, <c>omitted</c> or null.</summary>
    public string? Display { get; private init; }

    public string? Effort { get; private init; }

    /// <summary>Whether readable thoughts go to the client (behaviour TH-2).</summary>
    public bool Summaries { get; private init; }

    /// <summary>True when sampling settings would be refused for the sake of thinking.</summary>
    public bool IsOn => Type is "adaptive" or "enabled";

    public static ThinkingSettings For(ClaudeTraits traits, GenerationConfig config, int maxTokens, bool forcesTool)
    {
        var level = config.ThinkingLevel;
        if (level is not null && !traits.Levels.Contains(level))
        {
            throw new ApiException(
                ErrorCode.FailedPrecondition,
                traits.CanThink
                    ? $"generation_config.thinking_level: the model does not support '{level}'; it takes {string.Join(", ", traits.Levels)}."
                    : "generation_config.thinking_level: the model does not think; leave the level out.",
                "generation_config.thinking_level");
        }

        var summaries = config.ThinkingSummaries == "auto";
        var settings = new ThinkingSettings { Summaries = summaries, Effort = traits.Effort ? level switch { null => null, "minimal" => "low", _ => level } : null };
        if (!traits.CanThink)
        {
            return settings;
        }

        // A forced call excludes thinking: https://platform.claude.com/docs/en/build-with-claude/extended-thinking
        if (level == "minimal" || forcesTool)
        {
            return settings with { Type = Off(traits.Thinking) };
        }

        if (traits.Thinking == ClaudeThinking.Budget)
        {
            return level is null && !summaries ? settings : WithBudget(settings, level, maxTokens);
        }

        var asked = level is not null || summaries || traits.Thinking != ClaudeThinking.AdaptiveOnRequest;
        return asked ? settings with { Type = "adaptive", Display = summaries ? "summarized" : "omitted" } : settings;
    }

    /// <summary>
    /// True when the model was asked to think at this level and will not: a forced call excludes thinking, a budget needs room, and so does a loop that
    /// another model began. Effort alone may go along, but it is not what was asked for (behaviour TH-1). One that always thinks keeps to its effort.
    /// </summary>
    public bool LeavesOut(string level, ClaudeTraits traits) => level != "minimal" && traits.CanThink && !IsOn && traits.Thinking != ClaudeThinking.AdaptiveAlways;

    /// <summary>The same without thinking, for a loop that is open and whose thinking cannot come back (P-3).</summary>
    public ThinkingSettings WithoutThinking() => this with { Type = null, Budget = null, Display = null };

    private static string? Off(ClaudeThinking thinking) => thinking switch
    {
        ClaudeThinking.AdaptiveByDefault => "disabled",
        ClaudeThinking.AdaptiveBetweenTools => "between_tools",
        _ => null, // it does not think unless it is asked to, or cannot be told
    };

    private static ThinkingSettings WithBudget(ThinkingSettings settings, string? level, int maxTokens)
    {
        // The numbers are those of the other vendor whose models take a budget (protocols 6.6), so that one level costs alike.
        var wanted = level switch { "low" => 2048, "high" => 24_576, _ => 8192 };
        // The budget counts against max_tokens; a quarter stays for the answer.
        var budget = Math.Max(LeastBudget, Math.Min(wanted, maxTokens / 4 * 3));
        return budget < maxTokens ? settings with { Type = "enabled", Budget = budget } : settings;
    }
}
