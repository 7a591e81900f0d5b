using System.Globalization;
using System.Text.Json.Nodes;

namespace OpenInteractions.Providers.Http;

/// <summary>
/// Token counts as upstreams tell them: one rule for all wires. A count is a note beside the answer, and no count, however odd, breaks one. What is
/// below nothing is nothing, a fraction is dropped, a number in quotes is a number, and what is no number, or none that can be true, was not told.
/// </summary>
internal static class TokenCount
{
    // Far above every real count; sums of such counts stay exact in clients whose numbers are doubles.
    private const long Most = 1L << 48;

    /// <summary>The count in a member; null when it was not told.</summary>
    public static long? Of(JsonElement counts, string name) =>
        counts.ValueKind == JsonValueKind.Object && counts.TryGetProperty(name, out var value) ? Read(value) : null;

    /// <summary>The count in a member of a member, such as <c>output_tokens_details.reasoning_tokens</c>.</summary>
    public static long? Of(JsonElement counts, string details, string name) =>
        counts.ValueKind == JsonValueKind.Object && counts.TryGetProperty(details, out var inner) ? Of(inner, name) : null;

    /// <summary>A copy of a usage object of the Interactions wire in which every count can be read; counts that were not told are left out.</summary>
    public static JsonNode Readable(JsonElement usage)
    {
        var copy = new JsonObject();
        foreach (var member in usage.EnumerateObject())
        {
            if (member.Name is not ("tokens" or "count") && !member.Name.EndsWith("_tokens", StringComparison.Ordinal))
            {
                copy[member.Name] = member.Value.ValueKind == JsonValueKind.Array
                    ? new JsonArray([.. member.Value.EnumerateArray().Where(e => e.ValueKind == JsonValueKind.Object).Select(Readable)])
                    : member.Value.ValueKind == JsonValueKind.String ? JsonValue.Create(member.Value.GetString()) : null;
            }
            else if (Read(member.Value) is { } count)
            {
                copy[member.Name] = count;
            }
        }

        return copy;
    }

    private static long? Read(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number when value.TryGetInt64(out var whole) => Bounded(whole),
        JsonValueKind.Number => Bounded(value.TryGetDouble(out var number) ? number : double.NaN),
        JsonValueKind.String => Bounded(double.TryParse(value.GetString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : double.NaN),
        _ => null,
    };

    private static long? Bounded(double number) => number <= Most ? (long)Math.Max(0, number) : null; // what is no number is not below anything
}
