using System.IO.Compression;
using System.Text;
using OpenInteractions.Contracts.Content;
using OpenInteractions.Tools.Documents;
using OpenInteractions.Tools.Documents.Office;
using OpenInteractions.Tools.Documents.Pdf;
using OpenInteractions.Tools.UrlContext;

namespace OpenInteractions.Tools.Tests.UrlContext;

/// <summary>PDF and office documents as text. The documents are made here, byte by byte.</summary>
public sealed class DocumentTests
{
    private const string W = "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\" xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"";
    private const string S = "xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"";
    private const string P = "xmlns:p=\"http://schemas.openxmlformats.org/presentationml/2006/main\" xmlns:a=\"http://schemas.openxmlformats.org/drawingml/2006/main\" xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"";

    [Fact]
    public void A_document_of_word_is_read_with_its_headings_lists_tables_and_links()
    {
        var docx = Package(
            ("docProps/core.xml", "<c:coreProperties xmlns:c=\"x\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\"><dc:title>The report</dc:title></c:coreProperties>"),
            ("word/_rels/document.xml.rels", Relations(("r1", "https://a.example/x", true))),
            ("word/styles.xml", $"<w:styles {W}><w:style w:styleId=\"berschrift1\"><w:name w:val=\"heading 1\"/></w:style></w:styles>"),
            ("word/document.xml", $"""
                <w:document {W}><w:body>
                <w:p><w:pPr><w:pStyle w:val="berschrift1"/></w:pPr><w:r><w:t>Growth</w:t></w:r></w:p>
                <w:p><w:r><w:t xml:space="preserve">It </w:t></w:r><w:r><w:rPr><w:b/></w:rPr><w:t>grew</w:t></w:r><w:del><w:r><w:delText>not</w:delText></w:r></w:del><w:r><w:rPr><w:vanish/></w:rPr><w:t>SECRET</w:t></w:r><w:r><w:tab/><w:t>日本 🚀</w:t></w:r></w:p>
                <w:p><w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr></w:pPr><w:r><w:t>one</w:t></w:r></w:p>
                <w:p><w:pPr><w:numPr><w:ilvl w:val="1"/><w:numId w:val="1"/></w:numPr></w:pPr><w:hyperlink r:id="r1"><w:r><w:t>two</w:t></w:r></w:hyperlink></w:p>
                <w:tbl><w:tr><w:tc><w:p><w:r><w:t>A</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>B|C</w:t></w:r></w:p></w:tc></w:tr><w:tr><w:tc><w:p><w:r><w:t>1</w:t></w:r></w:p></w:tc><w:tc/></w:tr></w:tbl>
                </w:body></w:document>
                """));

        var (title, text) = OfficeDocument.Read(docx, CancellationToken.None);

        Assert.Equal("The report", title);
        Assert.Equal("# Growth\n\nIt grew\t日本 🚀\n\n- one\n  - [two](https://a.example/x)\n\n| A | B\\|C |\n| --- | --- |\n| 1 |  |", text);
    }

    [Theory]
    [InlineData("word/document.xml", W, "w:document", "<w:tbl><w:tr><w:tc>", "</w:tc></w:tr></w:tbl>")]
    [InlineData("ppt/presentation.xml", P, "p:presentation", "<a:p>", "</a:p>")]
    [InlineData("xl/workbook.xml", S, "workbook", "<x>", "</x>")]
    public void A_few_kilobytes_of_nothing_but_nesting_are_refused_at_once(string part, string names, string root, string open, string close)
    {
        const int Depth = 100_000; // minutes of work for whoever builds a tree of it
        var bytes = Package((part, $"<{root} {names}>{string.Concat(Enumerable.Repeat(open, Depth))}{string.Concat(Enumerable.Repeat(close, Depth))}</{root}>"));

        var refused = Assert.Throws<UnreadableDocumentException>(() => OfficeDocument.Read(bytes, CancellationToken.None));

        Assert.Equal("The document is nested more than 256 deep, which is more than can be read here.", refused.Message);
    }

    [Fact]
    public void A_reader_who_has_left_is_not_read_for()
    {
        var bytes = Package(("word/document.xml", $"<w:document {W}><w:body/></w:document>"));

        Assert.Throws<OperationCanceledException>(() => OfficeDocument.Read(bytes, new CancellationToken(canceled: true)));
    }

    [Fact]
    public void A_workbook_is_read_sheet_by_sheet_with_its_values_and_dates()
    {
        var xlsx = Package(
            ("xl/workbook.xml", $"<workbook {S}><sheets><sheet name=\"Sales\" r:id=\"r1\"/><sheet name=\"Secret\" state=\"hidden\" r:id=\"r2\"/></sheets></workbook>"),
            ("xl/_rels/workbook.xml.rels", Relations(("r1", "worksheets/sheet1.xml", false), ("r2", "worksheets/sheet2.xml", false))),
            ("xl/sharedStrings.xml", $"<sst {S}><si><t>Day</t></si><si><r><t>Sum </t></r><r><t>€</t></r><rPh><t>read so</t></rPh></si></sst>"),
            ("xl/styles.xml", $"<styleSheet {S}><numFmts><numFmt numFmtId=\"170\" formatCode=\"yyyy\\-mm\\-dd hh:mm\"/><numFmt numFmtId=\"171\" formatCode=\"[Red]0.00&quot;days&quot;\"/></numFmts><cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/><xf numFmtId=\"170\"/><xf numFmtId=\"171\"/></cellXfs></styleSheet>"),
            ("xl/worksheets/sheet1.xml", $"""
                <worksheet {S}><sheetData>
                <row><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c><c r="D1" t="inlineStr"><is><t>Note</t></is></c></row>
                <row><c r="A2" s="1"><v>46347</v></c><c r="B2"><f>1+1</f><v>12.5</v></c><c r="C2" t="b"><v>1</v></c><c r="D2" t="e"><v>#DIV/0!</v></c></row>
                <row><c r="A3" s="2"><v>46347.75</v></c><c r="B3" s="3"><v>7</v></c><c r="C3" t="s"><v>99</v></c></row>
                </sheetData></worksheet>
                """),
            ("xl/worksheets/sheet2.xml", $"<worksheet {S}><sheetData><row><c t=\"inlineStr\"><is><t>SECRET</t></is></c></row></sheetData></worksheet>"));

        var (_, text) = OfficeDocument.Read(xlsx, CancellationToken.None);

        Assert.Equal("## Sales\n\n| Day | Sum € |  | Note |\n| --- | --- | --- | --- |\n| 2026-11-21 | 12.5 | TRUE | #DIV/0! |\n| 2026-11-21 18:00:00 | 7 |  |  |", text);
    }

    [Fact]
    public void A_presentation_is_read_slide_by_slide_in_its_order_with_tables_and_notes()
    {
        static string Shape(string place, string text) => $"<p:sp><p:nvSpPr><p:nvPr>{(place.Length > 0 ? $"<p:ph type=\"{place}\"/>" : "")}</p:nvPr></p:nvSpPr><p:txBody>{string.Concat(text.Split('|').Select(t => $"<a:p><a:r><a:t>{t}</a:t></a:r></a:p>"))}</p:txBody></p:sp>";
        static string Slide(string shapes, string show = "") => $"<p:sld {P}{show}><p:cSld><p:spTree>{shapes}</p:spTree></p:cSld></p:sld>";
        var pptx = Package(
            ("ppt/presentation.xml", $"<p:presentation {P}><p:sldIdLst><p:sldId r:id=\"b\"/><p:sldId r:id=\"h\"/><p:sldId r:id=\"a\"/></p:sldIdLst></p:presentation>"),
            ("ppt/_rels/presentation.xml.rels", Relations(("a", "slides/slide1.xml", false), ("b", "slides/slide2.xml", false), ("h", "slides/slide3.xml", false))),
            ("ppt/slides/slide1.xml", Slide(Shape("sldNum", "2") + "<p:graphicFrame><a:graphic><a:graphicData><a:tbl><a:tr><a:tc><a:txBody><a:p><a:r><a:t>x</a:t></a:r></a:p></a:txBody></a:tc><a:tc><a:txBody><a:p><a:r><a:t>y</a:t></a:r></a:p></a:txBody></a:tc></a:tr></a:tbl></a:graphicData></a:graphic></p:graphicFrame>")),
            ("ppt/slides/slide2.xml", Slide(Shape("", "first|second") + Shape("ctrTitle", "Welcome"))),
            ("ppt/slides/slide3.xml", Slide(Shape("title", "SECRET"), " show=\"0\"")),
            ("ppt/slides/_rels/slide2.xml.rels", Relations(("n", "../notesSlides/notesSlide1.xml", false))),
            ("ppt/notesSlides/notesSlide1.xml", $"<p:notes {P}><p:cSld><p:spTree>{Shape("body", "Smile.")}{Shape("sldNum", "1")}</p:spTree></p:cSld></p:notes>"));

        var (_, text) = OfficeDocument.Read(pptx, CancellationToken.None);

        Assert.Equal("## Slide 1: Welcome\n\nfirst\nsecond\n\nNotes: Smile.\n\n## Slide 3\n\n| x | y |\n| --- | --- |", text);
    }

    [Theory]
    [InlineData("<!DOCTYPE x [<!ENTITY a SYSTEM \"file:///etc/passwd\">]><x>&a;</x>", "broken")]
    [InlineData("<x>", "broken")]
    public void A_document_that_names_what_is_to_be_fetched_or_breaks_off_is_refused(string part, string words) =>
        Assert.Contains(words, Assert.Throws<UnreadableDocumentException>(() => OfficeDocument.Read(Package(("word/document.xml", part)), CancellationToken.None)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_document_that_unfolds_without_end_is_refused()
    {
        var bomb = Package(("word/document.xml", $"<x>{string.Concat(Enumerable.Repeat($"<y/>{new string(' ', 1_000_000)}", 80))}</x>"));
        Assert.True(bomb.Length < 200_000);

        Assert.Contains("larger", Assert.Throws<UnreadableDocumentException>(() => OfficeDocument.Read(bomb, CancellationToken.None)).Message, StringComparison.Ordinal);
        Assert.Contains("no document", Assert.Throws<UnreadableDocumentException>(() => OfficeDocument.Read(Package(("a.txt", "x")), CancellationToken.None)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, "")]
    [InlineData(true, "")]
    [InlineData(false, "/ASCIIHexDecode")]
    [InlineData(false, "/ASCII85Decode")]
    public void A_pdf_is_read_page_by_page_with_lines_and_words(bool isPacked, string coding)
    {
        var pdf = new PdfMaker { IsPacked = isPacked, Coding = coding };
        pdf.Page("BT /F1 12 Tf 72 700 Td (Hello \\(there\\)) Tj 0 -14 Td [(Wor) -20 (ld) -400 (again)] TJ 0 -40 Td (caf\\351 \\200) Tj ET");
        pdf.Page("BT /F1 10 Tf 1 0 0 1 72 700 Tm (Page two) ' ET");

        var (title, text) = PdfDocument.Read(pdf.Make(), CancellationToken.None);

        Assert.Equal("On PDF", title);
        Assert.Equal("[Page 1]\n\nHello (there)\nWorld again\n\ncafé €\n\n[Page 2]\n\nPage two", text);
    }

    [Fact]
    public void Codes_of_a_font_are_read_by_its_own_map_and_by_the_names_of_its_letters()
    {
        var pdf = new PdfMaker();
        pdf.Page("BT /F2 12 Tf 72 700 Td <00010002000A000B> Tj 0 -14 Td /F3 12 Tf (\\001\\002\\003ce) Tj ET");

        Assert.Equal("日本あい\nfiÜñce", PdfDocument.Read(pdf.Make(), CancellationToken.None).Text);
    }

    [Fact]
    public void Text_in_forms_is_read_and_pictures_in_between_are_passed_over()
    {
        var pdf = new PdfMaker();
        pdf.Page("q 2 0 0 2 0 0 cm /X1 Do Q BI /W 1 /H 1 /BPC 8 ID (Tj) EI BT /F1 12 Tf 72 100 Td (after) Tj ET");

        Assert.Equal("in a form\n\nafter", PdfDocument.Read(pdf.Make(), CancellationToken.None).Text);
    }

    [Fact]
    public void An_object_that_was_changed_later_holds()
    {
        var pdf = new PdfMaker();
        pdf.Page("BT /F1 12 Tf 72 700 Td (old) Tj ET");
        byte[] changed = [.. pdf.Make(), .. "\n20 0 obj\n<</Length 40>>\nstream\nBT /F1 12 Tf 72 700 Td (new) Tj ET\nendstream\nendobj\n"u8];

        Assert.Equal("new", PdfDocument.Read(changed, CancellationToken.None).Text);
    }

    [Fact]
    public void A_pdf_that_cannot_be_read_says_why()
    {
        var pdf = new PdfMaker { Trailer = "/Encrypt <</Filter/Standard>>" };
        pdf.Page("BT ET");

        Assert.Contains("encrypted", Assert.Throws<UnreadableDocumentException>(() => PdfDocument.Read(pdf.Make(), CancellationToken.None)).Message, StringComparison.Ordinal);
        Assert.Contains("broken", Assert.Throws<UnreadableDocumentException>(() => PdfDocument.Read("%PDF-1.7\nnothing"u8.ToArray(), CancellationToken.None)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n2 0 obj\n<</Kids[2 0 R 2 0 R]>>\nendobj\n")]
    [InlineData("1 0 obj\n1 0 R\nendobj\ntrailer <</Root 1 0 R>>")]
    [InlineData("1 0 obj\n<</Type/ObjStm/N 9999999/First 3/Length 10>>\nstream\n1 0 1 0 R \nendstream\n")]
    public void A_pdf_that_leads_in_a_ring_has_no_text(string objects) =>
        Assert.Equal("", PdfDocument.Read(Encoding.ASCII.GetBytes("%PDF-1.7\n" + objects), CancellationToken.None).Text);

    [Fact]
    public void Whatever_is_broken_in_a_pdf_is_told_in_our_words()
    {
        var pdf = new PdfMaker { IsPacked = true };
        pdf.Page("BT /F1 12 Tf 72 700 Td (Hello) Tj /F2 9 Tf [<0001>-9(x)]TJ ET q 1 0 0 1 0 0 cm /X1 Do Q");
        var whole = pdf.Make();
        var random = new Random(20261121);
        for (var round = 0; round < 2000; round++)
        {
            var broken = whole[..random.Next(9, whole.Length + 1)];
            for (var i = random.Next(8); i > 0; i--)
            {
                broken[random.Next(broken.Length)] = (byte)random.Next(256);
            }

            try
            {
                PdfDocument.Read(broken, CancellationToken.None);
            }
            catch (UnreadableDocumentException)
            {
                // Said in our words.
            }
        }
    }

    [Fact]
    public async Task A_pdf_and_a_document_are_read_from_a_site_and_a_scan_is_shown_to_a_model_that_sees_documents()
    {
        var (pdf, scan) = (new PdfMaker(), new PdfMaker());
        pdf.Page("BT /F1 12 Tf 72 700 Td (Hello) Tj ET");
        scan.Page("q Q");
        await using var site = new Site()
            .On("/a.pdf", Site.Answer(pdf.Make(), "application/octet-stream"))
            .On("/scan.pdf", Site.Answer(scan.Make(), "application/pdf"))
            .On("/a.docx", Site.Answer(Package(("word/document.xml", $"<w:document {W}><w:body><w:p><w:r><w:t>Hi</w:t></w:r></w:p></w:body></w:document>")), "application/zip"));
        await using var rig = new PageRig();

        Assert.Equal("Hello", (await rig.ReadAsync($"{site.Url}/a.pdf")).Body);
        Assert.Equal("Hi", (await rig.ReadAsync($"{site.Url}/a.docx")).Body);
        var unseen = await rig.ReadAsync($"{site.Url}/scan.pdf");
        rig.MediaFault = _ => null;
        var seen = await rig.ReadAsync($"{site.Url}/scan.pdf");

        Assert.Equal(("error", "success"), (unseen.Status, seen.Status));
        Assert.Contains("no text", unseen.Text, StringComparison.Ordinal);
        Assert.Equal(new DocumentContent { Data = Convert.ToBase64String(scan.Make()), MimeType = "application/pdf" }, seen.Blocks[^1]);
    }

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

    private static string Relations(params (string Id, string Target, bool IsOutside)[] relations) =>
        $"<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">{string.Concat(relations.Select(r => $"<Relationship Id=\"{r.Id}\" Target=\"{r.Target}\"{(r.IsOutside ? " TargetMode=\"External\"" : "")}/>"))}</Relationships>";
}
