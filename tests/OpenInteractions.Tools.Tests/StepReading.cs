using System.Text;
using System.Text.Json;

namespace OpenInteractions.Tools.Tests;

/// <summary>Reads steps as a client of the wire does.</summary>
internal static class StepReading
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static string Type(this JsonElement value) => value.GetProperty("type").GetString()!;

    public static string Text(this JsonElement value, string member) => value.GetProperty(member).GetString()!;

    public static IReadOnlyList<JsonElement> WithoutThoughts(this IEnumerable<JsonElement> steps) => [.. steps.Where(s => s.Type() != "thought")];

    /// <summary>The only block of an answer.</summary>
    public static JsonElement OnlyBlock(this JsonElement output) => Assert.Single(output.GetProperty("content").EnumerateArray());

    /// <summary>What an annotation is on: bytes of the text, which must not begin or end inside a character (behaviour TL-13).</summary>
    public static string Cut(this JsonElement block, JsonElement annotation)
    {
        var start = annotation.TryGetProperty("start_index", out var given) ? given.GetInt32() : 0;
        return Utf8.GetString(Utf8.GetBytes(block.Text("text"))[start..annotation.GetProperty("end_index").GetInt32()]);
    }
}
