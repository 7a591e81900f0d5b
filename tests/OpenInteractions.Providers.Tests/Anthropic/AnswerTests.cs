using System.Text;
using OpenInteractions.Contracts.Content;
using OpenInteractions.Contracts.Errors;
using OpenInteractions.Contracts.Events;
using OpenInteractions.Contracts.Interactions;
using OpenInteractions.Contracts.Steps;
using OpenInteractions.Contracts.Tools;
using OpenInteractions.Engine.Providers;
using OpenInteractions.Testing;
using OpenInteractions.Testing.Vendors.Anthropic;

namespace OpenInteractions.Providers.Tests.Anthropic;

/// <summary>What the service says, in our events.</summary>
public sealed class AnswerTests
{
    [Fact]
    public async Task Text_arrives_fragment_by_fragment_as_one_output()
    {
        await using var talk = await Talk.BeginAsync();
        talk.Script(AnthropicTurn.Empty.Says("Hel", "lo ", "Wörld 🌍.").Pings(2));

        var told = await talk.SayAsync("Hi");

        Assert.Equal(
            [new StepStarted(new ModelOutputStep()).Shell.Type, "Hel", "lo ", "Wörld 🌍."],
            told.Events.Select(e => e switch { StepStarted s => s.Shell.Type, StepPiece { Delta: TextDelta d } => d.Text, _ => null }).OfType<string>());
        Assert.Equal(ModelStopReason.Finished, told.Stop.Reason);
        talk.AssertNothingRefused();
    }

    [Fact]
    public async Task Input_usage_is_the_sum_of_three_and_thought_is_apart_from_output()
    {
        await using var talk = await Talk.BeginAsync();
        talk.System = new string('s', 4000);
        talk.Script(AnthropicTurn.Empty.Thinks("Hm.").Says("One.").WithThinkingTokens(40));
        var first = (await talk.SayAsync("First")).Stop.Usage!;
        talk.Script(AnthropicTurn.Empty.Says("Two."));
        var second = (await talk.SayAsync("Second")).Stop.Usage!;

        Assert.Equal(40, first.TotalThoughtTokens);
        Assert.Equal(0, first.TotalCachedTokens);
        Assert.Equal(first.TotalTokens, first.TotalInputTokens + first.TotalOutputTokens + first.TotalThoughtTokens);
        Assert.True(first.TotalInputTokens > 1000, "The tokens that went into the cache are input too.");
        // P-6: the second request begins with the same bytes, so the service finds the first one in its cache.
        Assert.Equal(first.TotalInputTokens, second.TotalCachedTokens);
        Assert.True(second.TotalInputTokens > second.TotalCachedTokens);
    }

    [Fact]
    public async Task Parallel_calls_keep_their_fragments_and_an_empty_input_has_none()
    {
        await using var talk = await Talk.BeginAsync();
        talk.Functions = [Talk.Function("get_weather"), Talk.Function("now")];
        talk.Script(AnthropicTurn.Empty.Says("Let me see.").Calls("get_weather", "", "{\"city\"", ":\"Pa", "", "ris\"}").Calls("now"));

        var told = await talk.SayAsync("Weather?");

        Assert.Equal(["get_weather", "now"], told.Calls.Select(c => c.Name));
        Assert.Equal("""{"city":"Paris"}""", told.Calls[0].Arguments.GetRawText());
        Assert.Equal("{}", told.Calls[1].Arguments.GetRawText());
        Assert.DoesNotContain(told.Events, e => e is StepPiece { Delta: ArgumentsDelta { Arguments: "" } });
    }

    [Fact]
    public async Task A_call_id_that_the_service_repeats_is_made_unique()
    {
        await using var talk = await Talk.BeginAsync();
        talk.Functions = [Talk.Function("f")];
        talk.Script(AnthropicTurn.Empty.CallsWithId("same", "f", "{\"city\":\"A\"}").CallsWithId("same", "f", "{\"city\":\"B\"}"));
        var first = await talk.SayAsync("Twice");
        talk.Script(AnthropicTurn.Empty.CallsWithId("same", "f", "{}"));
        var second = await talk.AskAsync(Talk.Result(first.Calls[1], "\"b\""), Talk.Result(first.Calls[0], "\"a\""));

        await talk.AskAsync(Talk.Result(second.Calls[0], "\"c\""));

        talk.AssertNothingRefused();
        var ids = first.Events.Concat(second.Events).OfType<StepStarted>().Select(s => s.Shell).OfType<FunctionCallStep>().Select(c => c.Id).ToList();
        Assert.Equal(["same", "same_2", "same"], ids);
    }

    [Theory]
    [InlineData("max_tokens")]
    [InlineData("model_context_window_exceeded")]
    public async Task A_limit_ends_as_token_limit(string reason)
    {
        await using var talk = await Talk.BeginAsync();
        talk.Script(AnthropicTurn.Empty.Says("Once upon").Stops(reason));

        Assert.Equal(ModelStopReason.TokenLimit, (await talk.SayAsync("A tale")).Stop.Reason);
    }

    [Fact]
    [Rule("ER-3")]
    public async Task A_refusal_is_blocked_for_safety_and_names_the_category()
    {
        await using var talk = await Talk.BeginAsync();
        talk.Script(AnthropicTurn.Empty.Says("I").Refuses("cyber", "It could do harm."));

        var stop = (await talk.SayAsync("Do harm")).Stop;

        Assert.Equal(ModelStopReason.Blocked, stop.Reason);
        Assert.Equal(ErrorCode.Safety, stop.Error!.Code);
        Assert.Contains("cyber", stop.Error.Message, StringComparison.Ordinal);
        Assert.Contains("It could do harm.", stop.Error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_paused_turn_goes_on_in_the_same_step()
    {
        await using var talk = await Talk.BeginAsync();
        talk.NativeTools = [new GoogleSearchTool()];
        talk.Script(AnthropicTurn.Empty.Says("Searching")
            .Emits("""{"type":"server_tool_use","id":"srvtoolu_1","name":"web_search","input":{"query":"alps"}}""")
            .Emits("""{"type":"web_search_tool_result","tool_use_id":"srvtoolu_1","content":[{"type":"web_search_result","url":"https://example.org","title":"Alps","encrypted_content":"abc"}]}""")
            .Says("The Alps ").Stops("pause_turn"));
        talk.Script(AnthropicTurn.Empty.Says("are high."));

        var told = await talk.SayAsync("Alps?");

        talk.AssertNothingRefused();
        Assert.Equal(["model_output", "google_search_call", "google_search_result", "model_output"], told.Steps.Select(s => s.Type));
        Assert.Equal("The Alps are high.", ((TextContent)((ModelOutputStep)told.Steps[3]).Content[0]).Text);
        Assert.Equal("alps", ((GoogleSearchCallStep)told.Steps[1]).Arguments.Queries.Single());
        Assert.Equal(2, talk.Server.Requests.Count);
        var paused = talk.Sent.GetProperty("messages").EnumerateArray().Last();
        Assert.Equal("assistant", paused.GetProperty("role").GetString());
        Assert.Equal(
            ["text", "server_tool_use", "web_search_tool_result", "text"],
            paused.GetProperty("content").EnumerateArray().Select(b => b.GetProperty("type").GetString()));
        Assert.Equal(told.Stop.Usage!.TotalTokens, told.Stop.Usage.TotalInputTokens + told.Stop.Usage.TotalOutputTokens + told.Stop.Usage.TotalThoughtTokens);

        await talk.SayAsync("More?");
        Assert.Contains("\"encrypted_content\":\"abc\"", talk.Sent.GetRawText(), StringComparison.Ordinal);
        talk.AssertNothingRefused();
    }

    [Fact]
    [Rule("TL-13")]
    public async Task Citations_mark_byte_ranges_of_the_joined_text_and_go_back_as_they_came()
    {
        await using var talk = await Talk.BeginAsync();
        const string Page = """{"type":"page_location","cited_text":"c","document_index":0,"document_title":"Atlas","start_page_number":3,"end_page_number":4,"file_id":null}""";
        const string Web = """{"type":"web_search_result_location","cited_text":"w","encrypted_index":"x","title":"Zürich","url":"https://example.org/z"}""";
        talk.Script(AnthropicTurn.Empty.Says("Zürich: ").Cites("schön", Page).Says(" und ").Cites("groß", Web));

        var told = await talk.SayAsync("Zürich?");

        var text = (TextContent)((ModelOutputStep)told.Steps.Single()).Content.Single();
        Assert.Equal("Zürich: schön und groß", text.Text);
        var bytes = Encoding.UTF8.GetBytes(text.Text);
        var file = Assert.IsType<FileCitation>(text.Annotations![0]);
        Assert.Equal("schön", Encoding.UTF8.GetString(bytes[file.StartIndex!.Value..file.EndIndex!.Value]));
        Assert.Equal(("Atlas", 3), (file.FileName, file.PageNumber));
        var web = Assert.IsType<UrlCitation>(text.Annotations[1]);
        Assert.Equal("groß", Encoding.UTF8.GetString(bytes[web.StartIndex!.Value..web.EndIndex!.Value]));
        Assert.Equal(("https://example.org/z", "Zürich"), (web.Url, web.Title));

        await talk.SayAsync("Again");
        talk.AssertNothingRefused();
        Assert.Contains("\"encrypted_index\":\"x\"", talk.Sent.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_that_comes_whole_instead_of_streamed_is_read_too()
    {
        await using var talk = await Talk.BeginAsync();
        talk.Functions = [Talk.Function("f")];
        talk.Server.Enqueue(OpenInteractions.Testing.Vendors.VendorReply.Json(200, """
            {"type":"message","role":"assistant","content":[{"type":"text","text":"Hello"},{"type":"tool_use","id":"t1","name":"f","input":{"city":"Rom"}}],
             "stop_reason":"tool_use","usage":{"input_tokens":3,"output_tokens":2}}
            """));

        var told = await talk.SayAsync("Hi");

        Assert.Equal("Hello", told.Text);
        Assert.Equal("""{"city":"Rom"}""", told.Calls.Single().Arguments.GetRawText());
        Assert.Equal(5, told.Stop.Usage!.TotalTokens);
    }
}
