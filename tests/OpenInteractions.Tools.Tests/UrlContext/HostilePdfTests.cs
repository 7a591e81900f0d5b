using System.Globalization;
using System.Text;
using OpenInteractions.Tools.Documents;
using OpenInteractions.Tools.Documents.Pdf;

namespace OpenInteractions.Tools.Tests.UrlContext;

/// <summary>Small PDFs that are made to take time, memory or the whole process. What they cost is counted, because clocks differ.</summary>
public sealed class HostilePdfTests
{
    private const string Page = "1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Kids[3 0 R]>>endobj 3 0 obj<</Contents 4 0 R/Resources<</Font<</F 5 0 R>>/XObject<</X 6 0 R>>>>>>endobj ";

    [Theory]
    [InlineData("trailer%")]
    [InlineData("trailer(")]
    [InlineData("trailer<")]
    [InlineData("trailer<</a<<")]
    [InlineData("trailer[")]
    public void What_stands_behind_a_trailer_is_looked_at_once(string piece)
    {
        var (one, two) = (Steps(Repeat(piece, 20_000)), Steps(Repeat(piece, 40_000)));

        Assert.InRange(two, one, (2 * one) + 1000);
        Assert.InRange(two, 1, 10 * 40_000 * piece.Length);

        static long Steps(string trailers) => new PdfFile(Bytes(Page + trailers), new PdfWork(CancellationToken.None)).Work.Steps;
    }

    [Theory]
    [InlineData("obj%")]
    [InlineData("obj(")]
    [InlineData("obj<</a ")]
    [InlineData("obj/ObjStm[ stream")]
    [InlineData("obj<</Type/ObjStm/N 1/First 1>>stream ")]
    public void Objects_that_all_reach_to_the_end_of_the_file_take_a_bounded_number_of_steps(string piece)
    {
        const long MostSteps = 20_000_000;
        var file = string.Concat(Enumerable.Range(10, 60_000).Select(i => string.Create(CultureInfo.InvariantCulture, $"{i} 0 {piece}")));

        PdfFile? read = null;
        var refused = Record.Exception(() => read = new PdfFile(Bytes(file), new PdfWork(CancellationToken.None, MostSteps)));
        refused ??= Record.Exception(() => Assert.Null(read!.Catalog));

        Assert.True(refused is null ? read!.Work.Steps <= MostSteps : refused is PdfBrokenException or UnreadableDocumentException, refused?.ToString());
        Assert.True(piece is not ("obj%" or "obj(") || refused!.Message.Contains($"{MostSteps} steps", StringComparison.Ordinal), refused?.ToString());
    }

    [Theory]
    [InlineData("/a 1 2<<", 100_000)]
    [InlineData("/a 1 2[<<", 100_000)]
    [InlineData("/a<<", 100_000)]
    [InlineData("[", 100_000)]
    public void What_is_nested_without_end_is_broken_and_ends_nobody(string piece, int count) =>
        Assert.Contains("broken", Assert.Throws<UnreadableDocumentException>(() => Read($"1 0 obj<<{Repeat(piece, count)} trailer<</Root 1 0 R>>")).Message, StringComparison.Ordinal);

    [Fact]
    public void A_number_before_a_nested_dictionary_is_read_once_and_not_once_more_for_each_level()
    {
        var work = new PdfWork(CancellationToken.None);
        var nested = $"<<{Repeat("/a 1 2<<", 30)}{Repeat(">>", 31)}";

        new PdfLexer(Bytes(nested), work).Read();

        Assert.InRange(work.Steps, 1, 10 * nested.Length);
    }

    [Theory]
    [InlineData("<</a 12 0 R/b 3>>", "12")]
    [InlineData("<</a 12%x\n0%y\nR/b 3>>", "12")]
    [InlineData("<</a 12 0 Rx/b 3>>", null)]
    [InlineData("<</a 12/b 3>>", null)]
    [InlineData("<</a 12 -1 R/b 3>>", null)]
    [InlineData("<</a 12 0 R>>", "12")]
    public void A_reference_in_a_dictionary_is_told_from_numbers(string text, string? number)
    {
        var read = (Dictionary<string, object?>)new PdfLexer(Bytes(text), new PdfWork(CancellationToken.None)).Read()!;

        Assert.Equal(number, (read["a"] as PdfReference)?.Number.ToString(CultureInfo.InvariantCulture));
        Assert.True(!text.Contains("/b", StringComparison.Ordinal) || read["b"] is 3.0);
    }

    [Theory]
    [InlineData("1 1 ")]
    [InlineData("[]")]
    [InlineData("<<>>")]
    [InlineData("/a ")]
    public void One_object_of_millions_is_held_up_to_its_bound(string piece)
    {
        var work = new PdfWork(CancellationToken.None);
        var lexer = new PdfLexer(Bytes($"[{Repeat(piece, 500_000)}]"), work);

        Assert.InRange(((List<object?>)lexer.Read()!).Count, 1000, 200_000);
    }

    [Fact]
    public void A_form_that_draws_itself_again_and_again_takes_a_bounded_number_of_steps()
    {
        const long MostSteps = 2_000_000;
        var file = new PdfFile(Bytes($"{Page}6 0 obj<</Subtype/Form>>stream\n{Repeat("/X Do ", 200)}\nendstream endobj"), new PdfWork(CancellationToken.None, MostSteps));
        var resources = file.Dictionary(file.Get(file.Dictionary(new PdfReference(3)), "Resources"));
        var page = new PdfPageText(file, new PdfFonts(file), new StringBuilder(), CancellationToken.None);

        var refused = Assert.Throws<UnreadableDocumentException>(() => page.Read(Bytes("/X Do"), resources));

        Assert.Contains($"{MostSteps} steps", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_page_that_is_the_same_stream_many_times_is_not_joined()
    {
        var parts = Repeat("4 0 R ", 20_000);
        var page = $"1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Kids[3 0 R]>>endobj 3 0 obj<</Contents[{parts}]>>endobj 4 0 obj<<>>stream\n{new string(' ', 100_000)}\nendstream endobj";

        Assert.Contains("larger than can be read", Assert.Throws<UnreadableDocumentException>(() => Read(page)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_code_stands_for_a_few_letters_and_no_more()
    {
        var work = new PdfWork(CancellationToken.None);

        var map = PdfCMap.Parse(Bytes($"1 beginbfrange <0000> <FFFF> <{Repeat("0041", 10_000)}> endbfrange 1 beginbfchar <0001> <{Repeat("0042", 10_000)}> endbfchar 1 beginbfrange <0002> <0002> [<{Repeat("0043", 10_000)}>] endbfrange"), work);

        Assert.Equal(new string('A', 32), map.Find(0));
        Assert.Equal(new string('A', 31) + "D", map.Find(3));
        Assert.Equal(new string('B', 32), map.Find(1));
        Assert.Equal(new string('C', 32), map.Find(2));
        Assert.InRange(work.Kept, 65_536 * 64, 65_536 * 200);
    }

    [Theory]
    [InlineData("<7FFFFFF0> <7FFFFFFF> <0041>")]
    [InlineData("<7FFFFFF0> <7FFFFFFF> [<0041>]")]
    public void A_range_of_codes_at_the_end_of_all_codes_ends(string range)
    {
        var work = new PdfWork(CancellationToken.None);

        Assert.Equal("A", PdfCMap.Parse(Bytes($"1 beginbfrange {range} endbfrange"), work).Find(0x7FFFFFF0));
        Assert.InRange(work.Kept, 1, 16 * 100);
    }

    [Theory]
    [InlineData("2147483647 9999999999 500")]
    [InlineData("2147483000 2147483647 500")]
    [InlineData("-5 9999999999 500")]
    public void Widths_of_codes_that_there_are_not_are_not_held(string widths)
    {
        var file = new PdfFile(Bytes($"5 0 obj<</Subtype/Type0/DescendantFonts[<</W[{widths}]>>]>>endobj"), new PdfWork(CancellationToken.None));

        _ = new PdfFont(file, file.Dictionary(new PdfReference(5))!);

        Assert.InRange(file.Work.Kept, 0, 10_000);
    }

    [Theory]
    [InlineData("/Subtype/Type0/DescendantFonts[<</W[0 70000 500]>>]")]
    [InlineData("/ToUnicode 7 0 R")]
    [InlineData("/Encoding<</Differences[1/a]>>")]
    public void Fonts_are_held_up_to_a_bound_together(string font)
    {
        const int Fonts = 100_000;
        var objects = string.Concat(Enumerable.Range(100, Fonts).Select(i => string.Create(CultureInfo.InvariantCulture, $"{i} 0 obj<<{font}>>endobj\n")));
        var file = new PdfFile(Bytes(objects + "7 0 obj<<>>stream\n1 beginbfrange <0000> <FFFF> <0041> endbfrange\nendstream endobj"), new PdfWork(CancellationToken.None));
        var fonts = new PdfFonts(file);
        var resources = new Dictionary<string, object?>();

        Assert.Throws<UnreadableDocumentException>(() =>
        {
            for (var i = 0; i < Fonts; i++)
            {
                resources["Font"] = new Dictionary<string, object?> { ["F"] = new PdfReference(100 + i) };
                fonts.Find(resources, "F");
            }
        });
    }

    [Fact]
    public void A_packed_object_before_the_beginning_is_no_object()
    {
        const string Head = "5 3 ";
        Assert.Equal("", Read($"1 0 obj<</Type/Catalog/Pages 5 0 R>>endobj 9 0 obj<</Type/ObjStm/N 1/First -9>>stream\n{Head}<<>>\nendstream endobj"));
    }

    [Fact]
    public void The_reading_ends_when_nobody_waits_for_it_any_longer()
    {
        using var source = new CancellationTokenSource();
        var work = new PdfWork(source.Token);
        source.Cancel();

        Assert.Throws<OperationCanceledException>(() => new PdfLexer(Bytes($"[{Repeat("1 ", 100_000)}]"), work).Read());
    }

    private static string Read(string file) => PdfDocument.Read(Bytes(file), CancellationToken.None).Text;

    private static byte[] Bytes(string text) => Encoding.Latin1.GetBytes(text);

    private static string Repeat(string piece, int count) => string.Concat(Enumerable.Repeat(piece, count));
}
