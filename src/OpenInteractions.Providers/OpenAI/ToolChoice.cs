namespace OpenInteractions.Providers.OpenAI;

/// <summary>The native <c>tool_choice</c> in these wires' terms (behaviour FN-8).</summary>
/// <param name="Mode"><c>auto</c>, <c>required</c> or <c>none</c>; null when the request says nothing.</param>
/// <param name="Names">The only functions that may be called, or null for all.</param>
/// <param name="IsValidated">Whether calls shall keep to their schemas.</param>
internal sealed record ToolChoice(string? Mode, IReadOnlyList<string>? Names, bool IsValidated)
{
    public static ToolChoice Of(GenerationConfig config)
    {
        var choice = config.ToolChoice;
        var mode = choice?.Text ?? choice?.Value?.AllowedTools.Mode;
        return new ToolChoice(
            mode switch { ToolChoiceMode.Any => "required", ToolChoiceMode.None => "none", null when choice is null => null, _ => "auto" },
            choice?.Value?.AllowedTools.Tools,
            mode == ToolChoiceMode.Validated);
    }

    /// <summary>The functions that may be called, for servers that know no list of allowed ones.</summary>
    public IReadOnlyList<FunctionTool> Allowed(IReadOnlyList<FunctionTool> functions) =>
        Names is null ? functions : [.. functions.Where(f => Names.Contains(f.Name))];
}
