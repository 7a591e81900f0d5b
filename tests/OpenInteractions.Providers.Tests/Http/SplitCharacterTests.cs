using System.Text;
using System.Text.Json;
using OpenInteractions.Contracts.Errors;
using OpenInteractions.Providers.Gemini;
using OpenInteractions.Providers.Http;
using OpenInteractions.Providers.OpenAI;
using OpenInteractions.Providers.Tests.Anthropic;
using OpenInteractions.Providers.Tests.Gemini;
using OpenInteractions.Providers.Tests.OpenAI;
using OpenInteractions.Testing.Vendors;
using OpenInteractions.Testing.Vendors.OpenAI;

namespace OpenInteractions.Providers.Tests.Http;

/// <summary>Text that a proxy cut within a character, as programs do whose strings are UTF-16.</summary>
public sealed class SplitCharacterTests
{
    [Theory]
    [InlineData("a😀b", """{"t":"a\ud83d"}""", """{"t":"\ude00b"}""")]
    [InlineData("a😀b", """{"t":"a\uD83D"}""", """{"ping":1}""", """{"t":"\uDE00b"}""")]
    [InlineData("😀😀", """{"t":"\ud83d"}""", """{"t":"\ude00\ud83d"}""", """{"t":"\ude00"}""")]
    [InlineData("a😀b", """{"t":"a\ud83d\ude00b"}""")]
    [InlineData("a�b", """{"t":"a\ud83d"}""", """{"t":"b"}""", """{"t":""}""", """{"t":""}""", """{"t":""}""")]
    [InlineData("a�", """{"t":"a\ud83d"}""")]
    [InlineData("�b", """{"t":"\ude00b"}""")]
    [InlineData("a�b", """{"t":"a\ud83db"}""")]
    [InlineData("��", """{"t":"\ud83d"}""", """{"t":"\ud83d"}""")]
    [InlineData("\\ud83d", """{"t":"\\ud83d"}""")]
    [InlineData("aé", """{"t":"a\u00e9"}""")]
    public void Halves_are_joined_and_a_lone_one_is_replaced(string text, params string[] frames)
    {
        var split = new SplitCharacters();
        var ready = new List<byte[]>();
        foreach (var frame in frames)
        {
            split.Add(Encoding.UTF8.GetBytes(frame), ready);
        }

        split.Flush(ready);

        Assert.Equal(text, string.Concat(ready.Select(r => JsonElement.Parse(r)).Select(r => r.TryGetProperty("t", out var t) ? t.GetString() : "")));
        Assert.Equal(frames.Length, ready.Count);
    }

    [Theory]
    [InlineData(OpenAIWire.Chat)]
    [InlineData(OpenAIWire.Responses)]
    public async Task A_split_character_of_an_OpenAI_wire_is_whole_and_the_model_is_asked_once(OpenAIWire wire)
    {
        await using var upstream = await OpenAIUpstream.StartAsync(wire: wire);
        upstream.Server.Enqueue(VendorReply.Events(wire == OpenAIWire.Chat
            ? [Chat("a\\ud83d"), Chat("\\ude00b"), ChatFrames.Finish(), ChatFrames.Done]
            :
            [
                Sse.Frame("""{"type":"response.output_item.added","output_index":0,"item":{"type":"message"}}"""), Response("a\\ud83d"), Response("\\ude00b"),
                Sse.Frame("""{"type":"response.output_item.done","output_index":0,"item":{"type":"message"}}"""),
                Sse.Frame("""{"type":"response.completed","response":{"status":"completed"}}"""),
            ]));

        var answer = await upstream.CallAsync(upstream.Ask("gpt-4.1", "Hi"));

        Assert.Equal("a😀b", answer.Text);
        Assert.Single(upstream.Server.Requests);
    }

    [Fact]
    public async Task A_split_character_of_the_Messages_wire_is_whole()
    {
        await using var talk = await Talk.BeginAsync();
        talk.Server.Enqueue(VendorReply.Events(
        [
            Sse.Frame("""{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}"""),
            Sse.Frame("""{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"a\ud83d"}}"""), Sse.Frame("""{"type":"ping"}"""),
            Sse.Frame("""{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"\ude00b"}}"""),
            Sse.Frame("""{"type":"content_block_stop","index":0}"""), Sse.Frame("""{"type":"message_delta","delta":{"stop_reason":"end_turn"}}"""), Sse.Frame("""{"type":"message_stop"}"""),
        ]));

        Assert.Equal("a😀b", (await talk.SayAsync("Hi")).Text);
    }

    [Theory]
    [InlineData(GeminiWire.GenerateContent)]
    [InlineData(GeminiWire.Interactions)]
    public async Task A_split_character_of_a_Gemini_wire_is_whole(GeminiWire wire)
    {
        await using var gemini = await GeminiUpstream.StartAsync();
        gemini.Server.Enqueue(VendorReply.Events(wire == GeminiWire.GenerateContent
            ? [Sse.Frame("""{"candidates":[{"content":{"parts":[{"text":"a\ud83d"}]}}]}"""), Sse.Frame("""{"candidates":[{"content":{"parts":[{"text":"\ude00b"}]},"finishReason":"STOP"}]}""")]
            :
            [
                Sse.Frame("""{"event_type":"step.start","index":0,"step":{"type":"model_output"}}"""),
                Sse.Frame("""{"event_type":"step.delta","index":0,"delta":{"type":"text","text":"a\ud83d"}}"""),
                Sse.Frame("""{"event_type":"step.delta","index":0,"delta":{"type":"text","text":"\ude00b"}}"""),
                Sse.Frame("""{"event_type":"step.stop","index":0}"""),
                Sse.Frame("""{"event_type":"interaction.completed","interaction":{"id":"i","object":"interaction","model":"m","status":"completed","created":"2026-11-21T10:00:00Z","updated":"2026-11-21T10:00:00Z"}}"""),
            ]));

        Assert.Equal("a😀b", (await gemini.Dialogue(wire).SayAsync("Hi")).Text);
    }

    [Fact]
    public async Task Half_a_character_in_a_whole_answer_is_replaced()
    {
        await using var upstream = await OpenAIUpstream.StartAsync(wire: OpenAIWire.Chat);
        upstream.Server.Enqueue(VendorReply.Json(200, """{"choices":[{"message":{"content":"a\ud83d"},"finish_reason":"stop"}]}"""));

        Assert.Equal("a�", (await upstream.CallAsync(upstream.Ask("gpt-4.1", "Hi"))).Text);
    }

    [Fact]
    public async Task An_answer_that_cannot_be_read_is_not_asked_for_again()
    {
        await using var upstream = await OpenAIUpstream.StartAsync(wire: OpenAIWire.Chat);
        upstream.Server.Enqueue(VendorReply.Events([Sse.Frame("""{"choices":7}"""), Sse.Frame("[1,2]")]));

        var failure = await Assert.ThrowsAsync<ApiException>(() => upstream.CallAsync(upstream.Ask("gpt-4.1", "Hi")));

        Assert.Equal(ErrorCode.ServiceUnavailable, failure.Code);
        Assert.Single(upstream.Server.Requests);
    }

    private static string Chat(string text) => Sse.Frame($$$"""{"choices":[{"index":0,"delta":{"content":"{{{text}}}"}}]}""");

    private static string Response(string text) => Sse.Frame($$$"""{"type":"response.output_text.delta","output_index":0,"delta":"{{{text}}}"}""");
}
