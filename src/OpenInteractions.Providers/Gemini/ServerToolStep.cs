using System.Text.RegularExpressions;
using OpenInteractions.Engine.Tools;

namespace OpenInteractions.Providers.Gemini;

/// <summary>
/// A tool that a server ran was a function to the model that called it; in a history that goes to another model it is shown as one.
/// </summary>
/// <param name="Name">A name that the vendor takes.</param>
/// <param name="Payload">The arguments of a call, or the result.</param>
/// <param name="IsError">For a result: the call failed.</param>
internal sealed partial record ServerToolStep(string Name, JsonElement Payload, bool IsError)
{
    private static readonly JsonElement Nothing = JsonElement.Parse("{}");

    public static ServerToolStep From(HistoryStep history)
    {
        var wire = JsonSerializer.SerializeToElement(history.Step, WireJson.Wire.Step);
        var type = history.Step.Type;
        var name = history.Step is ICallStep ? ToolFunctionNames.Of(history.Step) : history.CallName ?? Text(wire, "name") ?? type[..type.LastIndexOf('_')];
        var payload = wire.TryGetProperty(history.Step is ICallStep ? "arguments" : "result", out var given) ? given : Nothing;
        if (history.Step is IResultStep && payload.ValueKind == JsonValueKind.Array && !payload.EnumerateArray().All(IsContent))
        {
            // A list on the wire of functions is content; a list of something else goes inside an object.
            payload = JsonElement.Parse($$"""{"output":{{payload.GetRawText()}}}""");
        }

        return new(NotInNames().Replace(name, "_"), payload, wire.TryGetProperty("is_error", out var failed) && failed.ValueKind == JsonValueKind.True);
    }

    /// <summary>The signature on a step, whatever its type.</summary>
    public static string? SignatureOf(Step step) => Text(JsonSerializer.SerializeToElement(step, WireJson.Wire.Step), "signature");

    private static bool IsContent(JsonElement item) =>
        item.ValueKind == JsonValueKind.Object && Text(item, "type") is ("text" or "image" or "audio" or "video" or "document");

    private static string? Text(JsonElement step, string name) =>
        step.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    [GeneratedRegex("[^A-Za-z0-9_.:-]")]
    private static partial Regex NotInNames();
}
