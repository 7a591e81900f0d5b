using OpenInteractions.Engine.FileSearch;
using OpenInteractions.Tools.FileSearch;

namespace OpenInteractions.Tools.Tests.FileSearch;

/// <summary>Rankings as one, and pieces as passages.</summary>
public sealed class PassageTests
{
    [Fact]
    public void What_two_rankings_agree_on_comes_before_what_one_has_on_top()
    {
        var words = Hits(1, 2, 3);
        var vectors = Hits(4, 2, 5);

        Assert.Equal([2, 1, 4, 3, 5], RankFusion.Of([new Ranking(words, 1), new Ranking(vectors, 1)]).Select(h => h.Id));
    }

    [Fact]
    public void The_best_of_one_ranking_comes_before_what_both_have_far_down()
    {
        var far = Enumerable.Range(100, 28).Select(n => (long)n).ToArray();
        var words = Hits([1, .. far, 3]);
        var vectors = Hits([2, .. far.Select(n => n + 100), 3]);

        Assert.Equal([1, 2], RankFusion.Of([new Ranking(words, 1), new Ranking(vectors, 1)]).Select(h => h.Id).Take(2));
    }

    [Fact]
    public void A_ranking_that_counts_more_has_the_first_place()
    {
        Assert.Equal([2, 1], RankFusion.Of([new Ranking(Hits(1), 1), new Ranking(Hits(2), 1.5)]).Select(h => h.Id));
    }

    [Fact]
    public void Neighbours_become_one_passage_without_what_they_both_have()
    {
        var list = Of(Piece(2, "Handbook > Leave\n\nAsk your manager first. Then fill in the form."), Piece(1, "# Leave\n\nEverybody has thirty days. Ask your manager first."), Piece(7, "Something else entirely, about lunch."));

        Assert.Equal(["# Leave\n\nEverybody has thirty days. Ask your manager first. Then fill in the form.", "Something else entirely, about lunch."], list.Passages.Select(p => p.Text));
        Assert.Equal(3, list.Count);
        Assert.Equal(1, list.Passages[0].First.Ordinal);
    }

    [Fact]
    public void A_piece_between_two_passages_joins_them_where_the_better_one_is()
    {
        var list = Of(Piece(3, "three three three"), Piece(9, "nine nine nine"), Piece(1, "one one one"), Piece(2, "two two two"));

        Assert.Equal(["one one one\n\ntwo two two\n\nthree three three", "nine nine nine"], list.Passages.Select(p => p.Text));
        Assert.Equal((1, 3), (list.Passages[0].First.Ordinal, list.Passages[0].Last));
    }

    [Fact]
    public void Neighbours_of_different_documents_stay_apart() =>
        Assert.Equal(2, Of(Piece(1, "one one one"), Piece(2, "two two two") with { Document = 8 }).Passages.Count);

    [Fact]
    public void Neighbours_that_begin_on_different_pages_stay_apart_so_that_each_is_cited_with_its_own()
    {
        var list = Of(Piece(2, "two two two") with { Page = 2 }, Piece(1, "one one one") with { Page = 1 }, Piece(3, "three three three") with { Page = 2 }, Piece(4, "four four four") with { Page = 3 });

        Assert.Equal([2, 1, 3], list.Passages.Select(p => p.First.Page));
        Assert.Equal("two two two\n\nthree three three", list.Passages[0].Text);
    }

    [Fact]
    public void A_copy_in_another_document_is_left_out()
    {
        const string Text = "The boiler in the cellar is serviced in May by the firm that built it, and the bill goes to the owners of the house in equal parts.";
        var list = Of(Piece(1, Text), Piece(5, Text.Replace("May", "June", StringComparison.Ordinal) + " Really.") with { Document = 8 }, Piece(1, "The boiler is off in summer.") with { Document = 9 });

        // One word in the middle changes six stretches of six words; the rest is the same.
        Assert.Equal([7L, 9L], list.Passages.Select(p => p.First.Document).Where(d => d != 8));
        Assert.Equal(1, Of(Piece(1, Text), Piece(5, Text) with { Document = 8 }).Count);
    }

    private static PassageList Of(params Chunk[] pieces)
    {
        var list = new PassageList();
        foreach (var piece in pieces)
        {
            list.Add(piece);
        }

        return list;
    }

    private static Chunk Piece(int ordinal, string text) => new() { Id = ordinal, Document = 7, DocumentName = "d", Title = "t", Store = "s", Ordinal = ordinal, Text = text, Metadata = [] };

    private static IReadOnlyList<ChunkHit> Hits(params long[] ids) => [.. ids.Select(id => new ChunkHit(id, 1, 1))];
}
