using System.Text;
using System.Text.Json;
using OpenInteractions.Contracts.Content;
using OpenInteractions.Contracts.Json;
using OpenInteractions.Contracts.Steps;
using OpenInteractions.Contracts.Tools;
using OpenInteractions.Engine.Citations;
using OpenInteractions.Engine.Tools;
using OpenInteractions.Tools.UrlContext;

namespace OpenInteractions.Tools.Tests.UrlContext;

/// <summary>What comes of pages of every kind (wire 6, behaviour TL-2).</summary>
public sealed class ReadingTests
{
    private const string Paywalled = """<html><head><script type="application/ld+json">{"@graph":[{"@type":"NewsArticle","isAccessibleForFree":"False"}]}</script></head><body><p>The beginning.</p></body></html>""";

    private static readonly byte[] Png = [0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10, 0, 0, 0, 13];

    [Fact]
    [Rule("TL-2")]
    public async Task The_wire_shows_addresses_and_statuses_and_the_model_reads_the_page()
    {
        await using var site = new Site().Page("/a", "<html><head><title>On  apples</title></head><body><h1>Apples</h1><p>They are <b>red</b>.</p></body></html>");
        await using var rig = new PageRig();

        var answer = await rig.ReadAsync($"{site.Url}/a#top");

        var wire = JsonSerializer.SerializeToElement(answer.Step, WireJson.Wire.Step);
        Assert.Equal(["type", "call_id", "result", "signature"], wire.EnumerateObject().Select(m => m.Name).Order(StringComparer.Ordinal).OrderBy(n => Array.IndexOf(["type", "call_id", "result", "signature"], n)));
        Assert.Equal($$"""[{"url":"{{site.Url}}/a#top","status":"success"}]""", wire.GetProperty("result").GetRawText());
        var mark = CitationMark.Of("call_1", 1);
        Assert.Contains($"[{mark}] On apples\n{site.Url}/a#top\n\n# Apples\n\nThey are **red**.", answer.Text, StringComparison.Ordinal);
        var source = Assert.Single(answer.Reading.Sources);
        Assert.Equal((mark, new UrlCitation { Url = $"{site.Url}/a#top", Title = "On apples" }), (source.Mark, source.Citation));
    }

    [Theory]
    [InlineData("404 Not Found", "error", "HTTP 404")]
    [InlineData("410 Gone", "error", "HTTP 410")]
    [InlineData("403 Forbidden", "error", "HTTP 403")]
    [InlineData("401 Unauthorized", "error", "HTTP 401")]
    [InlineData("500 Broken", "error", "HTTP 500")]
    [InlineData("402 Payment Required", "paywall", "those who pay")]
    [InlineData("204 No Content", "error", "empty")]
    [InlineData("304 Not Modified", "error", "HTTP 304")]
    [Rule("TL-2")]
    public async Task A_status_of_the_site_is_one_of_the_wire(string status, string expected, string words)
    {
        await using var site = new Site().On("/a", Site.Answer([], status: status));
        await using var rig = new PageRig();

        var answer = await rig.ReadAsync($"{site.Url}/a");

        Assert.Equal(expected, answer.Status);
        Assert.Contains(words, answer.Text, StringComparison.Ordinal);
        Assert.Equal(expected == "error" ? true : null, answer.Step.IsError);
    }

    [Theory]
    [InlineData(Paywalled)]
    [InlineData("""<meta property="article:content_tier" content="locked"><p>The beginning.</p>""")]
    [InlineData("""<div itemscope><meta itemprop="isAccessibleForFree" content="false"><p>The beginning.</p></div>""")]
    [Rule("TL-2")]
    public async Task A_page_that_says_it_is_for_subscribers_is_behind_a_paywall_and_what_it_shows_is_read(string html)
    {
        await using var site = new Site().Page("/a", html);
        await using var rig = new PageRig();

        var answer = await rig.ReadAsync($"{site.Url}/a");

        Assert.Equal(("paywall", null, "The beginning."), (answer.Status, answer.Step.IsError, answer.Body));
        Assert.Contains("subscribers", answer.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("text/plain", "a  b\r\n<b>c</b>\n", "a  b\n<b>c</b>")]
    [InlineData("application/json", """{"a": [1, 2]}""", """{"a": [1, 2]}""")]
    [InlineData("application/ld+json; charset=utf-8", "{}", "{}")]
    [InlineData("text/csv", "a,b\n1,2", "a,b\n1,2")]
    [InlineData("text/markdown", "# A\n\n- b", "# A\n\n- b")]
    [InlineData("application/rss+xml", "<rss><title>x</title></rss>", "<rss><title>x</title></rss>")]
    [InlineData("application/octet-stream", "just text", "just text")]
    [InlineData("application/octet-stream", "<!DOCTYPE html><p>A page</p>", "A page")]
    [InlineData("application/xhtml+xml", "<html><body><p>A page</p></body></html>", "A page")]
    public async Task Text_is_read_as_it_is(string type, string body, string expected)
    {
        await using var site = new Site().Page("/a", body, type);
        await using var rig = new PageRig();

        var answer = await rig.ReadAsync($"{site.Url}/a");

        Assert.Equal(("success", expected), (answer.Status, answer.Body));
    }

    [Theory]
    [InlineData("text/html", "<html><body><script>go()</script><div id=app></div></body></html>", "scripts")]
    [InlineData("text/html", "<html><body></body></html>", "no text")]
    [InlineData("text/plain", "  \n ", "empty")]
    [InlineData("application/x-msdownload", "MZ", "application/x-msdownload")]
    [InlineData("video/mp4", "ftyp", "video/mp4")]
    [InlineData("application/zip", "PK\u0003\u0004 no archive", "broken")]
    public async Task What_has_nothing_to_read_says_why(string type, string body, string words)
    {
        await using var site = new Site().Page("/a", body, type);
        await using var rig = new PageRig();

        var answer = await rig.ReadAsync($"{site.Url}/a");

        Assert.Equal("error", answer.Status);
        Assert.Contains(words, answer.Text, StringComparison.Ordinal);
        Assert.Empty(answer.Reading.Sources);
    }

    [Theory]
    [InlineData("text/html; charset=windows-1252", "<p>", "\u20AC 5 caf\u00E9", 1252)]
    [InlineData("text/html; charset=ISO-8859-1", "<p>", "\u20AC 5", 1252)]
    [InlineData("text/html; charset=\"shift_jis\"", "<p>", "日本語", 932)]
    [InlineData("text/html", "<meta charset=euc-kr><p>", "한국어", 949)]
    [InlineData("text/html", "<meta http-equiv='Content-Type' content='text/html; charset=gb2312'><p>", "中文", 54936)]
    [InlineData("text/html", "<!-- <meta charset=koi8-r> --><p>", "caf\u00E9", 1252)]
    [InlineData("text/html; charset=nonsense", "<p>", "日本語 🚀", 65001)]
    [InlineData("text/plain", "", "Привет", 65001)]
    [InlineData("text/html; charset=utf-8", "<meta charset=windows-1252><p>", "日本語", 65001)]
    public async Task Characters_are_read_as_the_site_or_the_page_says(string type, string before, string text, int codePage)
    {
        var encoding = CodePagesEncodingProvider.Instance.GetEncoding(codePage) ?? Encoding.GetEncoding(codePage);
        await using var site = new Site().On("/a", Site.Answer([.. Encoding.ASCII.GetBytes(before), .. encoding.GetBytes(text)], type));
        await using var rig = new PageRig();

        Assert.Equal(text, (await rig.ReadAsync($"{site.Url}/a")).Body);
    }

    [Theory]
    [InlineData("utf-16", "text/html; charset=windows-1252")]
    [InlineData("utf-16BE", "text/plain")]
    [InlineData("utf-8", "text/html; charset=shift_jis")]
    public async Task A_mark_at_the_beginning_counts_more_than_what_is_said(string encoding, string type)
    {
        var chosen = Encoding.GetEncoding(encoding);
        await using var site = new Site().On("/a", Site.Answer([.. chosen.GetPreamble(), .. chosen.GetBytes("日本語")], type));
        await using var rig = new PageRig();

        Assert.Equal("日本語", (await rig.ReadAsync($"{site.Url}/a")).Body);
    }

    [Fact]
    public async Task A_picture_is_shown_to_a_model_that_sees()
    {
        await using var site = new Site().On("/a", Site.Answer(Png, "application/octet-stream"));
        await using var rig = new PageRig { MediaFault = media => media is ImageContent { MimeType: "image/png" } ? null : "it" };

        var answer = await rig.ReadAsync($"{site.Url}/a");

        Assert.Equal("success", answer.Status);
        Assert.Equal(new ImageContent { Data = Convert.ToBase64String(Png), MimeType = "image/png" }, answer.Blocks[^1]);
    }

    [Theory]
    [InlineData("image/png")]
    [InlineData("audio/wav")]
    public async Task A_page_that_is_called_a_picture_or_sound_is_read_as_the_page_that_it_is(string type)
    {
        await using var site = new Site().On("/a", Site.Answer("<html><p>hello html</p></html>"u8.ToArray(), type));
        await using var rig = new PageRig { MediaFault = _ => null };

        var answer = await rig.ReadAsync($"{site.Url}/a");

        Assert.Equal(("success", "hello html"), (answer.Status, answer.Body));
        Assert.DoesNotContain(answer.Blocks, b => b is MediaContent);
    }

    [Fact]
    public async Task A_sound_is_given_to_a_model_that_hears_and_not_to_the_next_that_does_not()
    {
        byte[] wav = [.. "RIFF"u8, 0, 0, 0, 0, .. "WAVE"u8];
        await using var site = new Site().On("/a", Site.Answer(wav, "audio/x-wav", "Cache-Control: max-age=60\r\n"));
        await using var rig = new PageRig { MediaFault = _ => null };

        var heard = await rig.ReadAsync($"{site.Url}/a");
        rig.MediaFault = media => "audio";
        var unheard = await rig.ReadAsync($"{site.Url}/a");

        Assert.Equal(new AudioContent { Data = Convert.ToBase64String(wav), MimeType = "audio/wav" }, heard.Blocks[^1]);
        Assert.Equal("error", unheard.Status);
        Assert.Contains("audio/wav, and the model that is asked does not take audio", unheard.Text, StringComparison.Ordinal);
        Assert.Single(site.Paths);
    }

    [Fact]
    public async Task A_medium_that_is_too_large_is_an_error()
    {
        await using var site = new Site().On("/a", Site.Answer([.. Png, .. new byte[2000]], "image/png"));
        await using var rig = new PageRig(new UrlContextOptions { MaxMediaBytes = 1000 }) { MediaFault = _ => null };

        var answer = await rig.ReadAsync($"{site.Url}/a");

        Assert.Equal("error", answer.Status);
        Assert.Contains("at most 1000", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_long_page_is_cut_with_a_note_and_never_inside_a_character()
    {
        await using var site = new Site().Page("/a", "x" + string.Concat(Enumerable.Repeat("🚀", 1000)), "text/plain");
        await using var rig = new PageRig(new UrlContextOptions { MaxPageLength = 1000 });

        var body = (await rig.ReadAsync($"{site.Url}/a")).Body;

        Assert.Equal("x" + string.Concat(Enumerable.Repeat("🚀", 499)) + "\n\n[Cut here: these are the first 1000 of 2001 characters of this page.]", body);
    }

    [Fact]
    public async Task Pages_of_a_call_share_its_room_and_short_ones_stay_whole()
    {
        await using var site = new Site().Page("/short", new string('s', 500), "text/plain").Page("/a", new string('a', 9000), "text/plain").Page("/b", new string('b', 9000), "text/plain");
        await using var rig = new PageRig(tools: new ToolOptions { MaxResultLength = 10_000 });

        var answer = await rig.ReadAsync($"{site.Url}/short", $"{site.Url}/a", $"{site.Url}/b");

        Assert.True(answer.Text.Length <= 10_000, $"{answer.Text.Length} characters");
        Assert.Contains(new string('s', 500), answer.Text, StringComparison.Ordinal);
        Assert.Contains(new string('a', 3000), answer.Text, StringComparison.Ordinal);
        Assert.Equal(answer.Text.Count(c => c == 'a') - answer.Text.Replace(new string('a', 1000), "", StringComparison.Ordinal).Count(c => c == 'a'), answer.Text.Count(c => c == 'b') - answer.Text.Replace(new string('b', 1000), "", StringComparison.Ordinal).Count(c => c == 'b'));
    }

    [Fact]
    public async Task Pages_are_in_the_order_of_the_call_and_those_beyond_the_limit_are_told_of()
    {
        await using var site = new Site().Page("/a", "A", "text/plain").Page("/b", "B", "text/plain").Page("/c", "C", "text/plain");
        await using var rig = new PageRig(new UrlContextOptions { MaxPages = 2 });

        var answer = await rig.ReadAsync($"{site.Url}/b", $"{site.Url}/a", $"{site.Url}/b", $"{site.Url}/c");

        Assert.Equal([($"{site.Url}/b", "success"), ($"{site.Url}/a", "success"), ($"{site.Url}/c", "error")], answer.Step.Result.Select(r => (r.Url, r.Status)));
        Assert.Null(answer.Step.IsError);
        Assert.Contains("at most 2 pages", answer.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("/c", site.Paths);
    }

    [Theory]
    [InlineData("""{"urls":["http://a.example/"]}""", "http://a.example/")]
    [InlineData("""{"url":" http://a.example/ "}""", "http://a.example/")]
    [InlineData("""{"urls":"http://a.example/"}""", "http://a.example/")]
    [InlineData("""{"urls":[7,"http://a.example/",null]}""", "http://a.example/")]
    [InlineData("""{"urls":7}""", "")]
    [InlineData("{}", "")]
    [InlineData("[]", "")]
    public async Task The_call_shows_the_addresses_that_the_model_meant(string arguments, string expected)
    {
        await using var rig = new PageRig();
        await using var open = await rig.Kind.OpenAsync(new UrlContextTool(), new ToolScope("p", "i", "r"), CancellationToken.None);

        var call = (UrlContextCallStep)open.Functions[0].CallStep("call_1", JsonElement.Parse(arguments));

        Assert.Equal(expected, string.Join(' ', call.Arguments.Urls));
        Assert.Same(open.Functions[0], open.FunctionOf(call));
        Assert.True(open.Functions[0].IsRepeatable);
    }

    [Fact]
    public async Task A_call_without_addresses_is_an_error_that_says_what_is_missing()
    {
        await using var rig = new PageRig();

        var answer = await rig.ReadAsync();

        Assert.Equal((true, 0), (answer.Step.IsError, answer.Step.Result.Count));
        Assert.Contains("'urls'", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_run_ends_the_reading()
    {
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var site = new Site().On("/a", (_, _, gone) =>
        {
            asked.SetResult();
            return Task.Delay(Timeout.Infinite, gone);
        });
        await using var rig = new PageRig();
        using var run = new CancellationTokenSource();

        var reading = rig.ReadAsync("project", [$"{site.Url}/a"], run.Token);
        await asked.Task.OrTimeout("the request");
        await run.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading).OrTimeout("the end of the reading");
    }
}
