using System.Text.Json;
using OpenInteractions.Contracts.Content;
using OpenInteractions.Contracts.Errors;
using OpenInteractions.Contracts.Interactions;
using OpenInteractions.Contracts.Json;
using OpenInteractions.Contracts.Steps;
using OpenInteractions.Contracts.Tools;
using OpenInteractions.Providers.Anthropic;
using OpenInteractions.Testing;
using OpenInteractions.Testing.Vendors.Anthropic;

namespace OpenInteractions.Providers.Tests.Anthropic;

/// <summary>Functions: how they are declared, chosen, called and answered.</summary>
public sealed class ToolTests
{
    private const string Png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";

    [Fact]
    [Rule("FN-2")]
    [Rule("FN-5")]
    public async Task Parallel_results_as_text_object_and_content_stand_first_in_one_message()
    {
        await using var talk = await Talk.BeginAsync();
        talk.Functions = [Talk.Function("a"), Talk.Function("b"), Talk.Function("c"), Talk.Function("d")];
        talk.Script(AnthropicTurn.Empty.Calls("a").Calls("b").Calls("c").Calls("d"));
        var calls = (await talk.SayAsync("Go")).Calls;

        var told = await talk.AskAsync(
            Talk.Says("What results are there?"),
            Talk.Result(calls[3], $$"""{"content":[{"type":"text","text":"wrapped"},{"type":"image","mime_type":"image/png","data":"{{Png}}"}]}"""),
            Talk.Result(calls[1], """{"degrees":7}"""),
            Talk.Result(calls[0], "\"sunny\""),
            Talk.Result(calls[2], $$"""[{"type":"text","text":"a picture"},{"type":"image","data":"{{Png}}"}]""", isError: true));

        talk.AssertNothingRefused();
        var message = talk.Sent.GetProperty("messages").EnumerateArray().Last();
        Assert.Equal(
            ["tool_result", "tool_result", "tool_result", "tool_result", "text"],
            message.GetProperty("content").EnumerateArray().Select(b => b.GetProperty("type").GetString()));
        Assert.Contains("a returned sunny.", told.Text, StringComparison.Ordinal);
        Assert.Contains("""b returned {"degrees":7}.""", told.Text, StringComparison.Ordinal);
        Assert.Contains("c returned an error: a picture [image/png 70 bytes].", told.Text, StringComparison.Ordinal);
        Assert.Contains("d returned wrapped [image/png 70 bytes].", told.Text, StringComparison.Ordinal);
    }

    [Fact]
    [Rule("FN-5")]
    [Rule("ST-19")]
    public void An_object_is_shown_without_the_escapes_that_its_client_wrote()
    {
        var shown = JsonElement.Parse(ToolResultBlock.Render("c", JsonElement.Parse("""{ "city": "\u4eac\u90fd" }"""), isError: false));

        Assert.Equal("""{"city":"京都"}""", shown.GetProperty("content").GetString());
    }

    [Fact]
    [Rule("FN-4")]
    public async Task Calls_one_after_the_other_and_a_question_about_the_start_work_over_many_turns()
    {
        await using var talk = await Talk.BeginAsync();
        talk.Functions = [Talk.Function("get_weather"), Talk.Function("get_time")];

        var first = await talk.SayAsync("""call get_weather with {"city":"Paris"} and call get_time with {"city":"Rom"}""");
        Assert.Equal(["get_weather", "get_time"], first.Calls.Select(c => c.Name));
        await talk.AskAsync(Talk.Result(first.Calls[1], "\"noon\""), Talk.Result(first.Calls[0], "\"22 degrees\""));
        var second = await talk.SayAsync("""call get_weather with {"city":"Oslo"}""");
        await talk.AskAsync(Talk.Result(second.Calls[0], "\"4 degrees\""));
        var told = await talk.SayAsync("What did I say first?");

        Assert.StartsWith("You said first: call get_weather", told.Text, StringComparison.Ordinal);
        Assert.EndsWith("returned 4 degrees.", (await talk.SayAsync("What results came?")).Text, StringComparison.Ordinal);
        talk.AssertNothingRefused();
    }

    [Fact]
    [Rule("FN-1")]
    public async Task A_result_finds_its_call_by_the_native_id_alone()
    {
        await using var talk = await Talk.BeginAsync();
        (talk.Functions, talk.ResultsCarryStates) = ([Talk.Function("f"), Talk.Function("g")], false);
        talk.Script(AnthropicTurn.Empty.Thinks("Both.").Calls("f").Calls("g"));
        var first = await talk.SayAsync("Go");

        var told = await talk.AskAsync(Talk.Result(first.Calls[1], "\"2\""), Talk.Result(first.Calls[0], "\"1\""));

        talk.AssertNothingRefused();
        Assert.Equal("g returned 2. f returned 1.", told.Text);
    }

    [Fact]
    public async Task A_name_that_the_service_does_not_take_comes_back_as_it_was_declared()
    {
        await using var talk = await Talk.BeginAsync();
        talk.Functions = [Talk.Function("get.time:zone"), Talk.Function("get_time_zone")];
        talk.Config = new() { ToolChoice = Allowed("any", "get.time:zone") };

        var told = await talk.SayAsync("Go");
        talk.Config = new();
        await talk.AskAsync(Talk.Result(told.Calls.Single(), "\"CET\""));

        Assert.Equal("get.time:zone", told.Calls.Single().Name);
        talk.AssertNothingRefused();
        Assert.Equal(2, talk.Sent.GetProperty("tools").EnumerateArray().Select(t => t.GetProperty("name").GetString()).Distinct().Count());
    }

    [Theory]
    [InlineData("auto", null)]
    [InlineData("validated", null)]
    [InlineData("any", "any")]
    [InlineData("none", "none")]
    [Rule("FN-8")]
    public async Task A_choice_in_words_is_the_services_choice(string mode, string? type)
    {
        await using var talk = await Talk.BeginAsync();
        talk.Functions = [Talk.Function("a"), Talk.Function("b")];
        talk.Config = new() { ToolChoice = new StringOr<ToolChoiceConfig>(mode) };

        await talk.SayAsync("Go");

        talk.AssertNothingRefused();
        Assert.Equal(type, talk.Sent.TryGetProperty("tool_choice", out var choice) ? choice.GetProperty("type").GetString() : null);
        Assert.Equal(2, talk.Sent.GetProperty("tools").GetArrayLength());
        Assert.Equal(mode == "validated", talk.Sent.GetProperty("tools")[0].TryGetProperty("strict", out _));
    }

    [Theory]
    [InlineData("auto", new[] { "b", "c" }, null)]
    [InlineData("any", new[] { "b", "c" }, "any")]
    [InlineData("any", new[] { "b" }, "tool")]
    [InlineData("none", new[] { "b" }, "none")]
    [Rule("FN-8")]
    public async Task Allowed_tools_filter_the_list(string mode, string[] names, string? type)
    {
        await using var talk = await Talk.BeginAsync();
        talk.Functions = [Talk.Function("a"), Talk.Function("b"), Talk.Function("c")];
        talk.Config = new() { ToolChoice = Allowed(mode, names) };

        var told = await talk.SayAsync("Go");

        talk.AssertNothingRefused();
        Assert.Equal(type, talk.Sent.TryGetProperty("tool_choice", out var choice) ? choice.GetProperty("type").GetString() : null);
        Assert.Equal(names, talk.Sent.GetProperty("tools").EnumerateArray().Select(t => t.GetProperty("name").GetString()));
        Assert.Equal(mode == "any" ? 1 : 0, told.Calls.Count);
    }

    [Theory]
    [InlineData("claude-opus-5")]
    [InlineData("claude-haiku-5-5")]
    [InlineData("claude-sonnet-4-6")]
    [InlineData("claude-sonnet-4-5")]
    public async Task A_forced_call_goes_without_thinking_and_its_loop_can_be_closed_with_it(string model)
    {
        await using var talk = await Talk.BeginAsync();
        (talk.Model, talk.Functions) = (model, [Talk.Function("f")]);
        talk.Config = new() { ToolChoice = new StringOr<ToolChoiceConfig>("any"), ThinkingLevel = "high" };
        var told = await talk.SayAsync("Go");
        talk.Config = new() { ThinkingLevel = "high" };

        await talk.AskAsync(Talk.Result(told.Calls.Single(), "\"1\""));

        talk.AssertNothingRefused();
    }

    [Fact]
    public async Task A_model_that_cannot_be_forced_says_so_before_the_call()
    {
        await using var talk = await Talk.BeginAsync();
        (talk.Model, talk.Functions) = ("claude-opus-5-5", [Talk.Function("f")]);
        talk.Config = new() { ToolChoice = new StringOr<ToolChoiceConfig>("any") };

        var failure = await Assert.ThrowsAsync<ApiException>(() => talk.SayAsync("Go"));

        Assert.Equal((ErrorCode.FailedPrecondition, "generation_config.tool_choice"), (failure.Code, failure.Field));
        Assert.Empty(talk.Server.Requests);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("""{"type":"object","required":[]}""")]
    [InlineData("""{"properties":{"a":{"type":"string"}}}""")]
    [InlineData("""{"oneOf":[{"type":"object","properties":{"a":{"type":"string"}}},{"type":"object","properties":{"b":{"type":"string"}}}]}""")]
    [Rule("FN-10")]
    public async Task Odd_parameter_schemas_are_declared_as_objects(string? parameters)
    {
        await using var talk = await Talk.BeginAsync();
        talk.Functions = [Talk.Function("f", parameters)];

        await talk.SayAsync("Go");

        talk.AssertNothingRefused();
    }

    [Fact]
    public async Task Built_in_calls_of_another_maker_are_told_in_neutral_form()
    {
        await using var talk = await Talk.BeginAsync();
        talk.Remember(
            Talk.Says("Find it"),
            new GoogleSearchCallStep { Id = "s 1", Arguments = new() { Queries = ["alps"] }, Signature = "abc" },
            new GoogleSearchResultStep { CallId = "s 1", Result = [new() { SearchSuggestions = "<div>alps</div>" }] },
            new ModelOutputStep { Content = [new TextContent { Text = "Found." }, new ImageContent { MimeType = "image/png", Data = Png }] });

        await talk.SayAsync("And?");

        talk.AssertNothingRefused();
        var sent = talk.Sent.GetProperty("messages").GetRawText();
        Assert.Contains("\"google_search\"", sent, StringComparison.Ordinal);
        Assert.Contains("alps", sent, StringComparison.Ordinal);
        Assert.DoesNotContain("abc", sent, StringComparison.Ordinal);
        Assert.Contains(Png, sent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_call_without_a_result_and_a_result_without_a_call_do_not_break_the_conversation()
    {
        await using var talk = await Talk.BeginAsync();
        talk.Remember(Talk.Says("a"), new FunctionCallStep { Id = "x", Name = "f", Arguments = JsonElement.Parse("{}") });
        talk.Remember(new FunctionResultStep { CallId = "y", Result = JsonElement.Parse("\"lost\"") });

        await talk.SayAsync("And?");

        talk.AssertNothingRefused();
        Assert.Contains("lost", talk.Sent.GetRawText(), StringComparison.Ordinal);
    }

    private static StringOr<ToolChoiceConfig> Allowed(string mode, params string[] names) => new(new ToolChoiceConfig { AllowedTools = new() { Mode = mode, Tools = names } });
}
