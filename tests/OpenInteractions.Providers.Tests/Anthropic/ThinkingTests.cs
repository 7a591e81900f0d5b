using System.Text.Json;
using OpenInteractions.Contracts.Content;
using OpenInteractions.Contracts.Errors;
using OpenInteractions.Contracts.Interactions;
using OpenInteractions.Contracts.Json;
using OpenInteractions.Contracts.Steps;
using OpenInteractions.Contracts.Tools;
using OpenInteractions.Engine.Providers;
using OpenInteractions.Testing;
using OpenInteractions.Testing.Vendors.Anthropic;

namespace OpenInteractions.Providers.Tests.Anthropic;

/// <summary>Signed thinking: told to the client, given back to its maker, and to nobody else.</summary>
public sealed class ThinkingTests
{
    public static TheoryData<string> Thinkers => ["claude-opus-5-5", "claude-sonnet-5-5", "claude-haiku-5-5", "claude-opus-5", "claude-opus-4-7", "claude-sonnet-4-6", "claude-opus-4-5", "claude-haiku-4-5-20251001"];

    [Theory]
    [MemberData(nameof(Thinkers))]
    [Rule("TH-4")]
    public async Task Signed_thinking_comes_back_through_a_tool_loop(string model)
    {
        await using var talk = await Talk.BeginAsync();
        (talk.Model, talk.Functions) = (model, [Talk.Function("f")]);
        talk.Config = new() { ThinkingLevel = "high" };
        talk.Script(AnthropicTurn.Empty.Thinks("First ", "this.").Says("I will look.").Thinks("Then that.").Calls("f", "{\"city\":\"Bern\"}"));
        talk.Script(AnthropicTurn.Empty.Thinks("More.").Calls("f", "{\"city\":\"Genf\"}"));
        talk.Script(AnthropicTurn.Empty.Says("Done."));

        var first = await talk.SayAsync("Go");
        var second = await talk.AskAsync(Talk.Result(first.Calls[0], "\"1\""));
        var third = await talk.AskAsync(Talk.Result(second.Calls[0], "\"2\""));
        await talk.SayAsync("And now?");

        talk.AssertNothingRefused();
        Assert.Equal("Done.", third.Text);
        Assert.Equal(["thought", "model_output", "thought", "function_call"], first.Steps.Select(s => s.Type));
        Assert.Equal(3, Thinking(talk.Server.Requests[2].Json!.Value).Count);
    }

    [Theory]
    [InlineData("claude-sonnet-4-5", 1000, null, true)]
    [InlineData("claude-sonnet-4-5", 4000, null, false)]
    [InlineData("claude-sonnet-4-5", 4000, "any", true)]
    [InlineData("claude-opus-4-7", 4000, "any", true)]
    [InlineData("claude-opus-4-7", 4000, "auto", false)]
    [Rule("TH-1")]
    [Rule("TH-5")]
    public async Task A_level_at_which_the_model_will_not_think_is_named(string model, int room, string? choice, bool isNamed)
    {
        await using var talk = await Talk.BeginAsync();
        (talk.Model, talk.Functions) = (model, [Talk.Function("f")]);
        talk.Config = new() { ThinkingLevel = "high", MaxOutputTokens = room, ToolChoice = choice is null ? null : new StringOr<ToolChoiceConfig>(choice) };

        await talk.SayAsync("Go");

        talk.AssertNothingRefused();
        Assert.Equal(!isNamed, talk.Sent.TryGetProperty("thinking", out var thinking) && thinking.GetProperty("type").GetString() is "enabled" or "adaptive");
        Assert.Equal(isNamed ? [OptionalSettings.ThinkingLevel] : [], talk.Provider.Ignored(talk.Request([])));
    }

    [Theory]
    [InlineData("high", true)]
    [InlineData(null, false)]
    [Rule("TH-1")]
    [Rule("TH-5")]
    public async Task A_level_is_named_where_the_loop_of_another_model_leaves_no_place_for_thinking(string? level, bool isNamed)
    {
        await using var talk = await Talk.BeginAsync();
        (talk.Model, talk.Functions) = ("claude-sonnet-4-5", [Talk.Function("f")]);
        var call = new FunctionCallStep { Id = "call_1", Name = "f", Arguments = JsonElement.Parse("{}") };
        talk.Remember(Talk.Says("Go"), call);
        talk.Config = new() { ThinkingLevel = level };

        await talk.AskAsync(Talk.Result(call, "\"1\""));

        talk.AssertNothingRefused();
        Assert.False(talk.Sent.TryGetProperty("thinking", out _));
        Assert.Equal(isNamed ? [OptionalSettings.ThinkingLevel] : [], talk.LeftOut);
    }

    [Fact]
    public async Task Redacted_thinking_is_a_thought_with_a_signature_only_and_comes_back()
    {
        await using var talk = await Talk.BeginAsync();
        (talk.Model, talk.Functions) = ("claude-opus-5-5", [Talk.Function("f")]);
        talk.Script(AnthropicTurn.Empty.ThinksUnreadably().Thinks("And this.").Calls("f"));

        var told = await talk.SayAsync("Go");
        await talk.AskAsync(Talk.Result(told.Calls[0], "\"1\""));

        talk.AssertNothingRefused();
        var thought = Assert.IsType<ThoughtStep>(told.Steps[0]);
        Assert.NotNull(thought.Signature);
        Assert.Null(thought.Summary);
        Assert.Equal(["redacted_thinking", "thinking"], Thinking(talk.Sent).Select(t => t.GetProperty("type").GetString()));
    }

    [Theory]
    [MemberData(nameof(Thinkers))]
    [Rule("TH-2")]
    public async Task Summaries_come_when_they_are_asked_for(string model)
    {
        await using var talk = await Talk.BeginAsync();
        (talk.Model, talk.Config) = (model, new() { ThinkingLevel = "low", ThinkingSummaries = "auto" });
        talk.Script(AnthropicTurn.Empty.Thinks("Let me ", "see.").Says("Yes."));
        var with = await talk.SayAsync("Go");
        talk.Config = new() { ThinkingLevel = "low" };
        talk.Script(AnthropicTurn.Empty.Thinks("Let me ", "see.").Says("Yes."));
        var without = await talk.SayAsync("Go on");

        Assert.Equal("Let me see.", ((TextContent)((ThoughtStep)with.Steps[0]).Summary!.Single()).Text);
        Assert.Null(((ThoughtStep)without.Steps[0]).Summary);
        Assert.NotNull(((ThoughtStep)without.Steps[0]).Signature);
        talk.AssertNothingRefused();
    }

    [Fact]
    public async Task Thinking_comes_back_byte_for_byte_without_stored_states()
    {
        await using var talk = await Talk.BeginAsync();
        talk.Functions = [Talk.Function("f")];
        talk.Config = new() { ThinkingSummaries = "auto" };
        talk.Script(AnthropicTurn.Empty.Thinks("é \"quoted\" \\ 🌍").CallsWithId("fc-1", "f"));

        var told = await talk.SayAsync("Go");
        talk.ForgetStates();
        await talk.AskAsync(Talk.Result(told.Calls[0], "\"1\""));

        talk.AssertNothingRefused();
        Assert.Equal("é \"quoted\" \\ 🌍", Thinking(talk.Sent).Single().GetProperty("thinking").GetString());
    }

    [Fact]
    [Rule("ST-3")]
    public async Task Thinking_behind_changed_instructions_or_tools_stays_out_where_the_model_binds_it()
    {
        await using var talk = await Talk.BeginAsync();
        (talk.Model, talk.System) = ("claude-opus-5-5", "Be brief.");
        await talk.SayAsync("One");
        Assert.Single(Replayed(await SentAfter(talk, "Two")));
        talk.System = "Be long.";
        Assert.Empty(Replayed(await SentAfter(talk, "Three")));
        Assert.Single(Replayed(await SentAfter(talk, "Four")));
        talk.Functions = [Talk.Function("f")];
        Assert.Empty(Replayed(await SentAfter(talk, "Five")));
        talk.AssertNothingRefused();

        static List<JsonElement> Replayed(JsonElement sent) => Thinking(sent);
    }

    [Fact]
    [Rule("TH-4")]
    public async Task Thinking_of_another_model_or_maker_is_left_out()
    {
        await using var talk = await Talk.BeginAsync();
        talk.Remember(Talk.Says("a"), new ThoughtStep { Signature = "c29tZXRoaW5nIGVsc2U=" }, new ModelOutputStep { Content = [new TextContent { Text = "b" }] });
        talk.Script(AnthropicTurn.Empty.Thinks("Mine.").Says("c"));
        await talk.SayAsync("One");
        Assert.Empty(Thinking(talk.Sent));

        talk.Model = "claude-sonnet-5";
        await talk.SayAsync("Two");

        Assert.Empty(Thinking(talk.Sent));
        talk.AssertNothingRefused();
    }

    [Fact]
    public async Task Thinking_that_the_service_finds_out_of_place_is_left_out_of_a_second_attempt()
    {
        await using var talk = await Talk.BeginAsync();
        await talk.SayAsync("One");
        talk.Server.Enqueue(talk.Vendor.Error(400, "invalid_request_error", "messages.1.content.0: Invalid `signature` in `thinking` block. The block is bound to a different conversation."));

        await talk.SayAsync("Two");
        Assert.Single(Thinking(talk.Server.Requests[1].Json!.Value));
        Assert.Empty(Thinking(talk.Server.Requests[2].Json!.Value));
        await talk.SayAsync("Three");

        Assert.Equal(2, Thinking(talk.Sent).Count);
        talk.AssertNothingRefused();
    }

    [Fact]
    public async Task An_open_loop_of_another_maker_goes_on_without_a_budget()
    {
        await using var talk = await Talk.BeginAsync();
        (talk.Model, talk.Functions, talk.Config) = ("claude-sonnet-4-5", [Talk.Function("f")], new() { ThinkingLevel = "medium" });
        var call = new FunctionCallStep { Id = "call-9", Name = "f", Arguments = JsonElement.Parse("{}") };
        talk.Remember(Talk.Says("a"), call);

        var told = await talk.AskAsync(Talk.Result(call, "\"42\""));

        talk.AssertNothingRefused();
        Assert.Equal("f returned 42.", told.Text);
        Assert.False(talk.Sent.TryGetProperty("thinking", out _));
    }

    [Fact]
    public async Task A_budget_fits_under_the_output_limit()
    {
        await using var talk = await Talk.BeginAsync();
        (talk.Model, talk.Config) = ("claude-haiku-4-5", new() { ThinkingLevel = "high", MaxOutputTokens = 2000 });
        await talk.SayAsync("Go");
        Assert.Equal(1500, talk.Sent.GetProperty("thinking").GetProperty("budget_tokens").GetInt32());
        talk.Config = new() { ThinkingLevel = "high", MaxOutputTokens = 500 };
        await talk.SayAsync("Go");
        Assert.False(talk.Sent.TryGetProperty("thinking", out _));
        talk.AssertNothingRefused();
    }

    [Theory]
    [InlineData("claude-opus-5", "disabled")]
    [InlineData("claude-sonnet-5-5", "between_tools")]
    [InlineData("claude-haiku-4-5", null)]
    public async Task Minimal_switches_thinking_off(string model, string? type)
    {
        await using var talk = await Talk.BeginAsync();
        (talk.Model, talk.Config) = (model, new() { ThinkingLevel = "minimal" });

        Assert.DoesNotContain((await talk.SayAsync("Go")).Steps, s => s is ThoughtStep);

        Assert.Equal(type, talk.Sent.TryGetProperty("thinking", out var thinking) ? thinking.GetProperty("type").GetString() : null);
        talk.AssertNothingRefused();
    }

    [Fact]
    [Rule("TH-1")]
    public async Task A_level_that_the_model_lacks_is_an_error_before_the_call()
    {
        await using var talk = await Talk.BeginAsync();
        (talk.Model, talk.Config) = ("claude-opus-5-5", new() { ThinkingLevel = "minimal" });

        var failure = await Assert.ThrowsAsync<ApiException>(() => talk.SayAsync("Go"));

        Assert.Equal(ErrorCode.FailedPrecondition, failure.Code);
        Assert.Equal("generation_config.thinking_level", failure.Field);
        Assert.Empty(talk.Server.Requests);
        Assert.DoesNotContain("minimal", talk.Provider.Describe(talk.Model).Capabilities.ThinkingLevels);
    }

    [Fact]
    public async Task Thought_that_a_limit_cut_off_does_not_stand_in_later_requests()
    {
        await using var talk = await Talk.BeginAsync();
        talk.Script(AnthropicTurn.Empty.Thinks("Endless").Stops("max_tokens"));

        Assert.Equal(ModelStopReason.TokenLimit, (await talk.SayAsync("Go")).Stop.Reason);
        await talk.SayAsync("Again");

        talk.AssertNothingRefused();
        Assert.Equal(1, talk.Sent.GetProperty("messages").GetArrayLength());
    }

    private static async Task<JsonElement> SentAfter(Talk talk, string text)
    {
        await talk.SayAsync(text);
        // Only the answer just before this request is looked at: its predecessors have their own fate.
        return talk.Sent;
    }

    private static List<JsonElement> Thinking(JsonElement sent) =>
        [.. sent.GetProperty("messages").EnumerateArray().Where(m => m.GetProperty("role").GetString() == "assistant")
            .SelectMany(m => m.GetProperty("content").EnumerateArray()).Where(b => b.GetProperty("type").GetString() is "thinking" or "redacted_thinking")];
}
