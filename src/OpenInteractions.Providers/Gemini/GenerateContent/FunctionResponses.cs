namespace OpenInteractions.Providers.Gemini.GenerateContent;

/// <summary>Results of calls as function responses: the vendor wants an object, and takes media beside it.</summary>
internal static class FunctionResponses
{
    /// <summary>For a call that nobody answered: the vendor refuses a history in which one is left open.</summary>
    public static RenderedResult Unanswered { get; } =
        Render(JsonElement.Parse("\"The call was not answered.\""), isError: true, takesMedia: true);

    /// <param name="result">A string, an object or a list of content (behaviour FN-5).</param>
    /// <param name="isError">Told to the model by the key of the response (behaviour FN-6).</param>
    /// <param name="takesMedia">Whether the model takes media inside the response; older ones get them after it.</param>
    public static RenderedResult Render(JsonElement result, bool isError, bool takesMedia)
    {
        var blocks = Blocks(result);
        var media = Media(blocks?.OfType<MediaContent>() ?? [], inside: takesMedia);
        using var scratch = JsonScratch.Rent();
        var json = scratch.Json;
        if (blocks is null && result.ValueKind == JsonValueKind.Object && !isError)
        {
            result.WriteTo(json);
        }
        else if (!isError && ObjectBesideMedia(blocks) is { } said)
        {
            said.WriteTo(json);
        }
        else
        {
            json.WriteStartObject();
            json.WritePropertyName(isError ? "error" : "output");
            WriteValue(json, result, blocks);
            json.WriteEndObject();
        }

        return new(scratch.ToArray(), takesMedia ? media : [], takesMedia ? [] : media);
    }

    /// <summary>
    /// The object that a result's only text is, when media are beside it: a screen's picture comes with its address and with what the user confirmed, and the vendor
    /// looks for these as members of the response.
    /// </summary>
    private static JsonElement? ObjectBesideMedia(IReadOnlyList<ContentBlock>? blocks)
    {
        if (blocks?.OfType<MediaContent>().Any() != true || blocks.OfType<TextContent>().ToArray() is not [{ Text: { } text }] || !text.AsSpan().TrimStart().StartsWith("{"))
        {
            return null;
        }

        try
        {
            var value = JsonElement.Parse(text);
            return value.ValueKind == JsonValueKind.Object ? value : null;
        }
        catch (JsonException)
        {
            return null; // it only looks like one
        }
    }

    /// <summary>Writes the part that answers a call.</summary>
    public static void Write(Utf8JsonWriter json, RenderedCall call, RenderedResult result)
    {
        json.WriteStartObject();
        json.WriteStartObject("functionResponse");
        if (call.VendorId is { } id)
        {
            json.WriteString("id", id);
        }

        json.WriteString("name", call.Name);
        json.WritePropertyName("response");
        json.WriteRawValue(result.Response, skipInputValidation: true);
        if (result.Inside.Length > 0)
        {
            json.WriteStartArray("parts");
            json.WriteRawValue(result.Inside, skipInputValidation: true);
            json.WriteEndArray();
        }

        json.WriteEndObject();
        json.WriteEndObject();
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

    private static byte[] Media(IEnumerable<MediaContent> media, bool inside)
    {
        var buffer = new JsonObjects();
        foreach (var medium in media)
        {
            buffer.Add(json =>
            {
                if (inside)
                {
                    MediaParts.WriteData(json, medium);
                }
                else
                {
                    MediaParts.Write(json, medium);
                }
            });
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
