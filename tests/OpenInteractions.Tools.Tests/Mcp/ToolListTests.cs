using System.Text.Json.Nodes;
using OpenInteractions.Contracts.Errors;
using OpenInteractions.Contracts.Steps;
using OpenInteractions.Contracts.Tools;
using OpenInteractions.Tools.Mcp;

namespace OpenInteractions.Tools.Tests.Mcp;

/// <summary>What a server offers, and what of it the model sees (protocols M-2 to M-4, M-7, M-13).</summary>
public sealed class ToolListTests
{
    [Fact]
    public async Task All_pages_are_read_and_what_is_no_tool_is_left_out()
    {
        await using var server = await FakeMcpServer.StartAsync();
        server.Pages.Clear();
        server.Pages.Add([FakeMcpServer.Tool("zoo"), FakeMcpServer.Tool("bad", "[]"), "no tool"]);
        server.Pages.Add([FakeMcpServer.Tool("bar"), new JsonObject { ["name"] = "no schema" }]);
        server.Pages.Add([FakeMcpServer.Tool("foo.bar"), FakeMcpServer.Tool("zoo")]);
        await using var rig = new McpRig();
        await using var open = await rig.OpenAsync(McpRig.Declare(server.Url));

        Assert.Equal(["bar", "foo.bar", "zoo"], open.Functions.Select(f => ((McpServerToolCallStep)f.CallStep("x", default)).Name));
        Assert.Equal(3, server.HeardOf("tools/list").Count());
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"tools":null}""")]
    [InlineData("""{"tools":{"echo":{"inputSchema":{"type":"object"}}}}""")]
    [InlineData("[]")]
    [InlineData("\"none\"")]
    public async Task What_is_no_list_fails_the_run_instead_of_leaving_the_model_without_tools(string answer)
    {
        await using var server = await FakeMcpServer.StartAsync();
        server.OnRequest = async exchange =>
        {
            if (exchange.Method != "tools/list")
            {
                return false;
            }

            await exchange.AnswerAsync(JsonNode.Parse(answer)!);
            return true;
        };
        await using var rig = new McpRig();

        var failed = await Assert.ThrowsAsync<ApiException>(() => rig.OpenAsync(McpRig.Declare(server.Url))).OrTimeout("the end of the connecting");

        Assert.Equal(ErrorCode.FailedPrecondition, failed.Code);
        Assert.Equal("The MCP server 'crm' could not be reached, or what it answered is not MCP over streamable HTTP.", failed.Message);
    }

    [Fact]
    public async Task A_schema_goes_to_the_model_unchanged()
    {
        const string Schema = """{"type":"object","$defs":{"p":{"$ref":"https://elsewhere.example/s.json"}},"properties":{"a":{"type":["string","null"],"const":1.50},"b":{"$ref":"#/$defs/p"}},"x-own":[1e3]}""";
        await using var server = await FakeMcpServer.StartAsync();
        server.Pages[0] = [FakeMcpServer.Tool("lookup", Schema)];
        await using var rig = new McpRig();
        await using var open = await rig.OpenAsync(McpRig.Declare(server.Url));

        var declaration = Assert.Single(open.Functions).Declaration;

        Assert.Equal(("crm__lookup", "Does lookup.", Schema), (declaration.Name, declaration.Description, declaration.Parameters!.Value.GetRawText()));
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData("""{"readOnlyHint":true}""", true)]
    [InlineData("""{"idempotentHint":true}""", true)]
    [InlineData("""{"readOnlyHint":false,"destructiveHint":true}""", false)]
    [InlineData("""{"readOnlyHint":"true"}""", false)]
    public async Task A_tool_is_repeatable_when_its_server_says_so(string? annotations, bool isRepeatable)
    {
        await using var server = await FakeMcpServer.StartAsync();
        server.Pages[0] = [FakeMcpServer.Tool("lookup", annotations: annotations)];
        await using var rig = new McpRig();
        await using var open = await rig.OpenAsync(McpRig.Declare(server.Url));

        Assert.Equal(isRepeatable, Assert.Single(open.Functions).IsRepeatable);
    }

    [Fact]
    public async Task A_list_is_asked_for_in_each_run()
    {
        await using var server = await FakeMcpServer.StartAsync();
        await using var rig = new McpRig();
        await using (await rig.OpenAsync(McpRig.Declare(server.Url)))
        {
        }

        await using var open = await rig.OpenAsync(McpRig.Declare(server.Url));

        Assert.Equal((2, 1), (server.HeardOf("tools/list").Count(), server.HeardOf("initialize").Count()));
    }

    [Fact]
    public async Task A_list_is_kept_for_as_long_as_the_server_says()
    {
        var time = new ManualTime();
        await using var server = await FakeMcpServer.StartAsync();
        server.PageExtras = new JsonObject { ["ttlMs"] = 60_000, ["cacheScope"] = "private" };
        await using var rig = new McpRig(time);
        await using var first = await rig.OpenAsync(McpRig.Declare(server.Url));
        time.Advance(TimeSpan.FromSeconds(59));
        await using var second = await rig.OpenAsync(McpRig.Declare(server.Url));
        Assert.Single(server.HeardOf("tools/list"));

        time.Advance(TimeSpan.FromSeconds(2));
        await using var third = await rig.OpenAsync(McpRig.Declare(server.Url));

        Assert.Equal(2, server.HeardOf("tools/list").Count());
    }

    [Fact]
    public async Task Of_very_many_tools_the_first_are_used_and_that_is_logged()
    {
        await using var server = await FakeMcpServer.StartAsync();
        server.Pages[0] = [.. Enumerable.Range(0, 200).Select(i => (JsonNode)FakeMcpServer.Tool($"tool{i:000}"))];
        await using var rig = new McpRig();

        await using var all = await rig.OpenAsync(McpRig.Declare(server.Url));
        await using var some = await rig.OpenAsync(McpRig.Declare(server.Url, "tool150", "tool199"));

        Assert.Equal(128, all.Functions.Count);
        Assert.Contains("offers 200 tools", rig.Log.Text, StringComparison.Ordinal);
        Assert.Equal(["crm__tool150", "crm__tool199"], some.Functions.Select(f => f.Declaration.Name));
    }

    [Fact]
    [Rule("TL-8")]
    public async Task A_call_outside_the_allowed_tools_never_leaves()
    {
        await using var server = await FakeMcpServer.StartAsync();
        server.Pages[0] = [FakeMcpServer.Tool("read"), FakeMcpServer.Tool("erase")];
        await using var rig = new McpRig();
        await using var open = await rig.OpenAsync(McpRig.Declare(server.Url, "read"));

        var result = await open.CallAsync("erase");

        Assert.Equal("crm__read", Assert.Single(open.Functions).Declaration.Name);
        Assert.True(result.IsError);
        Assert.Contains("allowed_tools", result.Text(), StringComparison.Ordinal);
        Assert.False(open.Function("erase").IsRepeatable);
        Assert.Empty(server.HeardOf("tools/call"));
    }

    [Fact]
    public async Task A_tool_whose_arguments_are_no_object_is_left_out()
    {
        await using var server = await FakeMcpServer.StartAsync();
        server.Pages[0] = [FakeMcpServer.Tool("read"), FakeMcpServer.Tool("sort", """{"type":"array","items":{}}""")];
        await using var rig = new McpRig();
        await using var open = await rig.OpenAsync(McpRig.Declare(server.Url));

        Assert.Equal(["crm__read"], open.Functions.Select(f => f.Declaration.Name));
    }

    [Fact]
    public async Task A_step_of_another_server_is_not_this_ones()
    {
        await using var server = await FakeMcpServer.StartAsync();
        await using var rig = new McpRig();
        await using var open = await rig.OpenAsync(McpRig.Declare(server.Url));
        var call = new McpServerToolCallStep { Id = "1", Name = "echo", ServerName = "other", Arguments = default };

        Assert.Null(open.FunctionOf(call));
        Assert.Null(open.FunctionOf(new FunctionCallStep { Id = "1", Name = "crm__echo", Arguments = default }));
        Assert.NotNull(open.FunctionOf(call with { ServerName = "crm" }));
        Assert.Contains("has no tool 'gone'", (await open.CallAsync("gone")).Text(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(FakeMcpServer.Legacy)]
    [InlineData(FakeMcpServer.Modern)]
    public async Task A_list_that_changes_during_a_call_is_read_again_before_the_call_ends(string revision)
    {
        await using var server = await FakeMcpServer.StartAsync(revision);
        server.OnCall = async exchange =>
        {
            server.Pages[0] = [FakeMcpServer.Tool("echo"), FakeMcpServer.Tool("unlocked")];
            await exchange.BeginStreamAsync();
            await exchange.SendAsync(new JsonObject { ["jsonrpc"] = "2.0", ["method"] = "notifications/tools/list_changed" });
            await exchange.AnswerAsync(FakeMcpServer.Text("unlocked"));
        };
        await using var rig = new McpRig();
        await using var open = await rig.OpenAsync(McpRig.Declare(server.Url));

        await open.CallAsync("echo");

        Assert.Equal(["crm__echo", "crm__unlocked"], open.Functions.Select(f => f.Declaration.Name));
    }

    [Theory]
    [InlineData(FakeMcpServer.Legacy)]
    [InlineData(FakeMcpServer.Modern)]
    public async Task A_list_that_changes_between_two_calls_is_read_again(string revision)
    {
        await using var server = await FakeMcpServer.StartAsync(revision);
        var listedAgain = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var rig = new McpRig();
        await using var open = await rig.OpenAsync(McpRig.Declare(server.Url));
        await server.HeardAsync(FakeMcpServer.Stream);
        server.Pages[0] = [FakeMcpServer.Tool("echo"), FakeMcpServer.Tool("unlocked")];
        server.OnRequest = exchange =>
        {
            if (exchange.Method == "tools/list")
            {
                listedAgain.TrySetResult();
            }

            return Task.FromResult(false);
        };

        await server.NotifyAsync("notifications/tools/list_changed");
        await listedAgain.Task.OrTimeout("the second list");
        await open.CallAsync("echo");

        Assert.Equal(["crm__echo", "crm__unlocked"], open.Functions.Select(f => f.Declaration.Name));
    }

    [Fact]
    public async Task However_often_a_list_is_announced_to_have_changed_a_call_waits_for_one_reading_of_it()
    {
        var (time, options) = (new ManualTime(), new McpOptions());
        await using var server = await FakeMcpServer.StartAsync();
        server.OnCall = async exchange =>
        {
            await exchange.BeginStreamAsync();
            for (var i = 0; i < 20; i++)
            {
                await exchange.SendAsync(new JsonObject { ["jsonrpc"] = "2.0", ["method"] = "notifications/tools/list_changed" });
            }

            await exchange.AnswerAsync(FakeMcpServer.Text("done"));
        };
        await using var rig = new McpRig(time, options);
        await using var open = await rig.OpenAsync(McpRig.Declare(server.Url));
        server.OnRequest = async exchange =>
        {
            if (exchange.Method == "tools/list")
            {
                await Task.Delay(Timeout.Infinite, exchange.Gone).ContinueWith(_ => { }, TaskScheduler.Default);
            }

            return exchange.Method == "tools/list";
        };

        var call = open.CallAsync("echo");
        for (var i = 0; i < 3 && await Task.WhenAny(call, time.TimerAsync(options.ConnectTimeout, "the reading of the list")) != call; i++)
        {
            time.Advance(options.ConnectTimeout);
        }

        Assert.Equal("done", (await call.OrTimeout("the end of the call")).Text());
        Assert.InRange(server.HeardOf("tools/list").Count(), 1, 3);
    }

    [Fact]
    public async Task A_list_is_not_read_on_when_its_tools_fill_what_there_is_room_for()
    {
        const int Length = 60_000;
        await using var server = await FakeMcpServer.StartAsync();
        server.Pages.Clear();
        for (var page = 0; page < 3; page++)
        {
            server.Pages.Add([.. Enumerable.Range(0, 100).Select(i => (JsonNode)FakeMcpServer.Tool($"tool{page}{i:00}", $$"""{"type":"object","description":"{{new string('x', Length)}}"}"""))]);
        }

        await using var rig = new McpRig();
        await using var open = await rig.OpenAsync(McpRig.Declare(server.Url));

        Assert.Equal(2, server.HeardOf("tools/list").Count());
        Assert.Equal(128, open.Functions.Count);
    }
}
