using System.Collections.Frozen;
using System.Text.Json.Nodes;

namespace OpenInteractions.Providers.Gemini.InteractionsUpstream;

/// <summary>
/// Adds to the shell in <c>step.start</c> the members that its type requires and that an upstream may leave to the deltas (wire 14.3).
/// </summary>
internal static class ShellCompletion
{
    private static readonly FrozenDictionary<string, (string Member, string Json)> Required = new Dictionary<string, (string, string)>
    {
        [FunctionCallStep.TypeName] = ("arguments", "{}"),
        [FunctionResultStep.TypeName] = ("result", "\"\""),
        [CodeExecutionCallStep.TypeName] = ("arguments", "{}"),
        [CodeExecutionResultStep.TypeName] = ("result", "\"\""),
        [UrlContextCallStep.TypeName] = ("arguments", "{}"),
        [UrlContextResultStep.TypeName] = ("result", "[]"),
        [GoogleSearchCallStep.TypeName] = ("arguments", "{}"),
        [GoogleSearchResultStep.TypeName] = ("result", "[]"),
        [GoogleMapsResultStep.TypeName] = ("result", "[]"),
        [McpServerToolCallStep.TypeName] = ("arguments", "{}"),
        [McpServerToolResultStep.TypeName] = ("result", "\"\""),
        [RetrievalCallStep.TypeName] = ("arguments", "{}"),
    }.ToFrozenDictionary();

    /// <summary>The same event, or a completed copy of it.</summary>
    public static JsonElement Of(JsonElement streamEvent)
    {
        if (streamEvent.ValueKind != JsonValueKind.Object
            || !streamEvent.TryGetProperty("step", out var step) || step.ValueKind != JsonValueKind.Object
            || !step.TryGetProperty("type", out var type) || type.ValueKind != JsonValueKind.String
            || !Required.TryGetValue(type.GetString()!, out var missing) || step.TryGetProperty(missing.Member, out _))
        {
            return streamEvent;
        }

        var copy = JsonObject.Create(streamEvent)!;
        copy["step"]![missing.Member] = JsonNode.Parse(missing.Json);
        return JsonElement.Parse(copy.ToJsonString());
    }
}
