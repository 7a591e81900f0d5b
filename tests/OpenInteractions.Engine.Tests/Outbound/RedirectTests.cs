using OpenInteractions.Engine.Outbound;

namespace OpenInteractions.Engine.Tests.Outbound;

public sealed class RedirectTests
{
    [Theory]
    [InlineData("http://127.0.0.1/", 301)]
    [InlineData("http://169.254.169.254/latest/", 302)]
    [InlineData("http://0x7f.1/", 303)]
    [InlineData("http://[::ffff:10.0.0.1]/", 307)]
    [InlineData("http://inside.example/", 308)]
    [InlineData("//10.0.0.1/", 302)]
    [InlineData("http://user:secret@public.example/", 302)]
    [InlineData("file:///etc/passwd", 302)]
    [InlineData("gopher://public.example/", 302)]
    public async Task A_redirect_is_checked_like_the_first_request(string target, int status)
    {
        await using var client = new GuardedClient(_ => GuardedClient.Redirect(target, status))
            .Name("public.example", ["93.184.216.34"]).Name("inside.example", ["10.0.0.1"]);

        await Assert.ThrowsAsync<OutboundRefusedException>(() => client.GetAsync("http://public.example/"));

        Assert.Single(client.Dialled);
        Assert.Single(client.Requests);
    }

    [Fact]
    public async Task A_redirect_to_what_is_no_address_is_refused()
    {
        await using var client = new GuardedClient(_ => GuardedClient.Redirect("//[")).Name("public.example", ["93.184.216.34"]);

        var refused = await Assert.ThrowsAsync<OutboundRefusedException>(() => client.GetAsync("http://public.example/"));
        Assert.False(refused.IsUnsafe);
    }

    [Fact]
    public async Task Redirects_end()
    {
        var hops = 0;
        await using var client = new GuardedClient(_ => GuardedClient.Redirect($"/{hops++}")).Name("public.example", ["93.184.216.34"]);

        await Assert.ThrowsAsync<OutboundRefusedException>(() => client.GetAsync("http://public.example/"));

        Assert.Equal(6, client.Requests.Count);
    }

    [Theory]
    [InlineData("/next", true)]
    [InlineData("http://public.example/next", true)]
    [InlineData("http://public.example:81/next", false)]
    [InlineData("http://other.example/next", false)]
    public async Task What_the_caller_set_is_not_sent_to_another_origin(string target, bool isSent)
    {
        await using var client = new GuardedClient(head => head.StartsWith("GET /next", StringComparison.Ordinal) ? GuardedClient.Ok : GuardedClient.Redirect(target))
            .Name("public.example", ["93.184.216.34"]).Name("other.example", ["93.184.216.35"]);
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://public.example/");
        request.Headers.TryAddWithoutValidation("Authorization", "Bearer secret");
        request.Headers.TryAddWithoutValidation("X-Api-Key", "secret");
        request.Headers.TryAddWithoutValidation("Cookie", "a=secret");
        request.Headers.TryAddWithoutValidation("User-Agent", "reader");

        using var answer = await client.SendAsync(request);

        var next = client.Requests.Last();
        Assert.Equal(isSent, next.Contains("secret", StringComparison.Ordinal));
        Assert.Contains("reader", next, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://other.example/", 307)]
    [InlineData("http://other.example/", 308)]
    [InlineData("http://public.example/next", 302)]
    public async Task What_is_sent_is_not_redirected_to_somebody_else_or_left_out(string target, int status)
    {
        await using var client = new GuardedClient(_ => GuardedClient.Redirect(target, status))
            .Name("public.example", ["93.184.216.34"]).Name("other.example", ["93.184.216.35"]);
        using var request = new HttpRequestMessage(HttpMethod.Post, "http://public.example/") { Content = new StringContent("words") };

        await Assert.ThrowsAsync<OutboundRefusedException>(() => client.SendAsync(request));

        Assert.Single(client.Requests);
    }
}
