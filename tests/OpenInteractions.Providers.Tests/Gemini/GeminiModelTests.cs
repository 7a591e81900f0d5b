using OpenInteractions.Contracts.Errors;
using OpenInteractions.Contracts.Interactions;
using OpenInteractions.Engine.Providers;
using OpenInteractions.Providers.Gemini;
using OpenInteractions.Testing;
using OpenInteractions.Testing.Vendors.Gemini;

namespace OpenInteractions.Providers.Tests.Gemini;

public sealed class GeminiModelTests
{
    [Fact]
    public async Task The_list_tells_limits_and_thinking_and_leaves_out_what_cannot_generate()
    {
        await using var gemini = await GeminiUpstream.StartAsync();

        var models = await gemini.Provider(GeminiWire.Auto).ListModelsAsync(CancellationToken.None);

        var flash = Assert.Single(models, m => m.Id == "gemini-3.8-flash").Capabilities;
        Assert.Equal((1_048_576, 65_536), (flash.InputTokenLimit!.Value, flash.OutputTokenLimit!.Value));
        Assert.Equal(["low", "medium", "high"], flash.ThinkingLevels);
        Assert.Empty(Assert.Single(models, m => m.Id == "gemini-3.8-flash-tts").Capabilities.ThinkingLevels);
        Assert.DoesNotContain(models, m => m.Id.Contains("embedding", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_list_is_read_page_by_page()
    {
        await using var gemini = await GeminiUpstream.StartAsync(new FakeGemini { ModelsPerPage = 4 });

        var models = await gemini.Provider(GeminiWire.Auto).ListModelsAsync(CancellationToken.None);

        Assert.Equal(gemini.Vendor.Models.Select(m => m.Id).Where(id => !id.Contains("embedding", StringComparison.Ordinal)), models.Select(m => m.Id));
        Assert.Equal(3, gemini.Server.Requests.Count);
    }

    [Theory]
    [InlineData("gemini-3.8-flash", Modalities.Text, "low,medium,high")]
    [InlineData("gemini-3.6-flash", Modalities.Text, "minimal,low,medium,high")]
    [InlineData("gemini-3-flash-preview", Modalities.Text, "minimal,low,medium,high")]
    [InlineData("gemini-3-pro-preview", Modalities.Text, "low,high")]
    [InlineData("gemini-3.1-pro-preview", Modalities.Text, "low,medium,high")]
    [InlineData("gemini-3.1-flash-lite", Modalities.Text, "minimal,low,medium,high")]
    [InlineData("gemini-2.5-pro", Modalities.Text, "minimal,low,medium,high")]
    [InlineData("gemini-2.0-flash", Modalities.Text, "")]
    [InlineData("gemini-4-argon", Modalities.Text, "low,medium,high")]
    [InlineData("gemini-flash-latest", Modalities.Text, "low,medium,high")]
    [InlineData("gemini-2.5-flash-image", Modalities.Text | Modalities.Image, "")]
    [InlineData("gemini-nano-banana-2.1", Modalities.Text | Modalities.Image, "minimal,high")]
    [InlineData("gemini-3.8-flash-tts", Modalities.Audio, "")]
    [InlineData("gemini-omni-1.2-flash", Modalities.Text | Modalities.Video, "")]
    [InlineData("lyria-3.5", Modalities.Text | Modalities.Audio, "")]
    [InlineData("gemma-4-31b-it", Modalities.Text, "")]
    public async Task A_model_is_known_by_its_name(string id, Modalities output, string levels)
    {
        await using var gemini = await GeminiUpstream.StartAsync();

        var capabilities = gemini.Provider(GeminiWire.Auto).Describe(id).Capabilities;

        Assert.Equal((output, levels), (capabilities.Output, string.Join(',', capabilities.ThinkingLevels)));
    }

    [Theory]
    [InlineData("gemini-3.8-flash", "high", "thinkingLevel", "HIGH")]
    [InlineData("gemini-2.5-flash", "minimal", "thinkingBudget", "0")]
    [InlineData("gemini-2.5-pro", "minimal", "thinkingBudget", "128")]
    [InlineData("gemini-2.5-pro", "low", "thinkingBudget", "2048")]
    [InlineData("gemini-2.5-flash", "medium", "thinkingBudget", "8192")]
    [InlineData("gemini-2.5-flash", "high", "thinkingBudget", "24576")]
    public async Task A_thinking_level_becomes_what_the_generation_of_the_model_takes(string model, string level, string name, string value)
    {
        await using var gemini = await GeminiUpstream.StartAsync();
        var dialogue = gemini.Dialogue(GeminiWire.GenerateContent, model);
        dialogue.Config = new GenerationConfig { ThinkingLevel = level, ThinkingSummaries = "auto" };

        await dialogue.SayAsync("Hi");

        var thinking = gemini.Body(1)["generationConfig"]!["thinkingConfig"]!;
        Assert.Equal(value, thinking[name]!.ToString());
        Assert.True((bool)thinking["includeThoughts"]!);
        gemini.AssertNothingRefused();
    }

    [Theory]
    [InlineData(GeminiWire.GenerateContent)]
    [InlineData(GeminiWire.Interactions)]
    [Rule("TH-1")]
    public async Task A_level_that_the_model_lacks_is_an_error_and_no_silent_change(GeminiWire wire)
    {
        await using var gemini = await GeminiUpstream.StartAsync();
        var dialogue = gemini.Dialogue(wire);
        dialogue.Config = new GenerationConfig { ThinkingLevel = "minimal" };

        var failure = await Assert.ThrowsAsync<ApiException>(() => dialogue.SayAsync("Hi"));

        Assert.Equal(ErrorCode.InvalidRequest, failure.Code);
    }

    [Fact]
    public async Task Every_setting_has_its_place_in_the_request()
    {
        await using var gemini = await GeminiUpstream.StartAsync();
        var dialogue = gemini.Dialogue(GeminiWire.GenerateContent);
        dialogue.SystemInstruction = "Be brief.";
        dialogue.ServiceTier = "flex";
        dialogue.Config = new GenerationConfig { Temperature = 0.5, TopP = 0.9, Seed = 7, MaxOutputTokens = 100, StopSequences = ["END"] };

        await dialogue.SayAsync("Hi");

        var body = gemini.Body(1);
        Assert.Equal("Be brief.", (string?)body["systemInstruction"]!["parts"]![0]!["text"]);
        Assert.Equal("flex", (string?)body["serviceTier"]);
        Assert.Equal("""{"temperature":0.5,"topP":0.9,"maxOutputTokens":100,"seed":7,"stopSequences":["END"]}""", body["generationConfig"]!.ToJsonString());
        gemini.AssertNothingRefused();
    }
}
