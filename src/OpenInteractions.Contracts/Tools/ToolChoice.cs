using OpenInteractions.Contracts.Validation;

namespace OpenInteractions.Contracts.Tools;

/// <summary>The object form of <c>generation_config.tool_choice</c>; the string form is <c>auto</c>, <c>any</c>, <c>none</c> or <c>validated</c> (behaviour FN-8).</summary>
public sealed record ToolChoiceConfig : WireObject
{
    /// <summary>The tools the model may choose from, and whether it must.</summary>
    public required AllowedTools AllowedTools { get; init; }
}

/// <summary>The modes of tool choice.</summary>
public static class ToolChoiceMode
{
    /// <summary>The model decides. The default.</summary>
    public const string Auto = "auto";

    /// <summary>The model must call a tool.</summary>
    public const string Any = "any";

    /// <summary>The model may not call a tool.</summary>
    public const string None = "none";

    /// <summary>As <see cref="Auto"/>, and arguments must fit their schema.</summary>
    public const string Validated = "validated";
}
