using System.Globalization;

namespace OpenInteractions.Api.Http;

/// <summary>A page of a list that goes by numbers, as it is asked for in the query.</summary>
/// <param name="Size">How many it has at most.</param>
/// <param name="Last">The number of the last one of the page before; null on the first page.</param>
/// <param name="List">The list that a token belongs to.</param>
internal sealed record NumberedPage(int Size, long? Last, string List)
{
    /// <summary>How many a page has when nothing is said, and the most that it may have (wire 1.5).</summary>
    private const int Standard = 50;

    private const int Largest = 1000;

    /// <exception cref="ApiException">The size is out of range, or the token is none of this list.</exception>
    public static NumberedPage Read(HttpContext context, string list)
    {
        var query = context.Request.Query;
        return new NumberedPage(query.ReadPageSize("page_size", Standard, Largest), PageToken.ReadNumber(query.ReadText("page_token"), "page_token", list), list);
    }

    /// <summary>The token of the page behind one that ends with this number.</summary>
    public string Next(long last) => PageToken.Write(last.ToString(CultureInfo.InvariantCulture), List);
}
