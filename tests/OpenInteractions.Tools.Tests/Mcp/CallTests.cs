using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using OpenInteractions.Engine.Tools;
using OpenInteractions.Contracts.Steps;
using OpenInteractions.Tools.Mcp;

namespace OpenInteractions.Tools.Tests.Mcp;

/// <summary>Calls that go well and calls that do not (protocols M-5 to M-7, 3.2).</summary>
public sealed class CallTests
{
    private const string Uncertain = "The connection to the MCP server 'crm' broke before it had answered. The call may or may not have taken effect.";

    [Fact]
    public async Task A_call_and_its_result_are_steps_with_the_original_names()
    {
        await using var server = await FakeMcpServer.StartAsync();
        server.Pages[0] = [FakeMcpServer.Tool("ask/why?")];
        await using var rig = new McpRig();
        await using var open = await rig.OpenAsync(McpRig.Declare(server.Url));
        var function = Assert.Single(open.Functions);

        var call = function.CallStep("call_7", JsonElement.Parse("""{"n":1.50}"""));
        var result = (McpServerToolResultStep)await function.RunAsync(call, CancellationToken.None);

        Assert.Equal(new McpServerToolCallStep { Id = "call_7", Name = "ask/why?", ServerName = "crm", Arguments = ((McpServerToolCallStep)call).Arguments }, call);
        Assert.Equal(("call_7", "ask/why?", "crm", null), (result.CallId, result.Name, result.ServerName, result.IsError));
        Assert.Equal("""[{"type":"text","text":"{\"n\":1.50}"}]""", result.Result.GetRawText());
    }

    [Fact]
    public async Task A_json_rpc_error_is_a_result()
    {
        var result = await CallAsync(exchange => exchange.ErrorAsync(-32602, "no such customer"));

        Assert.Equal((true, "MCP error -32602: no such customer"), (result.IsError, result.Text()));
    }

    [Fact]
    public async Task An_error_of_the_tool_keeps_its_content()
    {
        var failed = FakeMcpServer.Text("The customer is locked.");
        failed["isError"] = true;

        var result = await CallAsync(exchange => exchange.AnswerAsync(failed));

        Assert.Equal((true, "The customer is locked."), (result.IsError, result.Text()));
    }

    [Theory]
    [InlineData(500)]
    [InlineData(401)]
    [InlineData(429)]
    public async Task A_status_is_a_result(int status)
    {
        var result = await CallAsync(exchange =>
        {
            exchange.Context.Response.StatusCode = status;
            return exchange.Context.Response.WriteAsync("at Secret.Stack.Trace()");
        });

        Assert.Equal((true, $"The MCP server 'crm' answered with HTTP {status}."), (result.IsError, result.Text()));
    }

    [Fact]
    public async Task A_redirect_to_where_nobody_may_go_is_told_as_what_it_is()
    {
        var result = await CallAsync(exchange =>
        {
            exchange.Context.Response.StatusCode = 307;
            exchange.Context.Response.Headers.Location = "http://169.254.169.254/mcp";
            return Task.CompletedTask;
        });

        Assert.True(result.IsError);
        Assert.StartsWith("The MCP server 'crm' cannot be called. The address was refused: it redirects ", result.Text(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_not_json_is_a_result()
    {
        var result = await CallAsync(exchange =>
        {
            exchange.Context.Response.ContentType = "application/json";
            return exchange.Context.Response.WriteAsync("{not json");
        });

        Assert.Equal((true, Uncertain), (result.IsError, result.Text()));
    }

    [Theory]
    [InlineData(false, 1)]
    [InlineData(true, 2)]
    public async Task A_cut_stream_is_called_again_only_when_that_does_no_harm(bool isRepeatable, int calls)
    {
        await using var server = await FakeMcpServer.StartAsync();
        server.Pages[0] = [FakeMcpServer.Tool("echo", annotations: isRepeatable ? """{"readOnlyHint":true}""" : null)];
        server.OnCall = async exchange =>
        {
            if (server.HeardOf("tools/call").Count() > 1)
            {
                await exchange.AnswerAsync(FakeMcpServer.Text("again"));
                return;
            }

            await exchange.BeginStreamAsync();
            await exchange.ProgressAsync(1);
            exchange.Cut();
        };
        await using var rig = new McpRig();
        await using var open = await rig.OpenAsync(McpRig.Declare(server.Url));

        var result = await open.CallAsync("echo").OrTimeout("the result of a cut call");

        Assert.Equal(isRepeatable ? "again" : Uncertain, result.Text());
        Assert.Equal(calls, server.HeardOf("tools/call").Count());
    }

    [Fact]
    public async Task A_stream_that_ends_without_an_answer_is_a_result()
    {
        var result = await CallAsync(exchange => exchange.BeginStreamAsync());

        Assert.Equal((true, Uncertain), (result.IsError, result.Text()));
    }

    [Fact]
    public async Task A_silent_call_ends_after_a_minute_and_the_server_is_told()
    {
        var time = new ManualTime();
        await using var server = await FakeMcpServer.StartAsync();
        server.OnCall = SilenceAsync;
        await using var rig = new McpRig(time);
        await using var open = await rig.OpenAsync(McpRig.Declare(server.Url));

        var calling = open.CallAsync("echo");
        await server.HeardAsync("tools/call");
        time.Advance(TimeSpan.FromSeconds(60));
        var result = await calling.OrTimeout("the end of a silent call");

        Assert.Equal((true, "The tool did not answer within 60 seconds and was cancelled. It may or may not have taken effect."), (result.IsError, result.Text()));
        await server.HeardAsync(FakeMcpServer.Gone);
        await server.HeardAsync("notifications/cancelled");
    }

    [Fact]
    public async Task Progress_gives_a_call_more_time()
    {
        var time = new ManualTime();
        var options = new McpOptions { IdleTimeout = TimeSpan.FromSeconds(61) };
        await using var server = await FakeMcpServer.StartAsync();
        var exchanges = new TaskCompletionSource<FakeExchange>(TaskCreationOptions.RunContinuationsAsynchronously);
        server.OnCall = async exchange =>
        {
            await exchange.BeginStreamAsync();
            exchanges.SetResult(exchange);
            await SilenceAsync(exchange);
        };
        await using var rig = new McpRig(time, options);
        await using var open = await rig.OpenAsync(McpRig.Declare(server.Url));

        var calling = open.CallAsync("echo");
        var working = await exchanges.Task.OrTimeout("the call");
        for (var i = 0; i < 2; i++)
        {
            time.Advance(TimeSpan.FromSeconds(50));
            await working.ProgressAsync(i);
            await time.TimerAsync(options.IdleTimeout, "the time after progress");
        }

        Assert.False(calling.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(61));
        var result = await calling.OrTimeout("the end of a call that fell silent");

        Assert.StartsWith("The tool did not answer within 61 seconds", result.Text(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_that_ends_cancels_the_call_at_the_server()
    {
        await using var server = await FakeMcpServer.StartAsync();
        server.OnCall = SilenceAsync;
        await using var rig = new McpRig();
        await using var open = await rig.OpenAsync(McpRig.Declare(server.Url));
        using var run = new CancellationTokenSource();

        var calling = open.CallAsync("echo", cancellationToken: run.Token);
        await server.HeardAsync("tools/call");
        await run.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => calling).OrTimeout("the end of the call");
        await server.HeardAsync(FakeMcpServer.Gone);
        await server.HeardAsync("notifications/cancelled");
    }

    [Fact]
    public async Task The_limits_of_calls_are_those_of_the_settings_for_servers()
    {
        await using var server = await FakeMcpServer.StartAsync();
        await using var rig = new McpRig(options: new McpOptions { CallTimeout = TimeSpan.FromMinutes(7), MaxResultLength = 1234 });
        await using var open = await rig.OpenAsync(McpRig.Declare(server.Url));

        Assert.Equal(new CallLimits(TimeSpan.FromMinutes(7), 1234), open.Function("echo").Limits);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_answer_without_an_end_is_left(bool asStream)
    {
        var result = await CallAsync(async exchange =>
        {
            exchange.Context.Response.ContentType = asStream ? "text/event-stream" : "application/json";
            await exchange.Context.Response.WriteAsync(asStream ? "data: " : "{\"jsonrpc\":\"2.0\",\"x\":\"");
            var block = new string('x', 1024 * 1024);
            while (true)
            {
                await exchange.Context.Response.WriteAsync(block, exchange.Gone);
            }
        });

        Assert.Equal((true, "The result was dropped: it has more than 33554432 bytes. Ask the tool for less."), (result.IsError, result.Text()));
    }

    [Fact]
    public async Task A_session_that_the_server_has_forgotten_is_replaced()
    {
        await using var server = await FakeMcpServer.StartAsync();
        await using var rig = new McpRig();
        await using var open = await rig.OpenAsync(McpRig.Declare(server.Url));
        server.ForgetSessions();

        var result = await open.CallAsync("echo", """{"a":1}""").OrTimeout("the result in a new session");

        Assert.Equal("""{"a":1}""", result.Text());
        Assert.Equal(2, server.HeardOf("initialize").Count());
        Assert.Equal(["session-1", "session-2"], server.HeardOf("tools/call").Select(h => h.Headers["Mcp-Session-Id"]));
    }

    [Theory]
    [InlineData(FakeMcpServer.Legacy)]
    [InlineData(FakeMcpServer.Modern)]
    public async Task Fifty_calls_of_a_session_do_not_wait_for_each_other(string revision)
    {
        const int Calls = 50;
        await using var server = await FakeMcpServer.StartAsync(revision);
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var arrived = 0;
        server.OnCall = async exchange =>
        {
            if (Interlocked.Increment(ref arrived) == Calls)
            {
                all.SetResult();
            }

            await all.Task; // none is answered before all are there
            await exchange.AnswerAsync(FakeMcpServer.Text(exchange.Arguments!["i"]!.ToJsonString()));
        };
        await using var rig = new McpRig();
        await using var open = await rig.OpenAsync(McpRig.Declare(server.Url));

        var results = await Task.WhenAll(Enumerable.Range(0, Calls).Select(i => open.CallAsync("echo", $$"""{"i":{{i}}}"""))).OrTimeout("fifty calls that need each other");

        Assert.Equal(Enumerable.Range(0, Calls).Select(i => $"{i}"), results.Select(r => r.Text()));
        Assert.Equal(1, rig.Kind.Sessions);
    }

    [Fact]
    public async Task A_server_that_fails_again_and_again_is_not_called_for_a_while()
    {
        await using var server = await FakeMcpServer.StartAsync();
        server.OnCall = exchange =>
        {
            exchange.Context.Response.StatusCode = 503;
            return Task.CompletedTask;
        };
        await using var rig = new McpRig(new ManualTime());
        await using var open = await rig.OpenAsync(McpRig.Declare(server.Url));
        for (var i = 0; i < 5; i++)
        {
            await open.CallAsync("echo");
        }

        var result = await open.CallAsync("echo");

        Assert.Equal("The MCP server 'crm' failed several times in a row and is not asked for the next 30 seconds. The call was not made.", result.Text());
        Assert.Equal(5, server.HeardOf("tools/call").Count());
    }

    [Fact]
    public async Task A_tool_that_runs_as_a_task_is_asked_for_until_it_has_ended()
    {
        await using var server = await FakeMcpServer.StartAsync();
        var tool = FakeMcpServer.Tool("research");
        tool["execution"] = new JsonObject { ["taskSupport"] = "required" };
        server.Pages[0] = [tool];
        var polls = 0;
        server.OnCall = exchange => exchange.AnswerAsync(new JsonObject { ["task"] = Task("working") });
        server.OnRequest = async exchange =>
        {
            switch (exchange.Method)
            {
                case "tasks/get":
                    await exchange.AnswerAsync(Task(++polls < 3 ? "working" : "completed"));
                    return true;
                case "tasks/result":
                    await exchange.AnswerAsync(FakeMcpServer.Text("found"));
                    return true;
                default:
                    return false;
            }
        };
        await using var rig = new McpRig();
        await using var open = await rig.OpenAsync(McpRig.Declare(server.Url));

        var result = await open.CallAsync("research").OrTimeout("the result of a task");

        Assert.Equal(("found", 3), (result.Text(), polls));

        static JsonObject Task(string status) => new() { ["taskId"] = "t-1", ["status"] = status, ["pollInterval"] = 100 };
    }

    private static async Task<McpServerToolResultStep> CallAsync(Func<FakeExchange, Task> onCall)
    {
        await using var server = await FakeMcpServer.StartAsync();
        server.OnCall = onCall;
        await using var rig = new McpRig();
        await using var open = await rig.OpenAsync(McpRig.Declare(server.Url));
        return await open.CallAsync("echo").OrTimeout("a result");
    }

    private static Task SilenceAsync(FakeExchange exchange) => Task.Delay(Timeout.InfiniteTimeSpan, exchange.Gone);
}
