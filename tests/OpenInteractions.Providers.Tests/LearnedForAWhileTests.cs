using OpenInteractions.Contracts.Interactions;
using OpenInteractions.Providers.OpenAI;
using OpenInteractions.Providers.Tests.Anthropic;
using OpenInteractions.Providers.Tests.OpenAI;
using OpenInteractions.Testing;
using OpenInteractions.Testing.Vendors;
using OpenInteractions.Testing.Vendors.OpenAI;

namespace OpenInteractions.Providers.Tests;

/// <summary>What models have refused is known for a while and for a bounded number of them: callers choose their ids, and upstreams learn too.</summary>
public sealed class LearnedForAWhileTests
{
    private static readonly GenerationConfig Warm = new() { Temperature = 0.5, StopSequences = ["END"] };

    [Theory]
    [InlineData(OpenAIWire.Chat)]
    [InlineData(OpenAIWire.Responses)]
    public async Task A_setting_that_was_refused_is_tried_again_after_an_hour(OpenAIWire wire)
    {
        var time = new ManualTime();
        await using var upstream = await OpenAIUpstream.StartAsync(LocalServer(), wire, time: time);
        upstream.Server.Enqueue(Refusal("temperature"));

        await upstream.CallAsync(upstream.Ask("some-model", "Hi", Warm));
        time.Advance(TimeSpan.FromMinutes(59));
        await upstream.CallAsync(upstream.Ask("some-model", "Hi", Warm));
        time.Advance(TimeSpan.FromMinutes(1));
        await upstream.CallAsync(upstream.Ask("some-model", "Hi", Warm));

        Assert.Equal([true, false, false, true], upstream.Server.Requests.Select(Has));
    }

    [Fact]
    public async Task A_refusal_is_still_learned_after_a_thousand_other_models()
    {
        await using var upstream = await OpenAIUpstream.StartAsync(LocalServer(), OpenAIWire.Chat);
        for (var i = 0; i <= 1000; i++)
        {
            upstream.Server.Enqueue(Refusal("temperature"));
            await upstream.CallAsync(upstream.Ask($"model-{i}", "Hi", Warm));
        }

        await upstream.CallAsync(upstream.Ask("model-1000", "Hi", Warm));
        await upstream.CallAsync(upstream.Ask("model-0", "Hi", Warm));

        Assert.Equal([true, false, false, true], upstream.Server.Requests.TakeLast(4).Select(Has));
    }

    [Fact]
    public async Task A_call_keeps_to_what_it_left_out_until_its_answer_has_ended()
    {
        var time = new ManualTime();
        await using var upstream = await OpenAIUpstream.StartAsync(LocalServer(), OpenAIWire.Chat, time: time);
        upstream.Server.Enqueue(Refusal("stop"));
        await upstream.CallAsync(upstream.Ask("some-model", "Hi", Warm));
        time.Advance(TimeSpan.FromMinutes(59.9));
        // The hour ends between the request and its answer.
        upstream.Server.Enqueue(request =>
        {
            time.Advance(TimeSpan.FromSeconds(10));
            return upstream.Vendor.Reply(OpenAITurn.New.Says("Before END after"))(request);
        });

        var answer = await upstream.CallAsync(upstream.Ask("some-model", "Hi", Warm));

        Assert.False(upstream.LastBody.TryGetProperty("stop", out _));
        Assert.Equal("Before ", answer.Text);
    }

    [Fact]
    public async Task Sampling_that_anthropics_service_refused_is_tried_again_after_an_hour()
    {
        var time = new ManualTime();
        await using var talk = await Talk.BeginAsync(time: time);
        (talk.Model, talk.Config) = ("claude-sonnet-4-5", new() { Temperature = 0.5 });
        talk.Server.Enqueue(talk.Vendor.Error(400, "invalid_request_error", "`temperature` is deprecated for this model."));

        await talk.SayAsync("Hi");
        time.Advance(TimeSpan.FromMinutes(59));
        await talk.SayAsync("Hi");
        time.Advance(TimeSpan.FromMinutes(1));
        await talk.SayAsync("Hi");

        Assert.Equal([true, false, false, true], talk.Server.Requests.Select(Has));
    }

    private static bool Has(VendorRequest request) => request.Json!.Value.TryGetProperty("temperature", out _);

    private static OpenAIVendor LocalServer() => new() { Key = null, AcceptsAnyModel = true };

    private static VendorReply Refusal(string setting) =>
        VendorReply.Json(400, $$$"""{"error":{"message":"Unsupported parameter: '{{{setting}}}'","type":"invalid_request_error","param":"{{{setting}}}","code":"unsupported_parameter"}}""");
}
