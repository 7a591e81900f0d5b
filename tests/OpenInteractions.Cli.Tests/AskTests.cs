namespace OpenInteractions.Cli.Tests;

public sealed class AskTests(LocalServer server) : IClassFixture<LocalServer>
{
    [Theory]
    [InlineData]
    [InlineData("--stream")]
    public async Task The_answer_goes_to_the_output_and_its_id_beside_it(params string[] options)
    {
        var run = await OiAsync(["ask", "echo: it works", .. options]);

        Assert.Equal(0, run.Code);
        Assert.Equal("it works\n", run.Output);
        Assert.Matches("^int_[0-9a-z]+ completed\n$", run.Error);
    }

    [Theory]
    [InlineData]
    [InlineData("--stream")]
    public async Task A_conversation_goes_on_from_an_earlier_turn(params string[] options)
    {
        var first = await OiAsync("ask", "My name is Ada.");

        var second = await OiAsync(["ask", "What is my name?", "--previous", first.Error.Split(' ')[0], .. options]);

        Assert.Contains("Ada", second.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData]
    [InlineData("--stream")]
    public async Task A_refusal_is_told_in_the_servers_words(params string[] options)
    {
        var run = await OiAsync(["ask", "hello", "--model", "no-such-model", .. options]);

        Assert.Equal((1, ""), (run.Code, run.Output));
        Assert.StartsWith("model_not_found: ", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_named()
    {
        var run = await Terminal.OiAsync("ask", "hello", "--url", "http://127.0.0.1:1");

        Assert.Equal((1, ""), (run.Code, run.Output));
        Assert.Contains("http://127.0.0.1:1 cannot be reached", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_must_be_one()
    {
        var run = await Terminal.OiAsync("ask", "hello", "--url", "localhost");

        Assert.Equal((1, "'localhost' is not an http address.\n"), (run.Code, run.Error));
    }

    private Task<TerminalRun> OiAsync(params string[] args) => Terminal.OiAsync([.. args, "--url", server.Url]);
}
