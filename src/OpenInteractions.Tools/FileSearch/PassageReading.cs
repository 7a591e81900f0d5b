using System.Globalization;
using System.Text;
using OpenInteractions.Engine.Citations;
using OpenInteractions.Engine.FileSearch;

namespace OpenInteractions.Tools.FileSearch;

/// <summary>What a model reads of a search: each passage with its mark, its file and its page.</summary>
internal static class PassageReading
{
    // A mark has three digits (docs/decisions/0010).
    private const int MostSources = 999;

    // What stands around the passages, and may be added to the result behind them.
    private const int Around = 1000;

    public static ToolReading Of(string callId, IReadOnlyList<string> queries, IReadOnlyList<Passage> passages, int resultLength)
    {
        var sources = new List<CitedSource>();
        var text = new StringBuilder("Passages for: ").AppendJoin("; ", queries.Take(FileSearchFunction.MostQueries)).Append('\n');
        if (passages.Count == 0)
        {
            text.Append("Nothing was found.\n");
        }

        foreach (var passage in passages)
        {
            var mark = CitationMark.Of(callId, sources.Count + 1);
            var block = Block(mark, passage);
            if (sources.Count == MostSources || (sources.Count > 0 && text.Length + block.Length > resultLength - Around))
            {
                text.Append(CultureInfo.InvariantCulture, $"\n{passages.Count - sources.Count} more passages were found that have no room here.\n");
                break;
            }

            text.Append(block);
            sources.Add(new CitedSource(mark, Citation(passage.First)));
        }

        if (queries.Count > FileSearchFunction.MostQueries)
        {
            text.Append(CultureInfo.InvariantCulture, $"\nOnly the first {FileSearchFunction.MostQueries} of {queries.Count} queries were searched.\n");
        }

        if (sources.Count > 0)
        {
            text.Insert(0, $"{CitationMark.Instruction(sources[0].Mark)}\n\n");
        }

        return ToolReading.Of(text.ToString().TrimEnd()) with { Sources = sources };
    }

    private static string Block(string mark, Passage passage)
    {
        var page = passage.First.Page is { } number ? string.Create(CultureInfo.InvariantCulture, $", page {number}") : "";
        return $"\n[{mark}] {passage.First.Title}{page}\n{passage.Text}\n";
    }

    private static FileCitation Citation(Chunk piece) => new()
    {
        DocumentUri = piece.DocumentName,
        FileName = piece.Title,
        Source = piece.Store,
        PageNumber = piece.Page,
        CustomMetadata = piece.Metadata.Count == 0 ? null : Metadata(piece.Metadata),
    };

    private static JsonElement Metadata(IReadOnlyList<CustomMetadata> metadata)
    {
        var bytes = JsonScratch.Object(json =>
        {
            foreach (var entry in metadata.DistinctBy(m => m.Key))
            {
                json.WritePropertyName(entry.Key);
                if (entry.Number is { } number && double.IsFinite(number))
                {
                    json.WriteNumberValue(number);
                }
                else if (entry.Texts is { } texts)
                {
                    json.WriteStartArray();
                    foreach (var text in texts)
                    {
                        json.WriteStringValue(text);
                    }

                    json.WriteEndArray();
                }
                else
                {
                    json.WriteStringValue(entry.Text);
                }
            }
        });
        return JsonElement.Parse(bytes);
    }
}
