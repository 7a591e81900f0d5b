using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using OpenInteractions.Contracts.Errors;
using OpenInteractions.Contracts.Tools;
using OpenInteractions.Engine.Credentials;

namespace OpenInteractions.Tools.Tests.Mcp;

/// <summary>Connecting to servers of all kinds, and what is said when that fails (protocols M-1, M-2, 3.1).</summary>
public sealed class ConnectionTests
{
    [Fact]
    [Rule("TL-8")]
    public async Task Headers_go_with_every_request_and_into_no_log()
    {
        await using var server = await FakeMcpServer.StartAsync();
        var rig = new McpRig();
        var declared = McpRig.Declare(server.Url) with { Headers = new Dictionary<string, string> { ["Authorization"] = "Bearer geheim", ["X-Team"] = "blue" } };
        await using (var open = await rig.OpenAsync(declared))
        {
            await server.HeardAsync(FakeMcpServer.Stream);
            await open.CallAsync("echo");
        }

        await rig.DisposeAsync();
        await server.HeardAsync("DELETE");

        Assert.Equal(["DELETE", "GET", "POST"], server.Heard.Select(h => h.Verb).Distinct().Order(StringComparer.Ordinal));
        Assert.All(server.Heard, h => Assert.Equal(("Bearer geheim", "blue"), (h.Headers["Authorization"], h.Headers["X-Team"])));
        Assert.DoesNotContain("geheim", rig.Log.Text, StringComparison.Ordinal);
    }

    [Fact]
    [Rule("TL-11")]
    public async Task A_stored_credential_goes_with_every_request_as_it_is_then_and_into_no_log()
    {
        await using var server = await FakeMcpServer.StartAsync();
        var credentials = new ScriptedCredentials { Now = new OpenedHeader("Authorization", "Bearer", "geheim-1") };
        var rig = new McpRig(credentials: credentials);
        await using (var open = await rig.OpenAsync(McpRig.Declare(server.Url) with { Credential = "crm-key" }))
        {
            await server.HeardAsync(FakeMcpServer.Stream);
            Assert.All(server.Heard, h => Assert.Equal("Bearer geheim-1", h.Headers["Authorization"]));
            credentials.Now = new OpenedHeader("X-Key", "", "geheim-2");
            await open.CallAsync("echo");
            var last = server.Heard[^1];
            Assert.Equal((false, "geheim-2"), (last.Headers.ContainsKey("Authorization"), last.Headers["X-Key"]));
            credentials.Now = null;
            var failed = await open.CallAsync("echo");
            Assert.True(failed.IsError);
            Assert.Contains("There is no credential 'crm-key'", failed.Result.ToString(), StringComparison.Ordinal);
        }

        await rig.DisposeAsync();
        Assert.All(credentials.Asked, asked => Assert.Equal(("project", "crm-key"), asked));
        Assert.DoesNotContain("geheim", rig.Log.Text, StringComparison.Ordinal);
    }

    [Fact]
    [Rule("TL-11")]
    public async Task A_header_that_was_given_wins_over_the_credentials()
    {
        await using var server = await FakeMcpServer.StartAsync();
        await using var rig = new McpRig(credentials: new ScriptedCredentials { Now = new OpenedHeader("Authorization", "Bearer", "stored") });
        var declared = McpRig.Declare(server.Url) with { Credential = "crm-key", Headers = new Dictionary<string, string> { ["authorization"] = "Bearer given" } };

        await using var open = await rig.OpenAsync(declared);

        Assert.All(server.Heard, h => Assert.Equal("Bearer given", h.Headers["Authorization"]));
    }

    [Fact]
    public async Task A_credential_that_cannot_be_sent_fails_the_run_and_nothing_is_sent()
    {
        await using var server = await FakeMcpServer.StartAsync();
        await using var rig = new McpRig(credentials: new ScriptedCredentials { Now = new OpenedValue("v", ["header"], ["x"]) });
        var declared = McpRig.Declare(server.Url) with { Credential = "crm-key" };

        var failed = await Assert.ThrowsAsync<ApiException>(() => rig.OpenAsync(declared));

        Assert.Equal((ErrorCode.FailedPrecondition, "The MCP server 'crm' cannot be reached. Its credential 'crm-key' is none that is sent as a header. Use one of type 'bearer_token' or 'oauth2'."), (failed.Code, failed.Message));
        Assert.Empty(server.Heard);
        var plain = Assert.Throws<ApiException>(() => rig.Kind.Require(declared with { Url = "http://93.184.216.34/mcp" }, "tools[0]"));
        Assert.Equal(("tools[0].url", ErrorCode.InvalidRequest), (plain.Field, plain.Code));
    }

    [Theory]
    [InlineData("tools/list")]
    [InlineData("initialize")]
    public async Task A_server_that_does_not_answer_fails_the_run_by_its_name(string silent)
    {
        var time = new ManualTime();
        await using var server = await FakeMcpServer.StartAsync();
        server.OnRequest = exchange => exchange.Method == silent ? SilenceAsync(exchange) : Task.FromResult(false);
        await using var rig = new McpRig(time);

        var opening = rig.OpenAsync(McpRig.Declare(server.Url));
        await server.HeardAsync(silent);
        time.Advance(TimeSpan.FromSeconds(10));

        var failed = await Assert.ThrowsAsync<ApiException>(() => opening).OrTimeout("the end of the patience");
        Assert.Equal(ErrorCode.FailedPrecondition, failed.Code);
        Assert.Equal("The MCP server 'crm' did not answer within 10 seconds.", failed.Message);
    }

    [Theory]
    [InlineData(401, "HTTP 401. Check the 'headers'")]
    [InlineData(403, "HTTP 403. Check the 'headers'")]
    [InlineData(500, "HTTP 500")]
    [InlineData(404, "HTTP 404. Is its 'url'")]
    public async Task A_server_that_refuses_fails_the_run_with_its_status(int status, string says)
    {
        await using var server = await FakeMcpServer.StartAsync();
        server.OnRequest = exchange => StatusAsync(exchange, status);
        await using var rig = new McpRig();

        var failed = await Assert.ThrowsAsync<ApiException>(() => rig.OpenAsync(McpRig.Declare(server.Url)));

        Assert.Equal(ErrorCode.FailedPrecondition, failed.Code);
        Assert.Contains($"'crm'", failed.Message, StringComparison.Ordinal);
        Assert.Contains(says, failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_no_mcp_server_is_told_so()
    {
        await using var server = await FakeMcpServer.StartAsync();
        server.OnRequest = async exchange =>
        {
            exchange.Context.Response.ContentType = "text/html";
            await exchange.Context.Response.WriteAsync("<h1>Welcome</h1>");
            return true;
        };
        await using var rig = new McpRig();

        var failed = await Assert.ThrowsAsync<ApiException>(() => rig.OpenAsync(McpRig.Declare(server.Url)));

        Assert.Equal((ErrorCode.FailedPrecondition, "The MCP server 'crm' could not be reached, or what it answered is not MCP over streamable HTTP."), (failed.Code, failed.Message));
    }

    [Fact]
    [Rule("TL-8")]
    public async Task The_transport_of_2024_is_refused_as_a_wrong_request()
    {
        await using var server = await FakeMcpServer.StartAsync();
        server.OnRequest = async exchange =>
        {
            if (exchange.Context.Request.Method != "GET")
            {
                return await StatusAsync(exchange, 405);
            }

            await exchange.BeginStreamAsync();
            await exchange.Context.Response.WriteAsync("event: endpoint\ndata: /messages?sessionId=1\n\n");
            await exchange.Context.Response.Body.FlushAsync();
            return true;
        };
        await using var rig = new McpRig();

        var failed = await Assert.ThrowsAsync<ApiException>(() => rig.OpenAsync(McpRig.Declare(server.Url)));

        Assert.Equal((ErrorCode.InvalidRequest, 400), (failed.Code, ErrorTable.Of(failed.Code).HttpStatus));
        Assert.Contains("HTTP+SSE transport of 2024-11-05", failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_inside_is_not_reached()
    {
        await using var server = await FakeMcpServer.StartAsync();
        await using var rig = new McpRig(loopback: false);

        var failed = await Assert.ThrowsAsync<ApiException>(() => rig.OpenAsync(McpRig.Declare(server.Url.Replace("127.0.0.1", "localhost", StringComparison.Ordinal))));

        Assert.Equal(ErrorCode.FailedPrecondition, failed.Code);
        Assert.Contains("OpenInteractions:Outbound:AllowedNetworks", failed.Message, StringComparison.Ordinal);
        Assert.Empty(server.Heard);
    }

    [Theory]
    [InlineData(400)]
    [InlineData(404)]
    [InlineData(405)]
    public async Task An_older_server_is_asked_for_the_newest_revision_once_an_hour(int discoverStatus)
    {
        var time = new ManualTime();
        await using var server = await FakeMcpServer.StartAsync();
        server.DiscoverStatus = discoverStatus;
        await using var rig = new McpRig(time);

        await using var first = await rig.OpenAsync(McpRig.Declare(server.Url), root: "one");
        await using var second = await rig.OpenAsync(McpRig.Declare(server.Url), root: "two");

        Assert.Equal((1, 2), (server.HeardOf("server/discover").Count(), server.HeardOf("initialize").Count()));
        time.Advance(TimeSpan.FromMinutes(61));
        await using var third = await rig.OpenAsync(McpRig.Declare(server.Url), root: "three");
        Assert.Equal((2, 3), (server.HeardOf("server/discover").Count(), server.HeardOf("initialize").Count()));
        Assert.Equal("2025-11-25", server.HeardOf("tools/list").First().Headers["MCP-Protocol-Version"]);
    }

    [Fact]
    public async Task A_server_of_the_newest_revision_needs_neither_handshake_nor_session()
    {
        await using var server = await FakeMcpServer.StartAsync(FakeMcpServer.Modern);
        server.Pages[0] = [FakeMcpServer.Tool("lookup", """{"type":"object","properties":{"region":{"type":"string","x-mcp-header":"Region"}}}""")];
        await using var rig = new McpRig();
        await using var open = await rig.OpenAsync(McpRig.Declare(server.Url));

        var result = await open.CallAsync("lookup", """{"region":"eu"}""");

        Assert.Null(result.IsError);
        Assert.Empty(server.HeardOf("initialize"));
        var call = Assert.Single(server.HeardOf("tools/call"));
        Assert.Equal(
            ("2026-07-28", "tools/call", "lookup", "eu", false),
            (call.Headers["MCP-Protocol-Version"], call.Headers["Mcp-Method"], call.Headers["Mcp-Name"], call.Headers.GetValueOrDefault("Mcp-Param-Region"), call.Headers.ContainsKey("Mcp-Session-Id")));
        Assert.Equal("2026-07-28", call.Body!["params"]!["_meta"]!["io.modelcontextprotocol/protocolVersion"]!.GetValue<string>());
    }

    [Fact]
    public async Task Nothing_is_declared_that_a_server_could_ask_for_and_who_asks_is_turned_down()
    {
        await using var server = await FakeMcpServer.StartAsync();
        var turnedDown = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        server.OnRequest = exchange =>
        {
            if (exchange.Body?["error"]?["code"]?.GetValue<int>() is { } code)
            {
                turnedDown.TrySetResult(code);
            }

            return Task.FromResult(false);
        };
        server.OnCall = async exchange =>
        {
            await exchange.BeginStreamAsync();
            await exchange.SendAsync(new JsonObject { ["jsonrpc"] = "2.0", ["id"] = 77, ["method"] = "elicitation/create", ["params"] = new JsonObject { ["message"] = "Who are you?" } });
            await turnedDown.Task;
            await exchange.AnswerAsync(FakeMcpServer.Text("went on without"));
        };
        await using var rig = new McpRig();
        await using var open = await rig.OpenAsync(McpRig.Declare(server.Url));

        var result = await open.CallAsync("echo").OrTimeout("the result after a question that nobody answers");

        Assert.Equal("went on without", result.Text());
        Assert.Equal(-32601, await turnedDown.Task);
        Assert.Empty(server.HeardOf("initialize").Single().Body!["params"]!["capabilities"]!.AsObject());
    }

    [Fact]
    public async Task A_server_that_fails_again_and_again_is_left_alone_for_a_while()
    {
        var time = new ManualTime();
        await using var server = await FakeMcpServer.StartAsync();
        server.OnRequest = exchange => StatusAsync(exchange, 503);
        await using var rig = new McpRig(time);
        for (var i = 0; i < 5; i++)
        {
            await Assert.ThrowsAsync<ApiException>(() => rig.OpenAsync(McpRig.Declare(server.Url)));
        }

        var before = server.Heard.Count;
        var paused = await Assert.ThrowsAsync<ApiException>(() => rig.OpenAsync(McpRig.Declare(server.Url)));

        Assert.Equal((ErrorCode.FailedPrecondition, TimeSpan.FromSeconds(30), before), (paused.Code, paused.RetryAfter, server.Heard.Count));
        await Assert.ThrowsAsync<ApiException>(() => rig.OpenAsync(McpRig.Declare(server.Url), project: "another"));
        Assert.True(server.Heard.Count > before, "a server was paused for a project that had no trouble with it");

        server.OnRequest = _ => Task.FromResult(false);
        time.Advance(TimeSpan.FromSeconds(30));
        await using var open = await rig.OpenAsync(McpRig.Declare(server.Url));
        Assert.Single(open.Functions);
    }

    private static async Task<bool> SilenceAsync(FakeExchange exchange)
    {
        await Task.Delay(Timeout.InfiniteTimeSpan, exchange.Gone);
        return true;
    }

    private static Task<bool> StatusAsync(FakeExchange exchange, int status)
    {
        exchange.Context.Response.StatusCode = status;
        return Task.FromResult(true);
    }
}
