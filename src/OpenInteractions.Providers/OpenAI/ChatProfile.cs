namespace OpenInteractions.Providers.OpenAI;

/// <summary>How a server's Chat Completions differ (protocols 6.3). What a stream brings is read leniently from every server; this is about what may be sent.</summary>
public sealed record ChatProfile
{
    /// <summary>The vendor's own.</summary>
    public static readonly ChatProfile Vendor = new() { MaxTokensField = "max_completion_tokens", AllowedToolsChoice = true };

    /// <summary>A server of which nothing is known.</summary>
    public static readonly ChatProfile Compatible = new();

    /// <summary><c>max_tokens</c>, which every server knows, or <c>max_completion_tokens</c>.</summary>
    public string MaxTokensField { get; init; } = "max_tokens";

    /// <summary>The role of instructions: <c>system</c> or <c>developer</c>.</summary>
    public string SystemRole { get; init; } = "system";

    /// <summary>The member of an assistant message in which reasoning goes back inside a tool loop, or null when it must not (DeepSeek and others).</summary>
    public string? ReplayedReasoningField { get; init; }

    /// <summary>Text may begin with reasoning between <c>&lt;think&gt;</c> tags.</summary>
    public bool ThinkTags { get; init; }

    /// <summary>Call ids must be nine letters and digits (Mistral).</summary>
    public bool ShortCallIds { get; init; }

    /// <summary>Takes <c>tool_choice</c> of the type <c>allowed_tools</c>; else the list of functions is cut.</summary>
    public bool AllowedToolsChoice { get; init; }

    /// <summary>Takes <c>tool_choice: required</c>.</summary>
    public bool RequiredToolChoice { get; init; } = true;

    /// <summary>Takes several calls at once.</summary>
    public bool ParallelTools { get; init; } = true;

    /// <summary>Takes <c>response_format</c> with a schema; else only <c>json_object</c>.</summary>
    public bool JsonSchema { get; init; } = true;

    /// <summary>Takes <c>stream_options.include_usage</c>.</summary>
    public bool UsageInStream { get; init; } = true;

    /// <summary>Takes images by address; else only as data.</summary>
    public bool ImageAddresses { get; init; } = true;

    /// <summary>Takes audio.</summary>
    public bool Audio { get; init; } = true;

    /// <summary>The profile that an address is known for.</summary>
    public static ChatProfile For(Uri address) => address.Host switch
    {
        var h when h.EndsWith("deepseek.com", StringComparison.Ordinal) => new() { ReplayedReasoningField = "reasoning_content", JsonSchema = false, Audio = false },
        var h when h.EndsWith("mistral.ai", StringComparison.Ordinal) => new() { ShortCallIds = true },
        // Ollama's port: images only as data in older versions.
        _ when address.Port == 11434 => new() { ImageAddresses = false },
        _ => Compatible,
    };
}
