using System.IO.Compression;
using OpenInteractions.Tools.Documents;
using OpenInteractions.Tools.Documents.Office;

namespace OpenInteractions.Tools.Tests.UrlContext;

/// <summary>Office documents of a few kilobytes that stand for much more text than they have.</summary>
public sealed class HostileOfficeTests
{
    private const int Bound = 4_000_000;
    private const string W = "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\" xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"";
    private const string S = "xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"";
    private const string P = "xmlns:p=\"http://schemas.openxmlformats.org/presentationml/2006/main\" xmlns:a=\"http://schemas.openxmlformats.org/drawingml/2006/main\" xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"";

    [Theory]
    [InlineData(1_000_000, 1)]
    [InlineData(1_000_000, 50)]
    public void A_long_text_that_many_cells_name_is_written_up_to_the_bound(int length, int rows)
    {
        var text = Read(Workbook($"<si><t>{new string('x', length)}</t></si>", Repeat($"<row>{Repeat("<c t=\"s\"><v>0</v></c>", 200)}</row>", rows)));

        Assert.InRange(text.Length, Bound - 40_000, Bound + 1_000);
        Assert.Equal(32_767, text[(text.IndexOf("| ", StringComparison.Ordinal) + 2)..].TakeWhile(c => c == 'x').Count());
    }

    [Fact]
    public void A_far_column_in_every_row_ends_where_the_bound_is() =>
        Assert.InRange(Read(Workbook("", Repeat("<row><c r=\"GR1\"><v>1</v></c></row>", 90_000))).Length, Bound / 2, Bound + 1_000);

    [Fact]
    public void A_text_that_nobody_wrote_is_refused()
    {
        var refused = Assert.Throws<UnreadableDocumentException>(() => Read(Workbook($"<si><t>{new string('x', 30_000_000)}</t></si>", "<row><c t=\"s\"><v>0</v></c></row>")));

        Assert.Contains("more than 4000000 characters in one piece", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_tag_without_end_is_refused() =>
        Assert.Contains("in one piece", Assert.Throws<UnreadableDocumentException>(() => Read(Workbook($"<si a=\"{new string('x', 30_000_000)}\"/>", ""))).Message, StringComparison.Ordinal);

    [Fact]
    public void A_tree_of_more_elements_than_fit_is_refused()
    {
        var refused = Assert.Throws<UnreadableDocumentException>(() => Read(Document($"<w:p>{Repeat("<w:r/>", 600_000)}</w:p>")));

        Assert.Contains("more than 500000 elements", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void As_many_elements_in_many_paragraphs_are_read() =>
        Assert.EndsWith("end", Read(Document($"{Repeat("<w:p><w:r/></w:p>", 300_000)}<w:p><w:r><w:t>end</w:t></w:r></w:p>")), StringComparison.Ordinal);

    [Fact]
    public void A_long_target_of_many_links_is_left_out()
    {
        var link = "<w:hyperlink r:id=\"r\"><w:r><w:t>y</w:t></w:r></w:hyperlink>";
        var bytes = Package(
            ("word/document.xml", $"<w:document {W}><w:body><w:p>{Repeat(link, 50_000)}</w:p></w:body></w:document>"),
            ("word/_rels/document.xml.rels", $"<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"r\" Target=\"https://a.example/{new string('x', 10_000)}\" TargetMode=\"External\"/></Relationships>"));

        Assert.Equal(new string('y', 50_000), Read(bytes));
    }

    [Fact]
    public void Paragraphs_and_shapes_that_are_nested_in_themselves_are_there_once()
    {
        var nested = $"{Repeat("<p:sp>", 60)}{Repeat("<a:p>", 60)}<a:t>deep</a:t>{Repeat("</a:p>", 60)}{Repeat("</p:sp>", 60)}";

        Assert.Equal("## Slide 1\n\ndeep", Read(Slides(nested, 1)));
    }

    [Fact]
    public void A_slide_that_is_named_again_and_again_ends_where_a_bound_is()
    {
        var refused = Record.Exception(() => Assert.InRange(Read(Slides("", 200_000)).Length, 1, Bound + 1_000));

        Assert.IsType<UnreadableDocumentException>(refused);
    }

    private static byte[] Workbook(string shared, string rows) => Package(
        ("xl/workbook.xml", $"<workbook {S}><sheets><sheet name=\"A\" r:id=\"r\"/></sheets></workbook>"),
        ("xl/_rels/workbook.xml.rels", Relation("worksheets/sheet1.xml")),
        ("xl/sharedStrings.xml", $"<sst {S}>{shared}</sst>"),
        ("xl/worksheets/sheet1.xml", $"<worksheet {S}><sheetData>{rows}</sheetData></worksheet>"));

    private static byte[] Document(string body) => Package(("word/document.xml", $"<w:document {W}><w:body>{body}</w:body></w:document>"));

    private static byte[] Slides(string shapes, int times) => Package(
        ("ppt/presentation.xml", $"<p:presentation {P}><p:sldIdLst>{Repeat("<p:sldId r:id=\"r\"/>", times)}</p:sldIdLst></p:presentation>"),
        ("ppt/_rels/presentation.xml.rels", Relation("slides/slide1.xml")),
        ("ppt/slides/slide1.xml", $"<p:sld {P}>{shapes}</p:sld>"));

    private static string Relation(string target) => $"<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"r\" Target=\"{target}\"/></Relationships>";

    private static string Read(byte[] bytes) => OfficeDocument.Read(bytes, CancellationToken.None).Text;

    private static string Repeat(string piece, int count) => string.Concat(Enumerable.Repeat(piece, count));

    private static byte[] Package(params (string Name, string Content)[] parts)
    {
        using var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in parts)
            {
                using var part = new StreamWriter(zip.CreateEntry(name).Open());
                part.Write(content);
            }
        }

        return bytes.ToArray();
    }
}
