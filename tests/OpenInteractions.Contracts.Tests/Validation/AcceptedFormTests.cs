using System.Text;
using System.Text.Json;
using OpenInteractions.Contracts.Content;
using OpenInteractions.Contracts.Interactions;
using OpenInteractions.Contracts.Json;
using OpenInteractions.Contracts.Steps;
using OpenInteractions.Contracts.Validation;

namespace OpenInteractions.Contracts.Tests.Validation;

/// <summary>Every form that the wire documents is taken, and read as what it means.</summary>
public sealed class AcceptedFormTests
{
    [Theory]
    [InlineData("\"hello\"", """[{"type":"user_input","content":[{"type":"text","text":"hello"}]}]""")]
    [InlineData("\"\"", """[{"type":"user_input","content":[{"type":"text","text":""}]}]""")]
    [InlineData("""{"type":"text","text":"hello"}""", """[{"type":"user_input","content":[{"type":"text","text":"hello"}]}]""")]
    [InlineData("""{"type":"user_input","content":[{"type":"text","text":"hello"}]}""", """[{"type":"user_input","content":[{"type":"text","text":"hello"}]}]""")]
    [InlineData("""[{"type":"text","text":"a"},{"type":"image","uri":"https://example.com/a.png"}]""", """[{"type":"user_input","content":[{"type":"text","text":"a"},{"type":"image","uri":"https://example.com/a.png"}]}]""")]
    [InlineData("""[{"type":"function_result","call_id":"c","result":"ok"}]""", """[{"type":"function_result","call_id":"c","result":"ok"}]""")]
    [InlineData("""[{"type":"text","text":"a"},{"type":"thought"},{"type":"text","text":"b"},{"type":"text","text":"c"}]""", """[{"type":"user_input","content":[{"type":"text","text":"a"}]},{"type":"thought"},{"type":"user_input","content":[{"type":"text","text":"b"},{"type":"text","text":"c"}]}]""")]
    [InlineData("[]", "[]")]
    public void Input_is_read_as_steps(string input, string steps)
    {
        var request = Read($$"""{"model":"demo","input":{{input}}}""");

        Assert.Equal(steps, JsonSerializer.Serialize(request.Input!.Steps, WireJson.Wire.IReadOnlyListStep));
    }

    [Theory]
    [InlineData("""{"call_id":"c","type":"function_result","result":"x"}""")]
    [InlineData("""{"result":{"type":"text"},"call_id":"c","type":"function_result"}""")]
    [InlineData("""{"\u0074ype":"function_result","call_id":"c","result":"x"}""")]
    public void The_type_may_stand_anywhere_and_be_escaped(string step) =>
        Assert.IsType<FunctionResultStep>(Assert.Single(Read($$"""{"model":"demo","input":[{{step}}]}""").Input!.Steps));

    [Theory]
    [InlineData("""{"type":"text","mime_type":"application/json","schema":{"type":"object"}}""", typeof(TextResponseFormat), true)]
    [InlineData("""[{"type":"text"}]""", typeof(TextResponseFormat), false)]
    [InlineData("""[{"type":"image","aspect_ratio":"1:1"}]""", typeof(ImageResponseFormat), false)]
    [InlineData("""{"type":"audio","mime_type":"audio/wav"}""", typeof(AudioResponseFormat), true)]
    [InlineData("""{"type":"video","resolution":"720p"}""", typeof(VideoResponseFormat), true)]
    [InlineData("""{"type":"object","properties":{"type":{"type":"string"}}}""", typeof(SchemaResponseFormat), true)]
    [InlineData("""[{"type":"array","items":{}}]""", typeof(SchemaResponseFormat), false)]
    [InlineData("""{"type":["string","null"]}""", typeof(SchemaResponseFormat), true)]
    [InlineData("""{"$ref":"#/$defs/a","$defs":{"a":{"type":"string"}}}""", typeof(SchemaResponseFormat), true)]
    [InlineData("{}", typeof(SchemaResponseFormat), true)]
    public void A_response_format_is_an_entry_a_list_or_a_bare_schema(string format, Type type, bool isSingle)
    {
        var read = Read($$"""{"model":"demo","input":"x","response_format":{{format}}}""").ResponseFormat!;

        Assert.IsType(type, Assert.Single(read));
        Assert.Equal(isSingle, read.IsSingle);
    }

    [Theory]
    [InlineData("""{"generation_config":{"tool_choice":"validated"}}""")]
    [InlineData("""{"generation_config":{"tool_choice":{"allowed_tools":{"mode":"any","tools":["f"]}}}}""")]
    [InlineData("""{"generation_config":{"tool_choice":{"allowed_tools":{}}}}""")]
    [InlineData("""{"generation_config":{"speech_config":[{"voice":"Kore"},{}]}}""")]
    [InlineData("""{"generation_config":{"speech_config":{"speakers":[{"voice":"Kore","speaker":"Ada"}]}}}""")]
    [InlineData("""{"generation_config":{"transcription_config":{"mode":"verbatim"}}}""")]
    [InlineData("""{"generation_config":{"transcription_config":{"mode":{"type":"smart","source_text":"x"}}}}""")]
    [InlineData("""{"generation_config":{"temperature":0,"top_p":1.0,"seed":-9223372036854775808,"max_output_tokens":2147483647}}""")]
    [InlineData("""{"environment":"remote"}""")]
    [InlineData("""{"environment":"env_019a"}""")]
    [InlineData("""{"environment":{"type":"remote","network":"disabled"}}""")]
    [InlineData("""{"environment":{"type":"remote","network":{"allowlist":"disabled"}}}""")]
    [InlineData("""{"environment":{"type":"remote","network":{"allowlist":[{"domain":"*","transform":{"x-a":"1"}},{"domain":"a.b","transform":[{"x-a":"1"},{}]}]}}}""")]
    [InlineData("""{"environment":{"type":"remote","env":{"A":"1","B":{"value":"2"},"C":{"credential":"c"},"":"empty"}}}""")]
    [InlineData("""{"input":{"type":"video","uri":"https://youtu.be/x","processing":"agentic"}}""")]
    [InlineData("""{"input":{"type":"video","uri":"https://youtu.be/x","processing":{"type":"static","fps":0.25}}}""")]
    [InlineData("""{"input":{"type":"image","data":"\/9j\/4AAQ","mime_type":"image/jpeg"}}""")]
    [InlineData("""{"input":[{"type":"function_result","call_id":"c","result":{"content":[{"type":"text","text":"wrapped"}]}}]}""")]
    [InlineData("""{"input":[{"type":"function_result","call_id":"c","result":{"content":[{"type":"text"}],"isError":false}}]}""")]
    [InlineData("""{"input":[{"type":"function_result","call_id":"c","result":{"content":[{"type":"row"}]}}]}""")]
    [InlineData("""{"input":[{"type":"google_search_result","call_id":"c","result":[]}]}""")]
    [InlineData("""{"agent_config":{"type":"antigravity","max_total_tokens":"9223372036854775807"}}""")]
    [InlineData("""{"agent_config":{"type":"antigravity","max_total_tokens":50000}}""")]
    [InlineData("""{"agent_config":{"type":"dynamic","anything":{"goes":[1,null]}}}""")]
    [InlineData("""{"agent_config":{"type":"deep-research","thinking_summaries":"THINKING_SUMMARIES_AUTO"}}""")]
    [InlineData("""{"tools":[{"type":"function","name":"f","parameters":{"type":"object","default":1e400,"enum":["a",null,-0.0]}}]}""")]
    [InlineData("""{"labels":{"team":"billing","größe":""}}""")]
    [InlineData("{}")]
    public void A_documented_form_is_accepted(string members)
    {
        var first = JsonSerializer.Serialize(Read(members), WireJson.Wire.CreateInteractionRequest);

        Assert.Equal(first, JsonSerializer.Serialize(Read(first), WireJson.Wire.CreateInteractionRequest));
    }

    [Fact]
    public void Null_stands_for_absent_in_every_optional_member_of_the_body()
    {
        var names = WireJson.Wire.CreateInteractionRequest.Properties.Select(p => p.Name).ToList();

        var request = Read("{" + string.Join(',', names.Select(n => $"\"{n}\":null")) + "}");

        Assert.Equal(new CreateInteractionRequest(), request);
    }

    [Theory]
    [InlineData("""{"type":"user_input"}""")]
    [InlineData("""{"type":"user_input","content":null}""")]
    [InlineData("""{"type":"user_input","content":[]}""")]
    public void Content_that_is_absent_or_null_is_empty(string step) =>
        Assert.Empty(Assert.IsType<UserInputStep>(Assert.Single(Read($$"""{"model":"demo","input":[{{step}}]}""").Input!.Steps)).Content);

    [Fact]
    public void A_byte_order_mark_and_white_space_around_the_body_are_skipped()
    {
        byte[] body = [0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes(" \r\n\t{\"model\":\"demo\",\"input\":\"x\"}\n ")];

        Assert.Equal("demo", RequestBody.ReadCreateInteraction(body).Model);
    }

    [Fact]
    public void A_body_may_be_64_levels_deep()
    {
        // The body, tools, the tool and parameters are the first four.
        var schema = string.Concat(Enumerable.Repeat("{\"not\":", 60)) + "{}" + new string('}', 60);

        Read("{\"tools\":[{\"type\":\"function\",\"name\":\"f\",\"parameters\":" + schema + "}]}");
    }

    [Fact]
    public void Text_of_every_plane_survives()
    {
        var text = "é \u0000 \u2028 \ud83d\ude00 \uffff \"\\/";

        var request = Read("{\"input\":" + JsonSerializer.Serialize(text) + "}");

        Assert.Equal(text, ((TextContent)((UserInputStep)request.Input!.Steps[0]).Content[0]).Text);
    }

    private static CreateInteractionRequest Read(string json) => RequestBody.ReadCreateInteraction(Encoding.UTF8.GetBytes(json));
}
