using System.Text.Json;
using OpenInteractions.Contracts.Content;
using OpenInteractions.Contracts.Interactions;
using OpenInteractions.Contracts.Json;
using OpenInteractions.Contracts.Steps;
using OpenInteractions.Contracts.Tools;
using OpenInteractions.Testing;
using OpenInteractions.Testing.Vendors.Anthropic;

namespace OpenInteractions.Providers.Tests.Anthropic;

/// <summary>Turns without tools of their own, after turns in which tools were called: the service wants tools wherever there are calls.</summary>
public sealed class UndeclaredCallTests
{
    public static TheoryData<string> Models => ["claude-opus-5", "claude-opus-5-5", "claude-haiku-5-5", "claude-sonnet-4-6", "claude-sonnet-4-5"];

    [Fact]
    [Rule("ST-3")]
    [Rule("ST-11")]
    public async Task A_call_of_another_vendor_is_followed_by_a_question_without_tools()
    {
        await using var talk = await Talk.BeginAsync();
        talk.Remember(Talk.Says("Weather?"), Call("x", "get.weather"), Result("x"), Answer("Cold."));

        var told = await talk.SayAsync("What did I say first?");

        talk.AssertNothingRefused();
        Assert.Equal("You said first: Weather?", told.Text);
        var tool = talk.Sent.GetProperty("tools").EnumerateArray().Single();
        Assert.Equal(CalledNames(talk).Single(), tool.GetProperty("name").GetString());
        Assert.Equal("""{"type":"object","properties":{}}""", tool.GetProperty("input_schema").GetRawText());
        Assert.Equal("""{"type":"none"}""", talk.Sent.GetProperty("tool_choice").GetRawText());
    }

    [Theory]
    [MemberData(nameof(Models))]
    [Rule("ST-3")]
    public async Task A_call_of_its_own_is_answered_and_talked_about_without_tools_and_with_thinking(string model)
    {
        await using var talk = await Talk.BeginAsync();
        (talk.Model, talk.Functions, talk.Config) = (model, [Talk.Function("f")], new() { ThinkingLevel = "high" });
        talk.Script(AnthropicTurn.Empty.Thinks("Yes.").Calls("f", "{}"));
        var call = (await talk.SayAsync("Go")).Calls.Single();
        talk.Functions = [];

        var answer = await talk.AskAsync(Talk.Result(call, "\"1\""));
        await talk.SayAsync("call f");

        talk.AssertNothingRefused();
        Assert.Equal("f returned 1.", answer.Text);
        Assert.Equal(["f"], Declared(talk));
        Assert.Equal("none", Choice(talk));
        Assert.Equal(model == "claude-sonnet-4-5" ? "enabled" : "adaptive", talk.Sent.GetProperty("thinking").GetProperty("type").GetString());
    }

    [Fact]
    [Rule("ST-11")]
    public async Task A_sealed_pair_of_a_built_in_tool_is_a_function_that_was_called()
    {
        await using var talk = await Talk.BeginAsync();
        talk.Remember(
            Talk.Says("Find it"),
            new GoogleSearchCallStep { Id = "s", Arguments = new() { Queries = ["alps"] }, Signature = "sealed" },
            new GoogleSearchResultStep { CallId = "s", Result = [new() { SearchSuggestions = "<div>alps</div>" }], Signature = "sealed" },
            Answer("Found."));

        await talk.SayAsync("And?");

        talk.AssertNothingRefused();
        Assert.Equal(["google_search"], Declared(talk));
        Assert.Equal("none", Choice(talk));
    }

    [Fact]
    public async Task They_stand_in_the_order_of_the_first_calls_and_stay_the_same_bytes()
    {
        await using var talk = await Talk.BeginAsync();
        talk.Remember(Talk.Says("1"), Call("a", "zeta"), Call("b", "alpha"), Result("a"), Result("b"), Answer("One."));
        talk.Remember(Talk.Says("2"), Call("c", "alpha"), Call("d", "mid"), Result("c"), Result("d"), Answer("Two."));

        await talk.SayAsync("3");
        var first = Head(talk);
        await talk.SayAsync("4");

        talk.AssertNothingRefused();
        Assert.Equal(["zeta", "alpha", "mid"], Declared(talk));
        Assert.Equal(first, Head(talk));
    }

    [Fact]
    public async Task Tools_of_the_turn_stand_alone()
    {
        await using var talk = await Talk.BeginAsync();
        talk.Remember(Talk.Says("Weather?"), Call("x", "get_weather"), Result("x"), Answer("Cold."));
        talk.Functions = [Talk.Function("g")];

        await talk.SayAsync("And?");

        talk.AssertNothingRefused();
        Assert.Equal(["g"], Declared(talk));
        Assert.False(talk.Sent.TryGetProperty("tool_choice", out _));
    }

    [Fact]
    [Rule("FN-8")]
    public async Task A_choice_that_allows_nothing_that_is_declared_leaves_what_was_called()
    {
        await using var talk = await Talk.BeginAsync();
        talk.Remember(Talk.Says("Weather?"), Call("x", "get_weather"), Result("x"), Answer("Cold."));
        (talk.Functions, talk.Config) = ([Talk.Function("g")], new() { ToolChoice = new StringOr<ToolChoiceConfig>(new ToolChoiceConfig { AllowedTools = new() { Mode = "auto", Tools = [] } }) });

        await talk.SayAsync("call g and call get_weather");

        talk.AssertNothingRefused();
        Assert.Equal(["get_weather"], Declared(talk));
        Assert.Equal("none", Choice(talk));
    }

    [Fact]
    public async Task A_conversation_without_calls_has_no_tools()
    {
        await using var talk = await Talk.BeginAsync();
        await talk.SayAsync("1");
        // A result whose call is not there is told in words.
        talk.Remember(new FunctionResultStep { CallId = "y", Result = JsonElement.Parse("\"lost\"") });

        await talk.SayAsync("2");

        talk.AssertNothingRefused();
        Assert.False(talk.Sent.TryGetProperty("tools", out _));
        Assert.False(talk.Sent.TryGetProperty("tool_choice", out _));
    }

    private static FunctionCallStep Call(string id, string name) => new() { Id = id, Name = name, Arguments = JsonElement.Parse("{}") };

    private static FunctionResultStep Result(string id) => new() { CallId = id, Result = JsonElement.Parse("\"4 degrees\"") };

    private static ModelOutputStep Answer(string text) => new() { Content = [new TextContent { Text = text }] };

    private static string? Choice(Talk talk) => talk.Sent.GetProperty("tool_choice").GetProperty("type").GetString();

    private static IEnumerable<string?> Declared(Talk talk) => talk.Sent.GetProperty("tools").EnumerateArray().Select(t => t.GetProperty("name").GetString());

    private static IEnumerable<string?> CalledNames(Talk talk) =>
        talk.Sent.GetProperty("messages").EnumerateArray().SelectMany(m => m.GetProperty("content").EnumerateArray()).Where(b => b.GetProperty("type").GetString() == "tool_use")
            .Select(b => b.GetProperty("name").GetString());

    private static string Head(Talk talk)
    {
        var sent = talk.Server.Requests[^1].Text;
        return sent[..sent.IndexOf("\"messages\"", StringComparison.Ordinal)];
    }
}
