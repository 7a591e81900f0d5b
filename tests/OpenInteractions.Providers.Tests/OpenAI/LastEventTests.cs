using OpenInteractions.Contracts.Errors;
using OpenInteractions.Testing.Vendors;

namespace OpenInteractions.Providers.Tests.OpenAI;

/// <summary>Servers that say in the last event of a Responses stream what they did not say before.</summary>
public sealed class LastEventTests
{
    private const string Message = """{"type":"message","id":"msg_1","content":[{"type":"output_text","text":"Hello"}]}""";
    private const string Call = """{"type":"function_call","id":"fc_1","call_id":"call_1","name":"f","arguments":"{\"a\":1}"}""";

    [Fact]
    public async Task An_answer_that_comes_in_the_last_event_alone_is_whole()
    {
        var answer = await AnswerAsync([], $"{Message},{Call}");

        Assert.Equal(["model_output", "function_call"], answer.Types);
        Assert.Equal("Hello", answer.Text);
        Assert.Equal([("f", """{"a":1}""")], answer.CallTexts);
    }

    [Fact]
    public async Task Only_items_that_were_never_told_are_taken_from_it()
    {
        var answer = await AnswerAsync(
            [
                """{"type":"response.output_item.added","output_index":0,"item":{"type":"message","id":"msg_1"}}""",
                """{"type":"response.output_text.delta","output_index":0,"delta":"Hello"}""",
                $$"""{"type":"response.output_item.done","output_index":0,"item":{{Message}}}""",
            ],
            $"{Message},{Call}");

        Assert.Equal(["model_output", "function_call"], answer.Types);
        Assert.Equal("Hello", answer.Text);
    }

    [Fact]
    public async Task An_item_that_only_began_gets_its_content_from_it()
    {
        var answer = await AnswerAsync(["""{"type":"response.output_item.added","output_index":0,"item":{"type":"message","id":"msg_1"}}"""], Message);

        Assert.Equal(["model_output"], answer.Types);
        Assert.Equal("Hello", answer.Text);
    }

    [Fact]
    public async Task Items_without_a_place_are_not_told_twice()
    {
        var answer = await AnswerAsync(
            ["""{"type":"response.output_item.added","item":{"type":"message","id":"msg_1"}}""", """{"type":"response.output_text.delta","delta":"Hello"}""", """{"type":"response.output_item.done","item":{"type":"message","id":"msg_1"}}"""],
            $$"""{"type":"reasoning","id":"rs_1","summary":[]},{{Message}}""");

        Assert.Equal("Hello", answer.Text);
        Assert.Single(answer.Steps);
    }

    /// <summary>The text of such an item is part of the answer, and would be lost.</summary>
    [Fact]
    public async Task A_piece_of_an_item_that_nobody_tells_is_an_answer_that_cannot_be_read()
    {
        const string Item = """{"type":"response.output_item.added","output_index":0,"item":{"type":"message","id":"msg_1"}}""";
        const string Piece = """{"type":"response.output_text.delta","output_index":0,"delta":"Hello"}""";
        string[][] answers =
        [
            [Piece],
            [Item, Piece, Piece.Replace("\"output_index\":0", "\"output_index\":3", StringComparison.Ordinal)],
            [Item, Piece, $$"""{"type":"response.output_item.done","output_index":0,"item":{{Message}}}""", Piece],
            ["""{"type":"response.function_call_arguments.delta","output_index":0,"delta":"{}"}"""],
        ];
        foreach (var events in answers)
        {
            var refused = await Assert.ThrowsAsync<ApiException>(() => AnswerAsync(events, ""));

            Assert.Equal((ErrorCode.ServiceUnavailable, "The model provider sent an answer that cannot be read."), (refused.Code, refused.Message));
        }
    }

    [Fact]
    public async Task Pieces_of_an_item_that_is_told_whole_in_it_are_not_missed()
    {
        var answer = await AnswerAsync(["""{"type":"response.output_text.delta","output_index":0,"delta":"Hel"}"""], Message);

        Assert.Equal("Hello", answer.Text);
    }

    private static async Task<ModelAnswer> AnswerAsync(IEnumerable<string> events, string output)
    {
        await using var upstream = await OpenAIUpstream.StartAsync();
        upstream.Server.Enqueue(VendorReply.Events(
            [.. events.Select(Sse.Frame), Sse.Frame($$$"""{"type":"response.completed","response":{"status":"completed","output":[{{{output}}}]} }""")]));
        return await upstream.CallAsync(upstream.Ask("gpt-5.1", "Hi") with { Functions = [OpenAIUpstream.Function("f")] });
    }
}
