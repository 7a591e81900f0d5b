using System.Text.Json;

namespace OpenInteractions.Testing.Vendors.OpenAI;

/// <summary>
/// Which members an object of the wire may have and of which kind. A kind is one of <c>s</c>tring, <c>i</c>nteger, <c>n</c>umber,
/// <c>b</c>oolean, <c>o</c>bject, <c>a</c>rray; several letters are alternatives, <c>?</c> allows null and <c>!</c> makes the member required.
/// </summary>
internal sealed class Shape(params (string Name, string Kind)[] members)
{
    private readonly Dictionary<string, string> _members = members.ToDictionary(m => m.Name, m => m.Kind);

    /// <param name="path">The path of the object as the vendor prints it, empty at the top.</param>
    /// <param name="unknown">The refusal of a member that is not in the shape, or null where it is accepted.</param>
    public void Check(JsonElement value, string path, Func<string, OpenAIError?>? unknown = null)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            throw new RefusedException(OpenAIError.InvalidType(path, "an object", Got(value)));
        }

        foreach (var member in value.EnumerateObject())
        {
            var at = path.Length == 0 ? member.Name : $"{path}.{member.Name}";
            if (!_members.TryGetValue(member.Name, out var kind))
            {
                if ((unknown ?? OpenAIError.Unknown)(at) is { } refusal)
                {
                    throw new RefusedException(refusal);
                }

                continue; // a member that this server adds to the wire
            }

            if (!Fits(member.Value, kind))
            {
                throw new RefusedException(OpenAIError.InvalidType(at, Expected(kind), Got(member.Value)));
            }
        }

        foreach (var (name, kind) in _members)
        {
            if (kind.Contains('!', StringComparison.Ordinal) && !value.TryGetProperty(name, out _))
            {
                throw new RefusedException(OpenAIError.Missing(path.Length == 0 ? name : $"{path}.{name}"));
            }
        }
    }

    private static bool Fits(JsonElement value, string kind) => value.ValueKind switch
    {
        JsonValueKind.String => kind.Contains('s', StringComparison.Ordinal),
        JsonValueKind.Number => kind.Contains('n', StringComparison.Ordinal) || (kind.Contains('i', StringComparison.Ordinal) && value.TryGetInt64(out _)),
        JsonValueKind.True or JsonValueKind.False => kind.Contains('b', StringComparison.Ordinal),
        JsonValueKind.Object => kind.Contains('o', StringComparison.Ordinal),
        JsonValueKind.Array => kind.Contains('a', StringComparison.Ordinal),
        _ => kind.Contains('?', StringComparison.Ordinal),
    };

    private static string Expected(string kind)
    {
        var words = kind.Select(c => c switch
        {
            's' => "a string", 'i' => "an integer", 'n' => "a decimal", 'b' => "a boolean", 'o' => "an object", 'a' => "an array", _ => null,
        }).OfType<string>().ToList();
        return words.Count == 1 ? words[0] : "one of " + string.Join(" or ", words);
    }

    private static string Got(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => "a string",
        JsonValueKind.Number => value.TryGetInt64(out _) ? "an integer" : "a decimal",
        JsonValueKind.True or JsonValueKind.False => "a boolean",
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        _ => "null",
    };
}
