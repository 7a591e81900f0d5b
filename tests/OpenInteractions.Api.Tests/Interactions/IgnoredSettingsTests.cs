using OpenInteractions.Api.Tests.Hosting;
using OpenInteractions.Testing;
using OpenInteractions.Testing.Vendors;

namespace OpenInteractions.Api.Tests.Interactions;

/// <summary>Behaviour TH-5: what a model does not take is left out, and the caller is told.</summary>
public sealed class IgnoredSettingsTests(ServerWithModels models) : IClassFixture<ServerWithModels>, IAsyncLifetime
{
    private const string All = "generation_config.temperature, generation_config.top_p, generation_config.seed";

    /// <summary>At an address that is not the vendor's own, the first answer shows which wire is spoken there; one of the two has no seed.</summary>
    public async Task InitializeAsync() => (await models.Client.CreateAsync("""{"model":"gpt-4.1","input":"Hi"}""")).Ok();

    public Task DisposeAsync() => Task.CompletedTask;

    [Theory]
    [InlineData("gpt-5.1", All)]
    [InlineData("gpt-4.1", "generation_config.seed")]
    [InlineData("local/scripted", null)]
    [InlineData("demo", All)]
    [Rule("TH-5")]
    public async Task Settings_that_the_model_does_not_take_are_named_in_a_header(string model, string? ignored)
    {
        var answer = (await models.Client.CreateAsync(Ask(model))).Ok();

        Assert.Equal("completed", answer.State);
        Assert.Equal(ignored, answer.Header("x-oi-ignored"));
    }

    [Theory]
    [InlineData("\"stream\":true")]
    [InlineData("\"stream\":true,\"store\":false")]
    [InlineData("\"stream\":true,\"background\":true")]
    [Rule("TH-5")]
    public async Task A_stream_names_them_too(string more)
    {
        await using var reader = await models.Client.CreateStreamedAsync(Ask("gpt-5.1", more));

        Assert.Equal(All, reader.Headers["x-oi-ignored"]);
    }

    [Fact]
    [Rule("TH-5")]
    public async Task A_background_run_names_them_when_it_is_accepted() =>
        Assert.Equal(All, (await models.Client.CreateAsync(Ask("gpt-5.1", "\"background\":true"))).Ok().Header("x-oi-ignored"));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Rule("TH-5")]
    public async Task The_call_whose_refusal_taught_the_server_names_the_setting_as_well(bool streamed)
    {
        var model = $"local/learns-{streamed}";
        models.Local.Enqueue(VendorReply.Json(400, """{"error":{"message":"Unsupported parameter.","param":"top_p","code":"unsupported_parameter"}}"""));

        var header = streamed ? await StreamedHeaderAsync(Ask(model, "\"stream\":true")) : (await models.Client.CreateAsync(Ask(model))).Ok().Header("x-oi-ignored");

        Assert.Equal("generation_config.top_p", header);
    }

    [Theory]
    [InlineData("gpt-4.1", "service_tier")]
    [InlineData("local/scripted", "service_tier")]
    [InlineData("demo", "service_tier")]
    [Rule("SA-1")]
    public async Task Safety_settings_and_a_tier_that_the_provider_has_not_are_named(string model, string tier)
    {
        var answer = (await models.Client.CreateAsync(
            $$"""{"model":"{{model}}","input":"Hi","service_tier":"deferred","safety_settings":[{"type":"harassment","threshold":"block_none"}]}""")).Ok();

        Assert.Equal("safety_settings, " + tier, answer.Header("x-oi-ignored"));
    }

    [Theory]
    [InlineData("demo", "flex", "standard")]
    [InlineData("demo", "priority", "standard")]
    [InlineData("demo", "standard", "standard")]
    [InlineData("gpt-4.1", "deferred", "standard")]
    [InlineData("gpt-4.1", "flex", "flex")]
    [InlineData("local/scripted", "priority", "priority")]
    [Rule("TI-3")]
    public async Task The_tier_that_is_shown_is_the_one_that_the_provider_was_asked_for(string model, string asked, string used)
    {
        foreach (var more in (string[])["\"store\":true", "\"background\":true"])
        {
            var answer = (await models.Client.CreateAsync($$"""{"model":"{{model}}","input":"Hi","service_tier":"{{asked}}",{{more}}}""")).Ok();
            var kept = (await models.Client.GetAsync(answer.Id)).Ok();

            Assert.Equal((used, used), (answer.Json.GetProperty("service_tier").GetString(), kept.Json.GetProperty("service_tier").GetString()));
            Assert.Equal(asked == used ? null : "service_tier", answer.Header("x-oi-ignored"));
        }
    }

    [Fact]
    public async Task A_tier_that_the_provider_has_is_not_named() =>
        Assert.Null((await models.Client.CreateAsync("""{"model":"gpt-4.1","input":"Hi","service_tier":"flex"}""")).Ok().Header("x-oi-ignored"));

    [Theory]
    [InlineData("demo")]
    [InlineData("local/scripted")]
    public async Task A_setting_of_a_medium_that_the_model_takes_and_the_provider_cannot_pass_is_named(string model)
    {
        var answer = (await models.Client.CreateAsync(
            $$$"""{"model":"{{{model}}}","input":"Hi","generation_config":{"transcription_config":{"language_codes":["de"]} } }""")).Ok();

        Assert.Equal("generation_config.transcription_config", answer.Header("x-oi-ignored"));
    }

    [Theory]
    [InlineData("demo", "speech_config", """[{"voice":"Kore"}]""", "audio output")]
    [InlineData("gpt-4.1", "speech_config", """[{"voice":"Kore"}]""", "audio output")]
    [InlineData("gpt-4.1", "transcription_config", """{"mode":"smart"}""", "audio input")]
    [InlineData("local/scripted", "video_config", """{"task":"edit"}""", "video output")]
    [InlineData("demo", "image_config", """{"image_size":"2K"}""", "image output")]
    public async Task A_setting_of_a_medium_that_the_model_lacks_is_refused(string model, string setting, string value, string lack)
    {
        var answer = await models.Client.CreateAsync($$$"""{"model":"{{{model}}}","generation_config":{"{{{setting}}}":{{{value}}} },"input":"Hi"}""");

        Assert.Equal(400, answer.Status);
        Assert.Contains($"lacks {lack}", answer.ErrorMessage, StringComparison.Ordinal);
        Assert.Contains($"generation_config.{setting}", answer.ErrorMessage, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"response_mime_type\":\"junk/junk\"", "response_mime_type", "'application/json', 'text/plain'")]
    [InlineData("\"response_modalities\":[\"document\"]", "response_modalities", "'text', 'image', 'audio', 'video'")]
    public async Task An_output_that_does_not_exist_is_refused_with_those_that_do(string field, string path, string allowed)
    {
        var answer = await models.Client.CreateAsync($$"""{"model":"demo","input":"Hi",{{field}}}""");

        Assert.Equal(400, answer.Status);
        Assert.Contains(path, answer.ErrorMessage, StringComparison.Ordinal);
        Assert.Contains(allowed, answer.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_is_named_when_nothing_was_left_out()
    {
        var answer = (await models.Client.CreateAsync("""{"model":"gpt-5.1","input":"Hi","generation_config":{"max_output_tokens":100}}""")).Ok();

        Assert.Null(answer.Header("x-oi-ignored"));
    }

    private async Task<string?> StreamedHeaderAsync(string body)
    {
        await using var reader = await models.Client.CreateStreamedAsync(body);
        return reader.Headers.GetValueOrDefault("x-oi-ignored");
    }

    private static string Ask(string model, string more = "\"stream\":false") =>
        $$"""{"model":"{{model}}","input":"Hi","generation_config":{"temperature":0.5,"top_p":0.5,"seed":3},{{more}}}""";
}
