using System.Text.Json;
using System.Text.Json.Nodes;
using OpenInteractions.Contracts.Content;
using OpenInteractions.Contracts.Errors;
using OpenInteractions.Contracts.Interactions;
using OpenInteractions.Contracts.Steps;
using OpenInteractions.Contracts.Tools;
using OpenInteractions.Engine.Providers;
using OpenInteractions.Providers.Gemini;
using OpenInteractions.Testing;
using OpenInteractions.Testing.Vendors;
using OpenInteractions.Testing.Vendors.Gemini;

namespace OpenInteractions.Providers.Tests.Gemini;

public sealed class GeminiOutputTests
{
    private const string Schema = """{"type":"object","properties":{"a":{"type":"integer"}},"required":["a"],"additionalProperties":false}""";

    public static TheoryData<GeminiWire> Wires => GeminiUpstream.Wires;

    public static TheoryData<GeminiWire, string, ErrorCode> Blocked
    {
        get
        {
            var data = new TheoryData<GeminiWire, string, ErrorCode>();
            foreach (var (reason, code) in ((string, ErrorCode)[])
                [
                    ("SAFETY", ErrorCode.Safety), ("RECITATION", ErrorCode.Recitation), ("LANGUAGE", ErrorCode.Language), ("BLOCKLIST", ErrorCode.Blocklist),
                    ("PROHIBITED_CONTENT", ErrorCode.ProhibitedContent), ("SPII", ErrorCode.Spii), ("IMAGE_SAFETY", ErrorCode.ImageSafety),
                    ("IMAGE_PROHIBITED_CONTENT", ErrorCode.ImageProhibitedContent), ("IMAGE_RECITATION", ErrorCode.ImageRecitation),
                    ("IMAGE_OTHER", ErrorCode.ImageOther), ("NO_IMAGE", ErrorCode.NoImage), ("MALFORMED_FUNCTION_CALL", ErrorCode.MalformedFunctionCall),
                    ("UNEXPECTED_TOOL_CALL", ErrorCode.UnexpectedToolCall), ("TOO_MANY_TOOL_CALLS", ErrorCode.TooManyToolCalls),
                    ("MISSING_THOUGHT_SIGNATURE", ErrorCode.MissingThoughtSignature),
                ])
            {
                data.Add(GeminiWire.GenerateContent, reason, code);
                data.Add(GeminiWire.Interactions, reason, code);
            }

            data.Add(GeminiWire.GenerateContent, "OTHER", ErrorCode.ContentBlocked);
            return data;
        }
    }

    [Theory]
    [InlineData("So be it.", ModelStopReason.Finished, null)]
    [InlineData("", ModelStopReason.Blocked, ErrorCode.ContentBlocked)]
    public async Task A_reason_that_is_not_known_leaves_an_answer_that_came_as_it_is(string said, ModelStopReason stop, ErrorCode? code)
    {
        await using var gemini = await GeminiUpstream.StartAsync();
        gemini.Server.Enqueue(VendorReply.Events([Sse.Frame($$$"""{"candidates":[{"content":{"parts":[{"text":"{{{said}}}"}]},"finishReason":"WENT_HOME"}]}""")]));

        var answer = await gemini.Dialogue(GeminiWire.GenerateContent).SayAsync("Hi");

        Assert.Equal((said, stop, code), (answer.Text, answer.Stopped.Reason, answer.Stopped.Error?.Code));
    }

    [Theory]
    [MemberData(nameof(Blocked))]
    [Rule("ER-3")]
    [Rule("ER-4")]
    public async Task Blocked_output_ends_with_its_code_and_keeps_what_was_said(GeminiWire wire, string reason, ErrorCode code)
    {
        await using var gemini = await GeminiUpstream.StartAsync();
        gemini.Answers(GeminiTurn.Says("So ").Finishes(reason, "Stopped here.").Costs(new() { Prompt = 5, Output = 1 }));

        var answer = await gemini.Dialogue(wire).SayAsync("Hi");

        Assert.Equal((ModelStopReason.Blocked, new ModelFault(code, "Stopped here.")), (answer.Stopped.Reason, answer.Stopped.Error));
        Assert.Equal("So ", answer.Text);
        Assert.Equal(5, answer.Stopped.Usage!.TotalInputTokens);
    }

    [Theory]
    [InlineData(GeminiWire.GenerateContent, "PROHIBITED_CONTENT", ErrorCode.ProhibitedContent)]
    [InlineData(GeminiWire.GenerateContent, "SAFETY", ErrorCode.Safety)]
    [InlineData(GeminiWire.GenerateContent, "OTHER", ErrorCode.ContentBlocked)]
    [InlineData(GeminiWire.Interactions, "BLOCKLIST", ErrorCode.Blocklist)]
    public async Task A_blocked_prompt_ends_with_its_code_and_no_steps(GeminiWire wire, string reason, ErrorCode code)
    {
        await using var gemini = await GeminiUpstream.StartAsync();
        gemini.Answers(GeminiTurn.Empty.Blocked(reason));

        var answer = await gemini.Dialogue(wire).SayAsync("Hi");

        Assert.Equal((ModelStopReason.Blocked, code), (answer.Stopped.Reason, answer.Stopped.Error!.Code));
        Assert.Empty(answer.Steps);
    }

    [Theory]
    [MemberData(nameof(Wires))]
    public async Task A_token_limit_leaves_what_was_said(GeminiWire wire)
    {
        await using var gemini = await GeminiUpstream.StartAsync();
        gemini.Answers(GeminiTurn.Says("Once upon").Finishes("MAX_TOKENS"));
        var dialogue = gemini.Dialogue(wire);
        dialogue.Config = new GenerationConfig { MaxOutputTokens = 2 };

        var answer = await dialogue.SayAsync("Tell");

        Assert.Equal((ModelStopReason.TokenLimit, "Once upon"), (answer.Stopped.Reason, answer.Text));
        gemini.AssertNothingRefused();
    }

    [Theory]
    [MemberData(nameof(Wires))]
    public async Task A_cut_output_can_go_on_without_new_words_of_the_user(GeminiWire wire)
    {
        await using var gemini = await GeminiUpstream.StartAsync();
        gemini.Answers(GeminiTurn.Says("Once upon").Signed("cut").Finishes("MAX_TOKENS"), GeminiTurn.Says(" a time."));
        var dialogue = gemini.Dialogue(wire);
        await dialogue.SayAsync("Tell");

        var answer = await dialogue.CallAsync();

        Assert.Equal(" a time.", answer.Text);
        gemini.AssertNothingRefused();
    }

    [Fact]
    [Rule("SO-2")]
    public async Task Structured_output_takes_the_whole_json_schema()
    {
        await using var gemini = await GeminiUpstream.StartAsync();
        var dialogue = gemini.Dialogue(GeminiWire.GenerateContent);
        dialogue.Formats = [new TextResponseFormat { MimeType = "application/json", Schema = JsonElement.Parse(Schema) }];

        await dialogue.SayAsync("Hi");

        var config = gemini.Body(1)["generationConfig"]!;
        Assert.Equal("application/json", (string?)config["responseMimeType"]);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(Schema), config["responseJsonSchema"]));
        gemini.AssertNothingRefused();
    }

    [Fact]
    public async Task Structured_output_goes_on_as_it_is_on_the_interactions_wire()
    {
        await using var gemini = await GeminiUpstream.StartAsync();
        var dialogue = gemini.Dialogue(GeminiWire.Interactions);
        dialogue.Formats = [new SchemaResponseFormat(JsonElement.Parse(Schema))];

        await dialogue.SayAsync("Hi");

        Assert.True(JsonNode.DeepEquals(
            JsonNode.Parse($$"""[{"type":"text","mime_type":"application/json","schema":{{Schema}}}]"""), gemini.Body(1)["response_format"]));
        gemini.AssertNothingRefused();
    }

    [Theory]
    [MemberData(nameof(Wires))]
    [Rule("SO-3")]
    public async Task A_list_asks_for_two_kinds_of_output_and_both_come(GeminiWire wire)
    {
        await using var gemini = await GeminiUpstream.StartAsync();
        gemini.Answers(GeminiTurn.Says("A dog: ").Shows("image/png", "iVBORw0KGgo="));
        var dialogue = gemini.Dialogue(wire, "gemini-nano-banana-2.1");
        dialogue.Formats = [new TextResponseFormat(), new ImageResponseFormat()];

        var answer = await dialogue.SayAsync("Draw a dog and say what it is");

        var made = answer.Steps.OfType<ModelOutputStep>().SelectMany(s => s.Content).Select(c => c switch { TextContent text => text.Text, ImageContent image => image.Data, _ => c.Type });
        Assert.Equal(["A dog: ", "iVBORw0KGgo="], made);
        Assert.Equal(["TEXT", "IMAGE"], AskedFor(gemini.Body(1), wire));
        gemini.AssertNothingRefused();
    }

    /// <summary>The kinds of output in the request that the vendor got.</summary>
    private static IEnumerable<string> AskedFor(JsonNode body, GeminiWire wire) => wire == GeminiWire.GenerateContent
        ? body["generationConfig"]!["responseModalities"]!.AsArray().Select(m => m!.GetValue<string>())
        : body["response_format"]!.AsArray().Select(f => f!["type"]!.GetValue<string>().ToUpperInvariant());

    [Theory]
    [MemberData(nameof(Wires))]
    public async Task An_image_comes_inline_and_goes_back_in_the_next_turn(GeminiWire wire)
    {
        await using var gemini = await GeminiUpstream.StartAsync();
        gemini.Answers(GeminiTurn.Says("A dog: ").Shows("image/png", "iVBORw0KGgo=").Signed("dog"));
        var dialogue = gemini.Dialogue(wire, "gemini-nano-banana-2.1");
        dialogue.Formats = [new TextResponseFormat(), new ImageResponseFormat { AspectRatio = "16:9", ImageSize = "2K" }];

        var answer = await dialogue.SayAsync("Draw a dog");
        await dialogue.SayAsync("Now a cat");

        var image = Assert.Single(answer.Steps.OfType<ModelOutputStep>().SelectMany(s => s.Content).OfType<ImageContent>());
        Assert.Equal(("image/png", "iVBORw0KGgo="), (image.MimeType, image.Data));
        Assert.Contains("iVBORw0KGgo=", gemini.Server.Requests[1].Text, StringComparison.Ordinal);
        gemini.AssertNothingRefused();
    }

    [Fact]
    public async Task Raw_sound_carries_its_rate_as_a_member()
    {
        await using var gemini = await GeminiUpstream.StartAsync();
        gemini.Answers(GeminiTurn.Empty.Shows("audio/L16;codec=pcm;rate=24000", "AAAA"));
        var dialogue = gemini.Dialogue(GeminiWire.GenerateContent, "gemini-3.8-flash-tts");
        dialogue.Config = new GenerationConfig { SpeechConfig = new SpeechConfig([new SpeakerVoice { Voice = "Kore" }], IsObject: false) };

        var answer = await dialogue.SayAsync("Say hello");

        var sound = Assert.IsType<AudioContent>(Assert.Single(Assert.Single(answer.Steps.OfType<ModelOutputStep>()).Content));
        Assert.Equal(("audio/l16", 24_000, 1), (sound.MimeType, sound.SampleRate, sound.Channels));
        Assert.Equal("Kore", (string?)gemini.Body(1)["generationConfig"]!["speechConfig"]!["voiceConfig"]!["prebuiltVoiceConfig"]!["voiceName"]);
        gemini.AssertNothingRefused();
    }

    [Theory]
    [MemberData(nameof(Wires))]
    public async Task Media_of_every_kind_reach_the_model(GeminiWire wire)
    {
        await using var gemini = await GeminiUpstream.StartAsync();

        var answer = await gemini.Dialogue(wire).SayAsync(
            new TextContent { Text = "Look" },
            new ImageContent { Data = "AAAA", MimeType = "image/png" },
            new AudioContent { Data = "AAAA", MimeType = "audio/wav" },
            new VideoContent { Uri = "https://www.youtube.com/watch?v=x" },
            new DocumentContent { Data = "AAAA", MimeType = "application/pdf" });

        Assert.Equal("You said: Look (4 media)", answer.Text);
        gemini.AssertNothingRefused();
    }

    [Theory]
    [MemberData(nameof(Wires))]
    [Rule("TL-13")]
    public async Task A_search_of_the_vendor_becomes_a_pair_of_steps_and_citations_in_bytes(GeminiWire wire)
    {
        await using var gemini = await GeminiUpstream.StartAsync();
        gemini.Answers(GeminiTurn.Says("Größe: ", "4810 m.").Searches("alps height", "<div></div>", new GeminiCitation("https://example.org", "Example", 9, 16)));
        var dialogue = gemini.Dialogue(wire);
        dialogue.NativeTools = [new GoogleSearchTool()];

        var answer = await dialogue.SayAsync("How high?");
        await dialogue.SayAsync("Thanks");

        var text = Assert.Single(answer.Steps.OfType<ModelOutputStep>().SelectMany(s => s.Content).OfType<TextContent>());
        var citation = Assert.IsType<UrlCitation>(Assert.Single(text.Annotations!));
        Assert.Equal(("https://example.org", "Example", 9, 16), (citation.Url, citation.Title, citation.StartIndex, citation.EndIndex));
        Assert.Equal(["alps height"], Assert.Single(answer.Steps.OfType<GoogleSearchCallStep>()).Arguments.Queries);
        Assert.Equal("<div></div>", Assert.Single(Assert.Single(answer.Steps.OfType<GoogleSearchResultStep>()).Result).SearchSuggestions);
        gemini.AssertNothingRefused();
    }

    [Theory]
    [MemberData(nameof(Wires))]
    public async Task Code_that_the_vendor_ran_becomes_a_pair_of_steps_and_goes_back(GeminiWire wire)
    {
        await using var gemini = await GeminiUpstream.StartAsync();
        gemini.Answers(GeminiTurn.Empty.RunsCode("print(6*7)", "42\n").Text("It is 42."));
        var dialogue = gemini.Dialogue(wire);
        dialogue.NativeTools = [new CodeExecutionTool()];

        var answer = await dialogue.SayAsync("6*7?");
        await dialogue.SayAsync("Thanks");

        Assert.Equal(("print(6*7)", "python"), Assert.Single(answer.Steps.OfType<CodeExecutionCallStep>()).Arguments is var a ? (a.Code, a.Language) : default);
        Assert.Equal("42\n", Assert.Single(answer.Steps.OfType<CodeExecutionResultStep>()).Result.GetString());
        Assert.Contains(wire == GeminiWire.Interactions ? "code_execution_result" : "codeExecutionResult", gemini.Server.Requests[1].Text, StringComparison.Ordinal);
        gemini.AssertNothingRefused();
    }

    [Theory]
    [MemberData(nameof(Wires))]
    public async Task Usage_counts_input_output_thought_cache_and_tools_by_modality(GeminiWire wire)
    {
        await using var gemini = await GeminiUpstream.StartAsync();
        gemini.Answers(GeminiTurn.Says("a", "b", "c").Costs(new()
        {
            Prompt = 100, PromptImage = 60, Cached = 40, Output = 20, OutputImage = 5, Thoughts = 30, ToolUse = 10,
        }));

        var usage = (await gemini.Dialogue(wire).SayAsync("Hi")).Stopped.Usage!;

        Assert.Equal(
            (100L, 20L, 30L, 40L, 10L, 160L),
            (usage.TotalInputTokens, usage.TotalOutputTokens, usage.TotalThoughtTokens, usage.TotalCachedTokens, usage.TotalToolUseTokens, usage.TotalTokens));
        Assert.Equal([("text", 40L), ("image", 60L)], usage.InputTokensByModality!.Select(m => (m.Modality!, m.Tokens)));
        Assert.Equal([("text", 15L), ("image", 5L)], usage.OutputTokensByModality!.Select(m => (m.Modality!, m.Tokens)));
    }
}
