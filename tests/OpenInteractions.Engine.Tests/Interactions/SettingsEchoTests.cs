using System.Text;
using System.Text.Json;
using OpenInteractions.Contracts.Interactions;
using OpenInteractions.Contracts.Json;
using OpenInteractions.Engine.Interactions;

namespace OpenInteractions.Engine.Tests.Interactions;

public sealed class SettingsEchoTests
{
    [Fact]
    public void A_request_without_settings_has_nothing_to_echo() =>
        Assert.Equal("{}", Echo("""{"model":"demo","input":"secret words","store":true,"background":true,"stream":true,"previous_interaction_id":"int_1","service_tier":"flex"}"""));

    [Theory]
    [InlineData("""{"system_instruction":"Be brief."}""")]
    [InlineData("""{"tools":[{"type":"function","name":"f","description":"d","parameters":{"type":"object"}}]}""")]
    [InlineData("""{"generation_config":{"tool_choice":"auto","temperature":0.5}}""")]
    [InlineData("""{"response_format":{"type":"text","mime_type":"application/json"}}""")]
    [InlineData("""{"response_format":[{"type":"text"}]}""")]
    [InlineData("""{"labels":{"team":"search"}}""")]
    [InlineData("""{"response_modalities":["text"]}""")]
    [InlineData("""{"response_mime_type":"application/json"}""")]
    public void Every_setting_is_echoed_as_it_was_sent(string settings) => Assert.Equal(settings, Echo(settings));

    [Fact]
    public void Headers_of_servers_are_never_echoed()
    {
        var echo = Echo("""{"tools":[{"type":"function","name":"f"},{"type":"mcp_server","name":"m","url":"https://example.com","headers":{"authorization":"Bearer hush"},"allowed_tools":[{"mode":"auto"}]}]}""");

        Assert.DoesNotContain("hush", echo, StringComparison.Ordinal);
        Assert.DoesNotContain("headers", echo, StringComparison.Ordinal);
        Assert.Contains("https://example.com", echo, StringComparison.Ordinal);
    }

    private static string Echo(string request) => Encoding.UTF8.GetString(SettingsEcho.Write(JsonSerializer.Deserialize(request, WireJson.Wire.CreateInteractionRequest)!).Span);
}
