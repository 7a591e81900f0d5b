using OpenInteractions.Engine.Citations;

namespace OpenInteractions.Engine.Tools;

/// <summary>What a model reads of a result whose form on the wire has no place for it: the wire shows less, or something else.</summary>
/// <param name="Content">A string, an object, or a list of content blocks, as a function's result (behaviour FN-5).</param>
/// <param name="Sources">What the model may cite of it.</param>
public sealed record ToolReading(JsonElement Content, IReadOnlyList<CitedSource> Sources)
{
    /// <summary>A text without sources.</summary>
    public static ToolReading Of(string text) => new(JsonSerializer.SerializeToElement(text, WireJson.Wire.String), []);
}
