using OpenInteractions.Api.Tests.Hosting;
using OpenInteractions.Testing;
using OpenInteractions.Testing.Client;

namespace OpenInteractions.Api.Tests.Auth;

/// <summary>Behaviour TR-8: what web pages may do, with keys and on a server that has none.</summary>
public sealed class BrowserTests
{
    private const string Hello = """{"model":"demo","input":"echo: hello"}""";
    private const string Elsewhere = "https://example.org";

    [Fact]
    [Rule("TR-8")]
    public async Task A_page_may_send_the_headers_that_SDKs_send()
    {
        const string headers = "x-goog-api-key,x-goog-api-client,content-type,api-revision,last-event-id";
        await using var server = await TestServer.StartWithKeysAsync(("ada", "key"));

        var answer = await PreflightAsync(server, Elsewhere, headers);

        Assert.Equal((204, "*"), (answer.Status, answer.Header("Access-Control-Allow-Origin")));
        var allowed = answer.Header("Access-Control-Allow-Headers")!.Split(',', StringSplitOptions.TrimEntries);
        Assert.All(headers.Split(','), name => Assert.Contains(name, allowed));
    }

    [Theory]
    [InlineData(Hello, 200)]
    [InlineData("""{"model":"demo"}""", 400)]
    [Rule("TR-8")]
    public async Task A_page_may_read_every_answer_and_its_request_id(string body, int status)
    {
        await using var server = await TestServer.StartWithKeysAsync(("ada", "key"));
        using var ada = server.Client.WithKey("key");

        var answer = await SendAsync(ada, HttpMethod.Post, "interactions", Elsewhere, host: null, body);

        Assert.Equal((status, "*"), (answer.Status, answer.Header("Access-Control-Allow-Origin")));
        Assert.Contains("x-request-id", answer.Header("Access-Control-Expose-Headers"), StringComparison.Ordinal);
        Assert.StartsWith("req_", answer.Header("x-request-id"));
    }

    [Theory]
    [InlineData("https://example.org")]
    [InlineData("http://localhost.example.org")]
    [InlineData("http://notlocalhost:3000")]
    [InlineData("http://127.0.0.1.example.org")]
    [InlineData("http://192.168.1.5:8080")]
    [InlineData("chrome-extension://localhost")]
    [InlineData("null")]
    public async Task Without_keys_pages_of_others_are_refused_on_every_route(string origin)
    {
        await using var server = await TestServer.StartAsync();
        var mine = (await server.Client.CreateAsync(Hello)).Ok();

        Answer[] answers =
        [
            await SendAsync(server.Client, HttpMethod.Post, "interactions", origin, host: null, Hello),
            await SendAsync(server.Client, HttpMethod.Get, "interactions", origin, host: null),
            await SendAsync(server.Client, HttpMethod.Get, $"interactions/{mine.Id}", origin, host: null),
            await SendAsync(server.Client, HttpMethod.Get, $"interactions/{mine.Id}?stream=true", origin, host: null),
            await SendAsync(server.Client, HttpMethod.Delete, $"interactions/{mine.Id}", origin, host: null),
            await SendAsync(server.Client, HttpMethod.Get, "/metrics", origin, host: null),
            await PreflightAsync(server, origin, "content-type"),
        ];

        Assert.All(answers, answer =>
        {
            Assert.Equal((403, "permission_denied"), (answer.Status, answer.ErrorCode));
            Assert.Null(answer.Header("Access-Control-Allow-Origin"));
            Assert.Contains($"'{origin}'", answer.ErrorMessage, StringComparison.Ordinal);
            Assert.Contains("oi keys create", answer.ErrorMessage, StringComparison.Ordinal);
            Assert.Contains("OpenInteractions:Auth:AllowedOrigins", answer.ErrorMessage, StringComparison.Ordinal);
        });
        Assert.Single((await server.Client.ListAsync()).Ok().Json.GetProperty("interactions").EnumerateArray());
    }

    [Theory]
    [InlineData("http://localhost:5173")]
    [InlineData("https://localhost")]
    [InlineData("http://app.localhost:3000")]
    [InlineData("http://127.0.0.1:8000")]
    [InlineData("http://127.1.2.3")]
    [InlineData("http://[::1]:3000")]
    [InlineData("https://app.example")]
    [Rule("TR-8")]
    public async Task Without_keys_pages_of_this_machine_and_listed_ones_may_call(string origin)
    {
        await using var server = await TestServer.StartAsync(("OpenInteractions:Auth:AllowedOrigins:0", "https://app.example/"));

        var preflight = await PreflightAsync(server, origin, "content-type");
        var answer = await SendAsync(server.Client, HttpMethod.Post, "interactions", origin, host: null, Hello);

        Assert.Equal((204, "*"), (preflight.Status, preflight.Header("Access-Control-Allow-Origin")));
        Assert.Equal((200, "*"), (answer.Status, answer.Header("Access-Control-Allow-Origin")));
    }

    [Theory]
    [InlineData("example.org", 403)]
    [InlineData("example.org:8080", 403)]
    [InlineData("localhost.example.org", 403)]
    [InlineData("192.168.1.5", 403)]
    [InlineData("localhost", 200)]
    [InlineData("LOCALHOST:1234", 200)]
    [InlineData("oi.localhost", 200)]
    [InlineData("127.0.0.1", 200)]
    [InlineData("[::1]:8080", 200)]
    [InlineData("models.internal:9000", 200)]
    public async Task Without_keys_the_server_answers_only_to_names_of_this_machine_and_listed_ones(string host, int status)
    {
        await using var server = await TestServer.StartAsync(("OpenInteractions:Auth:AllowedHosts:0", "models.internal"));

        var answer = await SendAsync(server.Client, HttpMethod.Get, "interactions", origin: null, host);

        Assert.Equal(status, answer.Status);
        if (status == 403)
        {
            Assert.Equal("permission_denied", answer.ErrorCode);
            Assert.Contains($"'{host.Split(':')[0]}'", answer.ErrorMessage, StringComparison.Ordinal);
            Assert.Contains("OpenInteractions:Auth:AllowedHosts", answer.ErrorMessage, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_models_say_it_in_their_own_shape()
    {
        await using var server = await TestServer.StartAsync();

        var answer = await SendAsync(server.Client, HttpMethod.Get, "models", Elsewhere, host: null);

        Assert.Equal("PERMISSION_DENIED", answer.Json.GetProperty("error").GetProperty("status").GetString());
    }

    [Fact]
    [Rule("TR-8")]
    public async Task A_server_that_is_open_on_purpose_is_open_to_pages_and_names()
    {
        await using var server = await TestServer.StartAsync(("OpenInteractions:Auth:Mode", "open"));

        var answer = await SendAsync(server.Client, HttpMethod.Post, "interactions", Elsewhere, "example.org", Hello);

        Assert.Equal((200, "*"), (answer.Status, answer.Header("Access-Control-Allow-Origin")));
    }

    [Theory]
    [InlineData("OpenInteractions:Auth:AllowedOrigins:0", "app.example")]
    [InlineData("OpenInteractions:Auth:AllowedOrigins:0", "https://app.example/path")]
    [InlineData("OpenInteractions:Auth:AllowedOrigins:0", "null")]
    [InlineData("OpenInteractions:Auth:AllowedOrigins", "https://app.example")]
    [InlineData("OpenInteractions:Auth:AllowedHosts:0", "http://models.internal")]
    [InlineData("OpenInteractions:Auth:AllowedHosts", "models.internal")]
    public async Task A_list_that_would_list_nothing_is_refused(string name, string value)
    {
        Assert.Equal(1, await TestServer.RunToEndAsync("--" + name, value, "--urls", "http://127.0.0.1:0"));
    }

    private static Task<Answer> PreflightAsync(TestServer server, string origin, string headers)
    {
        var request = server.Client.Request(HttpMethod.Options, "interactions", null);
        request.Headers.TryAddWithoutValidation("Origin", origin);
        request.Headers.Add("Access-Control-Request-Method", "POST");
        request.Headers.Add("Access-Control-Request-Headers", headers);
        return server.Client.SendAsync(request);
    }

    private static Task<Answer> SendAsync(InteractionsClient client, HttpMethod method, string path, string? origin, string? host, string? body = null)
    {
        var request = client.Request(method, path, body is null ? null : InteractionsClient.Json(body));
        if (origin is not null)
        {
            request.Headers.TryAddWithoutValidation("Origin", origin);
        }

        request.Headers.Host = host;
        return client.SendAsync(request);
    }
}
