using OpenInteractions.Engine.Tools;

namespace OpenInteractions.Providers.OpenAI;

/// <summary>A call of any kind as a function call. Calls of tools that the server or another vendor ran have a type of their own; here they are functions of that name.</summary>
internal static class CallText
{
    public static string Name(Step step) => FunctionNames.ToUpstream(ToolFunctionNames.Of(step));

    public static string Arguments(Step step)
    {
        if (step is FunctionCallStep call)
        {
            return call.Arguments.ValueKind == JsonValueKind.Undefined ? "{}" : PlainJson.Of(call.Arguments);
        }

        var wire = JsonSerializer.SerializeToElement(step, WireJson.Wire.Step);
        return wire.TryGetProperty("arguments", out var arguments) ? PlainJson.Of(arguments) : "{}";
    }
}
