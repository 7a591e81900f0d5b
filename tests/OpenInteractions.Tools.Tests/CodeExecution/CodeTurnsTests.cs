using System.Text.Json;
using OpenInteractions.Testing;
using OpenInteractions.Testing.Vendors.Gemini;

namespace OpenInteractions.Tools.Tests.CodeExecution;

/// <summary>On a server without sandboxes code runs at the model's vendor, or nowhere.</summary>
public sealed class CodeTurnsTests : IAsyncLifetime
{
    private static readonly (string, string) None = ("OpenInteractions__Sandboxes__Engine", "none");

    private VendorWires _wires = null!;

    public async Task InitializeAsync() => _wires = await VendorWires.StartAsync();

    public async Task DisposeAsync() => await _wires.DisposeAsync();

    [Theory]
    [InlineData("interactions", false)]
    [InlineData("interactions", true)]
    [InlineData("generateContent", false)]
    [InlineData("generateContent", true)]
    [Rule("TL-2")]
    public async Task Gemini_runs_its_models_code_itself_and_another_model_reads_what_came_out(string wire, bool isStreamed)
    {
        await using var server = await _wires.ServerAsync(wire, None);
        _wires[wire].Enqueue(_wires.Gemini.Turn(GeminiTurn.Empty.RunsCode("print(6*7)", "42\n").Text("It is 42.")));

        var (id, state, steps) = await VendorWires.CreateAsync(server, """{"model":"gemini-3.8-flash","input":"6*7?","tools":[{"type":"code_execution"}]}""", isStreamed);

        var made = steps.WithoutThoughts();
        Assert.Equal("completed", state);
        Assert.Equal(["code_execution_call", "code_execution_result", "model_output"], made.Select(s => s.Type()));
        Assert.Equal(made[0].GetProperty("id").GetString(), made[1].GetProperty("call_id").GetString());
        Assert.Equal(("print(6*7)", "42\n"), (made[0].GetProperty("arguments").GetProperty("code").GetString(), made[1].GetProperty("result").GetString()));
        Assert.Contains(wire == "interactions" ? "\"code_execution\"" : "\"codeExecution\"", _wires[wire].Requests[^1].Text, StringComparison.Ordinal);

        _wires["responses"].Enqueue(_wires.Says("responses", "42."));
        (await server.Client.CreateAsync($$"""{"model":"gpt-5.1","previous_interaction_id":"{{id}}","input":"Sure?"}""")).Ok();
        Assert.Contains("print(6*7)", _wires["responses"].Requests[^1].Text, StringComparison.Ordinal);
        Assert.Empty(_wires[wire].Refusals.Concat(_wires["responses"].Refusals));
    }

    [Theory]
    [InlineData("demo")]
    [InlineData("gpt-5.1")]
    [InlineData("claude-opus-5")]
    [InlineData("local/scripted")]
    public async Task Other_models_are_refused_with_what_is_missing(string model)
    {
        await using var server = await _wires.ServerAsync("responses", None);

        var refused = await server.Client.CreateAsync($$"""{"model":"{{model}}","input":"6*7?","tools":[{"type":"function","name":"f"},{"type":"code_execution"}]}""");

        Assert.Equal((400, "failed_precondition"), (refused.Status, refused.ErrorCode));
        Assert.Contains("'code_execution' in 'tools[1]'", refused.ErrorMessage, StringComparison.Ordinal);
        Assert.Contains("no sandbox", refused.ErrorMessage, StringComparison.Ordinal);
        Assert.DoesNotContain(_wires["responses"].Requests.Concat(_wires["messages"].Requests).Concat(_wires["chat"].Requests), r => r.Method == "POST");
    }

    [Fact]
    public async Task An_operator_can_forbid_that_the_vendor_runs_code()
    {
        await using var server = await _wires.ServerAsync("interactions", None, ("OpenInteractions__Tools__CodeExecution__AllowNative", "false"));

        var refused = await server.Client.CreateAsync("""{"model":"gemini-3.8-flash","input":"6*7?","tools":[{"type":"code_execution"}]}""");

        Assert.Equal((400, "failed_precondition"), (refused.Status, refused.ErrorCode));
        Assert.Contains("OpenInteractions:Tools:CodeExecution:AllowNative", refused.ErrorMessage, StringComparison.Ordinal);
        Assert.DoesNotContain(_wires["interactions"].Requests, r => r.Method == "POST");
    }
}
