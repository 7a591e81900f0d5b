namespace OpenInteractions.Testing.Vendors.OpenAI;

/// <summary>How a server that speaks Chat Completions departs from the original. The default departs in nothing.</summary>
public sealed record ChatDialect
{
    /// <summary>The member that carries reasoning text: <c>reasoning_content</c> or <c>reasoning</c>; the original has none.</summary>
    public string? ReasoningField { get; init; }

    /// <summary>
    /// Inside a tool loop that is still open every message with calls must bring its reasoning back, and no message before the last user
    /// message may (DeepSeek).
    /// </summary>
    public bool WantsReasoningBack { get; init; }

    /// <summary>A call comes whole in one chunk.</summary>
    public bool WholeCall { get; init; }

    public bool OmitsCallIndex { get; init; }

    public bool OmitsCallId { get; init; }

    /// <summary>Every call of a turn has the same id.</summary>
    public bool RepeatsCallId { get; init; }

    /// <summary>Every fragment repeats id and name.</summary>
    public bool RepeatsName { get; init; }

    /// <summary>Arguments come as a JSON object, not as a string.</summary>
    public bool ObjectArguments { get; init; }

    /// <summary><c>tool_calls</c>, or <c>stop</c> on servers that do not know better.</summary>
    public string FinishWithCalls { get; init; } = "tool_calls";

    public bool NoUsage { get; init; }

    /// <summary>Usage in every chunk, growing.</summary>
    public bool UsageInEveryChunk { get; init; }

    /// <summary>The stream just ends after the last chunk.</summary>
    public bool NoDoneMark { get; init; }

    /// <summary>A comment between frames, as aggregators send it while they wait.</summary>
    public string? Comment { get; init; }
}
