using System.Buffers;
using System.Text;

namespace OpenInteractions.Engine.Turns;

/// <summary>Reads the argument text of a function call, and mends once what models are known to get wrong (protocols P-5).</summary>
internal static class CallArguments
{
    /// <summary>As deep as arguments may be nested that a client can send back in a body (behaviour FN-7): around them stand these levels.</summary>
    private static readonly int MaxDepth = WireJson.MaxDepth - """{"input":[{"arguments":""".AsSpan().CountAny('{', '[');

    /// <summary>
    /// The text as an object's JSON, or null when it cannot be read even after mending. What can be read could also stand in a request: of a name
    /// that is written twice the last value counts, as JSON readers take it.
    /// </summary>
    /// <param name="text">What the model wrote.</param>
    public static string? Read(string text)
    {
        if (string.IsNullOrWhiteSpace(text) || text.Trim() == "null")
        {
            return "{}";
        }

        return IsObject(text) ? WithoutRepeats(text) : Mend(text) is var mended && IsObject(mended) ? WithoutRepeats(mended) : null;
    }

    /// <summary>True when the text is an object's JSON as it stands.</summary>
    public static bool IsObject(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = MaxDepth });
            return document.RootElement.ValueKind == JsonValueKind.Object && (!text.Contains("\\u", StringComparison.Ordinal) || CanBeWritten(document.RootElement));
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>False when an escape stands for half of a character: that is JSON by its grammar, but no text, and could be neither kept nor shown.</summary>
    private static bool CanBeWritten(JsonElement value)
    {
        using var json = new Utf8JsonWriter(Stream.Null, new JsonWriterOptions { MaxDepth = WireJson.MaxDepth + 1 });
        try
        {
            value.WriteTo(json);
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    private static string WithoutRepeats(string text)
    {
        try
        {
            using var strict = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = MaxDepth, AllowDuplicateProperties = false });
            return text;
        }
        catch (JsonException)
        {
            using var document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = MaxDepth });
            var written = new ArrayBufferWriter<byte>(text.Length);
            using (var json = new Utf8JsonWriter(written, new JsonWriterOptions { Encoder = WireJson.Wire.Options.Encoder }))
            {
                WriteOnce(json, document.RootElement);
            }

            return Encoding.UTF8.GetString(written.WrittenSpan);
        }
    }

    private static void WriteOnce(Utf8JsonWriter json, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                var last = new OrderedDictionary<string, JsonElement>(StringComparer.Ordinal);
                foreach (var member in value.EnumerateObject())
                {
                    last[member.Name] = member.Value;
                }

                json.WriteStartObject();
                foreach (var (name, kept) in last)
                {
                    json.WritePropertyName(name);
                    WriteOnce(json, kept);
                }

                json.WriteEndObject();
                break;
            case JsonValueKind.Array:
                json.WriteStartArray();
                foreach (var item in value.EnumerateArray())
                {
                    WriteOnce(json, item);
                }

                json.WriteEndArray();
                break;
            default:
                value.WriteTo(json);
                break;
        }
    }

    /// <summary>Takes off a code fence, drops commas before a closing bracket, closes brackets that were left open.</summary>
    private static string Mend(string text)
    {
        text = text.Trim();
        if (text.StartsWith("```", StringComparison.Ordinal))
        {
            var line = text.IndexOf('\n', StringComparison.Ordinal);
            text = (line < 0 ? "" : text[(line + 1)..]).TrimEnd('`', ' ', '\n', '\r');
        }

        var mended = new StringBuilder(text.Length + 8);
        var open = new Stack<char>();
        var inText = false;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (inText)
            {
                mended.Append(c);
                if (c == '\\' && i + 1 < text.Length)
                {
                    mended.Append(text[++i]);
                }
                else if (c == '"')
                {
                    inText = false;
                }

                continue;
            }

            switch (c)
            {
                case '"':
                    inText = true;
                    break;
                case '{':
                    open.Push('}');
                    break;
                case '[':
                    open.Push(']');
                    break;
                case '}' or ']':
                    DropComma(mended);
                    if (!open.TryPop(out var expected) || expected != c)
                    {
                        return text;
                    }

                    break;
            }

            mended.Append(c);
        }

        if (inText)
        {
            return text; // half of a value may not be taken for a whole one
        }

        DropComma(mended);
        while (open.TryPop(out var closing))
        {
            mended.Append(closing);
        }

        return mended.ToString();
    }

    private static void DropComma(StringBuilder text)
    {
        var end = text.Length;
        while (end > 0 && char.IsWhiteSpace(text[end - 1]))
        {
            end--;
        }

        if (end > 0 && text[end - 1] == ',')
        {
            text.Remove(end - 1, 1);
        }
    }
}
