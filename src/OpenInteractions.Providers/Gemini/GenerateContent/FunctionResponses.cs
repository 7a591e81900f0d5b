namespace OpenInteractions.Providers.Gemini.GenerateContent;

/// <summary>Results of calls as function responses: the vendor wants an object, and takes media beside it.</summary>
internal static class FunctionResponses
{
    /// <param name="id">The call's id at the vendor, or null when the vendor gave none.</param>
    /// <param name="name">The function.</param>
    /// <param name="result">A string, an object or a list of content (behaviour FN-5).</param>
    /// <param name="isError">Told to the model by the key of the response (behaviour FN-6).</param>
    /// <param name="takesMedia">Whether the model takes media inside the response; older ones get them after it.</param>
    /// <returns>The part, and the parts of media that follow all responses.</returns>
    public static (byte[] Part, byte[] Media) Render(string? id, string name, JsonElement result, bool isError, bool takesMedia)
    {
        var blocks = Blocks(result);
        var media = blocks?.OfType<MediaContent>().ToArray() ?? [];
        var key = isError ? "error" : "output";
        var part = JsonObjects.Single(json =>
        {
            json.WriteStartObject("functionResponse");
            if (id is not null)
            {
                json.WriteString("id", id);
            }

            json.WriteString("name", name);
            json.WritePropertyName("response");
            if (blocks is null && result.ValueKind == JsonValueKind.Object && !isError)
            {
                result.WriteTo(json);
            }
            else
            {
                json.WriteStartObject();
                json.WritePropertyName(key);
                WriteValue(json, result, blocks);
                json.WriteEndObject();
            }

            if (takesMedia && media.Length > 0)
            {
                json.WriteStartArray("parts");
                foreach (var medium in media)
                {
                    json.WriteStartObject();
                    MediaParts.WriteData(json, medium);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
            }

            json.WriteEndObject();
        });
        return (part, takesMedia || media.Length == 0 ? [] : After(media));
    }

    private static void WriteValue(Utf8JsonWriter json, JsonElement result, IReadOnlyList<ContentBlock>? blocks)
    {
        if (blocks is null)
        {
            result.WriteTo(json);
        }
        else
        {
            json.WriteStringValue(string.Concat(blocks.OfType<TextContent>().Select(t => t.Text)));
        }
    }

    private static byte[] After(MediaContent[] media)
    {
        var buffer = new JsonObjects();
        foreach (var medium in media)
        {
            buffer.Add(json => MediaParts.Write(json, medium));
        }

        return buffer.ToBytes();
    }

    /// <summary>The content blocks of a result, also wrapped as <c>{"content":[…]}</c>; null when it is something else.</summary>
    private static IReadOnlyList<ContentBlock>? Blocks(JsonElement result)
    {
        if (result.ValueKind == JsonValueKind.Object && result.EnumerateObject().Count() == 1 && result.TryGetProperty("content", out var inner))
        {
            result = inner;
        }

        if (result.ValueKind != JsonValueKind.Array)
        {
            return null;
        }

        try
        {
            var blocks = result.Deserialize(WireJson.Wire.IReadOnlyListContentBlock);
            return blocks is { Count: > 0 } && blocks.All(b => b is TextContent or MediaContent) ? blocks : null;
        }
        catch (JsonException)
        {
            return null; // a list, but not of content: it goes as the JSON it is
        }
    }
}
