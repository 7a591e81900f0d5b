using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace OpenInteractions.Testing.Contract;

/// <summary>What is done to a value when a body is written.</summary>
public enum EditKind
{
    /// <summary>Another value, as raw text.</summary>
    Replace,

    /// <summary>The member is left out.</summary>
    Remove,

    /// <summary>The member's name, as raw text, is another.</summary>
    Rename,

    /// <summary>The member is written twice.</summary>
    Repeat,

    /// <summary>Raw text is put behind the last member of the object.</summary>
    Append,
}

/// <summary>Writes a body with one change at one place. It writes raw text, because much of what is wrong cannot be held by any JSON type.</summary>
public sealed record JsonEdit(EditKind Kind, IReadOnlyList<object> Pointer, string Raw = "")
{
    public byte[] Apply(JsonNode body)
    {
        var text = new StringBuilder();
        Write(text, body, depth: 0);
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    /// <param name="text">What was written so far.</param>
    /// <param name="value">What comes next.</param>
    /// <param name="depth">How much of the pointer leads here; -1 beside it.</param>
    private void Write(StringBuilder text, JsonNode? value, int depth)
    {
        var isHere = depth == Pointer.Count;
        if (isHere && Kind == EditKind.Replace)
        {
            text.Append(Raw);
            return;
        }

        switch (value)
        {
            case JsonObject members:
                text.Append('{');
                foreach (var (name, inner) in members)
                {
                    WriteMember(text, name, inner, Next(depth, name));
                }

                text.Append(isHere && Kind == EditKind.Append ? Raw + "," : "");
                Close(text, '}');
                break;
            case JsonArray items:
                text.Append('[');
                for (var i = 0; i < items.Count; i++)
                {
                    Write(text, items[i], Next(depth, i));
                    text.Append(',');
                }

                Close(text, ']');
                break;
            default:
                text.Append(value?.ToJsonString() ?? "null");
                break;
        }
    }

    private void WriteMember(StringBuilder text, string name, JsonNode? value, int depth)
    {
        var isHere = depth == Pointer.Count;
        if (isHere && Kind == EditKind.Remove)
        {
            return;
        }

        var written = isHere && Kind == EditKind.Rename ? Raw : $"\"{JsonEncodedText.Encode(name)}\"";
        for (var times = isHere && Kind == EditKind.Repeat ? 2 : 1; times > 0; times--)
        {
            text.Append(written).Append(':');
            Write(text, value, depth);
            text.Append(',');
        }
    }

    private int Next(int depth, object step) => depth >= 0 && depth < Pointer.Count && Equals(Pointer[depth], step) ? depth + 1 : -1;

    private static void Close(StringBuilder text, char end)
    {
        text.Length -= text[^1] == ',' ? 1 : 0;
        text.Append(end);
    }
}
