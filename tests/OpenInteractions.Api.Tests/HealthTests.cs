using System.Net.Sockets;
using OpenInteractions.Api.Tests.Hosting;
using OpenInteractions.Testing.Client;

namespace OpenInteractions.Api.Tests;

/// <summary>What operators and their tools look at (design 2).</summary>
public sealed class HealthTests(ServerWithModels models) : IClassFixture<ServerWithModels>
{
    private readonly InteractionsClient _client = models.Client;

    [Fact]
    public async Task The_process_is_up_and_ready()
    {
        var alive = (await _client.SendAsync(HttpMethod.Get, "/healthz")).Ok();
        var ready = (await _client.SendAsync(HttpMethod.Get, "/readyz")).Ok();

        Assert.Equal("ok\n", alive.Text);
        Assert.Equal("ready", ready.Json.GetProperty("status").GetString());
        Assert.Equal(0, ready.Json.GetProperty("degraded").GetArrayLength());
    }

    [Theory]
    [InlineData("/healthz")]
    [InlineData("/readyz")]
    [InlineData("/metrics")]
    public async Task The_head_alone_may_be_asked_for(string path)
    {
        var answer = await _client.SendAsync(HttpMethod.Head, path);

        Assert.Equal((200, ""), (answer.Status, answer.Text));
    }

    [Fact]
    public async Task The_meters_are_shown_as_text()
    {
        (await _client.CreateAsync("""{"model":"demo","input":"echo: x"}""")).Ok();

        var metrics = (await _client.SendAsync(HttpMethod.Get, "/metrics")).Ok();

        Assert.StartsWith("text/plain; version=0.0.4", metrics.Header("content-type"));
        Assert.Contains("openinteractions_runs_queued 0\n", metrics.Text, StringComparison.Ordinal);
        Assert.All(metrics.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries), line => Assert.Matches("""^(# HELP [a-z_]+ \S.*|# TYPE [a-z_]+ (counter|gauge|summary)|[a-z_:][a-z0-9_:]*(\{[^}]*\})? \S+)$""", line));
    }

    [Fact]
    public async Task A_person_in_a_browser_sees_what_runs_here_and_how_to_call_it()
    {
        var page = (await _client.SendAsync(HttpMethod.Get, "/")).Ok();

        Assert.StartsWith("text/html", page.Header("content-type"));
        Assert.Contains("/v1/interactions", page.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_name_is_never_markup()
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync("127.0.0.1", _client.Address.Port);
        await socket.GetStream().WriteAsync("GET / HTTP/1.1\r\nHost: x\"><script>\r\nConnection: close\r\n\r\n"u8.ToArray());

        var page = await new StreamReader(socket.GetStream()).ReadToEndAsync();

        Assert.StartsWith("HTTP/1.1 ", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script>", page, StringComparison.Ordinal);
    }
}
