using OpenInteractions.Engine.FileSearch;
using OpenInteractions.Tools.FileSearch.Filters;

namespace OpenInteractions.Tools.Tests.FileSearch;

/// <summary>Filters over what a document's owner said of it.</summary>
public sealed class FilterTests
{
    private static readonly IReadOnlyList<CustomMetadata> Novel =
    [
        new("author", Text: "Robert Graves"), new("year", Number: 1934), new("genre", Texts: ["history", "novel"]), new("published", Text: "1934-05-01"), new("rated:by", Text: "x"), new("price", Number: -2.5),
    ];

    [Theory]
    [InlineData("author = \"Robert Graves\"", true)]
    [InlineData("author='Robert Graves'", true)]
    [InlineData("author = \"robert graves\"", false)]
    [InlineData("author != \"Ada\"", true)]
    [InlineData("author = \"Robert*\"", true)]
    [InlineData("author = \"*Graves\"", true)]
    [InlineData("author = \"*bert*\"", true)]
    [InlineData("author = \"Graves*\"", false)]
    [InlineData("year = 1934", true)]
    [InlineData("year = 1934.0", true)]
    [InlineData("year >= 1934 AND year < 1935", true)]
    [InlineData("year > 1934", false)]
    [InlineData("year <= 1900", false)]
    [InlineData("price = -2.5", true)]
    [InlineData("price < 0", true)]
    [InlineData("genre = novel", true)]
    [InlineData("genre:novel", true)]
    [InlineData("genre:poem", false)]
    [InlineData("genre != poem", true)]
    [InlineData("genre != novel", false)]
    [InlineData("published >= 1934-01-01 AND published < \"1935-01-01\"", true)]
    [InlineData("author:*", true)]
    [InlineData("editor:*", false)]
    [InlineData("editor = x", false)]
    [InlineData("editor != x", false)]
    [InlineData("NOT editor = x", true)]
    [InlineData("-editor:*", true)]
    [InlineData("NOT (genre:novel OR genre:poem)", false)]
    [InlineData("(year >= 2020 OR year < 1940) AND (genre = drama OR genre = history)", true)]
    [InlineData("year = 1934 genre:novel", true)]
    [InlineData("year = 1934 genre:poem", false)]
    [InlineData("\"rated:by\" = x", true)]
    [InlineData("document.custom_metadata.year = 1934", true)]
    [InlineData("custom_metadata.genre = novel", true)]
    [InlineData("year = abc", false)]
    [InlineData("year > NaN", false)]
    [InlineData("year >= NaN", false)]
    [InlineData("year < NaN", false)]
    [InlineData("year = NaN", false)]
    [InlineData("author = *", true)]
    [InlineData("author = \"*\"", true)]
    [InlineData("author != *", false)]
    [InlineData("genre = *", true)]
    [InlineData("year = *", true)]
    [InlineData("year != *", false)]
    [InlineData("editor = *", false)]
    [InlineData("-'year'=2020", true)]
    [InlineData("-'year'=1934", false)]
    [InlineData("-\"year\"=2020", true)]
    public void A_filter_holds_or_not(string filter, bool holds) => Assert.Equal(holds, FilterParser.Parse(filter).Holds(Novel));

    [Fact]
    public void Or_binds_closer_than_and()
    {
        // As (a OR b) AND c; the other way round it would hold.
        Assert.False(FilterParser.Parse("year = 1934 OR year = 1 AND genre:poem").Holds(Novel));
    }

    [Theory]
    [InlineData("year >", 7, "after '>' a value is missing")]
    [InlineData("year = 1934 AND", 16, "a comparison such as year >= 2020 is missing")]
    [InlineData("(year = 1934", 1, "the bracket that opens here is not closed")]
    [InlineData("year = 1934)", 12, "this bracket closes nothing")]
    [InlineData("author = \"Robert", 10, "the text that begins here is not closed")]
    [InlineData("year 1934", 6, "after 'year' one of =, !=, <, <=, >, >= or : is missing")]
    [InlineData("year = 1 and genre = x", 10, "'and' must be written in capitals")]
    [InlineData("lower(author) = x", 1, "functions are not known here")]
    [InlineData("year ! 5", 6, "'!' means nothing by itself")]
    [InlineData("= 5", 1, "'=' stands where a comparison")]
    [InlineData("a = 1,b = 2", 6, "functions and lists")]
    [InlineData("   ", 4, "a comparison such as year >= 2020 is missing")]
    public void A_broken_filter_says_where_and_why(string filter, int at, string message)
    {
        var fault = Assert.Throws<FilterFaultException>(() => FilterParser.Parse(filter));

        Assert.Equal(at, fault.At);
        Assert.Contains(message, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Filters_have_bounds()
    {
        Assert.Contains("at most 4096", Assert.Throws<FilterFaultException>(() => FilterParser.Parse(new string('a', 5000))).Message, StringComparison.Ordinal);
        Assert.Contains("at most 32 deep", Assert.Throws<FilterFaultException>(() => FilterParser.Parse(new string('(', 2000))).Message, StringComparison.Ordinal);
        Assert.Contains("at most 100", Assert.Throws<FilterFaultException>(() => FilterParser.Parse(string.Join(" OR ", Enumerable.Repeat("a=1", 101)))).Message, StringComparison.Ordinal);
    }
}
