namespace OpenInteractions.Providers.OpenAI;

/// <summary>Citations of these wires as ours.</summary>
internal static class OpenAIAnnotations
{
    /// <param name="annotation">The citation.</param>
    /// <param name="text">The text of the block so far.</param>
    /// <param name="partStart">Where the cited part begins in it.</param>
    public static Annotation? Read(JsonElement annotation, CitedText text, int partStart)
    {
        // Chat Completions nests the citation under its type.
        var o = annotation.TryGetProperty("url_citation", out var nested) ? nested : annotation;
        return Text(annotation, "type") switch
        {
            "url_citation" => new UrlCitation
            {
                Url = Text(o, "url"), Title = Text(o, "title"), StartIndex = Bytes(o, "start_index", text, partStart), EndIndex = Bytes(o, "end_index", text, partStart),
            },
            "file_citation" or "container_file_citation" => new FileCitation { FileName = Text(o, "filename"), Source = Text(o, "file_id") },
            _ => null,
        };
    }

    /// <summary>A position in characters (code points) as a position in UTF-8 bytes.</summary>
    private static int? Bytes(JsonElement o, string name, CitedText text, int partStart) =>
        o.TryGetProperty(name, out var value) && value.TryGetInt32(out var characters) ? text.BytesBefore(partStart, characters) : null;

    private static string? Text(JsonElement o, string name) => o.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
