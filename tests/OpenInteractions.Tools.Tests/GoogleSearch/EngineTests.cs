using System.Text.Json;
using Microsoft.AspNetCore.Http;
using OpenInteractions.Contracts.Content;
using OpenInteractions.Contracts.Steps;
using OpenInteractions.Testing;
using OpenInteractions.Tools.Tests.Engines;

namespace OpenInteractions.Tools.Tests.GoogleSearch;

/// <summary>Each engine's own wire, against a server that speaks it.</summary>
public sealed class EngineTests
{
    private const string Secret = "s3cr3t-key";

    private const string Searxng = """
        {"query":"kyoto","number_of_results":0,"results":[
          {"url":"https://kyoto.example/a","title":"Kyoto","content":"Kyoto has 1.4 million people.","publishedDate":"2026-01-02T00:00:00","engine":"duckduckgo","parsed_url":["https","kyoto.example","/a","","",""],"template":"default.html","engines":["duckduckgo"],"positions":[1],"score":1.0,"category":"general","img_src":"//img.example/k.png"},
          {"url":"https://kyoto.example/b","title":"","content":null,"engine":"bing"},
          {"url":"javascript:alert(1)","title":"bad","content":"x"}],
         "answers":[],"corrections":[],"infoboxes":[],"suggestions":["kyoto population","<b>&"],"unresponsive_engines":[["google","timeout"]]}
        """;

    private const string Brave = """
        {"query":{"original":"kyoto","show_strict_warning":false,"more_results_available":true},"mixed":{"type":"mixed","main":[{"type":"web","index":0,"all":false}],"top":[],"side":[]},"type":"search",
         "web":{"type":"search","results":[
          {"title":"Kyoto &amp; more","url":"https://kyoto.example/a","is_source_local":false,"is_source_both":false,"description":"<strong>Kyoto</strong> has 1.4 million people &lt;2026&gt;.","page_age":"2026-01-02T00:00:00","language":"en","family_friendly":true,"type":"search_result","subtype":"generic","extra_snippets":["It was the capital."]},
          {"title":"B","url":"https://kyoto.example/b"}],"family_friendly":true}}
        """;

    private const string Tavily = """
        {"query":"kyoto","follow_up_questions":null,"answer":null,"images":[{"url":"https://img.example/k.png","description":"A temple"},"https://img.example/2.png"],
         "results":[{"title":"Kyoto","url":"https://kyoto.example/a","content":"Kyoto has 1.4 million people.","score":0.93,"raw_content":null},{"title":"B","url":"https://kyoto.example/b","content":"b","score":0.5,"raw_content":null}],
         "response_time":0.67,"request_id":"123e4567"}
        """;

    private const string Google = """
        {"kind":"customsearch#search","url":{"type":"application/json","template":"t"},"queries":{"request":[{"title":"kyoto","totalResults":"2","searchTerms":"kyoto","count":2}]},"context":{"title":"Web"},
         "searchInformation":{"searchTime":0.2,"totalResults":"2"},"spelling":{"correctedQuery":"kyoto city"},
         "items":[{"kind":"customsearch#result","title":"Kyoto","htmlTitle":"<b>Kyoto</b>","link":"https://kyoto.example/a","displayLink":"kyoto.example","snippet":"Kyoto has 1.4\nmillion people.","image":{"contextLink":"https://kyoto.example/page","height":1,"width":1}},
          {"kind":"customsearch#result","title":"B","link":"https://kyoto.example/b","snippet":"b"}]}
        """;

    public static TheoryData<string> Engines => [.. Names];

    private static readonly string[] Names = ["searxng", "brave", "tavily", "google"];

    [Theory]
    [MemberData(nameof(Engines))]
    [Rule("TL-2")]
    public async Task What_it_finds_is_read_by_the_model_with_marks_and_shown_on_the_wire_as_suggestions(string engine)
    {
        await using var fake = await FakeEngine.StartAsync();
        fake.Says(Answer(engine));
        await using var rig = Rig(engine, fake);

        var (step, reading, text) = await rig.SearchForAsync("kyoto");

        Assert.Null(step.IsError);
        Assert.Equal(2, reading.Sources.Count);
        var first = Assert.IsType<UrlCitation>(reading.Sources[0].Citation);
        Assert.Equal("https://kyoto.example/a", first.Url);
        Assert.StartsWith("Kyoto", first.Title, StringComparison.Ordinal);
        Assert.Contains($"[{reading.Sources[0].Mark}] {first.Title}\nhttps://kyoto.example/a\n", text, StringComparison.Ordinal);
        Assert.Contains("Kyoto has 1.4 million people", text, StringComparison.Ordinal);
        Assert.DoesNotContain("<strong>", text, StringComparison.Ordinal);
        Assert.DoesNotContain("javascript:", text, StringComparison.Ordinal);
        var suggestions = Assert.Single(step.Result).SearchSuggestions!;
        Assert.Contains(">kyoto<", suggestions, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>&", suggestions, StringComparison.Ordinal);
        Assert.DoesNotContain(fake.Url, suggestions, StringComparison.Ordinal);
        Assert.Null(step.Result[0].Unknown);
        Assert.DoesNotContain(Secret, rig.Log.Text + text + suggestions, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Searxng_is_asked_for_json_in_the_set_language()
    {
        await using var fake = await FakeEngine.StartAsync();
        fake.Says(Searxng);
        await using var rig = new SearchRig(("Engine", "searxng"), ("Address", fake.Url + "/searx/"), ("Language", "de"), ("SafeSearch", "strict"), ("Results", "1"));

        var (_, reading, _) = await rig.SearchForAsync("a&b 日本");

        Assert.Single(reading.Sources);
        Assert.Equal("/searx/search?q=a%26b%20%E6%97%A5%E6%9C%AC&format=json&categories=general&language=de&safesearch=2", fake.Heard.Single().Target);
        Assert.Equal("application/json", fake.Heard.Single().Headers["Accept"]);
    }

    [Fact]
    public async Task Brave_gets_its_key_in_its_header_and_its_own_names_of_languages()
    {
        await using var fake = await FakeEngine.StartAsync();
        fake.Says(Brave);
        await using var rig = new SearchRig(("Engine", "brave"), ("Address", fake.Url), ("Key", Secret), ("Language", "ja-JP"), ("SafeSearch", "off"));

        var (_, _, text) = await rig.SearchForAsync("kyoto");

        Assert.Equal("/res/v1/web/search?q=kyoto&count=8&search_lang=jp&safesearch=off&text_decorations=false&result_filter=web", fake.Heard.Single().Target);
        Assert.Equal(Secret, fake.Heard.Single().Headers["X-Subscription-Token"]);
        Assert.Contains("people <2026>. It was the capital.", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tavily_gets_a_body_and_a_bearer_token()
    {
        await using var fake = await FakeEngine.StartAsync();
        fake.Says(Tavily);
        await using var rig = Rig("tavily", fake);

        await rig.SearchForAsync("kyoto");

        var heard = fake.Heard.Single();
        Assert.Equal(("POST", "/search", $"Bearer {Secret}", "application/json"), (heard.Method, heard.Target, heard.Headers["Authorization"], heard.Headers["Content-Type"]));
        Assert.Equal("""{"query":"kyoto","max_results":8,"search_depth":"basic"}""", heard.Body);
    }

    [Fact]
    public async Task Google_gets_its_key_in_a_header_and_not_in_the_address()
    {
        await using var fake = await FakeEngine.StartAsync();
        fake.Says(Google);
        await using var rig = new SearchRig(("Engine", "google"), ("Address", fake.Url), ("Key", Secret), ("EngineId", "cx:1"), ("Language", "de-AT"), ("SafeSearch", "moderate"));

        await rig.SearchForAsync("kyoto");

        Assert.Equal("/customsearch/v1?cx=cx%3A1&q=kyoto&num=8&lr=lang_de&safe=active", fake.Heard.Single().Target);
        Assert.Equal(Secret, fake.Heard.Single().Headers["X-Goog-Api-Key"]);
    }

    [Theory]
    [InlineData("searxng", "categories=images", "https://img.example/k.png", "https://kyoto.example/a")]
    [InlineData("brave", "/res/v1/images/search?", "https://img.example/k.png", "https://kyoto.example/a")]
    [InlineData("google", "searchType=image", "https://kyoto.example/a", "https://kyoto.example/page")]
    [InlineData("tavily", "/search", "https://img.example/k.png", "https://img.example/k.png")]
    [Rule("TL-12")]
    public async Task Images_are_found_with_the_page_that_shows_them(string engine, string asked, string image, string page)
    {
        await using var fake = await FakeEngine.StartAsync();
        fake.Says(engine == "brave"
            ? """{"type":"images","query":{"original":"kyoto"},"results":[{"type":"image_result","title":"Temple","url":"https://kyoto.example/a","source":"kyoto.example","thumbnail":{"src":"https://t.example/t.png"},"properties":{"url":"https://img.example/k.png"}}]}"""
            : Answer(engine));
        await using var rig = Rig(engine, fake);

        var (step, reading, text) = await rig.SearchForAsync("kyoto", "image_search");

        Assert.Contains(asked, fake.Heard.Single().Target, StringComparison.Ordinal);
        Assert.Contains($"Image: {image}\n", text, StringComparison.Ordinal);
        Assert.Equal(page, Assert.IsType<UrlCitation>(reading.Sources[0].Citation).Url);
        Assert.NotNull(step.Result.Single().SearchSuggestions);
        Assert.Equal("image_search", ((GoogleSearchCallStep)(await rig.OpenAsync("image_search")).CallStep("c", JsonElement.Parse("{}"))).SearchType);
    }

    [Theory]
    [InlineData("searxng", """{"query":"x","number_of_results":0,"results":[],"answers":[],"corrections":[],"infoboxes":[],"suggestions":[],"unresponsive_engines":[]}""")]
    [InlineData("brave", """{"query":{"original":"x"},"type":"search"}""")]
    [InlineData("tavily", """{"query":"x","results":[],"images":[],"response_time":0.1}""")]
    [InlineData("google", """{"kind":"customsearch#search","searchInformation":{"totalResults":"0"}}""")]
    public async Task Nothing_found_is_no_error(string engine, string answer)
    {
        await using var fake = await FakeEngine.StartAsync();
        fake.Says(answer);
        await using var rig = Rig(engine, fake);

        var (step, reading, text) = await rig.SearchForAsync("x");

        Assert.Null(step.IsError);
        Assert.Empty(reading.Sources);
        Assert.Contains("Nothing was found.", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("searxng", 403, "<html>Forbidden</html>", "HTTP 403")]
    [InlineData("brave", 422, """{"type":"ErrorResponse","error":{"id":"1","status":422,"detail":"The provided subscription token is invalid.","code":"SUBSCRIPTION_TOKEN_INVALID"},"time":1}""", "HTTP 422")]
    [InlineData("tavily", 401, """{"detail":{"error":"Unauthorized: missing or invalid API key."}}""", "Its operator has to look at the key")]
    [InlineData("tavily", 432, """{"detail":{"error":"This request exceeds your plan's set usage limit."}}""", "HTTP 432")]
    [InlineData("google", 400, """{"error":{"code":400,"message":"API key not valid.","status":"INVALID_ARGUMENT"}}""", "HTTP 400")]
    [InlineData("google", 500, "", "failed (HTTP 500)")]
    [InlineData("searxng", 200, "<html>no json</html>", "could not be understood")]
    [InlineData("searxng", 200, """{"results":"none"}""", "could not be understood")]
    [InlineData("brave", 200, """{"web":{"results":[""", "could not be understood")]
    [InlineData("tavily", 200, "[]", "could not be understood")]
    [InlineData("google", 200, "", "could not be understood")]
    [InlineData("searxng", 200, """{"results":[],"unresponsive_engines":[["google","CAPTCHA"]]}""", "None of the engines")]
    public async Task What_goes_wrong_is_told_to_the_model_in_words_of_ours(string engine, int status, string answer, string told)
    {
        await using var fake = await FakeEngine.StartAsync();
        fake.Says(answer, status);
        await using var rig = Rig(engine, fake);

        var (step, _, text) = await rig.SearchForAsync("private query");

        Assert.True(step.IsError);
        Assert.Contains(told, text, StringComparison.Ordinal);
        Assert.Single(fake.Heard);
        Assert.DoesNotContain("127.0.0.1", text, StringComparison.Ordinal);
        Assert.DoesNotContain("token is invalid", text, StringComparison.Ordinal);
        Assert.Contains("A search with", rig.Log.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, rig.Log.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("private query", rig.Log.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Retry-After", "2")]
    [InlineData("X-RateLimit-Reset", "2, 1419704")]
    public async Task An_engine_that_is_asked_too_often_is_asked_again_when_it_says(string header, string value)
    {
        var time = new ManualTime();
        await using var fake = await FakeEngine.StartAsync();
        fake.Says("{}", 429, (header, value)).Says(Brave);
        await using var rig = new SearchRig(time, null, Settings("brave", fake));

        var waits = time.TimerAsync(TimeSpan.FromSeconds(2), "the wait that the engine asked for");
        var searching = rig.SearchForAsync("kyoto");
        await waits;
        Assert.Single(fake.Heard);
        time.Advance(TimeSpan.FromSeconds(2));

        Assert.Null((await searching.OrTimeout("the second answer")).Step.IsError);
        Assert.Equal(2, fake.Heard.Count);
    }

    [Fact]
    public async Task A_wait_that_is_too_long_is_told_and_nobody_is_asked_until_it_is_over()
    {
        var time = new ManualTime();
        await using var fake = await FakeEngine.StartAsync();
        fake.Says("{}", 429, ("Retry-After", "60")).Says(Brave);
        await using var rig = new SearchRig(time, null, Settings("brave", fake));

        var (refused, _, first) = await rig.SearchForAsync("kyoto");
        time.Advance(TimeSpan.FromSeconds(59));
        var (paused, _, second) = await rig.SearchForAsync("kyoto");
        Assert.Single(fake.Heard);
        time.Advance(TimeSpan.FromSeconds(2));
        var (found, _, _) = await rig.SearchForAsync("kyoto");

        Assert.Equal((true, true, null), (refused.IsError, paused.IsError, found.IsError));
        Assert.Contains("HTTP 429", first, StringComparison.Ordinal);
        Assert.Contains("in 60 seconds", first, StringComparison.Ordinal);
        Assert.Contains("in 1 seconds", second, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_silent_engine_is_given_up_after_its_time()
    {
        var time = new ManualTime();
        await using var fake = await FakeEngine.StartAsync();
        fake.Does(context => Task.Delay(Timeout.Infinite, context.RequestAborted));
        await using var rig = new SearchRig(time, null, Settings("searxng", fake));

        var searching = rig.SearchForAsync("kyoto");
        await fake.FirstRequest.OrTimeout("the request");
        time.Advance(TimeSpan.FromSeconds(11));

        Assert.Contains("within 10 seconds", (await searching.OrTimeout("the end of the patience")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_that_never_ends_is_dropped()
    {
        await using var fake = await FakeEngine.StartAsync();
        fake.Does(async context =>
        {
            var chunk = new byte[64 * 1024];
            chunk.AsSpan().Fill((byte)' ');
            while (!context.RequestAborted.IsCancellationRequested)
            {
                await context.Response.Body.WriteAsync(chunk, context.RequestAborted);
            }
        });
        await using var rig = Rig("google", fake);

        Assert.Contains("more than 2097152 bytes", (await rig.SearchForAsync("kyoto").OrTimeout("the bound")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_broken_connection_is_told()
    {
        await using var fake = await FakeEngine.StartAsync();
        fake.Does(context =>
        {
            context.Abort();
            return Task.CompletedTask;
        });
        await using var rig = Rig("google", fake);

        Assert.Contains("could not be reached", (await rig.SearchForAsync("kyoto")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_redirect_on_the_engine_is_followed_and_one_to_another_private_address_is_not()
    {
        await using var other = await FakeEngine.StartAsync();
        other.Says(Searxng);
        await using var fake = await FakeEngine.StartAsync();
        fake.Says("", 302, ("Location", "/elsewhere")).Says(Searxng).Says("", 302, ("Location", other.Url + "/search"));
        await using var rig = Rig("searxng", fake);

        var (found, _, _) = await rig.SearchForAsync("kyoto");
        var (refused, _, text) = await rig.SearchForAsync("kyoto");

        Assert.Null(found.IsError);
        Assert.Equal("/elsewhere", fake.Heard[1].Target);
        Assert.True(refused.IsError);
        Assert.Contains("redirects to another one", text, StringComparison.Ordinal);
        Assert.Empty(other.Heard);
    }

    [Fact]
    public async Task A_redirect_takes_no_query_in_a_body_with_it()
    {
        await using var other = await FakeEngine.StartAsync();
        await using var fake = await FakeEngine.StartAsync();
        fake.Says("", 307, ("Location", other.Url + "/search"));
        await using var rig = Rig("tavily", fake);

        Assert.True((await rig.SearchForAsync("kyoto")).Step.IsError);
        Assert.Empty(other.Heard);
    }

    private static string Answer(string engine) => engine switch
    {
        "searxng" => Searxng,
        "brave" => Brave,
        "tavily" => Tavily,
        _ => Google,
    };

    private static SearchRig Rig(string engine, FakeEngine fake) => new(Settings(engine, fake));

    private static (string, string)[] Settings(string engine, FakeEngine fake) =>
    [
        ("Engine", engine), ("Address", fake.Url),
        .. engine == "searxng" ? [] : new[] { ("Key", Secret) },
        .. engine == "google" ? new[] { ("EngineId", "cx") } : [],
    ];
}
