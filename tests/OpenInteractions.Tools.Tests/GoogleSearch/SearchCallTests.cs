using System.Text.Json;
using OpenInteractions.Contracts.Errors;
using OpenInteractions.Contracts.Steps;
using OpenInteractions.Contracts.Tools;
using OpenInteractions.Testing;
using OpenInteractions.Tools.Tests.Engines;

namespace OpenInteractions.Tools.Tests.GoogleSearch;

public sealed class SearchCallTests : QueryCallContract
{
    private protected override string Found => """{"results":[{"url":"https://a.example","title":"A","content":"a"}]}""";

    private protected override async Task<QueryOutcome> AskAsync(FakeEngine fake, string arguments)
    {
        await using var rig = Rig(fake);
        var (step, reading, _) = await rig.SearchAsync(arguments);
        return new QueryOutcome(step.Result.Count, step.IsError == true, reading);
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
        await using var rig = new SearchRig(Settings(settings));

        Assert.Contains(rig.Problems, p => p.Contains("GoogleSearch:" + problem, StringComparison.Ordinal));
        Assert.DoesNotContain("secret", string.Join(' ', rig.Problems), StringComparison.Ordinal);
    }

    private static SearchRig Rig(FakeEngine fake) => new(("Engine", "searxng"), ("Address", fake.Url));
}
