using System.Text;
using OpenInteractions.Contracts.Errors;
using OpenInteractions.Engine.FileSearch;
using OpenInteractions.Tools.FileSearch.Reading;

namespace OpenInteractions.Tools.Tests.FileSearch;

/// <summary>Files as pieces: what they say, where they are cut, and what stands in front.</summary>
public sealed class ReadingTests
{
    private static readonly string Words = string.Join(' ', Enumerable.Range(1, 1000).Select(i => $"w{i}"));

    [Theory]
    [InlineData(100, 20)]
    [InlineData(100, 0)]
    [InlineData(100, 99)]
    [InlineData(21, 5)]
    [InlineData(1, 0)]
    public async Task A_text_without_places_to_cut_is_cut_all_the_same_with_its_overlap(int most, int overlap)
    {
        var pieces = await ReadAsync(Words, "text/plain", most, overlap);

        var at = 0;
        foreach (var piece in pieces)
        {
            var words = piece.Text.Split(' ').Select(w => int.Parse(w[1..], System.Globalization.CultureInfo.InvariantCulture)).ToList();
            Assert.InRange(words.Count, 1, most);
            Assert.InRange(at - words[0] + 1, 0, overlap);
            Assert.Equal(Enumerable.Range(words[0], words.Count), words);
            Assert.True(words[^1] > at, "A piece brings nothing new.");
            at = words[^1];
        }

        Assert.Equal(1000, at);
        Assert.True(overlap < 20 || pieces.Skip(1).All(p => pieces[0].Text.Length > 0 && Words.Contains(p.Text, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Pieces_repeat_whole_sentences_of_the_one_before()
    {
        var text = string.Join(' ', Enumerable.Range(1, 40).Select(i => $"Sentence number {i} has exactly eight words here."));

        var pieces = await ReadAsync(text, "text/plain", most: 64, overlap: 20);

        Assert.All(pieces, p => Assert.StartsWith("Sentence number", p.Text, StringComparison.Ordinal));
        Assert.All(pieces, p => Assert.EndsWith("here.", p.Text, StringComparison.Ordinal));
        for (var i = 1; i < pieces.Count; i++)
        {
            var first = pieces[i].Text[..(pieces[i].Text.IndexOf('.', StringComparison.Ordinal) + 1)];
            Assert.Contains(first, pieces[i - 1].Text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Cuts_are_made_before_headings_and_a_piece_says_what_it_stands_under()
    {
        var leave = string.Join(' ', Enumerable.Repeat("Everybody has thirty days of leave.", 12));
        var text = $"# Handbook\n\nFor everybody.\n\n## Leave\n\n{leave}\n\n### Abroad\n\nAsk first.\n\n## Pay\n\n{leave}\n\n{leave}\n";

        var pieces = await ReadAsync(text, "text/markdown", most: 80, overlap: 10);

        Assert.StartsWith("# Handbook\n\nFor everybody.", pieces[0].Text, StringComparison.Ordinal);
        Assert.EndsWith("thirty days of leave.", pieces[0].Text, StringComparison.Ordinal);
        Assert.StartsWith("Handbook > Leave\n\n### Abroad\n\nAsk first.\n\n## Pay\n\nEverybody", pieces[1].Text, StringComparison.Ordinal);
        Assert.All(pieces.Skip(2), p => Assert.StartsWith("Handbook > Pay\n\nEverybody", p.Text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_hash_in_code_is_no_heading_and_underlined_lines_are()
    {
        var body = string.Join(' ', Enumerable.Repeat("word", 30));
        var markdown = await ReadAsync($"```\n# a comment\n```\n\n{body}\n\n{body}", "text/markdown", most: 40, overlap: 0);
        var plain = await ReadAsync($"Sorting\n*******\n\n{body}\n\nBy month\n========\n\n{body}\n\n{body}", "text/plain", most: 40, overlap: 0);

        Assert.DoesNotContain(markdown.Skip(1), p => p.Text.Contains("a comment", StringComparison.Ordinal));
        Assert.StartsWith("Sorting > By month\n\nword", plain[^1].Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("今日は天気がいいです。", "。")]
    [InlineData("我们在北京学习中文。", "。")]
    [InlineData("ประเทศไทยมีฤดูร้อนที่ยาวนาน ", "")]
    public async Task Scripts_without_spaces_are_cut_at_their_sentences(string sentence, string end)
    {
        var pieces = await ReadAsync(string.Concat(Enumerable.Repeat(sentence, 60)), "text/plain", most: 50, overlap: 0);

        Assert.True(pieces.Count > 5, $"There are {pieces.Count} pieces.");
        Assert.All(pieces, p => Assert.StartsWith(sentence.Trim(), p.Text, StringComparison.Ordinal));
        Assert.All(pieces, p => Assert.EndsWith(end, p.Text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Rows_keep_the_names_of_their_columns()
    {
        var rows = string.Join('\n', Enumerable.Range(1, 50).Select(i => $"{i},Name {i},Town {i}"));

        var pieces = await ReadAsync($"id,name,town\n{rows}\n", "text/csv", most: 40, overlap: 0);

        Assert.All(pieces, p => Assert.StartsWith("id,name,town\n", p.Text, StringComparison.Ordinal));
        Assert.Single(pieces, p => p.Text.Contains("\n50,Name 50,Town 50", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Json_in_one_line_is_cut_between_its_members()
    {
        var json = "{\"people\":[" + string.Join(',', Enumerable.Range(1, 40).Select(i => $"{{\"name\":\"Ann {i}\",\"city\":\"Zürich\"}}")) + "]}";

        var pieces = await ReadAsync(json, "application/json", most: 30, overlap: 0);

        Assert.True(pieces.Count > 5, $"There are {pieces.Count} pieces.");
        Assert.Contains(pieces, p => p.Text.Contains("\"city\": \"Zürich\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Html_loses_what_is_no_text_and_keeps_its_headings()
    {
        var body = string.Concat(Enumerable.Repeat("<p>The boiler is serviced in May, by the firm that built it.</p>", 12));
        var html = $"<html><head><title>House</title><script>var hidden = 1;</script></head><body><main><h1>House</h1><h2>Heating</h2>{body}</main></body></html>";

        var pieces = await ReadAsync(html, "text/html; charset=utf-8", most: 60, overlap: 0);

        Assert.DoesNotContain(pieces, p => p.Text.Contains("hidden", StringComparison.Ordinal));
        Assert.StartsWith("House > Heating\n\nThe boiler", pieces[^1].Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "text/plain")]
    [InlineData(" \n\n ", "text/markdown")]
    [InlineData("%PDF-1.7 broken", "application/pdf")]
    [InlineData("\u0001\u0002", "image/png")]
    [InlineData("PK\u0003\u0004 nothing", "application/vnd.openxmlformats-officedocument.wordprocessingml.document")]
    public async Task What_cannot_be_read_is_refused_without_repeating_it(string text, string type)
    {
        var refused = await Assert.ThrowsAsync<ApiException>(() => ReadAsync(text, type, 100, 10));

        Assert.Equal(ErrorCode.InvalidRequest, refused.Code);
        Assert.DoesNotContain("nothing", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("broken", refused.Message.Replace("is broken", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Control_characters_do_not_reach_the_store()
    {
        var piece = Assert.Single(await ReadAsync("a\0b\r\nc\u001b[1md", "text/plain", 100, 10));

        Assert.Equal("ab\nc[1md", piece.Text);
    }

    private static async Task<IReadOnlyList<NewChunk>> ReadAsync(string text, string type, int most, int overlap)
    {
        using var reader = new DocumentReader();
        return await reader.ReadAsync(Encoding.UTF8.GetBytes(text), type, new Chunking(most, overlap), CancellationToken.None);
    }
}
