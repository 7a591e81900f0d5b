using System.Globalization;
using System.Xml.Linq;

namespace OpenInteractions.Tools.Documents.Office;

/// <summary>A presentation of PowerPoint: the slides that are shown, in their order, with tables and the speaker's notes.</summary>
internal static class PptxText
{
    public const string Part = "ppt/presentation.xml";

    private static readonly XNamespace P = "http://schemas.openxmlformats.org/presentationml/2006/main";
    private static readonly XNamespace A = "http://schemas.openxmlformats.org/drawingml/2006/main";

    public static string Read(OfficePackage package, CancellationToken cancellationToken)
    {
        var text = new OfficeText();
        var parts = package.RelationsOf(Part);
        var number = 0;
        foreach (var entry in package.Read(Part)!.Element(P + "sldIdLst")?.Elements(P + "sldId") ?? [])
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (text.IsFull)
            {
                break;
            }

            number++;
            if ((string?)entry.Attribute(OfficePackage.Relations + "id") is { } id && parts.TryGetValue(id, out var part) && package.Read(part) is { } slide && (string?)slide.Attribute("show") is not ("0" or "false"))
            {
                WriteSlide(text, slide, number);
                var notes = package.RelationsOf(part).Values.FirstOrDefault(v => v.Contains("notesSlide", StringComparison.Ordinal));
                WriteNotes(text, notes is null ? null : package.Read(notes));
            }
        }

        return text.ToString();
    }

    private static void WriteSlide(OfficeText text, XElement slide, int number)
    {
        var title = Outermost(slide, P + "sp").FirstOrDefault(s => PlaceOf(s) is "title" or "ctrTitle");
        var heading = title is null ? "" : string.Join(' ', Paragraphs(title));
        text.Block(string.Create(CultureInfo.InvariantCulture, $"## Slide {number}{(heading.Length > 0 ? ": " : "")}{heading}"));
        foreach (var shape in Outermost(slide, P + "sp", A + "tbl"))
        {
            if (shape.Name == A + "tbl")
            {
                text.Table([.. shape.Elements(A + "tr").Select(r => (IReadOnlyList<string>)[.. r.Elements(A + "tc").Select(c => string.Join(' ', Paragraphs(c)))])]);
            }
            else if (shape != title && PlaceOf(shape) is not ("sldNum" or "dt" or "ftr"))
            {
                text.Block(string.Join('\n', Paragraphs(shape)));
            }
        }
    }

    private static void WriteNotes(OfficeText text, XElement? notes)
    {
        var said = string.Join('\n', notes is null ? [] : Outermost(notes, P + "sp").Where(s => PlaceOf(s) == "body").SelectMany(Paragraphs));
        if (said.Length > 0)
        {
            text.Block($"Notes: {said}");
        }
    }

    private static string? PlaceOf(XElement shape) => (string?)shape.Element(P + "nvSpPr")?.Element(P + "nvPr")?.Element(P + "ph")?.Attribute("type");

    private static IEnumerable<string> Paragraphs(XElement shape) => Outermost(shape, A + "p")
        .Select(p => string.Concat(p.Descendants().Select(e => e.Name == A + "t" ? e.Value : e.Name == A + "br" ? " " : "")).Trim())
        .Where(t => t.Length > 0);

    /// <summary>Elements below one that are in none of their kind. What is nested in itself would be there once for each level, and no program writes it.</summary>
    private static IEnumerable<XElement> Outermost(XElement root, params XName[] names)
    {
        var open = new Stack<IEnumerator<XElement>>([root.Elements().GetEnumerator()]);
        while (open.TryPeek(out var level))
        {
            if (!level.MoveNext())
            {
                open.Pop().Dispose();
            }
            else if (names.Contains(level.Current.Name))
            {
                yield return level.Current;
            }
            else
            {
                open.Push(level.Current.Elements().GetEnumerator());
            }
        }
    }
}
