using System.Globalization;
using System.Text;

namespace OpenInteractions.Engine.Providers;

/// <summary>
/// JSON inside a text: for models, which read characters and not bytes, and for rules. Nothing is escaped that need not be, and there is no white space, however
/// somebody happened to write it. Escapes would hide from a rule what the model reads, and cost the model tokens; and as the store does not keep them, the same
/// history would be another text in the next turn, which no vendor's cache knows again (behaviour ST-19).
/// </summary>
public static class PlainJson
{
    /// <summary>The value's JSON.</summary>
    public static string Of(JsonElement value)
    {
        var text = new StringBuilder();
        Write(text, value);
        return text.ToString();
    }

    private static void Write(StringBuilder text, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                var members = 0;
                text.Append('{');
                foreach (var member in value.EnumerateObject())
                {
                    text.Append(members++ == 0 ? "" : ",");
                    Write(text, member.Name);
                    text.Append(':');
                    Write(text, member.Value);
                }

                text.Append('}');
                break;
            case JsonValueKind.Array:
                var items = 0;
                text.Append('[');
                foreach (var item in value.EnumerateArray())
                {
                    text.Append(items++ == 0 ? "" : ",");
                    Write(text, item);
                }

                text.Append(']');
                break;
            case JsonValueKind.String:
                Write(text, value.GetString()!);
                break;
            default:
                text.Append(value.GetRawText()); // numbers as they were written: 1.50 may be a price
                break;
        }
    }

    // The framework's encoders escape every character beyond the basic plane, such as emoji, whatever they are told.
    private static void Write(StringBuilder text, string value)
    {
        text.Append('"');
        foreach (var c in value)
        {
            _ = c switch
            {
                '"' => text.Append("\\\""),
                '\\' => text.Append("\\\\"),
                '\n' => text.Append("\\n"),
                '\r' => text.Append("\\r"),
                '\t' => text.Append("\\t"),
                < ' ' => text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ => text.Append(c),
            };
        }

        text.Append('"');
    }
}
