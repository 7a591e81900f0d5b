using OpenInteractions.Contracts.Errors;
using OpenInteractions.Providers.Http;
using OpenInteractions.Providers.OpenAI;
using OpenInteractions.Testing.Vendors;
using OpenInteractions.Testing.Vendors.OpenAI;

namespace OpenInteractions.Providers.Tests.OpenAI;

/// <summary>Which wire is spoken to a server of which nothing is known, and what changes that.</summary>
public sealed class WireChoiceTests
{
    private const string Responses = "/v1/responses";
    private const string Chat = "/v1/chat/completions";

    public static TheoryData<string, string> Unreadable => new()
    {
        { "text/event-stream", "data: {not json}\n\n" },
        { "text/event-stream", "" },
        { "text/html", "<html>\n\n<body>Welcome to the gateway</body></html>" },
        { "application/json", """{"status":"ok"}""" },
        { "application/json", "<html></html>" },
    };

    [Theory]
    [MemberData(nameof(Unreadable))]
    public async Task A_server_whose_first_answer_cannot_be_read_is_asked_over_the_other_wire_and_that_is_remembered(string contentType, string body)
    {
        await using var upstream = await OpenAIUpstream.StartAsync(LocalServer(), OpenAIWire.Auto, ChatProfile.Compatible, options: new UpstreamOptions { MaxRetries = 0 });
        upstream.Server.Enqueue(VendorReply.Text(200, body, contentType));

        Assert.Equal("You said: Hi", (await upstream.CallAsync(upstream.Ask("llama3.2", "Hi"))).Text);
        await upstream.CallAsync(upstream.Ask("llama3.2", "Hi"));

        Assert.Equal([Responses, Chat, Chat], Paths(upstream));
    }

    [Fact]
    public async Task A_server_that_has_only_responses_keeps_them_after_an_answer_that_cannot_be_read()
    {
        await using var upstream = await OpenAIUpstream.StartAsync(LocalServer(), OpenAIWire.Auto, ChatProfile.Compatible);
        upstream.Server.Enqueue(VendorReply.Text(200, "<html></html>", "text/html"));
        upstream.Server.Enqueue(VendorReply.Text(404, "no such route"));

        await upstream.CallAsync(upstream.Ask("llama3.2", "Hi"));
        await upstream.CallAsync(upstream.Ask("llama3.2", "Hi"));

        Assert.Equal([Responses, Chat, Responses, Responses], Paths(upstream));
    }

    [Fact]
    public async Task An_answer_that_cannot_be_read_does_not_change_a_learned_wire()
    {
        await using var upstream = await OpenAIUpstream.StartAsync(LocalServer(), OpenAIWire.Auto, ChatProfile.Compatible);
        await upstream.CallAsync(upstream.Ask("llama3.2", "Hi"));
        upstream.Server.Enqueue(VendorReply.Text(200, "<html></html>", "text/html"));

        await Assert.ThrowsAsync<ApiException>(() => upstream.CallAsync(upstream.Ask("llama3.2", "Hi"))); // and it is not asked for again (P-8)
        await upstream.CallAsync(upstream.Ask("llama3.2", "Hi"));

        Assert.Equal([Responses, Responses, Responses], Paths(upstream));
    }

    [Fact]
    public async Task A_connection_that_breaks_says_nothing_about_the_wire()
    {
        await using var upstream = await OpenAIUpstream.StartAsync(LocalServer(), OpenAIWire.Auto, ChatProfile.Compatible);
        upstream.Server.Enqueue(VendorReply.Text(200, "data: {", "text/event-stream").CutAfter(3));

        await upstream.CallAsync(upstream.Ask("llama3.2", "Hi"));

        Assert.Equal([Responses, Responses], Paths(upstream));
    }

    [Fact]
    public async Task Events_that_say_nothing_do_not_fix_the_wire()
    {
        var vendor = LocalServer();
        await using var upstream = await OpenAIUpstream.StartAsync(vendor, OpenAIWire.Auto, ChatProfile.Compatible, options: new UpstreamOptions { MaxRetries = 0 });
        upstream.Server.Enqueue(_ =>
        {
            vendor.HasResponses = false;
            return VendorReply.Text(200, "data: {}\n\n", "text/event-stream");
        });

        var failure = await Assert.ThrowsAsync<ApiException>(() => upstream.CallAsync(upstream.Ask("llama3.2", "Hi")));
        var answer = await upstream.CallAsync(upstream.Ask("llama3.2", "Hi"));

        Assert.Equal(ErrorCode.ServiceUnavailable, failure.Code);
        Assert.NotEmpty(answer.Text);
        Assert.Equal([Responses, Responses, Chat], Paths(upstream));
    }

    [Theory]
    [InlineData(404)]
    [InlineData(405)]
    [InlineData(501)]
    public async Task A_learned_wire_whose_route_is_gone_is_left_for_the_other_one_and_that_is_remembered(int status)
    {
        await using var upstream = await OpenAIUpstream.StartAsync(LocalServer(), OpenAIWire.Auto, ChatProfile.Compatible);
        await upstream.CallAsync(upstream.Ask("llama3.2", "Hi"));
        upstream.Server.Enqueue(VendorReply.Text(status, "no such route"));

        await upstream.CallAsync(upstream.Ask("llama3.2", "Hi"));
        await upstream.CallAsync(upstream.Ask("llama3.2", "Hi"));

        Assert.Equal([Responses, Responses, Chat, Chat], Paths(upstream));
    }

    [Fact]
    public async Task A_model_that_neither_wire_has_leaves_the_learned_wire_as_it_is()
    {
        await using var upstream = await OpenAIUpstream.StartAsync(LocalServer(), OpenAIWire.Auto, ChatProfile.Compatible);
        await upstream.CallAsync(upstream.Ask("llama3.2", "Hi"));
        upstream.Server.Enqueue(VendorReply.Json(404, """{"error":{"message":"model 'x' not found","code":null}}"""));
        upstream.Server.Enqueue(VendorReply.Json(404, """{"error":{"message":"model 'x' not found","code":null}}"""));

        await Assert.ThrowsAsync<ApiException>(() => upstream.CallAsync(upstream.Ask("x", "Hi")));
        await upstream.CallAsync(upstream.Ask("llama3.2", "Hi"));

        Assert.Equal([Responses, Responses, Chat, Responses], Paths(upstream));
    }

    [Theory]
    [InlineData(OpenAIWire.Auto, """{"error":{"message":"no such model","code":"model_not_found"}}""")]
    [InlineData(OpenAIWire.Responses, """{"error":{"message":"no such route"}}""")]
    public async Task An_unknown_model_and_a_configured_wire_do_not_fall_back(OpenAIWire wire, string refusal)
    {
        await using var upstream = await OpenAIUpstream.StartAsync(LocalServer(), wire, ChatProfile.Compatible);
        await upstream.CallAsync(upstream.Ask("llama3.2", "Hi"));
        upstream.Server.Enqueue(VendorReply.Json(404, refusal));

        await Assert.ThrowsAsync<ApiException>(() => upstream.CallAsync(upstream.Ask("llama3.2", "Hi")));

        Assert.Equal([Responses, Responses], Paths(upstream));
    }

    private static OpenAIVendor LocalServer() => new() { Key = null, AcceptsAnyModel = true };

    private static IEnumerable<string> Paths(OpenAIUpstream upstream) => upstream.Server.Requests.Select(r => r.Path);
}
