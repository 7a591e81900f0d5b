using OpenInteractions.Tools.Documents;
using OpenInteractions.Tools.Documents.Html;
using OpenInteractions.Tools.UrlContext.Html;

namespace OpenInteractions.Tools.Tests.UrlContext;

/// <summary>Small pages that stand for much more text than they have, or that are made to break whoever reads them.</summary>
public sealed class HostileHtmlTests
{
    private const int Bound = 4_000_000;

    private static readonly Uri Url = new("https://site.example/dir/page");

    [Theory]
    [InlineData("rowspan=1000")]
    [InlineData("colspan=100 rowspan=1000")]
    public void A_long_cell_that_reaches_over_many_rows_is_written_once(string reach)
    {
        var text = Read($"<table><tr><td {reach}>{new string('x', 300_000)}<td>y{Repeat("<tr><td>z", 999)}</table>");

        Assert.InRange(text.Count(c => c == 'x'), 300_000, 300_000);
        Assert.InRange(text.Length, 300_000, Bound + 1000);
    }

    [Fact]
    public void A_short_cell_that_reaches_over_rows_is_there_again_in_each() =>
        Assert.Equal("| North | b |\n| --- | --- |\n| North | c |\n| North | d |", Read("<table><tr><td rowspan=3>North<td>b<tr><td>c<tr><td>d</table>"));

    [Theory]
    [InlineData("<tr><td colspan=100>a<td>b", "<tr>", 30_000)]
    [InlineData("<tr><td colspan=100 rowspan=1000>a<td>b", "<tr><td rowspan=1000 colspan=100>a", 100_000)]
    public void A_table_of_empty_cells_ends_where_the_bound_is(string first, string row, int count) =>
        Assert.InRange(Read($"<table>{first}{Repeat(row, count)}</table>").Length, 1, Bound + 1000);

    [Fact]
    public void Lines_that_are_set_in_ever_deeper_end_where_the_bound_is() =>
        Assert.InRange(Read($"{Repeat("<ol start=1000000000><li>", 16)}<pre>{Repeat("x\n", 100_000)}</pre>").Length, 1, Bound + 1000);

    [Fact]
    public void Links_that_are_short_and_lead_far_end_where_the_bound_is() =>
        Assert.InRange(Read($"<base href='https://a.example/{new string('b', 1_900)}/'>{Repeat("<a href=x>y</a> ", 50_000)}").Length, 1, Bound + 3000);

    [Fact]
    public void A_base_that_is_longer_than_any_address_is_none()
    {
        var text = Read($"<base href='https://a.example/{new string('b', 3_000)}/'><a href=x>y</a>");

        Assert.Equal("[y](https://site.example/dir/x)", text);
    }

    [Fact]
    public void A_page_with_more_letters_than_the_bound_is_read_whole()
    {
        var text = Read($"<p>{Repeat("some words ", 500_000)}end</p>");

        Assert.InRange(text.Length, 5_000_000, 6_000_000);
        Assert.EndsWith("words end", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<svg><td>")]
    [InlineData("<svg><g><option>")]
    [InlineData("<math><tr>")]
    [InlineData("<svg><desc></svg></desc><th>")]
    [InlineData("<svg><desc></svg></desc><input>")]
    public void Cells_in_pictures_are_nested_and_refused(string begin)
    {
        var piece = begin[begin.LastIndexOf('<')..];

        Assert.Throws<UnreadableDocumentException>(() => MarkupBounds.Require(begin + Repeat(piece, 6_000)));
        Assert.Throws<UnreadableDocumentException>(() => Read(begin + Repeat(piece, 100_000)));
    }

    [Theory]
    [InlineData("<svg><title>x</title></svg>", "<td>")]
    [InlineData("<svg>", "<input/>")]
    [InlineData("<svg>", "<td></td>")]
    [InlineData("<math><mi>x</mi></math>", "<tr><td>")]
    public void Cells_beside_pictures_are_as_they_were(string begin, string piece) => MarkupBounds.Require(begin + Repeat(piece, 6_000));

    private static string Read(string html) => HtmlPage.Read($"<!DOCTYPE html><html>{html}", Url, CancellationToken.None).Text;

    private static string Repeat(string piece, int count) => string.Concat(Enumerable.Repeat(piece, count));
}
