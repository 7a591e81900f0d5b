using OpenInteractions.Contracts.Interactions;
using OpenInteractions.Providers.Gemini;
using OpenInteractions.Testing;
using OpenInteractions.Testing.Vendors;
using OpenInteractions.Testing.Vendors.Gemini;

namespace OpenInteractions.Providers.Tests.Gemini;

public sealed class GeminiWireChoiceTests
{
    private const string Interactions = "/v1beta/interactions";
    private const string Content = $"/v1beta/models/{GeminiUpstream.Model}:streamGenerateContent";

    [Fact]
    public async Task Interactions_is_the_first_choice()
    {
        await using var gemini = await GeminiUpstream.StartAsync();

        await gemini.Dialogue(GeminiWire.Auto).SayAsync("Hi");

        Assert.Equal([Interactions], Paths(gemini));
    }

    [Theory]
    [InlineData(404)]
    [InlineData(405)]
    public async Task An_upstream_without_interactions_is_asked_for_them_only_once(int status)
    {
        await using var gemini = await GeminiUpstream.StartAsync(new FakeGemini { HasInteractions = false, MissingInteractionsStatus = status });
        var dialogue = gemini.Dialogue(GeminiWire.Auto);

        var first = await dialogue.SayAsync("Hi");
        var second = await dialogue.SayAsync("what did I say first?");

        Assert.Equal(("You said: Hi", "You first said: Hi"), (first.Text, second.Text));
        Assert.Equal([Interactions, Content, Content], Paths(gemini));
    }

    [Fact]
    public async Task A_model_that_is_refused_there_is_remembered_alone()
    {
        await using var gemini = await GeminiUpstream.StartAsync(new FakeGemini().WithoutInteractionsFor("gemini-2.5-flash"));
        var provider = gemini.Provider(GeminiWire.Auto);

        await new Dialogue(provider, "gemini-2.5-flash").SayAsync("Hi");
        await new Dialogue(provider, "gemini-2.5-flash").SayAsync("Hi");
        await new Dialogue(provider, GeminiUpstream.Model).SayAsync("Hi");

        const string Other = "/v1beta/models/gemini-2.5-flash:streamGenerateContent";
        Assert.Equal([Interactions, Other, Other, Interactions], Paths(gemini));
    }

    [Fact]
    public async Task A_missing_route_is_looked_for_again_after_a_while()
    {
        var time = new ManualTime();
        await using var gemini = await GeminiUpstream.StartAsync(new FakeGemini { HasInteractions = false });
        var dialogue = new Dialogue(gemini.Provider(GeminiWire.Auto, time: time), GeminiUpstream.Model);

        await dialogue.SayAsync("Hi");
        time.Advance(WireChoice.RouteLookAgain - TimeSpan.FromSeconds(1));
        await dialogue.SayAsync("Hi");
        time.Advance(TimeSpan.FromSeconds(1));
        await dialogue.SayAsync("Hi");

        Assert.Equal([Interactions, Content, Content, Interactions, Content], Paths(gemini));
    }

    public static TheoryData<int, string, string> Pages => new()
    {
        { 404, "text/html", "<html><title>404 Not Found</title><center>nginx</center></html>" },
        { 404, "text/plain", "" },
        { 404, "application/json", """{"detail":"Not Found"}""" },
        { 404, "application/json", """{"error":{"message":"Invalid URL (POST /v1beta/interactions)","type":"invalid_request_error","code":""}}""" },
        { 405, "text/html", "<html><title>405 Not Allowed</title></html>" },
        { 501, "text/plain", "no healthy upstream" },
    };

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task A_page_of_a_proxy_sends_one_call_to_the_other_wire_and_teaches_nothing(int status, string contentType, string page)
    {
        await using var gemini = await GeminiUpstream.StartAsync();
        gemini.Server.Enqueue(VendorReply.Text(status, page, contentType));
        var dialogue = gemini.Dialogue(GeminiWire.Auto);

        var first = await dialogue.SayAsync("Hi");
        await dialogue.SayAsync("Hi");

        Assert.Equal("You said: Hi", first.Text);
        Assert.Equal([Interactions, Content, Interactions], Paths(gemini));
    }

    [Fact]
    public async Task A_refusal_in_the_vendors_shape_that_names_the_model_is_about_the_model_alone()
    {
        await using var gemini = await GeminiUpstream.StartAsync();
        gemini.Server.Enqueue(VendorReply.Json(404, """{"error":{"code":404,"message":"models/gemini-2.5-flash is not found for API version v1beta.","status":"NOT_FOUND"}}"""));
        var provider = gemini.Provider(GeminiWire.Auto);

        await new Dialogue(provider, "gemini-2.5-flash").SayAsync("Hi");
        await new Dialogue(provider, "gemini-2.5-flash").SayAsync("Hi");
        await new Dialogue(provider, GeminiUpstream.Model).SayAsync("Hi");

        const string Other = "/v1beta/models/gemini-2.5-flash:streamGenerateContent";
        Assert.Equal([Interactions, Other, Other, Interactions], Paths(gemini));
    }

    [Fact]
    public async Task A_refused_model_is_tried_again_after_an_hour()
    {
        var time = new ManualTime();
        await using var gemini = await GeminiUpstream.StartAsync(new FakeGemini().WithoutInteractionsFor(GeminiUpstream.Model));
        var dialogue = new Dialogue(gemini.Provider(GeminiWire.Auto, time: time), GeminiUpstream.Model);

        await dialogue.SayAsync("Hi");
        time.Advance(TimeSpan.FromMinutes(59));
        await dialogue.SayAsync("Hi");
        time.Advance(TimeSpan.FromMinutes(1));
        await dialogue.SayAsync("Hi");

        Assert.Equal([Interactions, Content, Content, Interactions, Content], Paths(gemini));
    }

    [Fact]
    public async Task A_configured_wire_is_never_left()
    {
        await using var gemini = await GeminiUpstream.StartAsync(new FakeGemini { HasInteractions = false });

        await Assert.ThrowsAsync<Contracts.Errors.ApiException>(() => gemini.Dialogue(GeminiWire.Interactions).SayAsync("Hi"));

        Assert.Equal([Interactions], Paths(gemini));
    }

    [Fact]
    [Rule("SA-1")]
    public async Task Safety_settings_go_where_the_vendor_takes_them()
    {
        await using var gemini = await GeminiUpstream.StartAsync();
        var dialogue = gemini.Dialogue(GeminiWire.Auto);
        dialogue.Safety = [new SafetySetting { Type = "hate_speech", Threshold = "block_none" }];

        await dialogue.SayAsync("Hi");

        Assert.Equal("HARM_CATEGORY_HATE_SPEECH", (string?)gemini.Body(1)["safetySettings"]![0]!["category"]);
        Assert.Equal("BLOCK_NONE", (string?)gemini.Body(1)["safetySettings"]![0]!["threshold"]);
        gemini.AssertNothingRefused();
    }

    [Fact]
    public async Task A_chain_that_moves_to_the_other_wire_leaves_its_signatures_behind()
    {
        await using var gemini = await GeminiUpstream.StartAsync();
        gemini.Answers(GeminiTurn.Empty.Calls("get_weather", """{"city":"Oslo"}""", "up").Signed("native"));
        var dialogue = new Dialogue(gemini.Provider(GeminiWire.Auto), GeminiUpstream.Model) { Functions = [Dialogue.Function("get_weather")] };
        var call = await dialogue.SayAsync("Oslo?");
        dialogue.Safety = [new SafetySetting { Type = "harassment", Threshold = "off" }];

        var answer = await dialogue.AnswerAsync((call.Calls[0].Id, "\"cold\""));

        Assert.Equal("get_weather returned cold.", answer.Text);
        gemini.AssertNothingRefused();
    }

    private static IEnumerable<string> Paths(GeminiUpstream gemini) => gemini.Server.Requests.Select(r => r.Path);
}
