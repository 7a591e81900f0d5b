using System.Diagnostics;
using OpenInteractions.Tools.Documents;
using OpenInteractions.Tools.UrlContext;
using OpenInteractions.Tools.UrlContext.Html;

namespace OpenInteractions.Tools.Tests.UrlContext;

/// <summary>HTML as a reader sees it, in Markdown.</summary>
public sealed class HtmlTests
{
    private static readonly Uri Url = new("https://site.example/dir/page");

    [Theory]
    [InlineData("<h1>A</h1><p>b</p><h3>C <i>d</i></h3>e", "# A\n\nb\n\n### C *d*\n\ne")]
    [InlineData("<p>a\n  b</p>\n\n<p> c</p>", "a b\n\nc")]
    [InlineData("a<br>b<br><br>c", "a\nb\nc")]
    [InlineData("x <b> a </b>y<strong></strong>", "x **a** y")]
    [InlineData("<b><p>a</p><p>b</p></b>", "a\n\nb")]
    [InlineData("<p>a</p><hr><p>b</p>", "a\n\n---\n\nb")]
    [InlineData("<a href='x?a=1&amp;b=2'>go <b>on</b></a>.", "[go **on**](https://site.example/dir/x?a=1&b=2).")]
    [InlineData("<a href='//o.example/a(b)'>x</a>", "[x](https://o.example/a%28b%29)")]
    [InlineData("<a href='mailto:a@b.example'>m</a> <a href='javascript:alert(1)'>j</a> <a href='#part'>p</a> <a href='data:text/html,x'>d</a>", "[m](mailto:a@b.example) j p d")]
    [InlineData("<h2>T<a href='#t'>¶</a></h2>", "## T")]
    [InlineData("<a href=/card><h3>Title</h3><p>Text</p></a>", "### Title\n\nText\n\n<https://site.example/card>")]
    [InlineData("<img src=i.png alt='A dog'><img src=spacer.gif alt=''><img src='data:image/png;base64,AA' alt=inline>", "![A dog](https://site.example/dir/i.png)inline")]
    [InlineData("<ul><li>a<li>b<ol start=3><li>c</li><li>d</li></ol></li></ul>x", "- a\n- b\n  3. c\n  4. d\n\nx")]
    [InlineData("<ul><li><p>a</p><p>b</p></li><li>c</li></ul>", "- a\n\n  b\n\n- c")]
    [InlineData("<ul><li><ul><li>x</li></ul></li></ul>", "-\n  - x")]
    [InlineData("<ul><ul><li>x</li></ul></ul>", "- x")]
    [InlineData("<blockquote><p>a</p><p>b</p></blockquote>c", "> a\n>\n> b\n\nc")]
    [InlineData("p<blockquote>a</blockquote>", "p\n\n> a")]
    [InlineData("<dl><dt>T</dt><dd>d1</dd><dd>d2</dd></dl>", "**T**\n: d1\n: d2")]
    [InlineData("use <code>a  b</code> and <code>x`y</code>", "use `a b` and `` x`y ``")]
    [InlineData("<pre><code class='hljs language-csharp'>\nif (a)\n\n  b();\n</code></pre>c", "```csharp\nif (a)\n\n  b();\n```\n\nc")]
    [InlineData("<pre>a\n```\nb</pre>", "````\na\n```\nb\n````")]
    [InlineData("<ul><li>x<pre>a\nb</pre></li></ul>", "- x\n\n  ```\n  a\n  b\n  ```")]
    [InlineData("<table><caption>Cap</caption><thead><tr><th>A<th>B</thead><tr><td>1|2<td><b>x</b><br>y</table>", "Cap\n\n| A | B |\n| --- | --- |\n| 1\\|2 | **x** y |")]
    [InlineData("<table><tr><td rowspan=2>a<td>b<tr><td>c<tr><td colspan=2>d</table>", "| a | b |\n| --- | --- |\n| a | c |\n| d |  |")]
    [InlineData("<table><tr><td><p>only</p></td></tr><tr><td>arranged</td></tr></table>", "only\n\narranged")]
    [InlineData("<table role=presentation><tr><td>a<td>b</table>", "a\n\nb")]
    [InlineData("<p>E <math alttext='mc^2'><mi>m</mi></math></p>", "E $mc^2$")]
    [InlineData("<q>said</q> <del>x</del>", "“said” ~~x~~")]
    [InlineData("&lt;b&gt; &amp;amp; caf&eacute;", "<b> &amp; café")]
    [InlineData("<details><summary>S</summary>inside</details>", "S\n\ninside")]
    [InlineData("<base href='https://b.example/x/'><a href=y>z</a>", "[z](https://b.example/x/y)")]
    public void What_is_shown_is_written_as_markdown(string html, string expected) => Assert.Equal(expected, Read(html));

    [Theory]
    [InlineData("<script>x</script>")]
    [InlineData("<style>x</style>")]
    [InlineData("<template>x</template>")]
    [InlineData("<noscript>x</noscript>")]
    [InlineData("<nav>x</nav>")]
    [InlineData("<div role=navigation>x</div>")]
    [InlineData("<footer>x</footer>")]
    [InlineData("<aside>x</aside>")]
    [InlineData("<p hidden>x</p>")]
    [InlineData("<p aria-hidden=true>x</p>")]
    [InlineData("<p style='color:red; DISPLAY : none !important'>x</p>")]
    [InlineData("<p style='visibility:hidden'>x</p>")]
    [InlineData("<span style='font-size:0'>x</span>")]
    [InlineData("<span style='opacity:0'>x</span>")]
    [InlineData("<dialog>x</dialog>")]
    [InlineData("<svg><text>x</text></svg>")]
    [InlineData("<iframe srcdoc='x'>x</iframe>")]
    [InlineData("<button>x</button><select><option>x</select><textarea>x</textarea><input value=x>")]
    [InlineData("<!-- x -->")]
    [InlineData("<div hidden><div style='display:block'>x</div></div>")]
    public void What_is_not_shown_or_only_leads_about_the_site_is_left_out(string html) => Assert.Equal("y", Read($"<body>{html}<p>y</p>{html}"));

    [Fact]
    public void The_part_that_the_page_is_about_is_read_where_the_page_marks_one()
    {
        Assert.Equal("# T\n\nThe text of the article.\n\nIts foot.", Read("<header>Site</header><div>Menu Menu</div><main><h1>T</h1><p>The text of the article.</p><footer>Its foot.</footer></main><div>More to read</div>"));
        Assert.Equal("The text of the article.", Read("<div>Menu</div><article>The text of the article.</article><div>More</div>"));
    }

    [Fact]
    public void A_mark_around_a_teaser_is_not_believed()
    {
        Assert.Contains("long text", Read($"<main>Hi</main><div>{string.Concat(Enumerable.Repeat("long text ", 50))}</div>"), StringComparison.Ordinal);
        Assert.Contains("second", Read("<article>first article</article><article>second article</article>"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("div", 4_000)]
    [InlineData("span", 4_000)]
    [InlineData("ul><li", 2_000)]
    [InlineData("blockquote", 4_000)]
    [InlineData("b", 4_000)]
    [InlineData("table><tr><td", 1_000)]
    [InlineData("a href=x", 4_000)]
    public void A_page_as_deep_as_is_let_through_is_read_soon(string tag, int depth)
    {
        var began = Stopwatch.GetTimestamp();

        var text = ReadOrRefuse(string.Concat(Enumerable.Repeat($"<{tag}>", depth)) + "deep");

        Assert.True(text is null || text.Contains("deep", StringComparison.Ordinal), text);
        Assert.True(Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(30), $"{Stopwatch.GetElapsedTime(began)}");
    }

    [Theory]
    [InlineData("<div>", 100_000)]
    [InlineData("<b></x>", 100_000)]
    [InlineData("<font size=1><p>", 100_000)]
    [InlineData("<i><table>", 100_000)]
    [InlineData("<br>", 400_000)]
    public void A_page_that_is_made_to_choke_a_parser_is_refused(string piece, int count)
    {
        var html = string.Concat(Enumerable.Repeat(piece, count));

        Assert.Throws<UnreadableDocumentException>(() => HtmlPage.Read(html + "x", Url, CancellationToken.None));
    }

    [Fact]
    public void A_large_page_of_the_usual_kind_is_read()
    {
        var html = string.Concat(Enumerable.Range(0, 20_000).Select(i => $"<p>Paragraph <b>{i}</b> of <a href='/{i}'>many</a>.</p>"));

        Assert.Contains("Paragraph **19999** of [many](https://site.example/19999).", Read(html), StringComparison.Ordinal);
    }

    private static string Read(string html) => HtmlPage.Read($"<!DOCTYPE html><html>{html}", Url, CancellationToken.None).Text;

    private static string? ReadOrRefuse(string html)
    {
        try
        {
            return Read(html);
        }
        catch (UnreadableDocumentException)
        {
            return null;
        }
    }
}
