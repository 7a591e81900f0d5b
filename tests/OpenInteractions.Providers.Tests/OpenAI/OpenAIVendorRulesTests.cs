using System.Text;
using OpenInteractions.Testing.Vendors;
using OpenInteractions.Testing.Vendors.OpenAI;

namespace OpenInteractions.Providers.Tests.OpenAI;

/// <summary>The fake must refuse what the real services refuse, or every test that passes over it proves less than it says.</summary>
public sealed class OpenAIVendorRulesTests
{
    private const string Tools = """ "tools":[{"type":"function","name":"f","parameters":{"type":"object","properties":{}},"strict":false}] """;
    private const string ChatTools = """ "tools":[{"type":"function","function":{"name":"f","parameters":{"type":"object","properties":{}}}}] """;

    [Theory]
    [InlineData("""{"input":"hi"}""", "missing_required_parameter", "model")]
    [InlineData("""{"model":"gpt-4.1"}""", "missing_required_parameter", "input")]
    [InlineData("""{"model":"gpt-4.1","input":[]}""", "missing_required_parameter", "input")]
    [InlineData("""{"model":"gpt-4.1","input":"hi","stop":["x"]}""", "unknown_parameter", "stop")]
    [InlineData("""{"model":"gpt-4.1","input":"hi","seed":1}""", "unknown_parameter", "seed")]
    [InlineData("""{"model":"gpt-4.1","input":"hi","temperature":"hot"}""", "invalid_type", "temperature")]
    [InlineData("""{"model":"gpt-4.1","input":"hi","temperature":3}""", "decimal_above_max_value", "temperature")]
    [InlineData("""{"model":"gpt-4.1","input":"hi","max_output_tokens":5}""", "integer_below_min_value", "max_output_tokens")]
    [InlineData("""{"model":"gpt-5","input":"hi","temperature":1}""", null, "temperature")]
    [InlineData("""{"model":"o3","input":"hi","top_p":0.5}""", null, "top_p")]
    [InlineData("""{"model":"gpt-4.1","input":"hi","reasoning":{"effort":"low"}}""", "unsupported_parameter", "reasoning.effort")]
    [InlineData("""{"model":"gpt-5.1","input":"hi","reasoning":{"effort":"minimal"}}""", "unsupported_value", "reasoning.effort")]
    [InlineData("""{"model":"gpt-4.1","input":"hi","include":["reasoning.encrypted_content"]}""", null, "include")]
    [InlineData("""{"model":"gpt-4.1","input":[{"role":"assistant","content":[{"type":"input_text","text":"x"}]}]}""", "invalid_value", "input[0].content[0]")]
    [InlineData("""{"model":"gpt-4.1","input":[{"role":"user","content":[{"type":"output_text","text":"x"}]}]}""", "invalid_value", "input[0].content[0]")]
    [InlineData("""{"model":"gpt-4.1","input":[{"role":"tool","content":"x"}]}""", "invalid_value", "input[0].role")]
    [InlineData("""{"model":"gpt-4.1","input":[{"role":"user","content":[{"type":"input_image","image_url":"AAAA"}]}]}""", "invalid_value", "input[0].content[0].image_url")]
    [InlineData("""{"model":"gpt-4.1","input":[{"role":"user","content":[{"type":"input_file","file_data":"data:application/pdf;base64,AAAA"}]}]}""", "missing_required_parameter", "input[0].content[0].filename")]
    [InlineData("""{"model":"gpt-4.1","input":[{"type":"function_call_output","call_id":"c","output":"x"}]}""", null, "input")]
    [InlineData("""{"model":"gpt-4.1","input":[{"type":"function_call","call_id":"c","name":"f","arguments":"{}"}]}""", null, "input")]
    [InlineData("""{"model":"gpt-4.1","input":[{"type":"function_call","call_id":"c","name":"f","arguments":{}},{"type":"function_call_output","call_id":"c","output":"x"}]}""", "invalid_type", "input[0].arguments")]
    [InlineData("""{"model":"gpt-4.1","input":[{"type":"function_call","call_id":"c","name":"f","arguments":"{}"},{"type":"function_call","call_id":"c","name":"f","arguments":"{}"},{"type":"function_call_output","call_id":"c","output":"x"}]}""", null, "input")]
    [InlineData("""{"model":"gpt-4.1","input":[{"type":"function_call","call_id":"c","name":"f","arguments":"{}"},{"type":"function_call_output","call_id":"c","output":"x"},{"type":"function_call_output","call_id":"c","output":"x"}]}""", null, "input")]
    [InlineData("""{"model":"gpt-5","input":[{"type":"reasoning","encrypted_content":"x"},{"role":"assistant","content":"a"}]}""", "missing_required_parameter", "input[0].summary")]
    [InlineData("""{"model":"gpt-5","input":[{"type":"reasoning","summary":[],"encrypted_content":"x"},{"role":"assistant","content":"a"}]}""", "invalid_encrypted_content", null)]
    [InlineData("""{"model":"gpt-4.1","input":"hi","tools":[{"type":"function","name":"a b"}]}""", "invalid_value", "tools[0].name")]
    [InlineData("""{"model":"gpt-4.1","input":"hi","tools":[{"type":"function","name":"f","parameters":{"type":"object","properties":{}}}]}""", "invalid_function_parameters", "tools[0].parameters")]
    [InlineData("""{"model":"gpt-4.1","input":"hi","tools":[{"type":"function","name":"f","strict":true,"parameters":{"type":"object","properties":{"a":{"type":"string"}},"required":[],"additionalProperties":false}}]}""", "invalid_function_parameters", "tools[0].parameters")]
    [InlineData("""{"model":"gpt-4.1","input":"hi","tools":[{"type":"function","function":{"name":"f"}}]}""", "unknown_parameter", "tools[0].function")]
    [InlineData("""{"model":"gpt-4.1","input":"hi","tool_choice":"any"}""", "invalid_value", "tool_choice")]
    [InlineData("""{"model":"gpt-4.1","input":"hi","tool_choice":"required"}""", null, "tool_choice")]
    [InlineData("""{"model":"gpt-4.1","input":"hi","tool_choice":{"type":"function","name":"g"},""" + Tools + "}", null, "tool_choice")]
    [InlineData("""{"model":"gpt-4.1","input":"hi","text":{"format":{"type":"json_schema","name":"x","strict":true,"schema":{"type":"object","properties":{}}}}}""", "invalid_json_schema", "text.format.schema")]
    [InlineData("""{"model":"gpt-4.1","input":"hi","text":{"format":{"type":"json_object"}}}""", null, "input")]
    [InlineData("""{"model":"gpt-4.1","input":"hi","stream_options":{"include_usage":true}}""", null, "stream_options")]
    public void Responses_refuses(string body, string? code, string? param) => AssertRefused("/v1/responses", body, code, param);

    [Theory]
    [InlineData("""{"messages":[{"role":"user","content":"hi"}]}""", null, null)]
    [InlineData("""{"model":"gpt-4.1","messages":[]}""", "empty_array", "messages")]
    [InlineData("""{"model":"gpt-4.1","messages":[{"role":"user","content":[]}]}""", "empty_array", "messages[0].content")]
    [InlineData("""{"model":"gpt-4.1","messages":[{"role":"assistant","content":null}]}""", null, "messages.[0].content")]
    [InlineData("""{"model":"gpt-4.1","messages":[{"role":"user","content":"hi"}],"thinking":true}""", null, null)]
    [InlineData("""{"model":"gpt-4.1","messages":[{"role":"assistant","content":"x","reasoning_content":"y"}]}""", "unknown_parameter", "messages[0].reasoning_content")]
    [InlineData("""{"model":"gpt-4.1","messages":[{"role":"tool","tool_call_id":"c","content":"x"}]}""", null, "messages.[0].role")]
    [InlineData("""{"model":"gpt-4.1","messages":[{"role":"assistant","tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{}"}}]}]}""", null, "messages.[1].role")]
    [InlineData("""{"model":"gpt-4.1","messages":[{"role":"assistant","tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"user","content":"x"},{"role":"tool","tool_call_id":"c","content":"x"}]}""", null, "messages.[1].role")]
    [InlineData("""{"model":"gpt-4.1","messages":[{"role":"assistant","tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","tool_call_id":"d","content":"x"}]}""", null, "messages.[1].tool_call_id")]
    [InlineData("""{"model":"gpt-4.1","messages":[{"role":"assistant","tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","tool_call_id":"c","content":"x"},{"role":"tool","tool_call_id":"c","content":"x"}]}""", null, "messages.[2].tool_call_id")]
    [InlineData("""{"model":"gpt-4.1","messages":[{"role":"assistant","tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{}"}},{"id":"c","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","tool_call_id":"c","content":"x"}]}""", null, "messages[0].tool_calls[1].id")]
    [InlineData("""{"model":"gpt-4.1","messages":[{"role":"assistant","tool_calls":[]}]}""", "empty_array", "messages[0].tool_calls")]
    [InlineData("""{"model":"gpt-4.1","messages":[{"role":"assistant","tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","tool_call_id":"c","content":[{"type":"image_url","image_url":{"url":"https://example.org/a.png"}}]}]}""", "invalid_value", "messages[1]")]
    [InlineData("""{"model":"gpt-5","messages":[{"role":"user","content":"hi"}],"max_tokens":50}""", "unsupported_parameter", "max_tokens")]
    [InlineData("""{"model":"gpt-5","messages":[{"role":"user","content":"hi"}],"temperature":0.2}""", "unsupported_value", "temperature")]
    [InlineData("""{"model":"o3","messages":[{"role":"user","content":"hi"}],"stop":["x"]}""", "unsupported_parameter", "stop")]
    [InlineData("""{"model":"gpt-4.1","messages":[{"role":"user","content":"hi"}],"stop":["1","2","3","4","5"]}""", "array_above_max_length", "stop")]
    [InlineData("""{"model":"gpt-4.1","messages":[{"role":"user","content":"hi"}],"reasoning_effort":"low"}""", null, null)]
    [InlineData("""{"model":"gpt-4.1","messages":[{"role":"user","content":"hi"}],"response_format":{"type":"json"}}""", "invalid_value", "response_format.type")]
    [InlineData("""{"model":"gpt-4.1","messages":[{"role":"user","content":"hi"}],"response_format":{"type":"json_schema","schema":{}}}""", "unknown_parameter", "response_format.schema")]
    [InlineData("""{"model":"gpt-4.1","messages":[{"role":"user","content":"hi"}],"response_format":{"type":"json_schema","json_schema":{"name":"x","strict":true,"schema":{"type":"object","properties":{}}}}}""", null, "response_format")]
    [InlineData("""{"model":"gpt-4.1","messages":[{"role":"user","content":"hi"}],"tools":[]}""", "empty_array", "tools")]
    [InlineData("""{"model":"gpt-4.1","messages":[{"role":"user","content":"hi"}],"tool_choice":"auto"}""", null, "tool_choice")]
    [InlineData("""{"model":"gpt-4.1","messages":[{"role":"user","content":"hi"}],"tool_choice":{"type":"function","function":{"name":"g"}},""" + ChatTools + "}", null, "tool_choice")]
    [InlineData("""{"model":"gpt-4.1","messages":[{"role":"user","content":"hi"}],"tools":[{"type":"function","function":{"name":"a.b"}}]}""", "invalid_value", "tools[0].function.name")]
    [InlineData("""{"model":"gpt-4.1","messages":[{"role":"user","content":"hi"}],"tools":[{"type":"function","function":{"name":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}}]}""", "string_above_max_length", "tools[0].function.name")]
    [InlineData("""{"model":"gpt-4.1","messages":[{"role":"user","content":[{"type":"input_audio","input_audio":{"data":"AAAA","format":"wav"}}]}]}""", "unsupported_content", "messages[0].content[0]")]
    public void Chat_refuses(string body, string? code, string? param) => AssertRefused("/v1/chat/completions", body, code, param);

    [Theory]
    [InlineData("rs_1", "reasoning")]
    [InlineData("msg_1", "message")]
    public void Ids_of_items_that_were_never_stored_are_not_found(string id, string type)
    {
        var item = type == "reasoning" ? $$"""{"type":"reasoning","id":"{{id}}","summary":[]}""" : $$"""{"type":"message","id":"{{id}}","role":"assistant","content":"x"}""";

        AssertRefused("/v1/responses", $$"""{"model":"gpt-5","store":false,"input":[{{item}}]}""", null, "input", status: 404);
    }

    [Fact]
    public void Reasoning_needs_its_follower_and_the_follower_its_reasoning()
    {
        var vendor = new OpenAIVendor();
        var request = Request("/v1/responses", """{"model":"gpt-5","input":"hi","store":false,"include":["reasoning.encrypted_content"]}""");
        var reply = System.Text.Json.JsonElement.Parse(vendor.Reply(OpenAITurn.New.Thinks().Calls("f", "{}", "call_1"))(request).Body);
        var reasoning = $$"""{"type":"reasoning","summary":[],"encrypted_content":"{{reply.GetProperty("output")[0].GetProperty("encrypted_content").GetString()}}"}""";
        const string Call = """{"type":"function_call","call_id":"call_1","name":"f","arguments":"{}"}""";
        const string Output = """{"type":"function_call_output","call_id":"call_1","output":"x"}""";

        Assert.Null(vendor.Refuse(Input(reasoning, Call, Output)));
        Assert.Contains("without its required following item", Said(vendor.Refuse(Input(reasoning))), StringComparison.Ordinal);
        Assert.Contains("without its required following item", Said(vendor.Refuse(Input(reasoning, """{"role":"user","content":"x"}""", Call, Output))), StringComparison.Ordinal);
        Assert.Contains("without its required 'reasoning' item", Said(vendor.Refuse(Input(Call, Output))), StringComparison.Ordinal);

        static VendorRequest Input(params string[] items) => Request("/v1/responses", $$"""{"model":"gpt-5","store":false,"input":[{{string.Join(',', items)}}]}""");
    }

    [Fact]
    public void Keys_content_types_and_routes()
    {
        var vendor = new OpenAIVendor();
        const string Body = """{"model":"gpt-4.1","input":"hi"}""";

        Assert.Null(vendor.Refuse(Request("/v1/responses", Body)));
        Assert.Equal(401, vendor.Refuse(Request("/v1/responses", Body, key: "sk-other-key-0123456789"))!.Status);
        Assert.Equal(400, vendor.Refuse(Request("/v1/responses", Body, contentType: "text/plain"))!.Status);
        Assert.Equal(400, vendor.Refuse(Request("/v1/responses", "{"))!.Status);
        Assert.Equal(404, vendor.Refuse(Request("/v1/answers", Body))!.Status);
        Assert.Equal(404, vendor.Refuse(Request("/v1/responses", """{"model":"gpt-99","input":"hi"}"""))!.Status);
        Assert.Equal(404, new OpenAIVendor { HasResponses = false }.Refuse(Request("/v1/responses", Body))!.Status);
    }

    private static void AssertRefused(string path, string body, string? code, string? param, int status = 400)
    {
        var reply = new OpenAIVendor().Refuse(Request(path, body));

        Assert.NotNull(reply);
        var error = System.Text.Json.JsonElement.Parse(reply.Body).GetProperty("error");
        Assert.Equal((status, "invalid_request_error", code, param),
            (reply.Status, error.GetProperty("type").GetString(), error.GetProperty("code").GetString(), error.GetProperty("param").GetString()));
    }

    private static string Said(VendorReply? reply) => Encoding.UTF8.GetString(reply!.Body).Replace("\\u0027", "'", StringComparison.Ordinal);

    private static VendorRequest Request(string path, string body, string? key = null, string contentType = "application/json") => new(1, "POST", path, "",
        new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase) { ["authorization"] = $"Bearer {key ?? new OpenAIVendor().Key}", ["content-type"] = contentType },
        Encoding.UTF8.GetBytes(body));
}
