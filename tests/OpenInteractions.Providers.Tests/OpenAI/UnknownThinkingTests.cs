using OpenInteractions.Contracts.Errors;
using OpenInteractions.Contracts.Interactions;
using OpenInteractions.Engine.Providers;
using OpenInteractions.Providers.OpenAI;
using OpenInteractions.Testing;
using OpenInteractions.Testing.Vendors;
using OpenInteractions.Testing.Vendors.OpenAI;

namespace OpenInteractions.Providers.Tests.OpenAI;

/// <summary>Thinking levels for models of which only the server knows whether they think.</summary>
public sealed class UnknownThinkingTests
{
    /// <summary>The fake lets it think, and its name is none that the adapter knows.</summary>
    private const string Model = "o3distilled";

    public static TheoryData<OpenAIWire, string> Refusals => new()
    {
        { OpenAIWire.Chat, """{"error":{"message":"Unrecognized request argument supplied: reasoning_effort","type":"invalid_request_error","param":null,"code":null}}""" },
        { OpenAIWire.Chat, """{"error":{"message":"\"o3distilled\" does not support thinking","type":"invalid_request_error"}}""" },
        { OpenAIWire.Chat, """{"detail":[{"type":"extra_forbidden","loc":["body","reasoning_effort"],"msg":"Extra inputs are not permitted","input":"high"}]}""" },
        { OpenAIWire.Chat, """{"detail":[{"type":"literal_error","loc":["body","reasoning_effort"],"msg":"Input should be 'low'","input":"high"}]}""" },
        { OpenAIWire.Chat, """{"detail":"reasoning_effort is not supported by this model"}""" },
        { OpenAIWire.Responses, """{"detail":[{"type":"extra_forbidden","loc":["body","reasoning","effort"],"msg":"Extra inputs are not permitted","input":"high"}]}""" },
        { OpenAIWire.Responses, """{"error":{"message":"Unsupported parameter","param":"reasoning.effort","code":"unsupported_parameter"}}""" },
    };

    [Fact]
    [Rule("TH-1")]
    public async Task A_level_for_a_model_that_nobody_knows_is_sent()
    {
        await using var upstream = await StartAsync(OpenAIWire.Chat);
        var request = upstream.Ask(Model, "Hi", new GenerationConfig { ThinkingLevel = "high" });

        CapabilityCheck.Require(request, Modalities.Text, Modalities.None);
        await upstream.CallAsync(request);

        Assert.Equal("high", upstream.LastBody.GetProperty("reasoning_effort").GetString());
        Assert.Empty(upstream.Provider.Ignored(request));
    }

    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task A_level_that_the_server_refuses_is_left_out_from_then_on_and_told(OpenAIWire wire, string refusal)
    {
        await using var upstream = await StartAsync(wire);
        upstream.Server.Enqueue(VendorReply.Json(400, refusal));
        var request = upstream.Ask(Model, "Hi", new GenerationConfig { ThinkingLevel = "high" });

        await upstream.CallAsync(request);
        await upstream.CallAsync(request);

        var sent = wire == OpenAIWire.Chat ? "reasoning_effort" : "reasoning";
        Assert.Equal([true, false, false], upstream.Server.Requests.Select(r => r.Json!.Value.TryGetProperty(sent, out _)));
        Assert.Equal([OptionalSettings.ThinkingLevel], upstream.Provider.Ignored(request));
    }

    [Theory]
    [InlineData(OpenAIWire.Chat)]
    [InlineData(OpenAIWire.Responses)]
    public async Task A_strict_server_whose_model_does_not_think_answers_without_the_level(OpenAIWire wire)
    {
        await using var upstream = await StartAsync(wire);

        var answer = await upstream.CallAsync(upstream.Ask("llama3.2", "Hi", new GenerationConfig { ThinkingLevel = "low" }));

        Assert.Equal("You said: Hi", answer.Text);
        Assert.Equal(2, upstream.Server.Requests.Count);
    }

    [Theory]
    [InlineData(422, """{"detail":[{"type":"extra_forbidden","loc":["body","top_p"],"msg":"Extra inputs are not permitted","input":0.5}]}""")]
    [InlineData(400, """{"detail":[{"type":"value_error.extra","loc":["body","top_p"],"msg":"extra fields not permitted"}]}""")]
    [InlineData(400, """{"detail":"top_p is not supported"}""")]
    [InlineData(400, """{"detail":"Unsupported parameter: 'top_p'"}""")]
    [Rule("TH-5")]
    public async Task A_setting_that_a_server_refuses_in_bare_words_is_left_out_from_then_on_and_told(int status, string refusal)
    {
        await using var upstream = await StartAsync(OpenAIWire.Chat);
        upstream.Server.Enqueue(VendorReply.Json(status, refusal));
        var request = upstream.Ask("llama3.2", "Hi", new GenerationConfig { TopP = 0.5, Seed = 3 });

        await upstream.CallAsync(request);
        await upstream.CallAsync(request);

        Assert.Equal([true, false, false], upstream.Server.Requests.Select(r => r.Json!.Value.TryGetProperty("top_p", out _)));
        Assert.Equal([SamplingSettings.TopP], upstream.Provider.Ignored(request));
    }

    [Theory]
    [InlineData("""{"detail":[{"type":"missing","loc":["body","messages",0,"role"],"msg":"Field required","input":{"content":"my secret"}}]}""", "messages.0.role: Field required")]
    [InlineData("""{"detail":"The prompt is too long"}""", "The prompt is too long")]
    public async Task What_a_bare_refusal_says_reaches_the_caller_and_what_it_repeats_does_not(string refusal, string said)
    {
        await using var upstream = await StartAsync(OpenAIWire.Chat);
        upstream.Server.Enqueue(VendorReply.Json(422, refusal));

        var failure = await Assert.ThrowsAsync<ApiException>(() => upstream.CallAsync(upstream.Ask(Model, "Hi")));

        Assert.Equal((ErrorCode.InvalidRequest, $"The model provider answered: {said}"), (failure.Code, failure.Message));
    }

    [Fact]
    public async Task A_refusal_of_something_else_stays_an_error()
    {
        await using var upstream = await StartAsync(OpenAIWire.Chat);
        upstream.Server.Enqueue(VendorReply.Json(400, """{"error":{"message":"The conversation is too long.","param":"messages"}}"""));

        await Assert.ThrowsAsync<ApiException>(() => upstream.CallAsync(upstream.Ask(Model, "Hi", new GenerationConfig { ThinkingLevel = "high" })));

        Assert.Single(upstream.Server.Requests);
    }

    [Theory]
    [InlineData("gpt-4.1")]
    [InlineData("openai/gpt-4o")]
    [Rule("TH-1")]
    public async Task The_vendors_models_that_are_known_not_to_think_are_refused_everywhere(string model)
    {
        await using var upstream = await StartAsync(OpenAIWire.Chat);

        var refused = Assert.Throws<ApiException>(() =>
            CapabilityCheck.Require(upstream.Ask(model, "Hi", new GenerationConfig { ThinkingLevel = "low" }), Modalities.Text, Modalities.None));

        Assert.Contains("does not think", refused.Message, StringComparison.Ordinal);
    }

    private static Task<OpenAIUpstream> StartAsync(OpenAIWire wire) =>
        OpenAIUpstream.StartAsync(new OpenAIVendor { Key = null, AcceptsAnyModel = true }, wire, ChatProfile.Compatible);
}
