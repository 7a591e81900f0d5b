namespace OpenInteractions.Providers.OpenAI;

/// <summary>A chunk that brings nothing but text, or the reason of the end.</summary>
/// <param name="Text">The piece of text; empty for none.</param>
/// <param name="Finish">Why the answer ended, or null.</param>
internal readonly record struct PlainChunk(string Text, string? Finish);

/// <summary>
/// Reads the chunks that most of an answer consists of in one pass, because a JSON tree for each costs several times more. What <see cref="ChatStream"/>
/// would look at in any other chunk must be absent or empty; everything else is left to it.
/// </summary>
internal static class ChatChunks
{
    public static bool TryRead(ReadOnlySpan<byte> frame, out PlainChunk chunk)
    {
        chunk = new PlainChunk("", null);
        var reader = new Utf8JsonReader(frame);
        try
        {
            return reader.Read() && TryChunk(ref reader, ref chunk) && !reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static bool TryChunk(ref Utf8JsonReader reader, ref PlainChunk chunk)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return false;
        }

        var hasChoices = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("choices"u8))
            {
                if (hasChoices || !reader.Read() || !TryChoices(ref reader, ref chunk))
                {
                    return false;
                }

                hasChoices = true;
            }
            else if (reader.ValueTextEquals("error"u8) || reader.ValueTextEquals("usage"u8))
            {
                if (!reader.Read() || reader.TokenType != JsonTokenType.Null)
                {
                    return false;
                }
            }
            else
            {
                reader.Skip();
            }
        }

        return hasChoices;
    }

    private static bool TryChoices(ref Utf8JsonReader reader, ref PlainChunk chunk)
    {
        if (reader.TokenType != JsonTokenType.StartArray || !reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            return false;
        }

        var hasDelta = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("delta"u8))
            {
                if (hasDelta || !reader.Read() || !TryDelta(ref reader, ref chunk))
                {
                    return false;
                }

                hasDelta = true;
            }
            else if (reader.ValueTextEquals("finish_reason"u8))
            {
                if (!reader.Read() || !TryText(ref reader, out var finish))
                {
                    return false;
                }

                chunk = chunk with { Finish = finish };
            }
            else
            {
                reader.Skip();
            }
        }

        return hasDelta && reader.Read() && reader.TokenType == JsonTokenType.EndArray;
    }

    private static bool TryDelta(ref Utf8JsonReader reader, ref PlainChunk chunk)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return false;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("content"u8))
            {
                if (!reader.Read() || !TryText(ref reader, out var text))
                {
                    return false;
                }

                chunk = chunk with { Text = text ?? "" };
            }
            else if (reader.ValueTextEquals("role"u8))
            {
                reader.Skip();
            }
            else if (!reader.Read() || !IsEmpty(ref reader))
            {
                return false;
            }
        }

        return true;
    }

    private static bool TryText(ref Utf8JsonReader reader, out string? text)
    {
        text = reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
        return text is not null || reader.TokenType == JsonTokenType.Null;
    }

    private static bool IsEmpty(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.Null => true,
        JsonTokenType.String => reader.ValueTextEquals(""u8),
        JsonTokenType.StartArray => reader.Read() && reader.TokenType == JsonTokenType.EndArray,
        _ => false,
    };
}
