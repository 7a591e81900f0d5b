using System.Text;

namespace OpenInteractions.Providers.OpenAI;

/// <summary>Citations of these wires as ours.</summary>
internal static class OpenAIAnnotations
{
    /// <param name="text">The text of the block so far.</param>
    /// <param name="partStart">Where the cited part begins in it.</param>
    public static Annotation? Read(JsonElement annotation, string text, int partStart)
    {
        var part = text.AsSpan(Math.Min(partStart, text.Length));
        var before = Encoding.UTF8.GetByteCount(text.AsSpan(0, text.Length - part.Length));
        // Chat Completions nests the citation under its type.
        var o = annotation.TryGetProperty("url_citation", out var nested) ? nested : annotation;
        return Text(annotation, "type") switch
        {
            "url_citation" => new UrlCitation
            {
                Url = Text(o, "url"), Title = Text(o, "title"), StartIndex = Bytes(o, "start_index", part, before), EndIndex = Bytes(o, "end_index", part, before),
            },
            "file_citation" or "container_file_citation" => new FileCitation { FileName = Text(o, "filename"), Source = Text(o, "file_id") },
            _ => null,
        };
    }

    /// <summary>A position in characters (code points) as a position in UTF-8 bytes.</summary>
    private static int? Bytes(JsonElement o, string name, ReadOnlySpan<char> part, int before)
    {
        if (!o.TryGetProperty(name, out var value) || !value.TryGetInt32(out var characters))
        {
            return null;
        }

        var bytes = before;
        foreach (var rune in part.EnumerateRunes())
        {
            if (characters-- <= 0)
            {
                break;
            }

            bytes += rune.Utf8SequenceLength;
        }

        return bytes;
    }

    private static string? Text(JsonElement o, string name) => o.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
