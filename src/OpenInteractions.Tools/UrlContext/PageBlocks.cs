using System.Globalization;
using System.Text;
using OpenInteractions.Engine.Citations;

namespace OpenInteractions.Tools.UrlContext;

/// <summary>Pages as the model sees them: a block of text for each, and its medium behind it.</summary>
internal static class PageBlocks
{
    // What stands around the text of a page: its address, title and remarks.
    private const int Around = 1000;

    /// <summary>The blocks, and the pages in them as sources. Pages share the room of a result: what short ones leave is for the long ones.</summary>
    /// <param name="callId">The call.</param>
    /// <param name="pages">The pages, in the order of the call.</param>
    /// <param name="pageLength">Most characters of a page.</param>
    /// <param name="resultLength">Most characters of all.</param>
    public static ToolReading Of(string callId, IReadOnlyList<Page> pages, int pageLength, int resultLength)
    {
        var most = Math.Min(pageLength, Share(pages, resultLength));
        var blocks = new List<ContentBlock>();
        var sources = new List<CitedSource>();
        foreach (var (index, page) in pages.Index())
        {
            string? mark = null;
            if (page.Status is PageStatus.Success or PageStatus.Paywall)
            {
                mark = CitationMark.Of(callId, index + 1);
                sources.Add(new CitedSource(mark, new UrlCitation { Url = page.Url, Title = page.Title }));
            }

            blocks.Add(new TextContent { Text = Text(page, mark, most) });
            if (page.Media is { } media)
            {
                blocks.Add(media);
            }
        }

        if (sources.Count > 0)
        {
            blocks.Insert(0, new TextContent { Text = CitationMark.Instruction(sources[0].Mark) });
        }

        return new ToolReading(JsonSerializer.SerializeToElement(blocks, WireJson.Wire.IReadOnlyListContentBlock), sources);
    }

    private static string Text(Page page, string? mark, int most)
    {
        var text = new StringBuilder();
        if (mark is not null)
        {
            text.Append('[').Append(mark).Append("] ").Append(page.Title ?? page.Url).Append('\n'); // as search shows its sources
        }

        text.Append(page.Url);
        if (page.Status != PageStatus.Success)
        {
            text.Append("\nStatus: ").Append(page.Status);
        }

        if (page.Remark is { } remark)
        {
            text.Append("\nNote: ").Append(remark);
        }

        if (page.Text.Length > 0)
        {
            text.Append("\n\n").Append(page.Text.Length <= most ? page.Text : Cut(page.Text, most));
        }

        return text.ToString();
    }

    // Half of a character is no text.
    private static string Cut(string text, int most) => string.Create(
        CultureInfo.InvariantCulture,
        $"{text.AsSpan(0, char.IsHighSurrogate(text[most - 1]) ? most - 1 : most)}\n\n[Cut here: these are the first {most} of {text.Length} characters of this page.]");

    /// <summary>How many characters of each page fit, when shorter pages are whole.</summary>
    private static int Share(IReadOnlyList<Page> pages, int room)
    {
        long left = Math.Max(room - (pages.Count * (long)Around), room / 2);
        var lengths = pages.Select(p => p.Text.Length).Order().ToList();
        for (var i = 0; i < lengths.Count; i++)
        {
            var share = left / (lengths.Count - i);
            if (lengths[i] > share)
            {
                return (int)Math.Max(share, 1);
            }

            left -= lengths[i];
        }

        return int.MaxValue;
    }
}
