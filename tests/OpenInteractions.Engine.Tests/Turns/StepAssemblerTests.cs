using System.Text.Json;
using OpenInteractions.Contracts.Content;
using OpenInteractions.Contracts.Events;
using OpenInteractions.Contracts.Steps;
using OpenInteractions.Engine.Turns;
using OpenInteractions.Testing;

namespace OpenInteractions.Engine.Tests.Turns;

[Rule("SE-8")]
public sealed class StepAssemblerTests
{
    private static readonly UrlCitation Citation = new() { Url = "https://example.com" };

    [Fact]
    public void Text_in_pieces_is_one_block() =>
        Assert.Equal(
            """{"type":"model_output","content":[{"type":"text","text":"Hello, world"}]}""",
            Output(Text("Hel"), Text("lo, "), Text(""), Text("world")));

    [Fact]
    [Rule("SE-9")]
    public void A_first_fragment_may_stand_in_the_start() =>
        Assert.Equal(
            """{"type":"model_output","content":[{"type":"text","text":"Hello"}]}""",
            Fold(new ModelOutputStep { Content = [new TextContent { Text = "Hel" }] }, Text("lo")));

    [Fact]
    public void A_start_without_pieces_stays_as_it_came()
    {
        foreach (var step in EveryStep.All.Concat(EveryStep.BeyondDeltas))
        {
            Assert.Equal(StepJson.Of(step), Fold(step));
        }
    }

    [Fact]
    public void Citations_belong_to_the_text_before_them() =>
        Assert.Equal(
            """{"type":"model_output","content":[{"type":"text","text":"ab","annotations":[{"type":"url_citation","url":"https://example.com"},{"type":"url_citation","url":"https://example.com"}]},{"type":"image","uri":"u"},{"type":"text","text":"c"}]}""",
            Output(Text("a"), Cite(), Text("b"), Cite(), new ImageDelta { Uri = "u" }, Text("c")));

    [Fact]
    public void Annotations_that_are_not_there_change_nothing() =>
        Assert.Equal("""{"type":"model_output","content":[{"type":"text","text":"a"}]}""", Output(Text("a"), new TextAnnotationDelta()));

    [Fact]
    public void Media_stand_between_texts_where_they_came() =>
        Assert.Equal(
            Normal("""{"type":"model_output","content":[{"type":"text","text":"a"},{"type":"image","data":"AAAA","mime_type":"image/png","resolution":"high"},{"type":"video","uri":"v","mime_type":"video/mp4","resolution":"low"},{"type":"document","data":"BBBB","mime_type":"application/pdf"},{"type":"text","text":"b"}]}"""),
            Normal(Output(
                Text("a"),
                new ImageDelta { Data = "AAAA", MimeType = "image/png", Resolution = "high" },
                new VideoDelta { Uri = "v", MimeType = "video/mp4", Resolution = "low" },
                new DocumentDelta { Data = "BBBB", MimeType = "application/pdf" },
                Text("b"))));

    [Fact]
    public void Pieces_of_one_sound_are_joined_as_bytes()
    {
        byte[] sound = [1, 2, 3, 4, 5, 6, 7];
        var step = Assert.IsType<ModelOutputStep>(StepJson.Read(Output(
            new AudioDelta { Data = Convert.ToBase64String(sound[..4]), MimeType = "audio/l16", SampleRate = 24000, Channels = 1 },
            new AudioDelta { Data = Convert.ToBase64String(sound[4..5]) },
            new AudioDelta { Data = Convert.ToBase64String(sound[5..]), MimeType = "audio/l16" })));

        var audio = Assert.IsType<AudioContent>(Assert.Single(step.Content));
        Assert.Equal(sound, Convert.FromBase64String(audio.Data!));
        Assert.Equal(("audio/l16", 24000, 1), (audio.MimeType, audio.SampleRate, audio.Channels));
    }

    [Fact]
    public void Sounds_of_different_kinds_or_with_something_between_stay_apart()
    {
        var step = Assert.IsType<ModelOutputStep>(StepJson.Read(Output(
            new AudioDelta { Data = "AAAA", MimeType = "audio/l16" },
            new AudioDelta { Data = "AAAA", MimeType = "audio/wav" },
            Text("x"),
            new AudioDelta { Data = "AAAA", MimeType = "audio/wav" },
            new AudioDelta { Uri = "u", MimeType = "audio/wav" })));

        Assert.Equal(["audio", "audio", "text", "audio", "audio"], step.Content.Select(c => c.Type));
    }

    [Fact]
    public void The_older_name_of_the_sample_rate_is_understood() =>
        Assert.Equal("""{"type":"model_output","content":[{"type":"audio","sample_rate":16000,"data":"AAAA","mime_type":"audio/l16"}]}""", Output(new AudioDelta { Data = "AAAA", MimeType = "audio/l16", Rate = 16000 }));

    [Fact]
    [Rule("TH-2")]
    public void A_thought_has_its_summary_and_its_last_signature() =>
        Assert.Equal(
            Normal("""{"type":"thought","signature":"new","summary":[{"type":"text","text":"think"},{"type":"image","data":"AAAA","mime_type":"image/png"}]}"""),
            Normal(Fold(
                new ThoughtStep { Signature = "old" },
                new ThoughtSummaryDelta { Content = new TextContent { Text = "thi" } },
                new ThoughtSummaryDelta { Content = new TextContent { Text = "nk" } },
                new ThoughtSummaryDelta { Content = new ImageContent { Data = "AAAA", MimeType = "image/png" } },
                new ThoughtSignatureDelta { Signature = "new" })));

    [Fact]
    public void A_thought_without_a_summary_has_none() =>
        Assert.Equal("""{"type":"thought","signature":"s"}""", Fold(new ThoughtStep(), new ThoughtSignatureDelta { Signature = "s" }));

    [Fact]
    [Rule("SE-6")]
    public void Arguments_are_put_together_and_read_at_the_end()
    {
        var call = new FunctionCallStep { Id = "call_1", Name = "f", Arguments = JsonElement.Parse("{}") };

        Assert.Equal(
            """{"type":"function_call","id":"call_1","name":"f","arguments":{"city":"Bern"}}""",
            Fold(call, new ArgumentsDelta { Arguments = "{\"ci" }, new ArgumentsDelta { Arguments = "" }, new ArgumentsDelta { Arguments = "ty\":\"Bern\"}" }));
        Assert.Equal("""{"type":"function_call","id":"call_1","name":"f","arguments":{}}""", Fold(call));
    }

    /// <summary>Shell, delta, and the step that they make, of every server tool.</summary>
    public static TheoryData<string, string, string> ServerTools => new()
    {
        { """{"type":"function_result","call_id":"c","result":""}""", """{"type":"function_result","result":{"a":1},"name":"f","is_error":true}""", """{"type":"function_result","call_id":"c","result":{"a":1},"name":"f","is_error":true}""" },
        { """{"type":"code_execution_call","id":"c","arguments":{}}""", """{"type":"code_execution_call","arguments":{"code":"1","language":"python"},"signature":"s"}""", """{"type":"code_execution_call","id":"c","arguments":{"code":"1","language":"python"},"signature":"s"}""" },
        { """{"type":"code_execution_result","call_id":"c","result":""}""", """{"type":"code_execution_result","result":"1","is_error":false,"signature":"s"}""", """{"type":"code_execution_result","call_id":"c","result":"1","is_error":false,"signature":"s"}""" },
        { """{"type":"url_context_call","id":"c","arguments":{}}""", """{"type":"url_context_call","arguments":{"urls":["u"]},"signature":"s"}""", """{"type":"url_context_call","id":"c","arguments":{"urls":["u"]},"signature":"s"}""" },
        { """{"type":"url_context_result","call_id":"c","result":[]}""", """{"type":"url_context_result","result":[{"url":"u","status":"error"}],"is_error":true,"signature":"s"}""", """{"type":"url_context_result","call_id":"c","result":[{"url":"u","status":"error"}],"is_error":true,"signature":"s"}""" },
        { """{"type":"google_search_call","id":"c","arguments":{},"search_type":"web_search"}""", """{"type":"google_search_call","arguments":{"queries":["q"]},"signature":"s"}""", """{"type":"google_search_call","id":"c","arguments":{"queries":["q"]},"search_type":"web_search","signature":"s"}""" },
        { """{"type":"google_search_result","call_id":"c","result":[]}""", """{"type":"google_search_result","result":[{"search_suggestions":"x"}],"is_error":false,"signature":"s"}""", """{"type":"google_search_result","call_id":"c","result":[{"search_suggestions":"x"}],"is_error":false,"signature":"s"}""" },
        { """{"type":"google_maps_call","id":"c"}""", """{"type":"google_maps_call","arguments":{"queries":["q"]},"signature":"s"}""", """{"type":"google_maps_call","id":"c","arguments":{"queries":["q"]},"signature":"s"}""" },
        { """{"type":"google_maps_result","call_id":"c","result":[]}""", """{"type":"google_maps_result","result":[{"widget_context_token":"t"}],"signature":"s"}""", """{"type":"google_maps_result","call_id":"c","result":[{"widget_context_token":"t"}],"signature":"s"}""" },
        { """{"type":"file_search_call","id":"c"}""", """{"type":"file_search_call","signature":"s"}""", """{"type":"file_search_call","id":"c","signature":"s"}""" },
        { """{"type":"file_search_result","call_id":"c"}""", """{"type":"file_search_result","result":[1],"signature":"s"}""", """{"type":"file_search_result","call_id":"c","result":[1],"signature":"s"}""" },
        { """{"type":"mcp_server_tool_call","id":"c","name":"","server_name":"","arguments":{}}""", """{"type":"mcp_server_tool_call","name":"n","server_name":"m","arguments":{"a":1}}""", """{"type":"mcp_server_tool_call","id":"c","name":"n","server_name":"m","arguments":{"a":1}}""" },
        { """{"type":"mcp_server_tool_result","call_id":"c","result":""}""", """{"type":"mcp_server_tool_result","result":"r","name":"n","server_name":"m","is_error":true}""", """{"type":"mcp_server_tool_result","call_id":"c","result":"r","name":"n","server_name":"m","is_error":true}""" },
        { """{"type":"retrieval_call","id":"c","arguments":{}}""", """{"type":"retrieval_call","arguments":{"queries":["q"]},"retrieval_type":"rag_store","signature":"s"}""", """{"type":"retrieval_call","id":"c","arguments":{"queries":["q"]},"retrieval_type":"rag_store","signature":"s"}""" },
        { """{"type":"retrieval_result","call_id":"c"}""", """{"type":"retrieval_result","is_error":true,"signature":"s"}""", """{"type":"retrieval_result","call_id":"c","is_error":true,"signature":"s"}""" },
        { """{"type":"processing_call","id":"c"}""", """{"type":"processing_call","signature":"s"}""", """{"type":"processing_call","id":"c","signature":"s"}""" },
        { """{"type":"processing_result","call_id":"c"}""", """{"type":"processing_result","signature":"s"}""", """{"type":"processing_result","call_id":"c","signature":"s"}""" },
    };

    [Theory]
    [MemberData(nameof(ServerTools))]
    [Rule("SE-7")]
    public void A_server_tools_payload_comes_as_one_delta(string shell, string delta, string step) =>
        Assert.Equal(Normal(step), Normal(Fold(StepJson.Read(shell), ReadDelta(delta))));

    [Fact]
    public void Every_delta_type_is_tested_here()
    {
        var fromTools = ServerTools.Select(row => ReadDelta((string)row[1]).GetType());
        Type[] fromModels = [typeof(TextDelta), typeof(TextAnnotationDelta), typeof(ImageDelta), typeof(AudioDelta), typeof(VideoDelta), typeof(DocumentDelta), typeof(ThoughtSummaryDelta), typeof(ThoughtSignatureDelta), typeof(ArgumentsDelta), typeof(UnknownDelta)];

        var all = typeof(StepDelta).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(StepDelta)));
        Assert.Equal(all.Select(t => t.Name).Order(), fromTools.Concat(fromModels).Select(t => t.Name).Order());
    }

    [Fact]
    public void A_delta_that_does_not_belong_to_the_step_or_is_not_known_changes_nothing()
    {
        var step = new CodeExecutionCallStep { Id = "c", Arguments = new CodeExecutionArguments { Code = "1" } };

        Assert.Equal(StepJson.Of(step), Fold(step, new ProcessingCallDelta { Signature = "s" }, ReadDelta("""{"type":"tomorrow","x":1}"""), Text("x")));
    }

    [Fact]
    public void What_was_built_does_not_change_when_more_is_added()
    {
        var assembler = new StepAssembler(new ModelOutputStep());
        assembler.Add(Text("a"));
        assembler.Add(Cite());
        var early = assembler.Build();
        var before = StepJson.Of(early);

        assembler.Add(Cite());
        assembler.Add(Text("b"));

        Assert.Equal(before, StepJson.Of(early));
    }

    private static TextDelta Text(string text) => new() { Text = text };

    private static TextAnnotationDelta Cite() => new() { Annotations = [Citation] };

    private static StepDelta ReadDelta(string json) => JsonSerializer.Deserialize(json, Contracts.Json.WireJson.Wire.StepDelta)!;

    private static string Output(params StepDelta[] deltas) => Fold(new ModelOutputStep(), deltas);

    private static string Fold(Step shell, params StepDelta[] deltas)
    {
        var assembler = new StepAssembler(shell);
        Array.ForEach(deltas, assembler.Add);
        return StepJson.Of(assembler.Build());
    }

    /// <summary>The JSON with its members in order of name, where the order does not matter.</summary>
    private static string Normal(string json) => Sorted(System.Text.Json.Nodes.JsonNode.Parse(json)!).ToJsonString();

    private static System.Text.Json.Nodes.JsonNode Sorted(System.Text.Json.Nodes.JsonNode node) => node switch
    {
        System.Text.Json.Nodes.JsonObject members => new System.Text.Json.Nodes.JsonObject(members.OrderBy(m => m.Key, StringComparer.Ordinal).Select(m => KeyValuePair.Create(m.Key, m.Value is null ? null : Sorted(m.Value)))),
        System.Text.Json.Nodes.JsonArray items => new System.Text.Json.Nodes.JsonArray([.. items.Select(i => i is null ? null : Sorted(i))]),
        _ => node.DeepClone(),
    };
}
