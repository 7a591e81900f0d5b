using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using OpenInteractions.Testing.Vendors;
using OpenInteractions.Testing.Vendors.Gemini;

namespace OpenInteractions.Providers.Tests.Gemini;

/// <summary>The fake refuses what the service refuses; a fake that takes everything would prove nothing.</summary>
public sealed class FakeGeminiTests
{
    private const string User = """{"role":"user","parts":[{"text":"hi"}]}""";
    private const string Tools = """[{"functionDeclarations":[{"name":"f","parametersJsonSchema":{"type":"object"}},{"name":"g","parametersJsonSchema":{"type":"object"}}]}]""";
    private static readonly string Signed = GeminiSignature.Named("s");
    private static readonly string Call = $$$"""{"functionCall":{"name":"f","args":{}},"thoughtSignature":"{{{Signed}}}"}""";
    private const string Second = """{"functionCall":{"name":"g","args":{}}}""";
    private const string First = """{"functionResponse":{"name":"f","response":{"output":"1"}}}""";
    private const string Other = """{"functionResponse":{"name":"g","response":{"output":"2"}}}""";

    /// <summary>Histories after a turn that called f (signed) and g in parallel.</summary>
    public static TheoryData<string, string> Histories => new()
    {
        { "missing a thought_signature", $"[{User},{Model("""{"functionCall":{"name":"f","args":{}}}""", Second)},{UserParts(First, Other)}]" },
        { "Corrupted thought signature", $"[{User},{Model(Call.Replace(Signed, GeminiSignature.Named("x"), StringComparison.Ordinal), Second)},{UserParts(First, Other)}]" },
        { "Corrupted thought signature", $"[{User},{Model(Call, $$$"""{"functionCall":{"name":"g","args":{}},"thoughtSignature":"{{{Signed}}}"}""")},{UserParts(First, Other)}]" },
        { "Corrupted thought signature", $"[{User},{Model(Second, Call)},{UserParts(Other, First)}]" },
        { "Corrupted thought signature", $"[{User},{Model(Call)},{UserParts(First)}]" },
        { "Corrupted thought signature", $"[{User},{Model("""{"text":"new"}""", Call, Second)},{UserParts(First, Other)}]" },
        { "number of function response parts", $"[{User},{Model(Call, Second)},{UserParts(First)}]" },
        { "number of function response parts", $"[{User},{Model(Call, Second)},{User}]" },
        { "number of function response parts", $"[{User},{Model(Call, Second)},{UserParts(First)},{UserParts(Other)}]" },
        { "in the same order", $"[{User},{Model(Call, Second)},{UserParts(Other, First)}]" },
        { "not interleaved", $$"""[{{User}},{{Model(Call, Second)}},{{UserParts(First, """{"text":"and"}""", Other)}}]""" },
        { "does not match the function call id", $"[{User},{Model(Call, Second)},{UserParts(First.Replace("\"name\"", "\"id\":\"no\",\"name\"", StringComparison.Ordinal), Other)}]" },
        { "function response turn comes immediately after", $"[{User},{UserParts(First)}]" },
        { "function call turn comes immediately after", $"[{Model(Call, Second)},{UserParts(First, Other)}]" },
        { "end with a user role", $$"""[{{User}},{"role":"model","parts":[{"text":"well"}]}]""" },
    };

    [Theory]
    [MemberData(nameof(Histories))]
    public async Task A_history_that_breaks_the_vendors_rules_is_refused(string message, string contents)
    {
        var gemini = new FakeGemini();
        await using var server = await VendorServer.StartAsync(gemini);
        server.Enqueue(gemini.Turn(GeminiTurn.Empty.Calls("f", "{}").Signed("s").Calls("g", "{}")));
        Assert.Equal(200, (await PostAsync(server, "models/gemini-3.8-flash:generateContent", $$"""{"contents":[{{User}}],"tools":{{Tools}}}""")).Status);

        var good = $"[{User},{Model(Call, Second)},{UserParts(First, Other)}]";
        Assert.Equal(200, (await PostAsync(server, "models/gemini-3.8-flash:generateContent", $$"""{"contents":{{good}},"tools":{{Tools}}}""")).Status);
        var (status, body) = await PostAsync(server, "models/gemini-3.8-flash:generateContent", $$"""{"contents":{{contents}},"tools":{{Tools}}}""");

        Assert.Equal((400, "INVALID_ARGUMENT"), (status, (string?)body["error"]!["status"]));
        Assert.Contains(message, (string)body["error"]!["message"]!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("contents is not specified", """{"contents":[]}""")]
    [InlineData("contents.parts must not be empty", """{"contents":[{"role":"user","parts":[]}]}""")]
    [InlineData("required oneof field 'data'", """{"contents":[{"role":"user","parts":[{"text":""}]}]}""")]
    [InlineData("valid role", """{"contents":[{"role":"assistant","parts":[{"text":"x"}]}]}""")]
    [InlineData("Unknown name \"foo\": Cannot find field", """{"contents":[],"foo":1}""")]
    [InlineData("Unknown name \"bar\" at 'contents[0].parts[0].inline_data': Cannot find field", """{"contents":[{"parts":[{"inlineData":{"mimeType":"image/png","data":"AAAA","bar":1}}]}]}""")]
    [InlineData("Unknown name \"max_output_tokens\" at 'generation_config'", """{"contents":[{"parts":[{"text":"x"}]}],"generationConfig":{"max_output_tokens":5}}""")]
    [InlineData("'contents[0].parts[0].inline_data.data' (TYPE_BYTES)", """{"contents":[{"parts":[{"inlineData":{"mimeType":"image/png","data":"***"}}]}]}""")]
    [InlineData("Unsupported MIME type", """{"contents":[{"parts":[{"inlineData":{"mimeType":"image/psd","data":"AAAA"}}]}]}""")]
    [InlineData("at most 5 stop sequences", """{"contents":[{"parts":[{"text":"x"}]}],"generationConfig":{"stopSequences":["1","2","3","4","5","6"]}}""")]
    [InlineData("Thinking level MINIMAL is not supported", """{"contents":[{"parts":[{"text":"x"}]}],"generationConfig":{"thinkingConfig":{"thinkingLevel":"MINIMAL"}}}""")]
    [InlineData("only set only one of thinking budget and thinking level", """{"contents":[{"parts":[{"text":"x"}]}],"generationConfig":{"thinkingConfig":{"thinkingLevel":"LOW","thinkingBudget":5}}}""")]
    [InlineData("response modalities (IMAGE)", """{"contents":[{"parts":[{"text":"x"}]}],"generationConfig":{"responseModalities":["IMAGE"]}}""")]
    [InlineData("response_mime_type", """{"contents":[{"parts":[{"text":"x"}]}],"generationConfig":{"responseJsonSchema":{"type":"object"}}}""")]
    [InlineData("Duplicate function declaration found: f", """{"contents":[{"parts":[{"text":"x"}]}],"tools":[{"functionDeclarations":[{"name":"f"},{"name":"f"}]}]}""")]
    [InlineData("Invalid function name", """{"contents":[{"parts":[{"text":"x"}]}],"tools":[{"functionDeclarations":[{"name":"1 f"}]}]}""")]
    [InlineData("parameters.required: should be non-empty", """{"contents":[{"parts":[{"text":"x"}]}],"tools":[{"functionDeclarations":[{"name":"f","parameters":{"type":"object","properties":{},"required":[]}}]}]}""")]
    [InlineData("required[0]: property is not defined", """{"contents":[{"parts":[{"text":"x"}]}],"tools":[{"functionDeclarations":[{"name":"f","parameters":{"type":"object","properties":{},"required":["a"]}}]}]}""")]
    [InlineData("Unknown name \"additionalProperties\" at 'tools[0].function_declarations[0].parameters'", """{"contents":[{"parts":[{"text":"x"}]}],"tools":[{"functionDeclarations":[{"name":"f","parameters":{"type":"object","additionalProperties":false}}]}]}""")]
    [InlineData("Unknown name \"$ref\" at 'tools[0].function_declarations[0].parameters.properties[0].value'", """{"contents":[{"parts":[{"text":"x"}]}],"tools":[{"functionDeclarations":[{"name":"f","parameters":{"type":"object","properties":{"a":{"$ref":"#"}}}}]}]}""")]
    [InlineData("Proto field is not repeating", """{"contents":[{"parts":[{"text":"x"}]}],"tools":[{"functionDeclarations":[{"name":"f","parameters":{"type":["object","null"]}}]}]}""")]
    [InlineData("items: missing field", """{"contents":[{"parts":[{"text":"x"}]}],"tools":[{"functionDeclarations":[{"name":"f","parameters":{"type":"array"}}]}]}""")]
    [InlineData("not declared in function_declarations", """{"contents":[{"parts":[{"text":"x"}]}],"tools":[{"functionDeclarations":[{"name":"f"}]}],"toolConfig":{"functionCallingConfig":{"mode":"ANY","allowedFunctionNames":["z"]}}}""")]
    public async Task A_request_outside_of_the_wire_is_refused_at_its_place(string message, string request)
    {
        await using var server = await VendorServer.StartAsync(new FakeGemini());

        var (status, body) = await PostAsync(server, "models/gemini-3.8-flash:generateContent", request);

        Assert.Equal(400, status);
        Assert.Contains(message, (string)body["error"]!["message"]!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(400, "invalid_request", "legacy Interactions API schema", """{"model":"gemini-3.8-flash","input":[{"role":"user","content":"x"}]}""")]
    [InlineData(400, "invalid_request", "'background' cannot be used", """{"model":"gemini-3.8-flash","input":"x","background":true,"store":false}""")]
    [InlineData(400, "parameter_unknown", "Unknown parameter 'systemInstruction'", """{"model":"gemini-3.8-flash","input":"x","systemInstruction":"y"}""")]
    [InlineData(400, "parameter_unknown", "Unknown parameter 'generation_config.top_k'", """{"model":"gemini-3.8-flash","input":"x","generation_config":{"top_k":5}}""")]
    [InlineData(400, "invalid_request", "Supported values: 'minimal', 'low', 'medium', 'high'", """{"model":"gemini-3.8-flash","input":"x","generation_config":{"thinking_level":"max"}}""")]
    [InlineData(400, "invalid_request", "Supported values: 'low', 'medium', 'high'", """{"model":"gemini-3.8-flash","input":"x","generation_config":{"thinking_level":"minimal"}}""")]
    [InlineData(400, "invalid_request", "'tools[0].type'", """{"model":"gemini-3.8-flash","input":"x","tools":[{"type":"telepathy"}]}""")]
    [InlineData(400, "invalid_request", "Duplicate function declaration", """{"model":"gemini-3.8-flash","input":"x","tools":[{"type":"function","name":"f"},{"type":"function","name":"f"}]}""")]
    [InlineData(400, "invalid_request", "should be non-empty", """{"model":"gemini-3.8-flash","input":"x","tools":[{"type":"function","name":"f","parameters":{"type":"object","required":[]}}]}""")]
    [InlineData(400, "invalid_request", "at most 5", """{"model":"gemini-3.8-flash","input":"x","generation_config":{"stop_sequences":["1","2","3","4","5","6"]}}""")]
    [InlineData(400, "invalid_request", "Missing function_result", """{"model":"gemini-3.8-flash","input":[{"type":"user_input","content":[{"type":"text","text":"x"}]},{"type":"function_call","id":"a","name":"f","arguments":{}}]}""")]
    [InlineData(400, "invalid_request", "No pending function_call", """{"model":"gemini-3.8-flash","input":[{"type":"user_input","content":[{"type":"text","text":"x"}]},{"type":"function_result","call_id":"a","result":"1"}]}""")]
    [InlineData(400, "invalid_request", "missing a thought_signature", """{"model":"gemini-3.8-flash","input":[{"type":"user_input","content":[{"type":"text","text":"x"}]},{"type":"function_call","id":"a","name":"f","arguments":{}},{"type":"function_result","call_id":"a","result":"1"}]}""")]
    [InlineData(400, "invalid_request", "Corrupted thought signature", """{"model":"gemini-3.8-flash","input":[{"type":"user_input","content":[{"type":"text","text":"x"}]},{"type":"thought","signature":"QUJD"},{"type":"user_input","content":[{"type":"text","text":"x"}]}]}""")]
    [InlineData(404, "model_not_found", "'none'", """{"model":"none","input":"x"}""")]
    [InlineData(404, "not_found", "'v1_x'", """{"model":"gemini-3.8-flash","input":"x","previous_interaction_id":"v1_x"}""")]
    public async Task The_interactions_wire_refuses_in_its_own_shape(int expected, string code, string message, string request)
    {
        await using var server = await VendorServer.StartAsync(new FakeGemini());

        var (status, body) = await PostAsync(server, "interactions", request);

        Assert.Equal((expected, code), (status, (string?)body["error"]!["code"]));
        Assert.Contains(message, (string)body["error"]!["message"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_model_is_not_found_in_the_shape_of_google_rpc()
    {
        await using var server = await VendorServer.StartAsync(new FakeGemini());

        var (status, body) = await PostAsync(server, "models/none:generateContent", $$"""{"contents":[{{User}}]}""");

        Assert.Equal((404, 404, "NOT_FOUND"), (status, (int)body["error"]!["code"]!, (string?)body["error"]!["status"]));
    }

    [Fact]
    public async Task Signatures_do_not_survive_a_change_of_model()
    {
        var gemini = new FakeGemini();
        await using var server = await VendorServer.StartAsync(gemini);
        server.Enqueue(gemini.Turn(GeminiTurn.Says("Well.").Signed("s")));
        await PostAsync(server, "models/gemini-3.8-flash:generateContent", $$"""{"contents":[{{User}}]}""");

        var history = $$"""{"contents":[{{User}},{{Model("""{"text":"Well."}""", $$"""{"text":"","thoughtSignature":"{{Signed}}"}""")}},{{User}}]}""";

        Assert.Equal(200, (await PostAsync(server, "models/gemini-3.8-flash:generateContent", history)).Status);
        Assert.Equal(400, (await PostAsync(server, "models/gemini-3.7-flash:generateContent", history)).Status);
    }

    private static string Model(params string[] parts) => $$"""{"role":"model","parts":[{{string.Join(',', parts)}}]}""";

    private static string UserParts(params string[] parts) => $$"""{"role":"user","parts":[{{string.Join(',', parts)}}]}""";

    private static async Task<(int Status, JsonNode Body)> PostAsync(VendorServer server, string route, string body)
    {
        using var client = new HttpMessageInvoker(new SocketsHttpHandler());
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(server.Address, "v1beta/" + route));
        request.Headers.Add("x-goog-api-key", FakeGemini.Key);
        request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        using var response = await client.SendAsync(request, CancellationToken.None);
        return ((int)response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync())!);
    }
}
