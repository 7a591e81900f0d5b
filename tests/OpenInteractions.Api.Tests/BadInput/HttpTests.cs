using System.Net.Sockets;
using System.Text;
using OpenInteractions.Api.Tests.Hosting;
using OpenInteractions.Testing;
using OpenInteractions.Testing.Client;

namespace OpenInteractions.Api.Tests.BadInput;

/// <summary>Requests that are wrong as HTTP, or go where nothing is.</summary>
[Rule("ER-1")]
public sealed class HttpTests(ServerWithModels models) : IClassFixture<ServerWithModels>
{
    private readonly InteractionsClient _client = models.Client;

    public static TheoryData<string, string, int> WrongRoutes => new()
    {
        { "GET", "/v1", 404 }, { "GET", "/v1/", 404 }, { "GET", "/v2/interactions", 404 }, { "POST", "/v2/interactions", 404 }, { "GET", "/interactions", 404 },
        { "POST", "/v1/interaction", 404 }, { "POST", "/v1/interactions/int_1", 405 }, { "PUT", "/v1/interactions/int_1", 405 }, { "PATCH", "/v1/interactions/int_1", 405 },
        { "PUT", "/v1/interactions", 405 }, { "DELETE", "/v1/interactions", 405 }, { "PATCH", "/v1/interactions", 405 }, { "GET", "/v1/interactions/int_1/cancel", 405 },
        { "DELETE", "/v1/interactions/int_1/cancel", 405 }, { "POST", "/v1/interactions/int_1/tree", 405 }, { "GET", "/v1/interactions/int_1/steps", 404 },
        { "GET", "/v1/interactions/int_1/cancel/now", 404 }, { "POST", "/v1/interactions/int_1:cancel", 405 }, { "GET", "/v1/interactions//", 404 },
        { "GET", "/v1/nothing", 404 }, { "GET", "/v1beta3/interactions", 404 }, { "GET", "/favicon.ico", 404 }, { "GET", "/../etc/passwd", 404 },
        { "GET", "/v1/interactions/%2F", 404 }, { "GET", "/v1/interactions/..%2F..%2Fetc", 404 }, { "GET", "/v1/interactions/int_%F0%9F%98%80", 404 },
        { "GET", "/v1/interactions/interactions%2F", 404 }, { "GET", "/v1/interactions/%25", 404 }, { "POST", "/healthz", 405 }, { "DELETE", "/readyz", 405 }, { "FROB", "/v1/interactions", 405 },
        { "GET", "/v1/interactions/" + new string('x', 3000), 404 },
    };

    [Theory]
    [MemberData(nameof(WrongRoutes))]
    public async Task What_is_not_there_is_told_in_the_error_shape(string method, string path, int status)
    {
        using var request = _client.Request(new HttpMethod(method), path, method is "POST" or "PUT" or "PATCH" ? InteractionsClient.Json("{}") : null);

        var answer = await _client.SendAsync(request);

        Assert.Equal(status, answer.Status);
        Assert.Null(Refused.Fault(answer));
    }

    [Theory]
    [InlineData("/v1/interactions/int_1")]
    [InlineData("/v1/interactions/int_1?stream=true")]
    [InlineData("/v1/interactions/int_1?stream=true&last_event_id=1-1")]
    [InlineData("/v1/interactions/int_1/tree")]
    [InlineData("/v1/interactions/%27%3B--")]
    [Rule("ER-2")]
    public async Task An_interaction_that_is_not_there_is_404(string path)
    {
        var answer = await _client.SendAsync(HttpMethod.Get, path);

        Assert.Null(Refused.Fault(answer, "not_found"));
        Assert.Equal(404, answer.Status);
    }

    [Theory]
    [InlineData("")]
    [InlineData("GET / HTTP/9.9\r\n\r\n")]
    [InlineData("GET /v1/interactions/%00 HTTP/1.1\r\nHost: localhost\r\n\r\n")]
    [InlineData("GET /v1/interactions HTTP/1.1\r\n\r\n")]
    [InlineData("GET /v1/interactions HTTP/1.1\r\nHost: localhost\r\nHost: b\r\n\r\n")]
    [InlineData("GET /v1/inter actions HTTP/1.1\r\nHost: localhost\r\n\r\n")]
    [InlineData("POST /v1/interactions HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n")]
    [InlineData("POST /v1/interactions HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n")]
    [InlineData("POST /v1/interactions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n{}")]
    [InlineData("POST /v1/interactions HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")]
    [InlineData("POST /v1/interactions HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: gzip\r\n\r\n")]
    [InlineData("POST /v1/interactions HTTP/1.1\r\nHost: localhost\r\nbad header\r\n\r\n")]
    [InlineData("\u0016\u0003\u0001\u0002\u0000\u0001\u0000")]
    [InlineData("{\"model\":\"demo\",\"input\":\"hi\"}\r\n\r\n")]
    public async Task Bytes_that_are_no_HTTP_end_in_400_or_nothing(string bytes)
    {
        var answer = await SendRawAsync(Encoding.Latin1.GetBytes(bytes));

        Assert.True(answer.Length == 0 || answer.StartsWith("HTTP/1.1 4", StringComparison.Ordinal) || answer.StartsWith("HTTP/1.1 505", StringComparison.Ordinal), answer);
        Assert.DoesNotContain("Exception", answer, StringComparison.Ordinal);
        await ServesAsync();
    }

    [Theory]
    [InlineData("zz\r\n")]
    [InlineData("5\r\n{\"mod\r\n", "zz\r\n")]
    [InlineData("5\r\n{\"mod", "no end of the chunk")]
    [InlineData("5\r\n{\"mod\r\n", "FFFFFFFFFFFFFFFF\r\n")]
    public async Task A_body_in_broken_chunks_is_refused_and_ends_its_connection_in_order(params string[] parts)
    {
        await using var server = await TestServer.StartAsync();
        using var socket = new TcpClient();
        await socket.ConnectAsync("127.0.0.1", server.Address.Port);
        var stream = socket.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes("POST /v1/interactions HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"));
        foreach (var part in parts)
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes(part));
            await stream.FlushAsync();
        }

        var answer = await ReadToEndAsync(stream);

        Assert.StartsWith("HTTP/1.1 400", answer, StringComparison.Ordinal);
        await server.StopAsync();
        Assert.Empty(server.Log.Errors);
        Assert.DoesNotContain("abnormally", server.Log.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Headers_that_are_too_large_are_refused()
    {
        var answer = await SendRawAsync(Encoding.ASCII.GetBytes($"GET /v1/interactions HTTP/1.1\r\nHost: localhost\r\nx-goog-api-key: {new string('k', 200_000)}\r\n\r\n"), endsThere: false);

        Assert.StartsWith("HTTP/1.1 431", answer, StringComparison.Ordinal);
        await ServesAsync();
    }

    [Fact]
    public async Task A_body_that_breaks_off_leaves_nothing_behind()
    {
        var before = (await _client.ListAsync("?page_size=1000")).Text;
        await SendRawAsync(Encoding.ASCII.GetBytes("POST /v1/interactions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n{\"model\":\"demo\",\"input\":\"hi\"}"));

        Assert.Equal(before, (await _client.ListAsync("?page_size=1000")).Text);
        Assert.Empty(models.Server.Log.Errors);
    }

    [Fact]
    [Rule("MM-3")]
    public async Task A_body_over_the_limit_is_refused_by_its_length_before_it_is_read()
    {
        var answer = await SendRawAsync(Encoding.ASCII.GetBytes("POST /v1/interactions HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 100000001\r\n\r\n"), endsThere: false);

        Assert.StartsWith("HTTP/1.1 413", answer, StringComparison.Ordinal);
        Assert.Contains("\"code\":\"request_too_large\"", answer, StringComparison.Ordinal);
        Assert.Contains("100 MB", answer, StringComparison.Ordinal);
    }

    [Fact]
    [Rule("MM-3")]
    public async Task A_body_in_chunks_is_refused_when_it_passes_the_limit()
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync("127.0.0.1", _client.Address.Port);
        var stream = socket.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes("POST /v1/interactions HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"));
        var chunk = Encoding.ASCII.GetBytes($"F4240\r\n{new string(' ', 1_000_000)}\r\n");
        var answer = ReadToEndAsync(stream);
        try
        {
            for (var sent = 0; sent < 110 && !answer.IsCompleted; sent++)
            {
                await stream.WriteAsync(chunk);
            }
        }
        catch (IOException)
        {
            // The server has answered and closed.
        }

        Assert.StartsWith("HTTP/1.1 413", await answer, StringComparison.Ordinal);
        await ServesAsync();
    }

    [Theory]
    [InlineData("text/xml")]
    [InlineData("application/octet-stream")]
    [InlineData("multipart/form-data")]
    [InlineData("multipart/mixed; boundary=x")]
    public async Task A_body_that_is_no_JSON_is_refused_whatever_it_calls_itself(string type)
    {
        var content = new ByteArrayContent("<model>demo</model>"u8.ToArray());
        content.Headers.TryAddWithoutValidation("Content-Type", type);

        var answer = await _client.SendAsync(_client.Request(HttpMethod.Post, "interactions", content));

        Assert.Null(Refused.Fault(answer, "invalid_request"));
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    [InlineData("unheard-of")]
    public async Task A_compressed_body_is_refused(string encoding)
    {
        var content = InteractionsClient.Json("""{"model":"demo","input":"hi"}""");
        content.Headers.Add("Content-Encoding", encoding);

        var answer = await _client.SendAsync(_client.Request(HttpMethod.Post, "interactions", content));

        Assert.Null(Refused.Fault(answer, "invalid_request"));
        Assert.Contains("Content-Encoding", answer.ErrorMessage, StringComparison.OrdinalIgnoreCase);
    }

    private async Task<string> SendRawAsync(byte[] bytes, bool endsThere = true)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync("127.0.0.1", _client.Address.Port);
        var stream = socket.GetStream();
        var answer = ReadToEndAsync(stream);
        try
        {
            await stream.WriteAsync(bytes);
            if (endsThere)
            {
                socket.Client.Shutdown(SocketShutdown.Send);
            }
        }
        catch (Exception exception) when (exception is IOException or SocketException)
        {
            // The server has answered already and takes no more.
        }

        return await answer;
    }

    // What came before a reset counts: a server that refuses closes on what it has not read.
    private static async Task<string> ReadToEndAsync(NetworkStream stream)
    {
        using var all = new MemoryStream();
        var chunk = new byte[4096];
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        try
        {
            for (int read; (read = await stream.ReadAsync(chunk, patience.Token)) > 0;)
            {
                all.Write(chunk, 0, read);
            }
        }
        catch (IOException)
        {
            // Reset.
        }

        return Encoding.Latin1.GetString(all.ToArray());
    }

    private async Task ServesAsync() => Assert.Equal("on", (await _client.CreateAsync("""{"model":"demo","input":"echo: on","store":false}""")).Ok().OutputText);
}
