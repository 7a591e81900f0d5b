using OpenInteractions.Contracts.Content;
using OpenInteractions.Testing;
using OpenInteractions.Tools.GoogleSearch.Local;

namespace OpenInteractions.Tools.Tests.GoogleSearch;

public sealed class LocalSearchTests : IDisposable
{
    private readonly DirectoryInfo _pages = Directory.CreateTempSubdirectory("oi-pages-");
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("oi-index-");

    public LocalSearchTests()
    {
        Write("alps.html", "<html><head><title>The Alps &amp; more</title><style>p{}</style></head><body><nav>Menu</nav><p>The <b>Alps</b> are mountains in Europe.</p><p>Their highest summit is Mont Blanc.</p><script>var hidden=1</script></body></html>");
        Write("sub dir/kyoto.md", "# 京都\n\n京都の人口は百四十万人です。寺が多い。");
        Write("rivers.txt", "Rivers\nThe Danube flows through ten countries.");
        Write("image.png", "The Danube in a picture");
    }

    [Theory]
    [InlineData("highest summit of the alps?", "https://docs.example/base/alps.html", "The Alps & more", "Mont Blanc")]
    [InlineData("which river flowing through countries", "https://docs.example/base/rivers.txt", "Rivers", "Danube")]
    [InlineData("京都の人口", "https://docs.example/base/sub%20dir/kyoto.md", "京都", "百四十万人")]
    [InlineData("寺", "https://docs.example/base/sub%20dir/kyoto.md", "京都", "百四十万人")]
    public async Task Pages_of_a_folder_are_found_by_their_words(string query, string url, string title, string text)
    {
        await using var rig = Rig();
        await rig.Index.RefreshAsync(CancellationToken.None);

        var (step, reading, read) = await rig.SearchForAsync(query);

        Assert.Null(step.IsError);
        var first = Assert.IsType<UrlCitation>(reading.Sources[0].Citation);
        Assert.Equal((url, title), (first.Url, first.Title));
        Assert.Contains(text, read, StringComparison.Ordinal);
        Assert.DoesNotContain("hidden", read, StringComparison.Ordinal);
        Assert.DoesNotContain(_pages.FullName, read, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("zebra")]
    [InlineData("?!")]
    [InlineData("NOT * ( \\\" alps\\\" zebra NEAR")]
    public async Task No_query_is_a_fault_of_the_index(string query)
    {
        await using var rig = Rig();
        await rig.Index.RefreshAsync(CancellationToken.None);

        Assert.Null((await rig.SearchForAsync(query)).Step.IsError);
    }

    [Fact]
    public async Task A_new_start_reads_only_what_has_changed()
    {
        await using (var first = Rig())
        {
            await first.Index.RefreshAsync(CancellationToken.None);
            Assert.Equal(3, first.Index.Read);
        }

        Write("rivers.txt", "Rivers\nThe Rhine flows into the North Sea, and is longer now.");
        Write("new.txt", "Deserts\nThe Gobi is cold.");
        File.Delete(Path.Combine(_pages.FullName, "alps.html"));
        await using (var second = Rig())
        {
            await second.Index.RefreshAsync(CancellationToken.None);
            Assert.Equal(2, second.Index.Read);
            Assert.Single((await second.SearchForAsync("Rhine")).Reading.Sources);
            Assert.Single((await second.SearchForAsync("Gobi")).Reading.Sources);
            Assert.Empty((await second.SearchForAsync("Danube")).Reading.Sources);
            Assert.Empty((await second.SearchForAsync("Blanc")).Reading.Sources);
        }

        await using var third = Rig();
        await third.Index.RefreshAsync(CancellationToken.None);
        Assert.Equal(0, third.Index.Read);
    }

    [Fact]
    public async Task A_damaged_index_is_made_again()
    {
        await File.WriteAllTextAsync(Path.Combine(_data.FullName, LocalIndex.FileName), new string('x', 4096));
        await using var rig = Rig();

        await rig.Index.RefreshAsync(CancellationToken.None);

        Assert.Single((await rig.SearchForAsync("Danube")).Reading.Sources);
    }

    [Fact]
    public async Task A_list_says_which_files_are_found_and_where()
    {
        var list = Path.Combine(_pages.FullName, "pages.tsv");
        await File.WriteAllTextAsync(list, "# address and file\nhttps://rivers.example/\trivers.txt\n\nhttps://gone.example/\tgone.txt\n");
        await using var rig = new SearchRig(TimeProvider.System, _data, ("Engine", "local"), ("Pages", list));
        await rig.Index.RefreshAsync(CancellationToken.None);

        Assert.Equal("https://rivers.example/", Assert.IsType<UrlCitation>(Assert.Single((await rig.SearchForAsync("Danube")).Reading.Sources).Citation).Url);
        Assert.Empty((await rig.SearchForAsync("Alps")).Reading.Sources);
    }

    [Fact]
    public async Task A_search_waits_for_the_index()
    {
        await using var rig = Rig();

        var searching = rig.SearchForAsync("Danube");
        Assert.False(searching.IsCompleted);
        await rig.Index.RefreshAsync(CancellationToken.None);

        Assert.Single((await searching.OrTimeout("the search after the index")).Reading.Sources);
    }

    [Fact]
    public async Task Of_a_long_page_the_part_is_shown_that_speaks_of_the_query()
    {
        Write("long.txt", string.Join('\n', Enumerable.Range(0, 3000).Select(i => i == 2000 ? "The quokka lives on Rottnest Island." : $"Line {i} says nothing in particular about animals.")));
        await using var rig = Rig();
        await rig.Index.RefreshAsync(CancellationToken.None);

        Assert.Contains("Rottnest Island", (await rig.SearchForAsync("where does the quokka live")).Text, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _pages.Delete(recursive: true);
        _data.Delete(recursive: true);
    }

    private SearchRig Rig() => new(TimeProvider.System, _data, ("Engine", "local"), ("Pages", _pages.FullName), ("Address", "https://docs.example/base/"));

    private void Write(string name, string text)
    {
        var file = Path.Combine(_pages.FullName, name);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }
}
