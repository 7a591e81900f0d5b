using System.Text.Json;
using OpenInteractions.Contracts.Errors;
using OpenInteractions.Contracts.Steps;
using OpenInteractions.Contracts.Tools;
using OpenInteractions.Engine.Providers;
using OpenInteractions.Testing;

namespace OpenInteractions.Tools.Tests.GoogleSearch;

public sealed class SearchCallTests
{
    private const string Found = """{"results":[{"url":"https://a.example","title":"A","content":"a"}]}""";

    [Fact]
    [Rule("TL-2")]
    public async Task Several_queries_are_searched_at_once_and_a_page_of_both_has_one_mark()
    {
        await using var fake = await FakeEngine.StartAsync();
        fake.Says(Found);
        await using var rig = Rig(fake);

        var (step, reading, text) = await rig.SearchAsync("""{"queries":["one"," two ","one",7,""]}""");

        Assert.Equal(2, step.Result.Count);
        Assert.Single(reading.Sources);
        Assert.Equal(2, fake.Heard.Count);
        Assert.Contains($"[{reading.Sources[0].Mark}] (as above)", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_that_fails_does_not_take_the_others_with_it()
    {
        await using var fake = await FakeEngine.StartAsync();
        fake.Does(async context =>
        {
            context.Response.StatusCode = context.Request.QueryString.Value!.Contains("bad", StringComparison.Ordinal) ? 500 : 200;
            await context.Response.Body.WriteAsync(System.Text.Encoding.UTF8.GetBytes(Found));
        });
        await using var rig = Rig(fake);

        var (step, reading, text) = await rig.SearchAsync("""{"queries":["bad","good"]}""");

        Assert.Null(step.IsError);
        Assert.Single(reading.Sources);
        Assert.Contains("failed (HTTP 500)", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"queries":["1","2","3","4","5","6","7"]}""", 5)]
    [InlineData("""{"query":"one"}""", 1)]
    [InlineData("""{"queries":"one"}""", 1)]
    public async Task Queries_are_taken_as_models_write_them_up_to_five(string arguments, int searched)
    {
        await using var fake = await FakeEngine.StartAsync();
        fake.Says(Found);
        await using var rig = Rig(fake);

        var (step, _, text) = await rig.SearchAsync(arguments);

        Assert.Equal((searched, searched), (fake.Heard.Count, step.Result.Count));
        Assert.Equal(searched == 5, text.Contains("Only the first 5 of 7", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"queries":[]}""")]
    [InlineData("""{"queries":[null," "]}""")]
    public async Task Without_a_query_nobody_is_asked(string arguments)
    {
        await using var fake = await FakeEngine.StartAsync();
        await using var rig = Rig(fake);

        var (step, _, text) = await rig.SearchAsync(arguments);

        Assert.True(step.IsError);
        Assert.Contains("'queries'", text, StringComparison.Ordinal);
        Assert.Empty(fake.Heard);
    }

    [Fact]
    [Rule("TL-12")]
    public async Task The_model_chooses_among_the_declared_kinds_of_search()
    {
        await using var fake = await FakeEngine.StartAsync();
        fake.Says(Found);
        await using var rig = Rig(fake);
        var function = await rig.OpenAsync("web_search", "image_search");

        Assert.Contains("image_search", function.Declaration.Parameters!.Value.GetRawText(), StringComparison.Ordinal);
        Assert.Equal("image_search", TypeOf("""{"queries":["a"],"search_type":"image_search"}"""));
        Assert.Equal("web_search", TypeOf("""{"queries":["a"],"search_type":"videos"}"""));
        Assert.Null(((GoogleSearchCallStep)(await rig.OpenAsync()).CallStep("c", JsonElement.Parse("{}"))).SearchType);

        string? TypeOf(string arguments) => ((GoogleSearchCallStep)function.CallStep("c", JsonElement.Parse(arguments))).SearchType;
    }

    [Fact]
    [Rule("TL-12")]
    public async Task A_kind_of_search_that_the_engine_does_not_have_is_refused()
    {
        await using var fake = await FakeEngine.StartAsync();
        await using var rig = Rig(fake);

        var refused = Assert.Throws<ApiException>(() => rig.Kind.IsNativeTo(new GoogleSearchTool { SearchTypes = ["web_search", "enterprise_web_search"] }, Model(), "tools[3]"));

        Assert.Equal((ErrorCode.FailedPrecondition, "tools[3].search_types[1]"), (refused.Code, refused.Field));
    }

    [Fact]
    public async Task Who_searches_follows_from_the_engine_the_model_and_the_preference()
    {
        await using var fake = await FakeEngine.StartAsync();
        await using var none = new SearchRig();
        await using var ours = Rig(fake);
        await using var theirs = new SearchRig(("Engine", "searxng"), ("Address", fake.Url), ("Prefer", "native"));
        var tool = new GoogleSearchTool();

        Assert.True(none.Kind.IsNativeTo(tool, Model("google_search"), "tools[0]"));
        Assert.False(ours.Kind.IsNativeTo(tool, Model("google_search"), "tools[0]"));
        Assert.False(ours.Kind.IsNativeTo(tool, Model(), "tools[0]"));
        Assert.True(theirs.Kind.IsNativeTo(tool, Model("google_search"), "tools[0]"));
        Assert.False(theirs.Kind.IsNativeTo(tool, Model(), "tools[0]"));
        var refused = Assert.Throws<ApiException>(() => none.Kind.IsNativeTo(tool, Model(), "tools[1]"));
        Assert.Equal((ErrorCode.FailedPrecondition, "tools[1]"), (refused.Code, refused.Field));
        Assert.Contains("OpenInteractions:Tools:GoogleSearch:Engine", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    [Rule("TL-3")]
    public async Task What_the_model_read_opens_in_its_project_alone_and_not_when_it_was_altered()
    {
        await using var fake = await FakeEngine.StartAsync();
        fake.Says(Found);
        await using var rig = Rig(fake);

        var (step, _, _) = await rig.SearchForAsync("one");

        Assert.NotNull(rig.Open("project", step));
        Assert.Null(rig.Open("other", step));
        Assert.Null(rig.Open("project", step with { Signature = step.Signature![..^6] + "AAAA==" }));
        Assert.Null(rig.Open("project", step with { Signature = null }));
    }

    [Theory]
    [InlineData("Engine=ask", "Engine: must be one of searxng, brave, tavily, google, local")]
    [InlineData("Key=k", "Engine: must be set, because OpenInteractions:Tools:GoogleSearch:Key is")]
    [InlineData("Engine=searxng", "Address: must be set for the engine 'searxng': the address of your instance")]
    [InlineData("Engine=searxng;Address=ftp://x", "Address: must be an http or https address")]
    [InlineData("Engine=searxng;Address=http://u:p@x", "Address: must be an http or https address")]
    [InlineData("Engine=searxng;Address=http://x;Key=secret", "Key: the engine 'searxng' has no such setting")]
    [InlineData("Engine=brave", "Key: must be set for the engine 'brave'")]
    [InlineData("Engine=tavily;Key=k;Language=de", "Language: the engine 'tavily' has no such setting")]
    [InlineData("Engine=google;Key=k", "EngineId: must be set for the engine 'google': the id of your Programmable Search Engine (cx)")]
    [InlineData("Engine=google;Key=k;EngineId=c;Results=11", "Results: the engine 'google' gives at most 10")]
    [InlineData("Engine=brave;Key=secret key", "Key: must be printable ASCII without spaces")]
    [InlineData("Engine=brave;Key=k;Language=de_DE!", "Language: must be a language tag")]
    [InlineData("Engine=brave;Key=k;Results=21", "Results: must be between 1 and 20")]
    [InlineData("Engine=brave;Key=k;Timeout=x", "Timeout: must be a time")]
    [InlineData("Engine=local", "Pages: must be set for the engine 'local'")]
    [InlineData("Engine=local;Pages=/nowhere/at/all", "Pages: there is no such folder or file")]
    [InlineData("Engine=local;Pages=/tmp", "Address: must be set for a folder of pages")]
    public async Task Wrong_settings_are_told_by_their_names(string settings, string problem)
    {
        await using var rig = new SearchRig([.. settings.Split(';').Select(s => s.Split('=', 2)).Select(s => (s[0], s[1]))]);

        Assert.Contains(rig.Problems, p => p.Contains("GoogleSearch:" + problem, StringComparison.Ordinal));
        Assert.DoesNotContain("secret", string.Join(' ', rig.Problems), StringComparison.Ordinal);
    }

    private static SearchRig Rig(FakeEngine fake) => new(("Engine", "searxng"), ("Address", fake.Url));

    private static ModelDescription Model(params string[] native) => new() { Id = "m", Provider = "p", Family = "m", Capabilities = new ModelCapabilities { NativeTools = native } };
}
