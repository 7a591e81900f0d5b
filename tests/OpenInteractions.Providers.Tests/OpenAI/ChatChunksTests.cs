using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using OpenInteractions.Contracts.Interactions;
using OpenInteractions.Engine.Providers;
using OpenInteractions.Providers.Http;
using OpenInteractions.Providers.OpenAI;

namespace OpenInteractions.Providers.Tests.OpenAI;

public sealed class ChatChunksTests
{
    public static TheoryData<string, string, string?> Plain => new()
    {
        { """{"id":"c","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}""", "", null },
        { """{"choices":[{"delta":{"content":"a \"b\" \u00e9\n🦊"},"logprobs":{"content":[]},"finish_reason":null}],"usage":null,"error":null}""", "a \"b\" é\n🦊", null },
        { """{"choices":[{"finish_reason":"stop","delta":{}}]}""", "", "stop" },
        { """{"choices":[{"delta":{"content":"end"},"finish_reason":"length"}],"system_fingerprint":{"a":[1,{}]}}""", "end", "length" },
        { """{"choices":[{"delta":{"content":"x","refusal":null,"reasoning_content":"","tool_calls":[]},"finish_reason":""}]}""", "x", "" },
    };

    [Theory]
    [MemberData(nameof(Plain))]
    public void Text_and_the_reason_of_the_end_are_read(string frame, string text, string? finish)
    {
        Assert.True(ChatChunks.TryRead(Encoding.UTF8.GetBytes(frame), out var chunk));
        Assert.Equal(new PlainChunk(text, finish), chunk);
    }

    [Theory]
    [InlineData("""{"choices":[{"delta":{"content":"x"}}],"usage":{"prompt_tokens":1}}""")]
    [InlineData("""{"choices":[{"delta":{"content":"x"}}],"error":{"message":"no"}}""")]
    [InlineData("""{"choices":[{"delta":{"content":"x","reasoning":"because"}}]}""")]
    [InlineData("""{"choices":[{"delta":{"content":"x","refusal":"I cannot"}}]}""")]
    [InlineData("""{"choices":[{"delta":{"tool_calls":[{"index":0}]}}]}""")]
    [InlineData("""{"choices":[{"delta":{"function_call":{}}}]}""")]
    [InlineData("""{"choices":[{"delta":{"content":[{"type":"text","text":"x"}]}}]}""")]
    [InlineData("""{"choices":[{"message":{"content":"x"},"finish_reason":"stop"}]}""")]
    [InlineData("""{"choices":[{"delta":{"content":"x"},"finish_reason":7}]}""")]
    [InlineData("""{"choices":[{"delta":{"content":"x"}},{"delta":{"content":"y"}}]}""")]
    [InlineData("""{"choices":[{"delta":{"content":"x"},"delta":{"content":"y"}}]}""")]
    [InlineData("""{"choices":[]}""")]
    [InlineData("""{"choices":null}""")]
    [InlineData("""{"choices":[{"delta":null}]}""")]
    [InlineData("""{"choices":[{"delta":{"content":"x"}}]""")]
    [InlineData("""{"choices":[{"delta":{"content":"x"}}]} {}""")]
    [InlineData("""[]""")]
    [InlineData("")]
    public void Everything_else_is_left(string frame) => Assert.False(ChatChunks.TryRead(Encoding.UTF8.GetBytes(frame), out _));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void An_answer_is_the_same_whichever_way_its_chunks_are_read(bool isFollowed)
    {
        string[] frames = [.. Plain.Select(row => (string)row[0])];

        Assert.Equal(Read(frames, isFollowed), Read([.. frames.Select(AsTree)], isFollowed));

        // A member of the delta that nobody knows is ignored, and makes no plain chunk.
        static string AsTree(string frame)
        {
            var tree = frame.Replace("\"delta\":{}", "\"delta\":{\"unknown\":1}", StringComparison.Ordinal).Replace("\"delta\":{\"c", "\"delta\":{\"unknown\":1,\"c", StringComparison.Ordinal)
                .Replace("\"delta\":{\"r", "\"delta\":{\"unknown\":1,\"r", StringComparison.Ordinal);
            Assert.False(ChatChunks.TryRead(Encoding.UTF8.GetBytes(tree), out _));
            return tree;
        }
    }

    private static (string Text, ModelStopReason Reason) Read(string[] frames, bool isFollowed)
    {
        var request = new ModelRequest
        {
            Model = new ModelDescription { Id = "m", Provider = "openai", Family = "openai", Capabilities = new() },
            History = [],
            Config = new GenerationConfig(),
            Project = "default",
            InteractionId = "int_test",
            IsFollowed = isFollowed,
        };
        var stream = new ChatStream(request, ChatProfile.Vendor, cutsLocally: false, new UnknownReasons("openai", NullLogger.Instance));
        var events = new List<ModelEvent>();
        foreach (var frame in frames)
        {
            var data = Encoding.UTF8.GetBytes(frame);
            if (!stream.TryText(data, events))
            {
                stream.OnFrame(data, events);
            }
        }

        stream.OnPause(events);
        stream.OnDone();
        stream.OnEnd(events);
        var answer = ModelAnswer.Fold(events, "openai", "openai");
        return (answer.Text, answer.Stop.Reason);
    }
}
