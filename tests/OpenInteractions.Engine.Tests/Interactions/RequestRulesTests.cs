using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using OpenInteractions.Contracts.Errors;
using OpenInteractions.Contracts.Interactions;
using OpenInteractions.Contracts.Json;
using OpenInteractions.Engine.Diagnostics;
using OpenInteractions.Engine.Interactions;
using OpenInteractions.Engine.Tools;
using OpenInteractions.Engine.Turns;
using OpenInteractions.Testing;

namespace OpenInteractions.Engine.Tests.Interactions;

public sealed class RequestRulesTests
{
    private const string Weather = """{"type":"function","name":"get_weather","parameters":{"type":"object","required":[]}}""";

    [Theory]
    [InlineData("""{"model":"demo"}""")]
    [InlineData("""{"model":"demo","store":false}""")]
    [InlineData("""{"model":"demo","background":true}""")]
    [InlineData("""{"agent":"researcher","agent_config":{"type":"deep-research"}}""")]
    [InlineData("""{"model":"demo","generation_config":{"tool_choice":"validated","stop_sequences":["END"]}}""")]
    [InlineData("""{"model":"demo","tools":[""" + Weather + """,{"type":"function","name":"_a.b:c-D9"}],"generation_config":{"tool_choice":"any"}}""")]
    [InlineData("""{"model":"demo","tools":[""" + Weather + """],"generation_config":{"tool_choice":{"allowed_tools":{"mode":"any","tools":["get_weather"]}}}}""")]
    [InlineData("""{"model":"demo","response_format":[{"type":"text","mime_type":"application/json","schema":{}},{"type":"image"}]}""")]
    [InlineData("""{"model":"demo","response_format":{"type":"text","schema":{"type":"object"}}}""")]
    [InlineData("""{"model":"demo","labels":{"team":"search","größe":"","a-1_x":"日本"}}""")]
    [Rule("FN-8")]
    public void What_fits_together_is_accepted(string request) => Check(Read(request));

    [Theory]
    [InlineData("{}", "model", "'model' or 'agent'")]
    [InlineData("""{"model":"a","agent":"b"}""", "agent", "not both")]
    [InlineData("""{"model":" "}""", "model", "may not be empty")]
    [InlineData("""{"agent":""}""", "agent", "may not be empty")]
    [Rule("TR-1")]
    public void A_request_names_a_model_or_an_agent(string request, string field, string message) => AssertRefused(request, field, message);

    [Theory]
    [InlineData("model", """{"model":"@"}""")]
    [InlineData("agent", """{"agent":"@"}""")]
    [InlineData("agent_config.model", """{"agent":"a","agent_config":{"type":"antigravity","model":"@"}}""")]
    [InlineData("agent_config.model", """{"agent":"a","agent_config":{"type":"code-mender","model":"@"}}""")]
    public void An_id_has_a_bound(string field, string request)
    {
        Check(Read(request.Replace("@", new string('m', 256), StringComparison.Ordinal)));
        AssertRefused(request.Replace("@", new string('m', 257), StringComparison.Ordinal), field, "at most 256");
    }

    [Theory]
    [InlineData("""{"model":"a","agent_config":{"type":"dynamic"}}""", "agent_config", "generation_config")]
    [InlineData("""{"agent":"a","generation_config":{}}""", "generation_config", "agent_config")]
    public void Settings_go_with_their_kind(string request, string field, string message) => AssertRefused(request, field, message);

    [Fact]
    [Rule("ST-13")]
    public void Background_needs_storage() => AssertRefused("""{"model":"a","background":true,"store":false}""", "background", "needs 'store'");

    [Fact]
    public void A_webhook_needs_background() => AssertRefused("""{"model":"a","webhook_config":{}}""", "webhook_config", "'background': true");

    [Theory]
    [InlineData("9lives")]
    [InlineData("with space")]
    [InlineData("größe")]
    [InlineData("a/b")]
    [InlineData("a\\n")]
    [InlineData("-a")]
    public void A_functions_name_has_a_form(string name) => AssertRefused($$"""{"model":"a","tools":[{{Weather}},{"type":"function","name":"{{name}}"}]}""", "tools[1].name", "at most 128");

    [Fact]
    public void A_functions_name_has_a_longest_length()
    {
        string Request(int length) => $$"""{"model":"a","tools":[{"type":"function","name":"{{new string('f', length)}}"}]}""";

        Check(Read(Request(128)));
        AssertRefused(Request(129), "tools[0].name", "at most 128");
    }

    [Fact]
    [Rule("TL-8")]
    public void Two_servers_of_one_name_are_refused() =>
        AssertRefused("""{"model":"a","tools":[{"type":"mcp_server","name":"crm","url":"https://a.example/mcp"},{"type":"mcp_server","name":"crm","url":"https://b.example/mcp"}]}""", "tools[1].name", "Duplicate MCP server 'crm'");

    [Fact]
    public void Two_functions_of_one_name_are_refused() => AssertRefused($$"""{"model":"a","tools":[{{Weather}},{{Weather}}]}""", "tools[1].name", "Duplicate function 'get_weather'");

    [Theory]
    [InlineData("\"string\"")]
    [InlineData("[\"object\",\"null\"]")]
    [InlineData("null")]
    public void The_arguments_of_a_function_are_an_object(string type) =>
        AssertRefused($$$"""{"model":"a","tools":[{"type":"function","name":"f","parameters":{"type":{{{type}}}}}]}""", "tools[0].parameters.type", "are an object");

    [Fact]
    public void There_are_at_most_512_tools()
    {
        string Request(int count) => $$"""{"model":"a","tools":[{{string.Join(',', Enumerable.Range(0, count).Select(i => $$"""{"type":"function","name":"f{{i}}"}"""))}}]}""";

        Check(Read(Request(512)));
        AssertRefused(Request(513), "tools", "At most 512");
    }

    [Theory]
    [InlineData("\"any\"", "generation_config.tool_choice", "'generation_config.tool_choice' is 'any' but no tools")]
    [InlineData("""{"allowed_tools":{"mode":"auto","tools":["a","other"]}}""", "generation_config.tool_choice.allowed_tools.tools[1]", "'other', which is not declared")]
    [InlineData("""{"allowed_tools":{"mode":"any","tools":[]}}""", "generation_config.tool_choice.allowed_tools.tools", "at least one")]
    [Rule("FN-8")]
    public void A_tool_choice_fits_the_tools(string choice, string field, string message)
    {
        var tools = choice == "\"any\"" ? "[]" : """[{"type":"function","name":"a"}]""";
        AssertRefused($$$"""{"model":"a","tools":{{{tools}}},"generation_config":{"tool_choice":{{{choice}}}}}""", field, message);
    }

    [Theory]
    [InlineData("[]", "response_format", "empty list")]
    [InlineData("""[{"type":"text"},{"type":"image"},{"type":"text"}]""", "response_format[2]", "second entry for 'text'")]
    [InlineData("""[{"type":"text"},{"properties":{}}]""", "response_format[1]", "second entry for 'text'")]
    [InlineData("""{"type":"text","mime_type":"text/plain","schema":{}}""", "response_format.mime_type", "application/json")]
    [InlineData("""[{"type":"text","mime_type":"text/plain","schema":{}}]""", "response_format[0].mime_type", "application/json")]
    [Rule("SO-1")]
    public void Formats_are_one_for_each_modality(string format, string field, string message) => AssertRefused($$"""{"model":"a","response_format":{{format}}}""", field, message);

    [Fact]
    public void A_stop_sequence_is_not_empty() => AssertRefused("""{"model":"a","generation_config":{"stop_sequences":["x",""]}}""", "generation_config.stop_sequences[1]", "'generation_config.stop_sequences[1]' may not be empty");

    [Fact]
    public void There_are_only_so_many_stop_sequences()
    {
        string Stops(int count) => $$$"""{"model":"a","generation_config":{"stop_sequences":[{{{string.Join(',', Enumerable.Repeat("\"x\"", count))}}}]}}""";

        AssertRefused(Stops(65), "generation_config.stop_sequences", "'generation_config.stop_sequences' has 65 entries; at most 64 are allowed");
        Check(Read(Stops(64)));
    }

    [Theory]
    [InlineData("", "v", "labels.", "may not be empty")]
    [InlineData("1a", "v", "labels.1a", "starts with a letter")]
    [InlineData("-a", "v", "labels.-a", "starts with a letter")]
    [InlineData("Team", "v", "labels.Team", "lower-case")]
    [InlineData("team", "Search", "labels.team", "lower-case")]
    [InlineData("team", "a b", "labels.team", "lower-case")]
    [InlineData("te.am", "v", "labels.te.am", "lower-case")]
    public void Labels_have_a_form(string key, string value, string field, string message) =>
        AssertRefused(JsonSerializer.Serialize(new CreateInteractionRequest { Model = "a", Labels = new Dictionary<string, string> { [key] = value } }, WireJson.Wire.CreateInteractionRequest), field, message);

    [Fact]
    public void There_are_at_most_64_labels()
    {
        CreateInteractionRequest Request(int count) => new() { Model = "a", Labels = Enumerable.Range(0, count).ToDictionary(i => $"l{i}", _ => "v") };

        Check(Request(64));
        Assert.Equal("labels", Assert.Throws<ApiException>(() => Check(Request(65))).Field);
    }

    [Theory]
    [InlineData("""{"model":"a","tools":[{"type":"function","name":"f"},{"type":"google_search"}]}""", "tools[1]", "The tool 'google_search' in 'tools[1]' is not available")]
    [InlineData("""{"model":"a","tools":[{"type":"mcp_server","name":"m","url":"https://example.com"}]}""", "tools[0]", "Declare what you need as a 'function'")]
    [InlineData("""{"model":"a","background":true,"webhook_config":{}}""", "webhook_config", "not available")]
    [InlineData("""{"model":"a","cached_content":"c"}""", "cached_content", "not available")]
    public void What_this_server_does_not_do_is_refused_by_name(string request, string field, string message) => AssertRefused(request, field, message, ErrorCode.FailedPrecondition);

    [Fact]
    [Rule("SM-3")]
    public void A_continuation_token_that_nobody_issued_is_refused() => AssertRefused("""{"model":"a","continuation_token":"t"}""", "continuation_token", "issues none");

    private static void AssertRefused(string request, string field, string message, ErrorCode code = ErrorCode.InvalidRequest)
    {
        var refused = Assert.Throws<ApiException>(() => Check(Read(request)));

        Assert.Equal((code, field), (refused.Code, refused.Field));
        Assert.Contains(message, refused.Message, StringComparison.Ordinal);
    }

    private static void Check(CreateInteractionRequest request)
    {
        using var instruments = new EngineInstruments();
        RequestRules.Check(request, ToolKinds.None, new StructuredOutput(instruments, NullLogger<StructuredOutput>.Instance));
    }

    private static CreateInteractionRequest Read(string json) => JsonSerializer.Deserialize(json, WireJson.Wire.CreateInteractionRequest)!;
}
