using System.Text.Json;
using OpenInteractions.Contracts.Content;
using OpenInteractions.Contracts.Errors;
using OpenInteractions.Contracts.Interactions;
using OpenInteractions.Contracts.Json;
using OpenInteractions.Contracts.Steps;
using OpenInteractions.Contracts.Tools;
using OpenInteractions.Engine.Providers;
using OpenInteractions.Providers.OpenAI;
using OpenInteractions.Testing;
using OpenInteractions.Testing.Vendors;
using OpenInteractions.Testing.Vendors.OpenAI;

namespace OpenInteractions.Providers.Tests.OpenAI;

public sealed class ResponsesProviderTests
{
    private const string PngData = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

    [Fact]
    public async Task Text_streams_piece_by_piece_and_nothing_is_stored_upstream()
    {
        await using var upstream = await OpenAIUpstream.StartAsync();
        upstream.Script(OpenAITurn.New.Says("Hello from the model, with an emoji 🦊.").Uses(75, 64, 20, 0));

        var answer = await upstream.CallAsync(upstream.Ask("gpt-4.1", "Hi") with { SystemInstruction = "Be kind." });

        Assert.Equal("Hello from the model, with an emoji 🦊.", answer.Text);
        Assert.True(answer.Events.OfType<StepPiece>().Count() > 3);
        Assert.Equal(ModelStopReason.Finished, answer.Stop.Reason);
        Assert.False(upstream.LastBody.GetProperty("store").GetBoolean());
        Assert.Equal("Be kind.", upstream.LastBody.GetProperty("instructions").GetString());
        Assert.Empty(upstream.Server.Refusals);
    }

    [Fact]
    public async Task Usage_tells_cached_and_thought_tokens_apart()
    {
        await using var upstream = await OpenAIUpstream.StartAsync();
        upstream.Script(OpenAITurn.New.Thinks().Says("ok").Uses(input: 100, cached: 64, output: 50, reasoning: 30));

        var usage = (await upstream.CallAsync(upstream.Ask("gpt-5", "Hi"))).Stop.Usage!;

        Assert.Equal((100L, 64L, 20L, 30L, 150L),
            (usage.TotalInputTokens, usage.TotalCachedTokens, usage.TotalOutputTokens, usage.TotalThoughtTokens, usage.TotalTokens));
        Assert.Equal("text", Assert.Single(usage.InputTokensByModality!).Modality);
    }

    [Fact]
    [Rule("TH-2")]
    public async Task Summaries_come_only_when_asked_for_and_the_signature_always()
    {
        await using var upstream = await OpenAIUpstream.StartAsync();
        upstream.Script(OpenAITurn.New.Thinks("First part.", "Second part.").Says("done"));
        upstream.Script(OpenAITurn.New.Thinks("First part.").Says("done"));

        var shown = await upstream.CallAsync(upstream.Ask("gpt-5", "Hi", new GenerationConfig { ThinkingSummaries = "auto", ThinkingLevel = "low" }));
        var hidden = await upstream.CallAsync(upstream.Ask("gpt-5", "Hi"));

        Assert.Equal("First part.\n\nSecond part.", shown.Thoughts);
        Assert.Equal("", hidden.Thoughts);
        Assert.All([shown, hidden], a => Assert.NotNull(Assert.IsType<ThoughtStep>(a.Steps[0].Step).Signature));
    }

    [Fact]
    [Rule("TH-4")]
    public async Task Reasoning_goes_back_with_its_followers_over_two_turns_of_parallel_calls()
    {
        await using var upstream = await OpenAIUpstream.StartAsync();
        upstream.Script(OpenAITurn.New.Thinks("Two cities.").Calls("get_weather", """{"city":"Paris"}""").Calls("get_weather", """{"city":"Rome"}"""));
        var request = upstream.Ask("gpt-5.1", "Weather in Paris and Rome?") with { Functions = [OpenAIUpstream.Function("get_weather")] };

        var first = await upstream.CallAsync(request);
        var history = request.History[0].Steps.Concat(first.Steps)
            .Append(OpenAIUpstream.Result(first.Calls[1], "rain")).Append(OpenAIUpstream.Result(first.Calls[0], "sun")).ToList();
        var second = await upstream.CallAsync(request with { History = [new HistoryTurn(history, isSettled: false)] });

        Assert.Equal([("get_weather", """{"city":"Paris"}"""), ("get_weather", """{"city":"Rome"}""")], first.CallTexts);
        Assert.Equal("get_weather returned rain. get_weather returned sun.", second.Text);
        Assert.Empty(upstream.Server.Refusals);
        Assert.Contains(upstream.LastBody.GetProperty("input").EnumerateArray(), i => i.GetProperty("type").GetString() == "reasoning");
        Assert.DoesNotContain("\"id\":", upstream.LastBody.GetProperty("input").GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_thought_without_its_follower_stays_away()
    {
        await using var upstream = await OpenAIUpstream.StartAsync();
        upstream.Script(OpenAITurn.New.Thinks("Long thought.").Incomplete());

        var first = await upstream.CallAsync(upstream.Ask("gpt-5", "Think"));
        var second = await upstream.CallAsync(upstream.Ask("gpt-5", [OpenAIUpstream.User("Think"), .. first.Steps, OpenAIUpstream.User("go on")]));

        Assert.Equal(ModelStopReason.TokenLimit, first.Stop.Reason);
        Assert.Equal("You said: go on", second.Text);
        Assert.Empty(upstream.Server.Refusals);
    }

    [Fact]
    public async Task Foreign_and_altered_signatures_degrade_to_plain_history()
    {
        await using var upstream = await OpenAIUpstream.StartAsync();
        List<HistoryStep> history =
        [
            OpenAIUpstream.User("My name is Ada."),
            new(new ThoughtStep { Signature = "Zm9yZWlnbg==" }),
            new(new ModelOutputStep { Content = [new TextContent { Text = "Hello Ada." }] }),
            OpenAIUpstream.User("what did I say first?"),
        ];

        var answer = await upstream.CallAsync(upstream.Ask("gpt-5", history));

        Assert.Equal("You said first: My name is Ada.", answer.Text);
    }

    [Fact]
    public async Task Reasoning_that_the_service_cannot_read_any_more_is_left_out_instead_of_failing()
    {
        await using var first = await OpenAIUpstream.StartAsync();
        await using var second = await OpenAIUpstream.StartAsync(); // another account: it never issued that reasoning
        first.Script(OpenAITurn.New.Thinks("x").Says("Hello."));
        var answer = await first.CallAsync(first.Ask("gpt-5", "Hi"));

        var next = await second.CallAsync(second.Ask("gpt-5", [OpenAIUpstream.User("Hi"), .. answer.Steps, OpenAIUpstream.User("how many turns?")]));

        Assert.Equal("I see 2 user turns.", next.Text);
        Assert.Equal(2, second.Server.Requests.Count);
    }

    [Theory]
    [Rule("FN-5")]
    [InlineData("\"22 degrees\"", "22 degrees")]
    [InlineData("""{"temp":22}""", """{"temp":22}""")]
    [InlineData("""[{"type":"text","text":"warm"}]""", "warm")]
    [InlineData("""{"content":[{"type":"text","text":"warm"}]}""", "warm")]
    [InlineData("""[{"type":"text","text":"see"},{"type":"image","mime_type":"image/png","data":"PNG"}]""", "see [image/png 70 bytes]")]
    [InlineData("""[1,2]""", "[1,2]")]
    public async Task A_result_of_any_form_reaches_the_model(string result, string seen)
    {
        await using var upstream = await OpenAIUpstream.StartAsync();
        upstream.Script(OpenAITurn.New.Calls("get_weather", """{"city":"Paris"}"""));
        var request = upstream.Ask("gpt-4.1", "Weather?") with { Functions = [OpenAIUpstream.Function("get_weather")] };
        var first = await upstream.CallAsync(request);

        var step = OpenAIUpstream.Result(first.Calls[0], JsonElement.Parse(result.Replace("PNG", PngData, StringComparison.Ordinal)));
        var second = await upstream.CallAsync(request with { History = [new HistoryTurn([.. request.History[0].Steps, .. first.Steps, step], isSettled: false)] });

        Assert.Equal($"get_weather returned {seen}.", second.Text);
    }

    [Fact]
    [Rule("FN-6")]
    public async Task The_model_is_told_that_a_call_failed()
    {
        await using var upstream = await OpenAIUpstream.StartAsync();
        upstream.Script(OpenAITurn.New.Calls("get_weather", "{}"));
        var request = upstream.Ask("gpt-4.1", "Weather?") with { Functions = [OpenAIUpstream.Function("get_weather")] };
        var first = await upstream.CallAsync(request);

        var failed = OpenAIUpstream.Result(first.Calls[0], JsonSerializer.SerializeToElement("no such city"), isError: true);
        var second = await upstream.CallAsync(request with { History = [new HistoryTurn([.. request.History[0].Steps, .. first.Steps, failed], isSettled: false)] });

        Assert.Equal("get_weather returned Error: no such city.", second.Text);
    }

    public static TheoryData<string?, string?> ToolChoices => new()
    {
        { null, null },
        { "\"auto\"", "\"auto\"" },
        { "\"any\"", "\"required\"" },
        { "\"none\"", "\"none\"" },
        { "\"validated\"", "\"auto\"" },
        { """{"allowed_tools":{"mode":"any","tools":["b"]}}""", """{"type":"allowed_tools","mode":"required","tools":[{"type":"function","name":"b"}]}""" },
        { """{"allowed_tools":{"mode":"auto","tools":["a","b"]}}""", """{"type":"allowed_tools","mode":"auto","tools":[{"type":"function","name":"a"},{"type":"function","name":"b"}]}""" },
    };

    [Theory]
    [Rule("FN-8")]
    [MemberData(nameof(ToolChoices))]
    public async Task Tool_choice_in_every_form(string? native, string? sent)
    {
        await using var upstream = await OpenAIUpstream.StartAsync();
        var config = JsonSerializer.Deserialize($$"""{{{(native is null ? "" : $"\"tool_choice\":{native}")}}}""", WireJson.Wire.GenerationConfig)!;

        await upstream.CallAsync(upstream.Ask("gpt-4.1", "Hi", config) with { Functions = [OpenAIUpstream.Function("a"), OpenAIUpstream.Function("b")] });

        Assert.Equal(sent, upstream.LastBody.TryGetProperty("tool_choice", out var choice) ? choice.GetRawText() : null);
        Assert.Empty(upstream.Server.Refusals);
    }

    [Fact]
    [Rule("FN-8")]
    public async Task A_forced_choice_of_one_function_calls_that_one()
    {
        await using var upstream = await OpenAIUpstream.StartAsync();
        var config = new GenerationConfig { ToolChoice = new StringOr<ToolChoiceConfig>(new ToolChoiceConfig { AllowedTools = new AllowedTools { Mode = "any", Tools = ["b"] } }) };

        var answer = await upstream.CallAsync(upstream.Ask("gpt-4.1", "Hi", config) with { Functions = [OpenAIUpstream.Function("a"), OpenAIUpstream.Function("b")] });

        Assert.Equal(("b", """{"city":"sample"}"""), Assert.Single(answer.CallTexts));
    }

    [Fact]
    public async Task A_function_name_that_the_wire_does_not_take_comes_back_as_it_was()
    {
        await using var upstream = await OpenAIUpstream.StartAsync();
        var config = new GenerationConfig { ToolChoice = new StringOr<ToolChoiceConfig>("any") };
        var request = upstream.Ask("gpt-4.1", "Hi", config) with { Functions = [OpenAIUpstream.Function("crm.lookup:customer")] };

        var first = await upstream.CallAsync(request);
        var history = new HistoryTurn([.. request.History[0].Steps, .. first.Steps, OpenAIUpstream.Result(first.Calls[0], "found")], isSettled: false);
        await upstream.CallAsync(request with { History = [history], Config = new GenerationConfig() });

        Assert.Equal("crm.lookup:customer", Assert.Single(first.CallTexts).Name);
        Assert.Empty(upstream.Server.Refusals);
    }

    [Theory]
    [Rule("SO-2")]
    [InlineData("""{"type":"object","properties":{"name":{"type":"string"},"age":{"type":"integer"}},"required":["name","age"],"additionalProperties":false}""", true)]
    [InlineData("""{"type":"object","properties":{"name":{"type":"string"},"age":{"type":"integer"}}}""", false)]
    public async Task Structured_output_is_strict_where_the_schema_allows_it(string schema, bool strict)
    {
        await using var upstream = await OpenAIUpstream.StartAsync();

        var answer = await upstream.CallAsync(upstream.Ask("gpt-4.1", "Ada") with
        {
            ResponseFormats = [new TextResponseFormat { MimeType = "application/json", Schema = JsonElement.Parse(schema) }],
        });

        Assert.Equal(1, JsonElement.Parse(answer.Text).GetProperty("age").GetInt32());
        Assert.Equal(strict, upstream.LastBody.GetProperty("text").GetProperty("format").GetProperty("strict").GetBoolean());
        Assert.Empty(upstream.Server.Refusals);
    }

    [Fact]
    public async Task Json_without_a_schema_is_accepted_upstream()
    {
        await using var upstream = await OpenAIUpstream.StartAsync();

        var answer = await upstream.CallAsync(upstream.Ask("gpt-4.1", "Ada") with { ResponseFormats = [new TextResponseFormat { MimeType = "application/json" }] });

        Assert.Equal(JsonValueKind.Object, JsonElement.Parse(answer.Text).ValueKind);
    }

    [Fact]
    public async Task A_refusal_is_text_and_a_blocked_end()
    {
        await using var upstream = await OpenAIUpstream.StartAsync();
        upstream.Script(OpenAITurn.New.Refuses("I cannot help with that."));

        var answer = await upstream.CallAsync(upstream.Ask("gpt-4.1", "Hi"));

        Assert.Equal("I cannot help with that.", answer.Text);
        Assert.Equal((ModelStopReason.Blocked, ErrorCode.ContentBlocked), (answer.Stop.Reason, answer.Stop.Error!.Code));
        Assert.NotNull(answer.Stop.Usage);
    }

    [Theory]
    [InlineData("max_output_tokens", ModelStopReason.TokenLimit)]
    [InlineData("content_filter", ModelStopReason.Blocked)]
    public async Task An_incomplete_answer_keeps_its_text_and_says_why(string reason, ModelStopReason expected)
    {
        await using var upstream = await OpenAIUpstream.StartAsync();
        upstream.Script(OpenAITurn.New.Says("Once upon a").Incomplete(reason));

        var answer = await upstream.CallAsync(upstream.Ask("gpt-4.1", "Story"));

        Assert.Equal("Once upon a", answer.Text);
        Assert.Equal(expected, answer.Stop.Reason);
    }

    [Fact]
    [Rule("TL-13")]
    public async Task Citations_count_bytes()
    {
        await using var upstream = await OpenAIUpstream.StartAsync();
        upstream.Script(OpenAITurn.New.Says("Grüße 🦊 aus Köln.", (8, 16, "https://example.org", "Example")));

        var answer = await upstream.CallAsync(upstream.Ask("gpt-4.1", "Hi"));

        var text = Assert.IsType<TextContent>(Assert.Single(Assert.IsType<ModelOutputStep>(answer.Steps[0].Step).Content));
        var citation = Assert.IsType<UrlCitation>(Assert.Single(text.Annotations!));
        var bytes = System.Text.Encoding.UTF8.GetBytes(text.Text);
        Assert.Equal("aus Köln", System.Text.Encoding.UTF8.GetString(bytes.AsSpan(citation.StartIndex!.Value, citation.EndIndex!.Value - citation.StartIndex.Value)));
    }

    [Theory]
    [InlineData("END", "one two END three", "one two ")]
    [InlineData("wo t", "one two three", "one t")]
    [InlineData("never", "one two nev", "one two nev")]
    public async Task Stop_sequences_that_the_wire_does_not_know_are_cut_here(string stop, string said, string expected)
    {
        await using var upstream = await OpenAIUpstream.StartAsync();
        upstream.Script(OpenAITurn.New.Says(said).Uses(10, 0, 7, 0));

        var answer = await upstream.CallAsync(upstream.Ask("gpt-4.1", "Hi", new GenerationConfig { StopSequences = [stop] }));

        Assert.Equal(expected, answer.Text);
        Assert.Equal(ModelStopReason.Finished, answer.Stop.Reason);
        Assert.Equal(7, answer.Stop.Usage!.TotalOutputTokens);
    }

    [Fact]
    public async Task Media_go_in_and_what_the_wire_cannot_carry_is_refused_by_name()
    {
        await using var upstream = await OpenAIUpstream.StartAsync();
        var seen = await upstream.CallAsync(upstream.Ask("gpt-4.1", [new(new UserInputStep
        {
            Content =
            [
                new TextContent { Text = "Look" },
                new ImageContent { MimeType = "image/png", Data = PngData },
                new ImageContent { Uri = "https://example.org/a.jpg" },
                new DocumentContent { MimeType = "application/pdf", Data = "JVBERi0=" },
                new DocumentContent { MimeType = "text/csv", Data = Convert.ToBase64String("a,b"u8) },
            ],
        })]));

        var refused = await Assert.ThrowsAsync<ApiException>(() => upstream.CallAsync(upstream.Ask("gpt-4.1",
            [new(new UserInputStep { Content = [new VideoContent { MimeType = "video/mp4", Data = "AAAA" }] })])));

        Assert.Equal("I received image/png 70 bytes, image https://example.org/a.jpg, application/pdf 5 bytes. You said: Look [document, text/csv]\na,b", seen.Text);
        Assert.Equal((ErrorCode.FailedPrecondition, "This model's provider does not take video."), (refused.Code, refused.Message));
    }

    [Fact]
    public async Task Steps_of_other_vendors_tools_arrive_as_calls_and_results()
    {
        await using var upstream = await OpenAIUpstream.StartAsync();

        var answer = await upstream.CallAsync(upstream.Ask("gpt-4.1",
        [
            OpenAIUpstream.User("Compute."),
            new(new CodeExecutionCallStep { Id = "c1", Arguments = new CodeExecutionArguments { Code = "print(2)", Language = "python" } }),
            new(new CodeExecutionResultStep { CallId = "c1", Result = JsonSerializer.SerializeToElement("2") }, CallName: "code_execution"),
            new(new ModelOutputStep { Content = [new TextContent { Text = "It is 2." }] }),
            OpenAIUpstream.User("what results?"),
        ]));

        Assert.Equal("code_execution returned 2.", answer.Text);
    }

    [Fact]
    [Rule("ST-19")]
    public async Task The_next_turn_sends_the_same_bytes_first()
    {
        await using var upstream = await OpenAIUpstream.StartAsync();
        var functions = new[] { OpenAIUpstream.Function("get_weather") };
        var settled = new HistoryTurn([OpenAIUpstream.User("One"), new(new ModelOutputStep { Content = [new TextContent { Text = "Two" }] })], isSettled: true);
        var request = upstream.Ask("gpt-4.1", "x") with { Functions = functions };

        await upstream.CallAsync(request with { History = [settled, new HistoryTurn([OpenAIUpstream.User("Three")], isSettled: false)] });
        await upstream.CallAsync(request with { History = [settled, new HistoryTurn([OpenAIUpstream.User("Four")], isSettled: false)] });

        var (first, second) = (upstream.Server.Requests[0].Text, upstream.Server.Requests[1].Text);
        Assert.Equal(first[..first.IndexOf("Three", StringComparison.Ordinal)], second[..second.IndexOf("Four", StringComparison.Ordinal)]);
        Assert.True(settled.RenderedBytes > 0);
    }

    [Fact]
    [Rule("TH-5")]
    public async Task A_sampling_setting_that_a_model_refuses_is_dropped_and_remembered()
    {
        await using var upstream = await OpenAIUpstream.StartAsync();
        var request = upstream.Ask("gpt-5", "Hi", new GenerationConfig { Temperature = 0.5, TopP = 0.5 });
        request = request with { Model = request.Model with { Capabilities = request.Model.Capabilities with { Sampling = true } } };

        var first = await upstream.CallAsync(request);
        var second = await upstream.CallAsync(request);

        Assert.Equal("You said: Hi", first.Text);
        Assert.Equal(first.Text, second.Text);
        Assert.Equal([400, 400], upstream.Server.Refusals.Select(r => r.Reply.Status));
        Assert.Equal(4, upstream.Server.Requests.Count);
        Assert.Equal([SamplingSettings.Temperature, SamplingSettings.TopP], upstream.Provider.Ignored(request));
        Assert.Contains("'temperature'", upstream.Log.Text, StringComparison.Ordinal);
    }

    public static TheoryData<OpenAIWire, Tool> NotThere => new() { { OpenAIWire.Responses, new GoogleMapsTool() }, { OpenAIWire.Responses, new UrlContextTool() }, { OpenAIWire.Chat, new GoogleSearchTool() } };

    [Theory]
    [MemberData(nameof(NotThere))]
    public async Task A_tool_that_the_provider_cannot_run_is_refused_by_name_and_with_a_remedy(OpenAIWire wire, Tool tool)
    {
        await using var upstream = await OpenAIUpstream.StartAsync(wire: wire);

        var refused = await Assert.ThrowsAsync<ApiException>(() => upstream.CallAsync(upstream.Ask("gpt-5", "Search") with { NativeTools = [tool] }));

        Assert.Equal((ErrorCode.FailedPrecondition, "tools"), (refused.Code, refused.Field));
        Assert.Equal(
            $"The provider 'openai' cannot run the tool '{tool.Type}' itself. Leave it out of 'tools', declare a 'function' in its place, or use a model whose provider has it.", refused.Message);
        Assert.Empty(upstream.Server.Requests);
    }

    [Fact]
    public async Task The_vendors_search_is_declared_beside_functions_and_may_be_the_one_tool_that_is_allowed()
    {
        await using var upstream = await OpenAIUpstream.StartAsync();
        upstream.Script(OpenAITurn.New.Says("Found."));
        var config = new GenerationConfig { ToolChoice = new StringOr<ToolChoiceConfig>(new ToolChoiceConfig { AllowedTools = new AllowedTools { Mode = "any", Tools = ["google_search"] } }) };

        await upstream.CallAsync(upstream.Ask("gpt-5", "Search") with { NativeTools = [new GoogleSearchTool()], Functions = [new FunctionTool { Name = "f" }], Config = config });

        var body = upstream.LastBody;
        Assert.Equal(["function", "web_search"], body.GetProperty("tools").EnumerateArray().Select(t => t.GetProperty("type").GetString()));
        Assert.Equal("""{"type":"allowed_tools","mode":"required","tools":[{"type":"web_search"}]}""", body.GetProperty("tool_choice").GetRawText());
    }

    [Fact]
    [Rule("TH-1")]
    public async Task A_thinking_level_that_a_model_refuses_stays_an_error()
    {
        await using var upstream = await OpenAIUpstream.StartAsync();

        var refused = await Assert.ThrowsAsync<ApiException>(() => upstream.CallAsync(upstream.Ask("o3", "Hi", new GenerationConfig { ThinkingLevel = "minimal" })));

        Assert.Equal(ErrorCode.InvalidRequest, refused.Code);
        Assert.Contains("'minimal' is not supported", refused.Message, StringComparison.Ordinal);
        Assert.Single(upstream.Server.Requests);
    }

    [Theory]
    [InlineData("gpt-5.1", "minimal", "none")]
    [InlineData("gpt-5", "minimal", "minimal")]
    [InlineData("o3", "high", "high")]
    public async Task Thinking_levels_are_the_vendors_efforts(string model, string level, string effort)
    {
        await using var upstream = await OpenAIUpstream.StartAsync();

        await upstream.CallAsync(upstream.Ask(model, "Hi", new GenerationConfig { ThinkingLevel = level }));

        Assert.Equal(effort, upstream.LastBody.GetProperty("reasoning").GetProperty("effort").GetString());
    }

    [Fact]
    public async Task An_unknown_event_is_ignored()
    {
        await using var upstream = await OpenAIUpstream.StartAsync();
        upstream.Script(OpenAITurn.New.Says("fine"), reply => reply.InsertAt(2, Sse.Frame("response.novelty", """{"type":"response.novelty","x":1}""")));

        Assert.Equal("fine", (await upstream.CallAsync(upstream.Ask("gpt-4.1", "Hi"))).Text);
    }

    [Fact]
    public async Task A_server_that_answers_whole_is_read_too()
    {
        await using var upstream = await OpenAIUpstream.StartAsync();
        upstream.Server.Enqueue(_ => VendorReply.Json(200, """
            {"id":"resp_1","object":"response","status":"completed","output":[
              {"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"hm"}]},
              {"type":"message","role":"assistant","content":[{"type":"output_text","text":"Hello","annotations":[]}]},
              {"type":"function_call","call_id":"call_1","name":"f","arguments":"{\"a\":1}"}],
             "usage":{"input_tokens":3,"output_tokens":2,"total_tokens":5}}
            """));

        var answer = await upstream.CallAsync(upstream.Ask("gpt-4.1", "Hi", new GenerationConfig { ThinkingSummaries = "auto" }));

        Assert.Equal(["thought", "model_output", "function_call"], answer.Types);
        Assert.Equal(("hm", "Hello", ("f", """{"a":1}""")), (answer.Thoughts, answer.Text, Assert.Single(answer.CallTexts)));
    }

    [Fact]
    public async Task The_list_holds_models_for_conversation_with_their_families()
    {
        await using var upstream = await OpenAIUpstream.StartAsync(new OpenAIVendor { Models = ["gpt-5-2025-08-07", "gpt-4.1", "text-embedding-3-small", "whisper-1"] });

        var models = await upstream.Provider.ListModelsAsync(CancellationToken.None);

        Assert.Equal([("gpt-5-2025-08-07", "gpt-5"), ("gpt-4.1", "gpt-4.1")], models.Select(m => (m.Id, m.Family)));
        Assert.Equal((false, true), (models[0].Capabilities.Sampling, models[1].Capabilities.Sampling));
    }
}
