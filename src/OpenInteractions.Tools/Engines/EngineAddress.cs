using System.Text;

namespace OpenInteractions.Tools.Engines;

/// <summary>Addresses of engines, and what is read of their answers.</summary>
internal static class EngineAddress
{
    /// <summary>An address below the configured one, or below the engine's own.</summary>
    public static Uri Of(string? configured, string own, string path, params IEnumerable<(string Name, string? Value)> query)
    {
        var address = new StringBuilder((string.IsNullOrEmpty(configured) ? own : configured).TrimEnd('/')).Append(path);
        var separator = '?';
        foreach (var (name, value) in query)
        {
            if (value is not null)
            {
                address.Append(separator).Append(name).Append('=').Append(Uri.EscapeDataString(value));
                separator = '&';
            }
        }

        return new Uri(address.ToString());
    }

    public static string? Text(this JsonElement o, string name) => o.Member(name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    public static JsonElement Member(this JsonElement o, string name) => o.ValueKind == JsonValueKind.Object && o.TryGetProperty(name, out var value) ? value : default;

    /// <summary>A list; empty when there is none.</summary>
    /// <exception cref="EngineFailedException">There is something else in its place.</exception>
    public static IReadOnlyList<JsonElement> List(this JsonElement o, string name) => o.Member(name) switch
    {
        { ValueKind: JsonValueKind.Array } list => [.. list.EnumerateArray()],
        { ValueKind: JsonValueKind.Undefined or JsonValueKind.Null } => [],
        _ => throw new EngineFailedException("The engine's answer could not be understood."),
    };

    public static IEnumerable<string> Texts(this JsonElement o, string name) => o.List(name).Where(t => t.ValueKind == JsonValueKind.String).Select(t => t.GetString()!);
}
