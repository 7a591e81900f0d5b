using System.Text;

namespace OpenInteractions.Providers.Anthropic;

/// <summary>
/// The text blocks of one <c>model_output</c>. The service splits its text where it cites; for the client it is one text (protocols 6.4), and
/// for the service the blocks are kept.
/// </summary>
internal sealed class OutputText
{
    private readonly List<IncomingBlock> _blocks = [];
    private int _bytes;

    /// <summary>The marks of a block that has just ended, on the bytes that it takes in the whole text.</summary>
    public TextAnnotationDelta? Add(IncomingBlock block)
    {
        var start = _bytes;
        _bytes += Encoding.UTF8.GetByteCount(block.Text.ToString());
        _blocks.Add(block);
        return block.Citations.Count == 0 ? null : new TextAnnotationDelta { Annotations = [.. block.Citations.Select(c => Citations.ToAnnotation(c, start, _bytes))] };
    }

    /// <summary>How this output will stand in later requests.</summary>
    public IReadOnlyList<byte[]> ToReplay() => [.. _blocks.Where(b => !b.IsBlank).Select(b => b.ToReplay())];

    /// <summary>The blocks for the step's state, or null when its text says it all.</summary>
    public JsonElement? ToState() => _blocks.Count > 1 || _blocks.Any(b => b.Citations.Count > 0) ? State(ToReplay()) : null;

    public static JsonElement State(IReadOnlyList<byte[]> blocks)
    {
        using var scratch = JsonScratch.Rent();
        scratch.Json.WriteStartArray();
        foreach (var block in blocks)
        {
            scratch.Json.WriteRawValue(block, skipInputValidation: true);
        }

        scratch.Json.WriteEndArray();
        return JsonElement.Parse(scratch.Written.Span);
    }
}
