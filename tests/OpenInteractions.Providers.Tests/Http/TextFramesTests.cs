using System.Text;
using OpenInteractions.Providers.Http;

namespace OpenInteractions.Providers.Tests.Http;

public sealed class TextFramesTests
{
    private readonly TextFrames _frames = new("\"content\""u8.ToArray());

    [Theory]
    [InlineData("""{"id":1,"delta":{"content":"a"},"end":null}""")]
    [InlineData("""{"id":1,"delta":{"content":""},"end":null}""")]
    [InlineData("""{"id": 1, "delta": {"content" : "a"}, "end": null}""")]
    public void A_frame_with_another_text_is_recognised(string learned)
    {
        _frames.Learn(Bytes(learned));

        Assert.True(_frames.TryRead(Bytes(WithText(learned, "naïve ☕ 🙂")), out var text));
        Assert.Equal("naïve ☕ 🙂", text);
        Assert.True(_frames.TryRead(Bytes(WithText(learned, "")), out text));
        Assert.Equal("", text);
    }

    [Theory]
    [InlineData("""{"id":2,"delta":{"content":"b"},"end":null}""")]
    [InlineData("""{"id":1,"delta":{"content":"b"},"end":"stop"}""")]
    [InlineData("""{"id":1,"delta":{"content":"b","more":"x"},"end":null}""")]
    [InlineData("""{"id":1,"delta":{"content":"a \"quote\""},"end":null}""")]
    [InlineData("""{"id":1,"delta":{"content":"line\nbreak"},"end":null}""")]
    [InlineData("""{"id":1,"delta":{"content":"a","content":"b"},"end":null}""")]
    [InlineData("""{"id":1,"delta":{"content":null},"end":null}""")]
    [InlineData("""{"id":1,"delta":{"content":""")]
    [InlineData("")]
    public void A_frame_that_differs_in_anything_else_is_left_to_the_reader_of_JSON(string other)
    {
        _frames.Learn(Bytes("""{"id":1,"delta":{"content":"a"},"end":null}"""));

        Assert.False(_frames.TryRead(Bytes(other), out _));
    }

    [Fact]
    public void Bytes_that_are_no_text_are_left_to_the_reader_of_JSON()
    {
        _frames.Learn(Bytes("""{"content":"a"}"""));

        Assert.False(_frames.TryRead([.. "{\"content\":\""u8, 0xC3, 0x28, .. "\"}"u8], out _));
        Assert.False(_frames.TryRead([.. "{\"content\":\""u8, 0x01, .. "\"}"u8], out _));
    }

    [Theory]
    [InlineData("""{"content":"a","other":{"content":"b"}}""")]
    [InlineData("""{"content":"with a \"quote\""}""")]
    [InlineData("""{"content":{"text":"a"}}""")]
    [InlineData("""{"text":"a"}""")]
    public void A_frame_in_which_the_text_is_in_doubt_teaches_nothing(string frame)
    {
        _frames.Learn(Bytes(frame));

        Assert.False(_frames.TryRead(Bytes(frame), out _));
    }

    [Fact]
    public void Frames_that_always_differ_are_not_learned_for_ever()
    {
        for (var i = 0; _frames.IsLearning; i++)
        {
            Assert.InRange(i, 0, 10);
            _frames.Learn(Bytes($$"""{"content":"a","padding":"{{new string('x', i)}}"}"""));
        }
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static string WithText(string frame, string text) => frame.Replace("\"a\"", $"\"{text}\"", StringComparison.Ordinal).Replace(":\"\"}", $":\"{text}\"}}", StringComparison.Ordinal);
}
