using System.Runtime.InteropServices;
using OpenInteractions.Contracts.Errors;

namespace OpenInteractions.Contracts.Validation;

/// <summary>
/// Reads texts and names of a parsed body. The parser leaves escapes unread, so half of a surrogate pair shows only here, and every
/// accessor of <see cref="JsonElement"/> throws on it; nothing in this folder may read a text or look for a member in another way.
/// </summary>
internal static class JsonText
{

    /// <summary>Throws when the text is no valid Unicode.</summary>
    public static void Check(JsonElement text, JsonPath path)
    {
        if (HasEscape(text))
        {
            Read(text, path);
        }
    }

    public static bool HasEscape(JsonElement text) => JsonMarshal.GetRawUtf8Value(text).Contains((byte)'\\');

    public static string Read(JsonElement text, JsonPath path)
    {
        try
        {
            return text.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw new ApiException(ErrorCode.InvalidRequest, $"Invalid text in '{path}': half of a surrogate pair is not a character.", path.Field);
        }
    }

    public static string ReadName(JsonProperty member, JsonPath path)
    {
        try
        {
            return member.Name;
        }
        catch (InvalidOperationException)
        {
            throw new ApiException(ErrorCode.InvalidRequest, $"Invalid parameter name in {path.Describe()}: half of a surrogate pair is not a character.", path.Field);
        }
    }

    /// <summary>The first member of an object that has this name.</summary>
    public static bool TryFind(JsonElement value, ReadOnlySpan<byte> name, JsonPath path, out JsonElement found)
    {
        foreach (var member in value.EnumerateObject())
        {
            var raw = JsonMarshal.GetRawUtf8PropertyName(member);
            if (raw.SequenceEqual(name) || (raw.Contains((byte)'\\') && IsName(ReadName(member, path), name)))
            {
                found = member.Value;
                return true;
            }
        }

        found = default;
        return false;
    }

    private static bool IsName(string text, ReadOnlySpan<byte> name) => System.Text.Encoding.UTF8.GetBytes(text).AsSpan().SequenceEqual(name);
}
