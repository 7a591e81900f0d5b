using System.Text;
using OpenInteractions.Contracts.Errors;
using OpenInteractions.Contracts.Validation;
using OpenInteractions.Testing;

namespace OpenInteractions.Contracts.Tests.Validation;

/// <summary>What a caller is told: the place, and what would be right.</summary>
public sealed class RefusalTests
{
    [Rule("TR-4")]
    [Theory]
    [InlineData("""{"modle":"demo"}""", "modle", "Unknown parameter 'modle'. Did you mean 'model'?")]
    [InlineData("""{"systemInstruction":"x"}""", "systemInstruction", "Did you mean 'system_instruction'?")]
    [InlineData("""{"previousInteractionId":"x"}""", "previousInteractionId", "Did you mean 'previous_interaction_id'?")]
    [InlineData("""{"generation_config":{"maxTokens":1}}""", "generation_config.maxTokens", "Did you mean 'max_output_tokens'? Known parameters here: 'max_output_tokens', 'seed',")]
    [InlineData("""{"generation_config":{"max_tokens":1}}""", "generation_config.max_tokens", "Did you mean 'max_output_tokens'?")]
    [InlineData("""{"previous_id":"x"}""", "previous_id", "Did you mean 'previous_interaction_id'?")]
    [InlineData("""{"system":"x"}""", "system", "Did you mean 'system_instruction'?")]
    [InlineData("""{"maxOutputTokens":1}""", "maxOutputTokens", "Nearest: '")]
    [InlineData("""{"tools":[{"type":"function","name":"f","params":{}}]}""", "tools[0].params", "Did you mean 'parameters'?")]
    [InlineData("""{"generation_config":{"topP":1}}""", "generation_config.topP", "Did you mean 'top_p'?")]
    [InlineData("""{"tools":[{"type":"function","name":"f"},{"type":"function","name":"g","descripton":"x"}]}""", "tools[1].descripton", "Did you mean 'description'?")]
    [InlineData("""{"tools":[{"type":"code_execution","timeout":1}]}""", "tools[0].timeout", "Nothing but 'type' belongs here.")]
    [InlineData("""{"input":[{"type":"user_input","content":[{"type":"text","text":"x","annotations":[{"type":"url_citation","uri":"x"}]}]}]}""", "input[0].content[0].annotations[0].uri", "Did you mean 'url'?")]
    [InlineData("""{"environment":{"type":"remote","network":{"allowlist":[{"domain":"x","credentials":"c"}]}}}""", "environment.network.allowlist[0].credentials", "Did you mean 'credential'?")]
    [InlineData("""{"input":[{"type":"google_maps_result","call_id":"c","result":[{"places":[{"review_snippets":[{"titel":"x"}]}]}]}]}""", "input[0].result[0].places[0].review_snippets[0].titel", "Did you mean 'title'?")]
    public void An_unknown_member_is_named_with_the_nearest_one(string body, string field, string message) => AssertRefused(body, ErrorCode.ParameterUnknown, field, message);

    [Rule("ER-6")]
    [Theory]
    [InlineData("""{"service_tier":"cheap"}""", "service_tier", "Invalid value 'cheap' for 'service_tier'. Supported values: 'flex', 'standard', 'priority', 'deferred'.")]
    [InlineData("""{"generation_config":{"thinking_level":"HIGH"}}""", "generation_config.thinking_level", "Supported values: 'minimal', 'low', 'medium', 'high'.")]
    [InlineData("""{"generation_config":{"tool_choice":"required"}}""", "generation_config.tool_choice", "Supported values: 'auto', 'any', 'none', 'validated'.")]
    [InlineData("""{"response_modalities":["text","smell"]}""", "response_modalities[1]", "Invalid value 'smell'")]
    [InlineData("""{"tools":[{"type":"web_search"}]}""", "tools[0].type", "'google_search'")]
    [InlineData("""{"input":[{"type":"txt","text":"x"}]}""", "input[0].type", "Supported values: 'text', 'image'")]
    [InlineData("""{"response_format":{"type":"json_schema"}}""", "response_format.type", "Supported values: 'text', 'image', 'audio', 'video'.")]
    [InlineData("""{"environment":{"type":"local"}}""", "environment.type", "Supported values: 'remote'.")]
    public void A_wrong_value_lists_the_right_ones(string body, string field, string message) => AssertRefused(body, ErrorCode.InvalidRequest, field, message);

    [Theory]
    [InlineData("""{"stream":"true"}""", "stream", "Invalid type for 'stream': expected a boolean, got a string.")]
    [InlineData("""{"input":7}""", "input", "expected a string, a content block, or a list of content blocks or steps, got a number.")]
    [InlineData("""{"input":["x"]}""", "input[0]", "expected a content block or a step, got a string.")]
    [InlineData("""{"tools":{}}""", "tools", "expected a list, got an object.")]
    [InlineData("""{"environment":[]}""", "environment", "expected a string or an object, got a list.")]
    [InlineData("""{"labels":{"a":1}}""", "labels.a", "expected a string, got a number.")]
    [InlineData("""{"generation_config":{"stop_sequences":[null]}}""", "generation_config.stop_sequences[0]", "expected a string, got null.")]
    [InlineData("""{"tools":[{"type":"function","name":"f","parameters":[]}]}""", "tools[0].parameters", "expected an object, got a list.")]
    [InlineData("""{"tools":[{"type":"function"}]}""", "tools[0].name", "Missing required parameter 'tools[0].name': expected a string.")]
    [InlineData("""{"tools":[{"type":"function","name":null}]}""", "tools[0].name", "Missing required parameter 'tools[0].name'")]
    [InlineData("""{"tools":[{"name":"f"}]}""", "tools[0].type", "Missing required parameter 'tools[0].type'. Supported values: 'function'")]
    [InlineData("""{"tools":[{"type":"function","name":""}]}""", "tools[0].name", "it may not be empty.")]
    [InlineData("""{"previous_interaction_id":""}""", "previous_interaction_id", "it may not be empty.")]
    [InlineData("""{"response_format":{"mime_type":"application/json"}}""", "response_format.type", "Missing required parameter 'response_format.type'.")]
    [InlineData("""{"input":[{"type":"function_call","id":"c","name":"f","arguments":"{}"}]}""", "input[0].arguments", "expected an object, got a string.")]
    public void A_wrong_type_or_a_missing_member_says_what_belongs_there(string body, string field, string message) => AssertRefused(body, ErrorCode.InvalidRequest, field, message);

    [Theory]
    [InlineData("""{"model":"a","model":"b"}""", "model")]
    [InlineData("""{"model":"a","\u006dodel":"a"}""", "model")]
    [InlineData("""{"input":{"type":"text","type":"text","text":"x"}}""", "input.type")]
    [InlineData("""{"labels":{"a":"1","a":"1"}}""", "labels.a")]
    [InlineData("""{"tools":[{"type":"function","name":"f","parameters":{"properties":{"a":{},"b":{"c":1,"d":2,"c":1}}}}]}""", "tools[0].parameters.properties.b.c")]
    [InlineData("""{"input":[{"type":"function_result","call_id":"c","result":{"list":[{},{"k":1,"k":1}]}}]}""", "input[0].result.list[1].k")]
    [InlineData("""{"agent_config":{"type":"dynamic","a":1,"a":2}}""", "agent_config.a")]
    [InlineData("""{"webhook_config":{"user_metadata":{"a":0,"b":0,"c":0,"d":0,"e":0,"f":0,"g":0,"h":0,"i":0,"j":0,"a":0}}}""", "webhook_config.user_metadata.a")]
    public void A_name_that_stands_twice_is_refused_at_every_depth(string body, string field) =>
        AssertRefused(body, ErrorCode.InvalidRequest, field, $"Duplicate parameter '{field}': write it once.");

    [Theory]
    [InlineData("""{"model":"\ud800"}""", "model", "half of a surrogate pair")]
    [InlineData("""{"input":"a\udfffb"}""", "input", "half of a surrogate pair")]
    [InlineData("""{"tools":[{"type":"function","name":"f","parameters":{"a":["\ud800\ud800"]}}]}""", "tools[0].parameters.a[0]", "half of a surrogate pair")]
    [InlineData("""{"tools":[{"type":"\ud800"}]}""", "tools[0].type", "half of a surrogate pair")]
    [InlineData("""{"labels":{"\ud800":"x"}}""", "labels", "Invalid parameter name in 'labels'")]
    [InlineData("""{"response_format":{"\udc00":"x"}}""", "response_format", "Invalid parameter name in 'response_format'")]
    [InlineData("""{"input":{"ty\ud800":"x"}}""", "input", "Invalid parameter name in 'input'")]
    [InlineData("""{"\ud800":1}""", null, "Invalid parameter name in the body")]
    public void Half_a_surrogate_pair_is_refused_in_texts_and_names(string body, string? field, string message) => AssertRefused(body, ErrorCode.InvalidRequest, field, message);

    [Rule("MM-1")]
    [Theory]
    [InlineData("data:image/png;base64,AAAA", "data: addresses are not taken")]
    [InlineData("DATA:;base64,AAAA", "data: addresses are not taken")]
    [InlineData("AAA", "expected standard base64 with padding")]
    [InlineData("AA_-", "expected standard base64 with padding")]
    [InlineData("AAAA\\nAAAA", "without line breaks")]
    [InlineData("AAAA AAAA", "without line breaks")]
    public void Bad_base64_says_what_to_send(string data, string message) =>
        AssertRefused($$$"""{"input":{"type":"image","mime_type":"image/png","data":"{{{data}}}"}}""", ErrorCode.InvalidRequest, "input.data", message);

    [Theory]
    [InlineData("max_output_tokens", "0", "from 1 to 2147483647")]
    [InlineData("max_output_tokens", "2147483648", "from 1 to 2147483647")]
    [InlineData("max_output_tokens", "1.5", "an integer from 1 to 2147483647, written without fraction or exponent")]
    [InlineData("seed", "1.0", "an integer of at most 64 bits, written without fraction or exponent")]
    [InlineData("seed", "9223372036854775808", "an integer of at most 64 bits")]
    [InlineData("temperature", "1e999", "a finite number from 0 to 2")]
    [InlineData("temperature", "-0.1", "a finite number from 0 to 2")]
    public void A_number_out_of_range_says_the_range(string name, string value, string message) =>
        AssertRefused($$$"""{"generation_config":{"{{{name}}}":{{{value}}}}}""", ErrorCode.InvalidRequest, $"generation_config.{name}", message);

    [Rule("TR-7")]
    [Theory]
    [InlineData("""{"input":[{"role":"user","content":"x"}]}""", "input[0]")]
    [InlineData("""{"input":{"role":"user","parts":[]}}""", "input")]
    [InlineData("""{"contents":[]}""", "contents")]
    [InlineData("""{"outputs":[]}""", "outputs")]
    public void The_retired_shape_is_told_about_steps(string body, string field) => AssertRefused(body, ErrorCode.InvalidRequest, field, "The legacy Interactions API schema is no longer supported.");

    [Theory]
    [InlineData("", "The body is empty: expected a JSON object.")]
    [InlineData("\uFEFF", "The body is empty: expected a JSON object.")]
    [InlineData("[]", "Invalid type for the body: expected an object, got a list.")]
    [InlineData("{\n\"model\":\"x\"\n\"input\":1}", "The body is not valid JSON: see line 3, byte 1.")]
    [InlineData("{\"model\":\"x\"", "The body is not valid JSON: see line 1")]
    public void A_body_that_is_no_object_is_told_so(string body, string message) => AssertRefused(body, ErrorCode.InvalidRequest, null, message);

    [Fact]
    public void Invalid_utf8_is_told_with_its_byte()
    {
        var body = Encoding.UTF8.GetBytes("{\"model\":\"é?\"}");
        body[12] = 0xFF;

        var refused = Assert.Throws<ApiException>(() => RequestBody.ReadCreateInteraction(body));

        Assert.Equal("The body is not valid UTF-8: see byte 13.", refused.Message);
    }

    [Theory]
    [InlineData("{\"input\":", 1, 73)]
    [InlineData("{\n \"model\": \"[{\",\n  \"input\":", 3, 74)]
    public void A_body_deeper_than_64_levels_is_told_the_limit_and_the_place(string start, int line, int place) => AssertRefused(
        start + new string('[', 80) + new string(']', 80) + "}", ErrorCode.InvalidRequest, null, $"The body is nested deeper than 64 levels: see line {line}, byte {place}.");

    [Fact]
    public void A_huge_name_is_shortened_and_no_character_is_cut()
    {
        var name = new string('a', 79) + "😀" + new string('b', 1_000_000);

        var unknown = AssertRefused($$"""{"{{name}}":1}""", ErrorCode.ParameterUnknown, new string('a', 79) + "…", "Unknown parameter");
        var inside = AssertRefused($$$"""{"labels":{"{{{name}}}":1}}""", ErrorCode.InvalidRequest, "labels." + new string('a', 79) + "…", "expected a string");
        var value = AssertRefused($$"""{"service_tier":"{{name}}"}""", ErrorCode.InvalidRequest, "service_tier", "Supported values");

        Assert.All([unknown, inside, value], m => Assert.True(m.Length < 1000, m));
    }

    private static string AssertRefused(string body, ErrorCode code, string? field, string message)
    {
        var refused = Assert.Throws<ApiException>(() => RequestBody.ReadCreateInteraction(Encoding.UTF8.GetBytes(body)));

        Assert.Contains(message, refused.Message, StringComparison.Ordinal);
        Assert.Equal((code, field), (refused.Code, refused.Field));
        return refused.Message;
    }
}
