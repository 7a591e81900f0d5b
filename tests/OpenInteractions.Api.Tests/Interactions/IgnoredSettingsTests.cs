using OpenInteractions.Api.Tests.Hosting;
using OpenInteractions.Testing;

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

    [Fact]
    public async Task Nothing_is_named_when_nothing_was_left_out()
    {
        var answer = (await models.Client.CreateAsync("""{"model":"gpt-5.1","input":"Hi","generation_config":{"max_output_tokens":100}}""")).Ok();

        Assert.Null(answer.Header("x-oi-ignored"));
    }

    private static string Ask(string model, string more = "\"stream\":false") =>
        $$"""{"model":"{{model}}","input":"Hi","generation_config":{"temperature":0.5,"top_p":0.5,"seed":3},{{more}}}""";
}
