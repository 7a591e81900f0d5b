using OpenInteractions.Api.Tests.Hosting;
using OpenInteractions.Testing;
using OpenInteractions.Testing.Vendors;
using OpenInteractions.Testing.Vendors.Anthropic;
using OpenInteractions.Testing.Vendors.OpenAI;

namespace OpenInteractions.Api.Tests.Interactions;

/// <summary>A level of thinking that a call goes without because of what another model left open: the caller is told, like of any other setting.</summary>
[Rule("TH-1")]
[Rule("TH-5")]
public sealed class LeftOutThinkingTests : IAsyncLifetime
{
    private const string Think = ",\"generation_config\":{\"thinking_level\":\"high\"}";

    private readonly AnthropicVendor _anthropic = new() { Key = "sk-ant-test" };
    private readonly OpenAIVendor _openAI = new();
    private VendorServer _messages = null!;
    private VendorServer _responses = null!;
    private TestServer _server = null!;

    public async Task InitializeAsync()
    {
        (_messages, _responses) = (await VendorServer.StartAsync(_anthropic), await VendorServer.StartAsync(_openAI));
        _server = await TestServer.StartAsync(
            ("ANTHROPIC_API_KEY", _anthropic.Key!), ("ANTHROPIC_BASE_URL", _messages.Address.ToString()),
            ("OPENAI_API_KEY", _openAI.Key!), ("OPENAI_BASE_URL", new Uri(_responses.Address, "v1").ToString()));
    }

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        await _messages.DisposeAsync();
        await _responses.DisposeAsync();
    }

    [Theory]
    [InlineData("")]
    [InlineData(",\"stream\":true")]
    [InlineData(",\"stream\":true,\"store\":false")]
    public async Task The_header_names_it(string more)
    {
        var asked = (await _server.Client.CreateAsync(Functions.Ask("call get_weather with {\"city\":\"Bern\"}", "gpt-4.1"))).Ok();
        var body = Functions.Result(asked, "sunny", Think + more).Replace("\"gpt-4.1\"", "\"claude-sonnet-4-5\"", StringComparison.Ordinal);

        string? named;
        if (more.Length > 0)
        {
            await using var events = await _server.Client.CreateStreamedAsync(body);
            named = events.Headers.GetValueOrDefault("x-oi-ignored");
            await events.ToEndAsync();
        }
        else
        {
            named = (await _server.Client.CreateAsync(body)).Ok().Header("x-oi-ignored");
        }

        Assert.Equal("generation_config.thinking_level", named);
    }
}
