using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using OpenInteractions.Testing.Vendors;
using OpenInteractions.Testing.Vendors.Anthropic;

namespace OpenInteractions.Providers.Tests.Anthropic;

/// <summary>The fake is only worth something while it refuses what the service refuses.</summary>
public sealed class AnthropicVendorTests
{
    private const string Tool = """{"name":"f","input_schema":{"type":"object"}}""";
    private const string Png = "iVBORw0KGgo=";

    public static TheoryData<string, string> Refused => new()
    {
        { """{"model":"claude-opus-5","messages":[{"role":"user","content":"x"}]}""", "max_tokens: Field required" },
        { Body("[]"), "at least one message" },
        { Body("""[{"role":"assistant","content":"x"}]"""), "first message must use" },
        { Body("""[{"role":"user","content":"x"},{"role":"user","content":"y"}]"""), "roles must alternate" },
        { Body("""[{"role":"user","content":""}]"""), "non-empty content" },
        { Body("""[{"role":"user","content":[]}]"""), "non-empty content" },
        { Body("""[{"role":"user","content":[{"type":"text","text":""}]}]"""), "must be non-empty" },
        { Body("""[{"role":"user","content":[{"type":"text","text":" \n"}]}]"""), "non-whitespace" },
        { Body("""[{"role":"user","content":[{"type":"text","text":"a","colour":"red"}]}]"""), "messages.0.content.0.text.colour: Extra inputs" },
        { Body("""[{"role":"user","content":"x"}]""", "\"seed\":1"), "seed: Extra inputs are not permitted" },
        { Body("""[{"role":"user","content":"x"}]""", "\"temperature\":1"), "temperature: Extra inputs are not permitted" },
        { Body("""[{"role":"user","content":"x"}]""", "\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":2000}"), "thinking.type.enabled" },
        { Body("""[{"role":"user","content":"x"}]""", "\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":1000}", "claude-sonnet-4-5"), "greater than or equal to 1024" },
        { Body("""[{"role":"user","content":"x"}]""", "\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":9000}", "claude-sonnet-4-5"), "must be greater than `thinking.budget_tokens`" },
        { Body("""[{"role":"user","content":"x"}]""", "\"thinking\":{\"type\":\"adaptive\"}", "claude-sonnet-4-5"), "adaptive thinking is not supported" },
        { Body("""[{"role":"user","content":"x"}]""", "\"thinking\":{\"type\":\"disabled\"}", "claude-opus-5-5"), "thinking.type.disabled" },
        { Body("""[{"role":"user","content":"x"}]""", "\"thinking\":{\"type\":\"disabled\"}", "claude-sonnet-5-5"), "between_tools" },
        { Body("""[{"role":"user","content":"x"}]""", $"\"thinking\":{{\"type\":\"adaptive\"}},\"tool_choice\":{{\"type\":\"any\"}},\"tools\":[{Tool}]"), "forces tool use" },
        { Body("""[{"role":"user","content":"x"}]""", $"\"tool_choice\":{{\"type\":\"any\"}},\"tools\":[{Tool}]", "claude-opus-5-5"), "forced tool use is not supported" },
        { Body("""[{"role":"user","content":"x"}]""", "\"tool_choice\":{\"type\":\"auto\"}"), "while providing tools" },
        { Body("""[{"role":"user","content":"x"}]""", $"\"tool_choice\":{{\"type\":\"tool\",\"name\":\"g\"}},\"tools\":[{Tool}]"), "'g' not found" },
        { Body("""[{"role":"user","content":"x"}]""", $"\"tools\":[{Tool},{Tool}]"), "must be unique" },
        { Body("""[{"role":"user","content":"x"}]""", "\"tools\":[{\"name\":\"a b\",\"input_schema\":{\"type\":\"object\"}}]"), "should match pattern" },
        { Body("""[{"role":"user","content":"x"}]""", "\"tools\":[{\"name\":\"a\",\"input_schema\":{\"type\":\"string\"}}]"), "should be 'object'" },
        { Body("""[{"role":"user","content":"x"}]""", "\"output_config\":{\"format\":{\"type\":\"json_schema\",\"schema\":{\"type\":\"object\",\"properties\":{}}}}"), "additionalProperties" },
        { Body("""[{"role":"user","content":"x"}]""", "\"output_config\":{\"effort\":\"low\"}", "claude-haiku-4-5"), "effort parameter" },
        { Body("""[{"role":"user","content":"x"},{"role":"assistant","content":"y"}]"""), "does not support assistant message prefill" },
        { Body("""[{"role":"user","content":"x"},{"role":"assistant","content":"y "}]""", "\"stream\":false", "claude-sonnet-4-5"), "trailing whitespace" },
        { Body("""[{"role":"user","content":"x"},{"role":"assistant","content":[{"type":"tool_use","id":"t","name":"f","input":{}}]},{"role":"user","content":"y"}]"""), "without `tool_result` blocks immediately after: t" },
        { Body("""[{"role":"user","content":"x"},{"role":"assistant","content":[{"type":"tool_use","id":"t","name":"f","input":{}}]},{"role":"user","content":[{"type":"text","text":"a"},{"type":"tool_result","tool_use_id":"t","content":"b"}]}]"""), "without `tool_result` blocks immediately after: t" },
        { Body("""[{"role":"user","content":"x"},{"role":"assistant","content":[{"type":"tool_use","id":"t","name":"f","input":{}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"t"}]}]"""), "Requests which include `tool_use` or `tool_result` blocks must define tools." },
        { Body("""[{"role":"user","content":"x"},{"role":"assistant","content":"z"},{"role":"user","content":[{"type":"tool_result","tool_use_id":"u","content":"b"}]}]"""), "unexpected `tool_use_id`" },
        { Body("""[{"role":"user","content":"x"},{"role":"assistant","content":[{"type":"tool_use","id":"t","name":"f","input":{}},{"type":"tool_use","id":"t","name":"f","input":{}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"t"}]}]"""), "ids must be unique" },
        { Body("""[{"role":"user","content":"x"},{"role":"assistant","content":[{"type":"tool_use","id":"t","name":"f","input":{}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"t"},{"type":"tool_result","tool_use_id":"t"}]}]"""), "must have a single result" },
        { Body("""[{"role":"user","content":"x"},{"role":"assistant","content":[{"type":"thinking","thinking":"a","signature":"forged"},{"type":"text","text":"b"}]},{"role":"user","content":"y"}]"""), "Invalid `signature`" },
        { Body($$$"""[{"role":"user","content":[{"type":"image","source":{"type":"base64","media_type":"image/bmp","data":"{{{Png}}}"}}]}]"""), "media_type: Input should be" },
        { Body($$$"""[{"role":"user","content":[{"type":"image","source":{"type":"base64","media_type":"image/gif","data":"{{{Png}}}"}}]}]"""), "does not match the provided media type" },
        { Body("""[{"role":"user","content":[{"type":"audio","source":{}}]}]"""), "'audio'" },
        { Body("[" + string.Join(",", Enumerable.Repeat("""{"role":"user","content":[{"type":"text","text":"a","cache_control":{"type":"ephemeral"}},{"type":"text","text":"b","cache_control":{"type":"ephemeral"}}]},{"role":"assistant","content":"c"}""", 3)) + """,{"role":"user","content":"d"}]"""), "maximum of 4 blocks" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task A_request_that_breaks_a_rule_is_refused_in_the_services_shape(string body, string message)
    {
        await using var server = await VendorServer.StartAsync(new AnthropicVendor());

        var (status, answer) = await PostAsync(server, body);

        Assert.Equal(HttpStatusCode.BadRequest, status);
        var error = JsonDocument.Parse(answer).RootElement;
        Assert.Equal("error", error.GetProperty("type").GetString());
        Assert.Equal("invalid_request_error", error.GetProperty("error").GetProperty("type").GetString());
        Assert.Contains(message, error.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_and_a_version_are_required()
    {
        await using var server = await VendorServer.StartAsync(new AnthropicVendor());

        Assert.Equal(HttpStatusCode.Unauthorized, (await PostAsync(server, Body("""[{"role":"user","content":"x"}]"""), key: null)).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await PostAsync(server, Body("""[{"role":"user","content":"x"}]"""), version: null)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await PostAsync(server, Body("""[{"role":"user","content":"x"}]""", model: "claude-0"))).Status);
    }

    [Fact]
    public async Task Thinking_that_comes_back_changed_or_not_at_all_is_refused_while_its_loop_is_open()
    {
        var vendor = new AnthropicVendor();
        await using var server = await VendorServer.StartAsync(vendor);
        server.Enqueue(vendor.Reply(AnthropicTurn.Empty.Thinks("Hm.").Calls("f", "{}")));
        const string Settings = $$"""
            "thinking":{"type":"adaptive","display":"summarized"},"tools":[{{Tool}}]
            """;
        var (_, first) = await PostAsync(server, Body("""[{"role":"user","content":"x"}]""", Settings));
        var content = JsonNode.Parse(first)!["content"]!.AsArray();
        var id = (string)content[1]!["id"]!;

        var whole = Loop(content, id, Settings);
        var changed = content.DeepClone().AsArray();
        changed[0]!["thinking"] = "Hm!";
        var missing = content.DeepClone().AsArray();
        missing.RemoveAt(0);
        var late = new JsonArray(JsonNode.Parse("{\"type\":\"text\",\"text\":\"So:\"}"), content[0]!.DeepClone(), content[1]!.DeepClone());

        Assert.Equal(HttpStatusCode.OK, (await PostAsync(server, whole)).Status);
        Assert.Contains("cannot be modified", (await PostAsync(server, Loop(changed, id, Settings))).Body, StringComparison.Ordinal);
        Assert.Contains("but found `tool_use`", (await PostAsync(server, Loop(missing, id, Settings))).Body, StringComparison.Ordinal);
        Assert.Contains("but found `text`", (await PostAsync(server, Loop(late, id, Settings))).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Thinking_of_a_binding_model_is_refused_behind_a_changed_prefix()
    {
        await using var server = await VendorServer.StartAsync(new AnthropicVendor());
        const string Model = "claude-opus-5-5";
        var (_, first) = await PostAsync(server, Body("""[{"role":"user","content":"x"}]""", "\"system\":\"a\"", Model));
        var history = $$"""[{"role":"user","content":"x"},{"role":"assistant","content":{{JsonNode.Parse(first)!["content"]!.ToJsonString()}}},{"role":"user","content":"y"}]""";

        Assert.Equal(HttpStatusCode.OK, (await PostAsync(server, Body(history, "\"system\":\"a\"", Model))).Status);
        Assert.Contains("bound to a different conversation", (await PostAsync(server, Body(history, "\"system\":\"b\"", Model))).Body, StringComparison.Ordinal);
    }

    private static string Loop(JsonArray content, string id, string settings) =>
        Body($$"""[{"role":"user","content":"x"},{"role":"assistant","content":{{content.ToJsonString()}}},{"role":"user","content":[{"type":"tool_result","tool_use_id":"{{id}}","content":"1"}]}]""", settings);

    private static string Body(string messages, string? more = null, string model = "claude-opus-5") =>
        $$"""{"model":"{{model}}","max_tokens":5000,"messages":{{messages}}{{(more is null ? "" : "," + more)}}}""";

    private static async Task<(HttpStatusCode Status, string Body)> PostAsync(VendorServer server, string body, string? key = "k", string? version = "2026-10-21")
    {
        using var client = new HttpClient(new SocketsHttpHandler());
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(server.Address, "v1/messages")) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        if (key is not null)
        {
            request.Headers.Add("x-api-key", key);
        }

        if (version is not null)
        {
            request.Headers.Add("anthropic-version", version);
        }

        using var response = await client.SendAsync(request);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }
}
