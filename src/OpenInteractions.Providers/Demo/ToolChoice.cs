using OpenInteractions.Contracts.Tools;
using OpenInteractions.Engine.Providers;

namespace OpenInteractions.Providers.Demo;

/// <summary>What <c>tool_choice</c> leaves of the declared functions, and whether one has to be called (behaviour FN-8).</summary>
internal sealed record ToolChoice(IReadOnlyList<FunctionTool> Allowed, bool MustCall)
{
    public static ToolChoice Of(ModelRequest request)
    {
        var choice = request.Config.ToolChoice;
        var limit = choice?.Value?.AllowedTools;
        var allowed = limit?.Tools is { } names ? [.. request.Functions.Where(f => names.Contains(f.Name))] : request.Functions;
        return (limit?.Mode ?? choice?.Text) switch
        {
            ToolChoiceMode.None => new ToolChoice([], MustCall: false),
            ToolChoiceMode.Any => new ToolChoice(allowed, MustCall: true),
            _ => new ToolChoice(allowed, MustCall: false),
        };
    }
}
