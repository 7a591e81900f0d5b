using OpenInteractions.Api.Tests.Hosting;
using OpenInteractions.Testing.Vendors;
using OpenInteractions.Testing.Vendors.Gemini;

namespace OpenInteractions.Api.Tests.Interactions;

/// <summary>Protocols 6.6: settings that a provider's wire never takes are refused before the call, whoever waits for the answer.</summary>
public sealed class WireLimitTests
{
    private const string Transcription = "\"transcription_config\":{\"mode\":\"smart\"}";

    [Theory]
    [InlineData(Transcription, "failed_precondition", "generation_config.transcription_config")]
    [InlineData("\"stop_sequences\":[\"a\",\"b\",\"c\",\"d\",\"e\",\"f\"]", "invalid_request", "generation_config.stop_sequences")]
    public async Task A_setting_that_generate_content_has_not_is_refused_alike_in_the_foreground_and_in_the_background(string setting, string code, string field)
    {
        await using var vendor = await VendorServer.StartAsync(new FakeGemini());
        await using var server = await StartAsync(vendor, "generateContent");

        foreach (var mode in (string[])["\"stream\":false", "\"stream\":true", "\"background\":true"])
        {
            var answer = await server.Client.CreateAsync(Ask(setting, mode));

            Assert.Equal((400, code), (answer.Status, answer.ErrorCode));
            Assert.StartsWith(field, answer.ErrorMessage, StringComparison.Ordinal);
        }

        Assert.DoesNotContain(vendor.Requests, r => r.Method == "POST");
    }

    [Fact]
    public async Task The_limits_of_a_wire_hold_when_it_was_learned()
    {
        await using var vendor = await VendorServer.StartAsync(new FakeGemini { HasInteractions = false });
        await using var server = await StartAsync(vendor, "auto");
        (await server.Client.CreateAsync(Ask("\"seed\":1", "\"stream\":false"))).Ok();

        var answer = await server.Client.CreateAsync(Ask(Transcription, "\"background\":true"));

        Assert.Equal((400, "failed_precondition"), (answer.Status, answer.ErrorCode));
    }

    [Fact]
    public async Task The_other_wire_takes_it()
    {
        await using var vendor = await VendorServer.StartAsync(new FakeGemini());
        await using var server = await StartAsync(vendor, "auto");

        (await server.Client.CreateAsync(Ask(Transcription, "\"background\":true"))).Ok();
    }

    private static Task<TestServer> StartAsync(VendorServer vendor, string wire) => TestServer.StartAsync(
        ("GEMINI_API_KEY", FakeGemini.Key),
        ("GOOGLE_GEMINI_BASE_URL", vendor.Address.ToString()),
        ("OpenInteractions:Providers:GeminiWire", wire));

    private static string Ask(string setting, string mode) =>
        "{\"model\":\"gemini-3.8-flash\",\"input\":\"Hi\",\"generation_config\":{" + setting + "}," + mode + "}";
}
