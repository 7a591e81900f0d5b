using OpenInteractions.Testing.Client;
using OpenInteractions.Testing.Vendors;
using OpenInteractions.Testing.Vendors.OpenAI;

namespace OpenInteractions.Api.Tests.Interactions;

/// <summary>A provider that answers more than may be kept: the caller is told what happened, in whatever form he asked.</summary>
public sealed class LargeAnswerTests
{
    private const string Most = "100000";

    [Theory]
    [InlineData("")]
    [InlineData(",\"background\":true")]
    [InlineData(",\"store\":false")]
    public async Task A_turn_that_gives_too_much_fails_and_keeps_what_had_come(string more)
    {
        await using var server = await LimitedServer.StartAsync(("OpenInteractions:Runs:MaxOutputBytes", Most));
        server.Models.Local.Enqueue(VendorReply.Events(ChatFrames.Answer([.. Enumerable.Repeat(new string('x', 20_000), 10)])));

        var answer = (await server.Client.CreateAsync($$"""{"model":"local/scripted","input":"hi"{{more}}}""")).Ok();
        var end = more.Contains("store", StringComparison.Ordinal) ? answer : await server.Client.EndOfAsync(answer.Id);

        Assert.Equal("failed", end.State);
        Assert.Equal(
            ("service_unavailable", $"The model provider's answer is larger than {Most} bytes, which is the most that one turn may give."),
            (end.Json.GetProperty("errors")[0].GetProperty("code").GetString(), end.Json.GetProperty("errors")[0].GetProperty("message").GetString()));
        Assert.InRange(end.OutputText.Length, 1, 100_000);
    }

    [Fact]
    public async Task A_stream_that_gives_too_much_ends_as_failed()
    {
        await using var server = await LimitedServer.StartAsync(("OpenInteractions:Runs:MaxOutputBytes", Most));
        server.Models.Local.Enqueue(VendorReply.Events(ChatFrames.Answer([.. Enumerable.Repeat(new string('x', 20_000), 10)])));

        var stream = await server.Client.CreateAsync("""{"model":"local/scripted","input":"hi","stream":true}""");

        Assert.Equal(200, stream.Status);
        Assert.Contains("\"status\":\"failed\"", stream.Text, StringComparison.Ordinal);
        Assert.Contains($"larger than {Most} bytes", stream.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData(",\"stream\":true")]
    [InlineData(",\"store\":false")]
    public async Task An_answer_that_comes_whole_and_is_too_large_is_an_error_of_the_provider(string more)
    {
        await using var server = await LimitedServer.StartAsync(("OpenInteractions:Runs:MaxOutputBytes", Most));
        server.Models.Local.Enqueue(VendorReply.Json(200, $$"""{"id":"c","object":"chat.completion","created":1,"model":"scripted","choices":[{"index":0,"message":{"role":"assistant","content":"{{new string('x', 200_000)}}"},"finish_reason":"stop"}]}"""));

        var answer = await server.Client.CreateAsync($$"""{"model":"local/scripted","input":"hi"{{more}}}""");

        Assert.Equal((503, "service_unavailable"), (answer.Status, answer.ErrorCode));
        Assert.Equal($"The model provider's answer is larger than {Most} bytes, which is the most that is read.", answer.ErrorMessage);
    }
}
