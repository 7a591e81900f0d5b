using System.Text.Json;
using OpenInteractions.Contracts.Content;
using OpenInteractions.Contracts.Errors;
using OpenInteractions.Contracts.Interactions;
using OpenInteractions.Contracts.Json;
using OpenInteractions.Contracts.Steps;
using OpenInteractions.Engine.Providers;
using OpenInteractions.Providers.OpenAI;
using OpenInteractions.Testing;
using OpenInteractions.Testing.Vendors;
using OpenInteractions.Testing.Vendors.OpenAI;

namespace OpenInteractions.Providers.Tests.OpenAI;

public sealed class ChatProviderTests
{
    private const string PngData = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

    private static readonly OpenAITurn TwoCalls = OpenAITurn.New.Says("Looking.").Calls("get_weather", """{"city":"Paris"}""").Calls("get_time", """{"city":"Rome"}""");

    [Fact]
    public async Task Text_and_usage()
    {
        await using var upstream = await StartAsync();
        upstream.Script(OpenAITurn.New.Says("Hello 🦊.").Uses(input: 40, cached: 32, output: 12, reasoning: 5));

        var answer = await upstream.CallAsync(upstream.Ask("gpt-4.1", "Hi", new GenerationConfig { Seed = 7, MaxOutputTokens = 99, Temperature = 0.25, StopSequences = ["END"] }) with { SystemInstruction = "Be kind." });

        Assert.Equal("Hello 🦊.", answer.Text);
        var usage = answer.Stop.Usage!;
        Assert.Equal((40L, 32L, 7L, 5L, 52L), (usage.TotalInputTokens, usage.TotalCachedTokens, usage.TotalOutputTokens, usage.TotalThoughtTokens, usage.TotalTokens));
        Assert.Equal("""{"role":"system","content":"Be kind."}""", upstream.LastBody.GetProperty("messages")[0].GetRawText());
        Assert.Equal((7, 99, 0.25, "END"), (upstream.LastBody.GetProperty("seed").GetInt32(), upstream.LastBody.GetProperty("max_completion_tokens").GetInt32(),
            upstream.LastBody.GetProperty("temperature").GetDouble(), upstream.LastBody.GetProperty("stop")[0].GetString()));
    }

    public static TheoryData<string, ChatDialect> Dialects => new()
    {
        { "the original", new() },
        { "whole call in one chunk", new() { WholeCall = true } },
        { "whole call without index", new() { WholeCall = true, OmitsCallIndex = true } },
        { "no index", new() { OmitsCallIndex = true } },
        { "no id", new() { OmitsCallId = true } },
        { "neither index nor id", new() { OmitsCallIndex = true, OmitsCallId = true } },
        { "whole call, neither index nor id", new() { WholeCall = true, OmitsCallIndex = true, OmitsCallId = true } },
        { "repeated id and name", new() { RepeatsName = true } },
        { "one id for all calls", new() { RepeatsCallId = true } },
        { "one id for all calls, whole, no index", new() { RepeatsCallId = true, WholeCall = true, OmitsCallIndex = true } },
        { "arguments as an object", new() { ObjectArguments = true } },
        { "finish reason stop", new() { FinishWithCalls = "stop" } },
        { "no usage", new() { NoUsage = true } },
        { "usage in every chunk", new() { UsageInEveryChunk = true } },
        { "no done mark", new() { NoDoneMark = true } },
        { "a comment", new() { Comment = "OPENROUTER PROCESSING" } },
    };

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task Every_dialect_gives_the_same_calls_and_takes_their_results(string name, ChatDialect dialect)
    {
        await using var upstream = await StartAsync(new OpenAIVendor { Dialect = dialect });
        upstream.Script(TwoCalls.Uses(10, 0, 5, 0));
        var request = upstream.Ask("gpt-4.1", "Weather and time?") with { Functions = [OpenAIUpstream.Function("get_weather"), OpenAIUpstream.Function("get_time")] };

        var first = await upstream.CallAsync(request);
        var history = request.History[0].Steps.Concat(first.Steps).Append(OpenAIUpstream.Result(first.Calls[1], "noon")).Append(OpenAIUpstream.Result(first.Calls[0], "rain"));
        var second = await upstream.CallAsync(request with { History = [new HistoryTurn([.. history], isSettled: false)] });

        Assert.True(first.CallTexts is [("get_weather", """{"city":"Paris"}"""), ("get_time", """{"city":"Rome"}""")], $"{name}: {string.Join(" ", first.CallTexts)}");
        Assert.Equal(["model_output", "function_call", "function_call"], first.Types);
        Assert.Equal(ModelStopReason.Finished, first.Stop.Reason);
        Assert.Equal(dialect.NoUsage ? null : 5, first.Stop.Usage?.TotalOutputTokens);
        Assert.Equal("get_time returned noon. get_weather returned rain.", second.Text);
        Assert.Empty(upstream.Server.Refusals);
    }

    [Fact]
    [Rule("SE-5")]
    public async Task Interleaved_calls_are_put_in_order()
    {
        await using var upstream = await StartAsync();
        upstream.Server.Enqueue(VendorReply.Events(
        [
            Call(0, "c1", "a", ""), Call(1, "c2", "b", ""), Call(0, null, null, "{\"x\""), Call(1, null, null, "{\"y\""), Call(0, null, null, ":1}"), Call(1, null, null, ":2}"),
            Sse.Frame("""{"choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}"""), Sse.Frame("[DONE]"),
        ]));

        var answer = await upstream.CallAsync(upstream.Ask("gpt-4.1", "Hi"));

        Assert.Equal([("a", """{"x":1}"""), ("b", """{"y":2}""")], answer.CallTexts);

        static string Call(int index, string? id, string? name, string arguments) => Sse.Frame(JsonSerializer.Serialize(new
        {
            choices = new[] { new { index = 0, delta = new { tool_calls = new[] { new { index, id, function = new { name, arguments } } } }, finish_reason = (string?)null } },
        }));
    }

    [Fact]
    public async Task Calls_that_share_an_index_are_told_apart_by_their_ids()
    {
        await using var upstream = await StartAsync();
        upstream.Server.Enqueue(VendorReply.Events(
        [
            Sse.Frame("""{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"c1","function":{"name":"a","arguments":"{}"}}]}}]}"""),
            Sse.Frame("""{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"c2","function":{"name":"a","arguments":"{\"x\":1}"}}]},"finish_reason":"stop"}]}"""),
            Sse.Frame("[DONE]"),
        ]));

        var answer = await upstream.CallAsync(upstream.Ask("gpt-4.1", "Hi"));

        Assert.Equal([("a", "{}"), ("a", """{"x":1}""")], answer.CallTexts);
    }

    [Theory]
    [InlineData("reasoning_content")]
    [InlineData("reasoning")]
    public async Task Reasoning_text_is_a_thought_and_shown_only_when_asked_for(string field)
    {
        await using var upstream = await StartAsync(new OpenAIVendor { Dialect = new ChatDialect { ReasoningField = field } });
        var turn = OpenAITurn.New.Thinks("Let me see.").Says("42");
        upstream.Script(turn);
        upstream.Script(turn);

        var shown = await upstream.CallAsync(upstream.Ask("gpt-4.1", "Hi", new GenerationConfig { ThinkingSummaries = "auto" }));
        var hidden = await upstream.CallAsync(upstream.Ask("gpt-4.1", "Hi"));

        Assert.Equal(["thought", "model_output"], shown.Types);
        Assert.Equal(("Let me see.", "42"), (shown.Thoughts, shown.Text));
        Assert.Equal("", hidden.Thoughts);
        Assert.Equal(["thought", "model_output"], hidden.Types);
    }

    [Theory]
    [InlineData("<think>Let me see.</think>\n42", "Let me see.", "42")]
    [InlineData("42 <think>no</think>", "", "42 <think>no</think>")]
    [InlineData("<thin", "", "<thin")]
    public async Task Reasoning_between_tags_is_a_thought_where_the_profile_says_so(string said, string thought, string text)
    {
        await using var upstream = await StartAsync(chat: new ChatProfile { ThinkTags = true });
        upstream.Script(OpenAITurn.New.Says(said));

        var answer = await upstream.CallAsync(upstream.Ask("gpt-4.1", "Hi", new GenerationConfig { ThinkingSummaries = "auto" }));

        Assert.Equal((thought, text), (answer.Thoughts, answer.Text));
    }

    [Fact]
    public async Task Reasoning_goes_back_inside_an_open_tool_loop_and_nowhere_else()
    {
        var vendor = new OpenAIVendor { Dialect = new ChatDialect { ReasoningField = "reasoning_content", WantsReasoningBack = true } };
        await using var upstream = await StartAsync(vendor, new ChatProfile { ReplayedReasoningField = "reasoning_content" });
        upstream.Script(OpenAITurn.New.Thinks("I need the weather.").Calls("get_weather", "{}"));
        var request = upstream.Ask("gpt-4.1", "Weather?") with { Functions = [OpenAIUpstream.Function("get_weather")] };
        var first = await upstream.CallAsync(request);
        var asked = new HistoryTurn([.. request.History[0].Steps, .. first.Steps], isSettled: true);
        var answered = new HistoryTurn([OpenAIUpstream.Result(first.Calls[0], "rain")], isSettled: true);

        var inside = await upstream.CallAsync(request with { History = [asked, answered] });
        var sent = upstream.LastBody.GetProperty("messages")[1].GetProperty("reasoning_content").GetString();
        var after = await upstream.CallAsync(request with { History = [asked, answered, new HistoryTurn([OpenAIUpstream.User("how many turns?")], isSettled: false)] });

        Assert.Equal("I need the weather.", sent);
        Assert.Equal(("get_weather returned rain.", "I see 2 user turns."), (inside.Text, after.Text));
        Assert.Empty(upstream.Server.Refusals);
    }

    [Fact]
    public async Task Opaque_data_of_a_call_goes_back_with_it()
    {
        await using var upstream = await StartAsync();
        upstream.Server.Enqueue(VendorReply.Events(
        [
            Sse.Frame("""{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"c1","extra_content":{"google":{"thought_signature":"c2ln"}},"function":{"name":"f","arguments":"{}"}}]},"finish_reason":"tool_calls"}]}"""),
            Sse.Frame("[DONE]"),
        ]));
        var request = upstream.Ask("gpt-4.1", "Hi") with { Functions = [OpenAIUpstream.Function("f")] };
        var first = await upstream.CallAsync(request);

        await Assert.ThrowsAsync<ApiException>(() => upstream.CallAsync(request with
        {
            History = [new HistoryTurn([.. request.History[0].Steps, .. first.Steps, OpenAIUpstream.Result(first.Calls[0], "ok")], isSettled: false)],
        }));

        Assert.Equal("c2ln", upstream.LastBody.GetProperty("messages")[1].GetProperty("tool_calls")[0]
            .GetProperty("extra_content").GetProperty("google").GetProperty("thought_signature").GetString());
    }

    [Fact]
    [Rule("FN-5")]
    public async Task Pictures_in_results_follow_in_a_user_message_after_all_results()
    {
        await using var upstream = await StartAsync();
        upstream.Script(TwoCalls);
        var request = upstream.Ask("gpt-4.1", "Weather?") with { Functions = [OpenAIUpstream.Function("get_weather"), OpenAIUpstream.Function("get_time")] };
        var first = await upstream.CallAsync(request);
        var picture = JsonElement.Parse($$"""[{"type":"text","text":"map"},{"type":"image","mime_type":"image/png","data":"{{PngData}}"}]""");

        await upstream.CallAsync(request with
        {
            History = [new HistoryTurn([.. request.History[0].Steps, .. first.Steps, OpenAIUpstream.Result(first.Calls[0], picture), OpenAIUpstream.Result(first.Calls[1], "noon")], isSettled: false)],
        });

        Assert.Equal(["user", "assistant", "tool", "tool", "user"], Roles(upstream));
        Assert.Equal("map\n[image attached]", upstream.LastBody.GetProperty("messages")[2].GetProperty("content").GetString());
        Assert.Equal("image_url", upstream.LastBody.GetProperty("messages")[4].GetProperty("content")[0].GetProperty("type").GetString());
        Assert.Empty(upstream.Server.Refusals);
    }

    [Fact]
    public async Task Results_stand_directly_after_their_calls_whatever_the_client_put_first()
    {
        await using var upstream = await StartAsync();
        upstream.Script(TwoCalls);
        var request = upstream.Ask("gpt-4.1", "Weather?") with { Functions = [OpenAIUpstream.Function("get_weather"), OpenAIUpstream.Function("get_time")] };
        var first = await upstream.CallAsync(request);

        await upstream.CallAsync(request with
        {
            History =
            [
                new HistoryTurn([.. request.History[0].Steps, .. first.Steps], isSettled: true),
                new HistoryTurn([OpenAIUpstream.User("Here they are."), OpenAIUpstream.Result(first.Calls[0], "rain"), OpenAIUpstream.Result(first.Calls[1], "noon")], isSettled: false),
            ],
        });

        Assert.Equal(["user", "assistant", "tool", "tool", "user"], Roles(upstream));
        Assert.Empty(upstream.Server.Refusals);
    }

    [Fact]
    public async Task Several_rounds_of_calls_within_one_turn()
    {
        await using var upstream = await StartAsync();
        upstream.Script(OpenAITurn.New.Calls("get_weather", "{}"));
        upstream.Script(OpenAITurn.New.Says("Now the time.").Calls("get_time", "{}"));
        var request = upstream.Ask("gpt-4.1", "Weather, then time?") with { Functions = [OpenAIUpstream.Function("get_weather"), OpenAIUpstream.Function("get_time")] };
        List<HistoryStep> steps = [.. request.History[0].Steps];
        foreach (var result in (string[])["rain", "noon"])
        {
            var answer = await upstream.CallAsync(request with { History = [new HistoryTurn([.. steps], isSettled: false)] });
            steps.AddRange([.. answer.Steps, OpenAIUpstream.Result(answer.Calls[0], result)]);
        }

        var last = await upstream.CallAsync(request with { History = [new HistoryTurn([.. steps], isSettled: false)] });

        Assert.Equal(["user", "assistant", "tool", "assistant", "tool"], Roles(upstream));
        Assert.Equal("get_weather returned rain. get_time returned noon.", last.Text);
    }

    public static TheoryData<string?, string?> ToolChoices => new()
    {
        { null, null },
        { "\"auto\"", "\"auto\"" },
        { "\"any\"", "\"required\"" },
        { "\"none\"", "\"none\"" },
        { "\"validated\"", "\"auto\"" },
        { """{"allowed_tools":{"mode":"any","tools":["b"]}}""", """{"type":"function","function":{"name":"b"}}""" },
        {
            """{"allowed_tools":{"mode":"auto","tools":["a","b"]}}""",
            """{"type":"allowed_tools","allowed_tools":{"mode":"auto","tools":[{"type":"function","function":{"name":"a"}},{"type":"function","function":{"name":"b"}}]}}"""
        },
    };

    [Theory]
    [Rule("FN-8")]
    [MemberData(nameof(ToolChoices))]
    public async Task Tool_choice_in_every_form(string? native, string? sent)
    {
        await using var upstream = await StartAsync();

        await upstream.CallAsync(WithChoice(upstream, native));

        Assert.Equal(sent, upstream.LastBody.TryGetProperty("tool_choice", out var choice) ? choice.GetRawText() : null);
        Assert.Empty(upstream.Server.Refusals);
    }

    [Fact]
    [Rule("FN-8")]
    public async Task A_server_without_allowed_tools_gets_a_shorter_list()
    {
        await using var upstream = await StartAsync(chat: ChatProfile.Compatible);

        await upstream.CallAsync(WithChoice(upstream, """{"allowed_tools":{"mode":"auto","tools":["b"]}}"""));

        Assert.Equal("b", Assert.Single(upstream.LastBody.GetProperty("tools").EnumerateArray()).GetProperty("function").GetProperty("name").GetString());
        Assert.Equal("auto", upstream.LastBody.GetProperty("tool_choice").GetString());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Stop_sequences_beyond_what_the_wire_takes_are_cut_here(bool tooMany)
    {
        await using var upstream = await StartAsync();
        upstream.Script(OpenAITurn.New.Says("one two STOP three"));
        string[] sequences = tooMany ? ["a1", "a2", "a3", "a4", "STOP"] : ["STOP"];

        // gpt-5 refuses `stop` altogether.
        var answer = await upstream.CallAsync(upstream.Ask(tooMany ? "gpt-4.1" : "gpt-5", "Hi", new GenerationConfig { StopSequences = sequences }));

        Assert.Equal("one two ", answer.Text);
        Assert.Empty(upstream.Server.Refusals);
    }

    [Fact]
    public async Task The_field_for_the_token_limit_is_learned()
    {
        await using var upstream = await StartAsync(chat: ChatProfile.Compatible);
        var request = upstream.Ask("gpt-5", "Hi", new GenerationConfig { MaxOutputTokens = 500 });

        await upstream.CallAsync(request);
        await upstream.CallAsync(request);

        Assert.Single(upstream.Server.Refusals);
        Assert.Equal(3, upstream.Server.Requests.Count);
        Assert.Equal(500, upstream.LastBody.GetProperty("max_completion_tokens").GetInt32());
    }

    [Theory]
    [InlineData("max_output_tokens", ModelStopReason.TokenLimit)]
    [InlineData("content_filter", ModelStopReason.Blocked)]
    public async Task An_answer_that_was_cut_says_why(string reason, ModelStopReason expected)
    {
        await using var upstream = await StartAsync();
        upstream.Script(OpenAITurn.New.Says("Once upon a").Incomplete(reason));

        var answer = await upstream.CallAsync(upstream.Ask("gpt-4.1", "Story"));

        Assert.Equal(("Once upon a", expected), (answer.Text, answer.Stop.Reason));
    }

    [Fact]
    public async Task A_refusal_is_text_and_a_blocked_end()
    {
        await using var upstream = await StartAsync();
        upstream.Script(OpenAITurn.New.Refuses("I cannot help with that."));

        var answer = await upstream.CallAsync(upstream.Ask("gpt-4.1", "Hi"));

        Assert.Equal(("I cannot help with that.", ErrorCode.ContentBlocked), (answer.Text, answer.Stop.Error!.Code));
    }

    [Fact]
    public async Task An_error_that_comes_with_status_200_is_an_error()
    {
        await using var upstream = await StartAsync();
        upstream.Server.Enqueue(VendorReply.Json(200, """{"error":{"message":"Provider returned error","code":429}}"""));
        upstream.Script(OpenAITurn.New.Says("now"));

        Assert.Equal("now", (await upstream.CallAsync(upstream.Ask("gpt-4.1", "Hi"))).Text);
    }

    [Theory]
    [Rule("SO-2")]
    [InlineData("""{"type":"object","properties":{"age":{"type":"integer"}},"required":["age"],"additionalProperties":false}""", true)]
    [InlineData("""{"type":"object","properties":{"age":{"type":"integer"}}}""", false)]
    public async Task Structured_output(string schema, bool strict)
    {
        await using var upstream = await StartAsync();

        var answer = await upstream.CallAsync(upstream.Ask("gpt-4.1", "Ada") with { ResponseFormats = [new SchemaResponseFormat(JsonElement.Parse(schema))] });

        Assert.Equal("""{"age":1}""", answer.Text);
        Assert.Equal(strict, upstream.LastBody.GetProperty("response_format").GetProperty("json_schema").GetProperty("strict").GetBoolean());
        Assert.Empty(upstream.Server.Refusals);
    }

    [Fact]
    public async Task Sound_goes_to_models_that_hear_by_chat_even_where_responses_is_spoken()
    {
        await using var upstream = await OpenAIUpstream.StartAsync(wire: OpenAIWire.Auto);

        var answer = await upstream.CallAsync(upstream.Ask("gpt-4o-audio-preview", [new(new UserInputStep
        {
            Content = [new TextContent { Text = "Listen" }, new AudioContent { MimeType = "audio/wav", Data = "UklGRg==" }],
        })]));

        Assert.Equal("I received audio/wav 4 bytes. You said: Listen", answer.Text);
    }

    [Fact]
    public async Task A_server_without_responses_is_asked_once_and_remembered()
    {
        await using var upstream = await OpenAIUpstream.StartAsync(new OpenAIVendor { HasResponses = false, Key = null, AcceptsAnyModel = true }, OpenAIWire.Auto, ChatProfile.Compatible);

        await upstream.CallAsync(upstream.Ask("llama3.2", "Hi"));
        await upstream.CallAsync(upstream.Ask("llama3.2", "Hi"));

        Assert.Equal(["/v1/responses", "/v1/chat/completions", "/v1/chat/completions"], upstream.Server.Requests.Select(r => r.Path));
        Assert.Null(upstream.Server.Requests[0].Header("authorization"));
    }

    [Fact]
    public async Task An_unknown_model_does_not_change_the_wire()
    {
        await using var upstream = await OpenAIUpstream.StartAsync(wire: OpenAIWire.Auto);

        await Assert.ThrowsAsync<ApiException>(() => upstream.CallAsync(upstream.Ask("gpt-99", "Hi")));
        await upstream.CallAsync(upstream.Ask("gpt-4.1", "Hi"));

        Assert.Equal(["/v1/responses", "/v1/responses"], upstream.Server.Requests.Select(r => r.Path));
    }

    [Fact]
    public async Task Call_ids_are_short_where_the_server_wants_them_short()
    {
        await using var upstream = await StartAsync(chat: new ChatProfile { ShortCallIds = true });
        List<HistoryStep> history =
        [
            OpenAIUpstream.User("Hi"),
            new(new FunctionCallStep { Id = "call_from_elsewhere_0123456789", Name = "f", Arguments = JsonElement.Parse("{}") }),
            new(new FunctionResultStep { CallId = "call_from_elsewhere_0123456789", Result = JsonSerializer.SerializeToElement("ok") }, CallName: "f"),
        ];

        await upstream.CallAsync(upstream.Ask("gpt-4.1", history));

        Assert.Matches("^[a-z0-9]{9}$", upstream.LastBody.GetProperty("messages")[2].GetProperty("tool_call_id").GetString());
        Assert.Empty(upstream.Server.Refusals);
    }

    [Theory]
    [InlineData(false, "call_0", "call_0_2")]
    [InlineData(true, "^[a-z0-9]{9}$", "^[a-z0-9]{9}$")]
    public async Task A_server_that_numbers_the_calls_of_each_answer_anew_gets_its_own_ids_back_and_only_later_ones_changed(bool areShort, string first, string second)
    {
        await using var upstream = await StartAsync(chat: new ChatProfile { ShortCallIds = areShort });
        var (one, two) = (Called("call_a"), Called("call_b"));
        HistoryTurn[] turns = [Turn(OpenAIUpstream.User("Hi"), one), Turn(OpenAIUpstream.Result(one, "1")), Turn(two), Turn(OpenAIUpstream.Result(two, "2"))];

        await upstream.CallAsync(upstream.Ask("gpt-4.1", "Hi") with { History = turns });
        var both = SentIds(upstream);
        await upstream.CallAsync(upstream.Ask("gpt-4.1", "Hi") with { History = [Turn(OpenAIUpstream.User("Hi")), .. turns[2..]] }); // the same turns without the first call
        var alone = SentIds(upstream);

        Assert.Equal([both[0], both[0], both[2], both[2]], both);
        Assert.NotEqual(both[0], both[2]);
        Assert.Matches(first, both[0]);
        Assert.Matches(second, both[2]);
        Assert.Equal([both[0], both[0]], alone);
        Assert.Empty(upstream.Server.Refusals);

        HistoryStep Called(string native) => new(
            new FunctionCallStep { Id = native, Name = "f", Arguments = JsonElement.Parse("{}") },
            new ProviderState(upstream.Provider.Name, "gpt", "call_0", null));

        static HistoryTurn Turn(params HistoryStep[] steps) => new(steps, isSettled: true);

        static string[] SentIds(OpenAIUpstream upstream) =>
        [
            .. upstream.LastBody.GetProperty("messages").EnumerateArray().SelectMany(m =>
                m.TryGetProperty("tool_calls", out var calls) ? calls.EnumerateArray().Select(c => c.GetProperty("id").GetString()!)
                : m.TryGetProperty("tool_call_id", out var id) ? [id.GetString()!]
                : []),
        ];
    }

    [Fact]
    public async Task An_id_is_kept_as_the_server_made_it_however_short()
    {
        await using var upstream = await StartAsync(new OpenAIVendor { Dialect = new() { RepeatsCallId = true } });
        upstream.Script(OpenAITurn.New.Calls("f", "{}"));

        var answer = await upstream.CallAsync(upstream.Ask("gpt-4.1", "Hi") with { Functions = [OpenAIUpstream.Function("f")] });

        Assert.Equal("call_0", Assert.Single(answer.Calls).CallIdFor(upstream.Provider.Name));
    }

    [Theory]
    [InlineData(OpenAIWire.Chat)]
    [InlineData(OpenAIWire.Responses)]
    public async Task Call_ids_that_are_too_long_for_the_wire_still_pair(OpenAIWire wire)
    {
        await using var upstream = await OpenAIUpstream.StartAsync(wire: wire);
        var id = "call_made_by_a_client_" + new string('x', 100);

        var answer = await upstream.CallAsync(upstream.Ask("gpt-4.1",
        [
            OpenAIUpstream.User("Hi"),
            new(new FunctionCallStep { Id = id, Name = "f", Arguments = JsonElement.Parse("{}") }),
            new(new FunctionResultStep { CallId = id, Result = JsonSerializer.SerializeToElement("ok") }, CallName: "f"),
        ]));

        Assert.Equal("f returned ok.", answer.Text);
    }

    private static Task<OpenAIUpstream> StartAsync(OpenAIVendor? vendor = null, ChatProfile? chat = null) => OpenAIUpstream.StartAsync(vendor, OpenAIWire.Chat, chat);

    private static ModelRequest WithChoice(OpenAIUpstream upstream, string? native) =>
        upstream.Ask("gpt-4.1", "Hi", JsonSerializer.Deserialize($$"""{{{(native is null ? "" : $"\"tool_choice\":{native}")}}}""", WireJson.Wire.GenerationConfig)!) with
        {
            Functions = [OpenAIUpstream.Function("a"), OpenAIUpstream.Function("b")],
        };

    private static IEnumerable<string?> Roles(OpenAIUpstream upstream) => upstream.LastBody.GetProperty("messages").EnumerateArray().Select(m => m.GetProperty("role").GetString());
}
