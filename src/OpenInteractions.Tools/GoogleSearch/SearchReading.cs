using System.Text;
using OpenInteractions.Engine.Citations;

namespace OpenInteractions.Tools.GoogleSearch;

/// <summary>What a model reads of searches: each page once, with its mark.</summary>
internal static class SearchReading
{
    public static ToolReading Of(string engine, string callId, IReadOnlyList<SearchAnswer> answers, int asked)
    {
        var sources = new List<CitedSource>();
        var marks = new Dictionary<string, string>(StringComparer.Ordinal);
        var text = new StringBuilder();
        foreach (var answer in answers)
        {
            text.Append(text.Length == 0 ? "" : "\n").Append("Results of ").Append(engine).Append(" for: ").Append(answer.Query).Append('\n');
            if (answer.Findings is not { Pages: var pages })
            {
                text.Append(answer.Fault).Append('\n');
                continue;
            }

            text.Append(pages.Count == 0 ? "Nothing was found.\n" : "");
            foreach (var page in pages)
            {
                if (marks.TryGetValue(page.Url, out var known))
                {
                    text.Append($"\n[{known}] (as above)\n");
                    continue;
                }

                var mark = CitationMark.Of(callId, sources.Count + 1);
                marks.Add(page.Url, mark);
                sources.Add(new CitedSource(mark, new UrlCitation { Url = page.Url, Title = page.Title }));
                Write(text, mark, page);
            }
        }

        if (asked > answers.Count)
        {
            text.Append($"\nOnly the first {answers.Count} of {asked} queries were searched.\n");
        }

        if (sources.Count > 0)
        {
            text.Insert(0, $"{CitationMark.Instruction(sources[0].Mark)}\n\n");
        }

        return ToolReading.Of(text.ToString().TrimEnd()) with { Sources = sources };
    }

    private static void Write(StringBuilder text, string mark, FoundPage page)
    {
        text.Append($"\n[{mark}] {page.Title}\n{page.Url}\n");
        if (page.ImageUrl is { } image)
        {
            text.Append($"Image: {image}\n");
        }

        if (page.Published is { } published)
        {
            text.Append($"Published: {published}\n");
        }

        if (page.Text.Length > 0)
        {
            text.Append(page.Text).Append('\n');
        }
    }
}
