using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace OpenInteractions.Tools.Tests.UrlContext;

/// <summary>Writes a PDF without tables of its objects, as if they were lost, or with its objects inside of a stream.</summary>
internal sealed class PdfMaker
{
    private readonly List<string> _pages = [];

    public bool IsPacked { get; init; }

    public string Coding { get; init; } = "";

    public string Trailer { get; init; } = "";

    public void Page(string content) => _pages.Add(content);

    public byte[] Make()
    {
        var widths = string.Join(' ', Enumerable.Repeat("500", 224));
        List<(int Number, string Value)> objects =
        [
            (1, "<</Type/Catalog/Pages 2 0 R>>"),
            (2, $"<</Type/Pages/Count {_pages.Count}/Resources<</Font<</F1 3 0 R/F2 4 0 R/F3 6 0 R>>/XObject<</X1 30 0 R>>>>/Kids[{string.Join(' ', _pages.Select((_, i) => $"{10 + i} 0 R"))}]>>"),
            (3, $"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding/FirstChar 32/Widths[{widths}]>>"),
            (4, "<</Type/Font/Subtype/Type0/Encoding/Identity-H/DescendantFonts[<</Subtype/CIDFontType2/DW 1000/W[1[1000 1000]]>>]/ToUnicode 31 0 R>>"),
            (6, $"<</Type/Font/Subtype/Type1/FirstChar 0/Widths[{string.Join(' ', Enumerable.Repeat("500", 256))}]/Encoding<</Differences[1/fi/Udieresis/ntilde]>>>>"),
            (7, "<</Title(On PDF)>>"),
            .. _pages.Select((_, i) => (10 + i, $"<</Type/Page/Parent 2 0 R/Contents {20 + i} 0 R>>")),
        ];
        List<(int Number, string Dictionary, string Content)> streams =
        [
            .. _pages.Select((content, i) => (20 + i, "", content)),
            (30, "/Type/XObject/Subtype/Form", "BT /F1 12 Tf 36 300 Td (in a form) Tj ET"),
            (31, "", "1 begincodespacerange <0000> <FFFF> endcodespacerange 2 beginbfchar <0001> <65E5> <0002> <672C> endbfchar 1 beginbfrange <000A> <000B> <3042> endbfrange 1 beginbfrange <000B> <000B> [<3044>] endbfrange"),
        ];

        using var pdf = new MemoryStream();
        Write(pdf, "%PDF-1.7\n");
        if (IsPacked)
        {
            var content = string.Concat(objects.Select(o => o.Value + " "));
            var (head, at) = ("", 0);
            foreach (var (number, value) in objects)
            {
                head += string.Create(CultureInfo.InvariantCulture, $"{number} {at} ");
                at += value.Length + 1;
            }

            Stream(pdf, 50, $"/Type/ObjStm/N {objects.Count}/First {head.Length}", Encoding.Latin1.GetBytes(head + content), "/FlateDecode");
            Stream(pdf, 51, $"/Type/XRef/Root 1 0 R/Info 7 0 R{Trailer}", [], "");
        }
        else
        {
            foreach (var (number, value) in objects)
            {
                Write(pdf, $"{number} 0 obj\n{value}\nendobj\n");
            }
        }

        foreach (var (number, dictionary, content) in streams)
        {
            Stream(pdf, number, dictionary, Encoding.Latin1.GetBytes(content), IsPacked ? "/FlateDecode" : Coding);
        }

        Write(pdf, IsPacked ? "%%EOF" : $"trailer\n<</Root 1 0 R/Info 7 0 R{Trailer}>>\n%%EOF");
        return pdf.ToArray();
    }

    private static void Stream(MemoryStream pdf, int number, string dictionary, byte[] content, string filter)
    {
        var coded = filter switch { "/FlateDecode" => Deflate(content), "/ASCIIHexDecode" => Encoding.ASCII.GetBytes(Convert.ToHexString(content) + ">"), "/ASCII85Decode" => Ascii85(content), _ => content };
        Write(pdf, $"{number} 0 obj\n<<{dictionary}/Length {coded.Length}{(filter.Length > 0 ? $"/Filter{filter}" : "")}>>\nstream\n");
        pdf.Write(coded);
        Write(pdf, "\nendstream\nendobj\n");
    }

    private static byte[] Deflate(byte[] content)
    {
        using var packed = new MemoryStream();
        using (var packing = new ZLibStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            packing.Write(content);
        }

        return packed.ToArray();
    }

    private static byte[] Ascii85(byte[] content)
    {
        var text = new StringBuilder();
        foreach (var group in content.Chunk(4))
        {
            var value = group.Concat(new byte[4 - group.Length]).Aggregate(0u, (all, b) => (all << 8) | b);
            var digits = new char[5];
            for (var i = 4; i >= 0; i--, value /= 85)
            {
                digits[i] = (char)('!' + (value % 85));
            }

            text.Append(digits, 0, group.Length + 1);
        }

        return Encoding.ASCII.GetBytes(text.Append("~>").ToString());
    }

    private static void Write(MemoryStream pdf, string text) => pdf.Write(Encoding.Latin1.GetBytes(text));
}
