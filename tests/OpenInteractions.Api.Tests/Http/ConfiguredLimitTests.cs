using OpenInteractions.Api.Tests.Hosting;
using OpenInteractions.Testing;

namespace OpenInteractions.Api.Tests.Http;

/// <summary>Limits stand in the configuration, and the error tells the one that is set.</summary>
public sealed class ConfiguredLimitTests : IAsyncLifetime
{
    private TestServer _server = null!;

    public async Task InitializeAsync() => _server = await TestServer.StartAsync(("OpenInteractions:Requests:MaxBodyLength", "2000000"), ("OpenInteractions:Runs:MaxSteps", "3"));

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Theory]
    [InlineData(2_000_000, 200)]
    [InlineData(2_000_001, 413)]
    [Rule("MM-3")]
    public async Task A_body_may_be_as_long_as_the_setting_says(int length, int status)
    {
        const string Start = """{"model":"demo","input":"echo: hi"}""";

        var answer = await _server.Client.CreateAsync(Start + new string(' ', length - Start.Length));

        Assert.Equal(status, answer.Status);
        if (status != 200)
        {
            Assert.Equal(("request_too_large", "The body is larger than 2 MB. Send large media as 'uri'."), (answer.ErrorCode, answer.ErrorMessage));
        }
    }

    [Theory]
    [InlineData(3, 200)]
    [InlineData(4, 400)]
    public async Task An_input_may_have_as_many_steps_as_the_setting_says(int count, int status)
    {
        var steps = string.Join(',', Enumerable.Repeat("""{"type":"user_input","content":[{"type":"text","text":"hi"}]}""", count));

        var answer = await _server.Client.CreateAsync($$"""{"model":"demo","input":[{{steps}}]}""");

        Assert.Equal(status, answer.Status);
        if (status != 200)
        {
            Assert.Equal("'input' has 4 steps; an interaction may have at most 3.", answer.ErrorMessage);
        }
    }
}
