using OpenInteractions.Contracts.Errors;
using OpenInteractions.Contracts.Steps;
using OpenInteractions.Testing;
using OpenInteractions.Testing.Vendors;

namespace OpenInteractions.Providers.Tests.Anthropic;

/// <summary>Compatible servers that write several blocks at once, or forget to end one.</summary>
[Rule("SE-5")]
public sealed class InterleavedBlockTests
{
    private const string Stop = """{"type":"message_delta","delta":{"stop_reason":"tool_use"}}""";

    [Fact]
    public async Task Blocks_that_alternate_are_put_in_order()
    {
        var told = await AnswerAsync(
            Start(0, """{"type":"text","text":""}"""), Start(1, """{"type":"tool_use","id":"t1","name":"f","input":{}}"""), Start(2, """{"type":"tool_use","id":"t2","name":"f","input":{}}"""),
            Text(0, "Hel"), Json(1, "{\\\"a\\\":"), Json(2, "{\\\"b\\\":"), Text(0, "lo"), Json(1, "1}"), End(1), End(0), Json(2, "2}"), End(2));

        Assert.Equal("Hello", told.Text);
        Assert.Equal(["model_output", "function_call", "function_call"], told.Steps.Select(s => s.Type));
        Assert.Equal(["""{"a":1}""", """{"b":2}"""], told.Calls.Select(c => c.Arguments.GetRawText()));
    }

    [Fact]
    public async Task A_block_that_is_never_ended_ends_with_its_message()
    {
        var told = await AnswerAsync(
            Start(0, """{"type":"tool_use","id":"t1","name":"f","input":{}}"""), Json(0, "{}"), Start(1, """{"type":"tool_use","id":"t2","name":"f","input":{}}"""), Json(1, "{}"));

        Assert.Equal(2, told.Calls.Count);
        Assert.IsType<FunctionCallStep>(told.Steps[1]);
    }

    /// <summary>The text of such a block is part of the answer, and would be lost.</summary>
    [Fact]
    public async Task A_piece_of_a_block_that_is_not_open_is_an_answer_that_cannot_be_read()
    {
        string[][] answers =
        [
            [Text(0, "lost")],
            [Start(7, """{"type":"text","text":""}"""), Text(0, "lost")],
            [Start(0, """{"type":"text","text":""}"""), Text(0, "kept"), End(0), Text(0, "lost")],
        ];
        foreach (var blocks in answers)
        {
            var refused = await Assert.ThrowsAsync<ApiException>(() => AnswerAsync(blocks));

            Assert.Equal((ErrorCode.ServiceUnavailable, "The model provider sent an answer that cannot be read."), (refused.Code, refused.Message));
        }
    }

    private static async Task<Told> AnswerAsync(params string[] blocks)
    {
        await using var talk = await Talk.BeginAsync();
        talk.Functions = [Talk.Function("f")];
        talk.Server.Enqueue(VendorReply.Events([.. blocks.Append(Stop).Append("""{"type":"message_stop"}""").Select(Sse.Frame)]));
        return await talk.SayAsync("Hi");
    }

    private static string Start(int index, string block) => $$"""{"type":"content_block_start","index":{{index}},"content_block":{{block}}}""";

    private static string Text(int index, string text) => $$$"""{"type":"content_block_delta","index":{{{index}}},"delta":{"type":"text_delta","text":"{{{text}}}"}}""";

    private static string Json(int index, string json) => $$$"""{"type":"content_block_delta","index":{{{index}}},"delta":{"type":"input_json_delta","partial_json":"{{{json}}}"}}""";

    private static string End(int index) => $$"""{"type":"content_block_stop","index":{{index}}}""";
}
