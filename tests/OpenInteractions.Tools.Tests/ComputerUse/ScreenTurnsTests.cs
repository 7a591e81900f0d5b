using System.Text.Json;
using OpenInteractions.Testing;
using OpenInteractions.Testing.Vendors.Gemini;

namespace OpenInteractions.Tools.Tests.ComputerUse;

/// <summary>Models that operate a screen, which the client has.</summary>
public sealed class ScreenTurnsTests : IAsyncLifetime
{
    private const string Picture = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

    private VendorWires _wires = null!;

    public async Task InitializeAsync() => _wires = await VendorWires.StartAsync();

    public async Task DisposeAsync() => await _wires.DisposeAsync();

    [Theory]
    [InlineData("interactions", "gemini-3.8-flash", "click", false)]
    [InlineData("interactions", "gemini-3.8-flash", "click", true)]
    [InlineData("generateContent", "gemini-3.8-flash", "click", false)]
    [InlineData("generateContent", "gemini-3.8-flash", "click", true)]
    [InlineData("interactions", "gemini-2.5-computer-use-preview-10-2025", "click_at", false)]
    [InlineData("generateContent", "gemini-2.5-computer-use-preview-10-2025", "click_at", true)]
    [Rule("TL-7")]
    public async Task An_action_is_a_function_call_of_the_clients_and_its_picture_goes_back_to_the_model(string wire, string model, string action, bool isStreamed)
    {
        await using var server = await _wires.ServerAsync(wire);
        var vendor = _wires[wire];
        const string Tools = """[{"type":"computer_use","environment":"browser","excluded_predefined_functions":["search","drag_and_drop"]},{"type":"function","name":"ask_user"}]""";
        vendor.Enqueue(_wires.Calls(wire, action, """{"x":500,"y":250,"safety_decision":{"decision":"require_confirmation","explanation":"It buys something."}}"""));

        var (id, state, steps) = await VendorWires.CreateAsync(server, $$"""{"model":"{{model}}","input":"Press the button.","tools":{{Tools}}}""", isStreamed);

        Assert.Equal("requires_action", state);
        var call = Assert.Single(steps, s => s.Type() == "function_call");
        Assert.Equal(action, call.GetProperty("name").GetString());
        Assert.Equal((500, "require_confirmation"), (call.GetProperty("arguments").GetProperty("x").GetInt32(), call.GetProperty("arguments").GetProperty("safety_decision").GetProperty("decision").GetString()));

        vendor.Enqueue(_wires.Says(wire, "Done."));
        var result = $$"""
            {"type":"function_result","call_id":"{{call.GetProperty("id").GetString()}}","name":"{{action}}","result":[
              {"type":"text","text":"{\"url\":\"https://shop.example/\",\"safety_acknowledgement\":true}"},{"type":"image","mime_type":"image/png","data":"{{Picture}}"}]}
            """;
        var (_, last, said) = await VendorWires.CreateAsync(server, $$"""{"model":"{{model}}","previous_interaction_id":"{{id}}","input":[{{result}}],"tools":{{Tools}}}""", isStreamed);

        Assert.Equal("completed", last);
        Assert.Equal("Done.", said[^1].GetProperty("content")[0].GetProperty("text").GetString());
        var sent = vendor.Requests[^1].Json!.Value;
        Assert.Contains(Picture, sent.GetRawText().Replace("\\u002B", "+", StringComparison.Ordinal), StringComparison.Ordinal);
        if (wire == "generateContent")
        {
            var tool = sent.GetProperty("tools").EnumerateArray().Single(t => t.TryGetProperty("computerUse", out _)).GetProperty("computerUse");
            Assert.Equal("""{"environment":"ENVIRONMENT_BROWSER","excludedPredefinedFunctions":["search","drag_and_drop"]}""", tool.GetRawText());
            var response = sent.GetProperty("contents")[2].GetProperty("parts")[0].GetProperty("functionResponse");
            Assert.Equal("""{"url":"https://shop.example/","safety_acknowledgement":true}""", response.GetProperty("response").GetRawText());
            Assert.Equal("image/png", response.GetProperty("parts")[0].GetProperty("inlineData").GetProperty("mimeType").GetString());
        }

        Assert.Empty(vendor.Refusals);
    }

    [Fact]
    public async Task All_settings_reach_a_model_that_has_them_on_both_wires()
    {
        const string Body = """{"model":"gemini-3.8-flash","input":"Go.","tools":[{"type":"computer_use","environment":"desktop","enable_prompt_injection_detection":true,"disabled_safety_policies":["data_modification"]}]}""";
        foreach (var wire in new[] { "interactions", "generateContent" })
        {
            await using var server = await _wires.ServerAsync(wire);
            _wires[wire].Enqueue(_wires.Calls(wire, "take_screenshot", "{}"));

            Assert.Equal("requires_action", (await server.Client.CreateAsync(Body)).Ok().State);

            var tool = _wires[wire].Requests[^1].Json!.Value.GetProperty("tools")[0];
            Assert.Equal(
                wire == "interactions"
                    ? """{"type":"computer_use","environment":"desktop","enable_prompt_injection_detection":true,"disabled_safety_policies":["data_modification"]}"""
                    : """{"computerUse":{"environment":"ENVIRONMENT_DESKTOP","enablePromptInjectionDetection":true,"disabledSafetyPolicies":["DATA_MODIFICATION"]}}""",
                tool.GetRawText());
        }

        Assert.Empty(_wires["interactions"].Refusals);
    }

    [Theory]
    [InlineData("browser", "search", "search")]
    [InlineData("desktop", "", "navigate")]
    [InlineData("mobile", "", "right_click")]
    [InlineData("browser", "", "format_disk")]
    public async Task A_model_that_calls_what_is_excluded_or_not_there_has_made_an_unexpected_call(string environment, string excluded, string called)
    {
        await using var server = await _wires.ServerAsync("interactions");
        _wires["interactions"].Enqueue(_wires.Calls("interactions", called, "{}"));
        var list = excluded.Length == 0 ? "" : $"\"{excluded}\"";

        var answer = await server.Client.CreateAsync($$"""{"model":"gemini-3.8-flash","input":"Go.","background":true,"tools":[{"type":"computer_use","environment":"{{environment}}","excluded_predefined_functions":[{{list}}]}]}""");
        var ended = await server.Client.EndOfAsync(answer.Ok().Id);

        Assert.Equal("failed", ended.State);
        Assert.Contains("unexpected_tool_call", ended.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("demo")]
    [InlineData("gpt-5.1")]
    [InlineData("claude-opus-5")]
    [InlineData("local/scripted")]
    [InlineData("gemini-3.1-flash-lite")]
    [InlineData("gemini-2.5-flash")]
    public async Task Models_without_such_functions_are_refused_with_the_remedy(string model)
    {
        await using var server = await _wires.ServerAsync("interactions");

        var refused = await server.Client.CreateAsync($$"""{"model":"{{model}}","input":"Go.","tools":[{"type":"function","name":"f"},{"type":"computer_use"}]}""");

        Assert.Equal((400, "failed_precondition"), (refused.Status, refused.ErrorCode));
        Assert.Contains("'computer_use' in 'tools[1]'", refused.ErrorMessage, StringComparison.Ordinal);
        Assert.Contains("'function'", refused.ErrorMessage, StringComparison.Ordinal);
        Assert.DoesNotContain(VendorWires.All.SelectMany(w => _wires[w].Requests), r => r.Method == "POST");
    }

    [Theory]
    [InlineData("""{"type":"computer_use","excluded_predefined_functions":["search","clik"]}""", "tools[0].excluded_predefined_functions[1]", "gemini-3.8-flash")]
    [InlineData("""{"type":"computer_use","environment":"mobile"}""", "'environment'", "gemini-2.5-computer-use-preview-10-2025")]
    [InlineData("""{"type":"computer_use","disabled_safety_policies":["data_modification"]}""", "'disabled_safety_policies'", "gemini-2.5-computer-use-preview-10-2025")]
    [InlineData("""{"type":"computer_use"},{"type":"function","name":"click"}""", "'tools[1]'", "gemini-3.8-flash")]
    public async Task What_cannot_hold_is_refused_by_its_name(string tools, string named, string model)
    {
        await using var server = await _wires.ServerAsync("interactions");

        var refused = await server.Client.CreateAsync($$"""{"model":"{{model}}","input":"Go.","tools":[{{tools}}]}""");

        Assert.Equal(400, refused.Status);
        Assert.Contains(named, refused.ErrorMessage, StringComparison.Ordinal);
        Assert.DoesNotContain(_wires["interactions"].Requests, r => r.Method == "POST");
    }

    [Fact]
    public async Task An_excluded_function_may_be_declared_anew()
    {
        await using var server = await _wires.ServerAsync("interactions");
        _wires["interactions"].Enqueue(_wires.Calls("interactions", "click", """{"element":"ok"}"""));

        var answer = (await server.Client.CreateAsync("""{"model":"gemini-3.8-flash","input":"Go.","tools":[{"type":"computer_use","excluded_predefined_functions":["click"]},{"type":"function","name":"click"}]}""")).Ok();

        Assert.Equal("requires_action", answer.State);
        Assert.Empty(_wires["interactions"].Refusals);
    }
}
