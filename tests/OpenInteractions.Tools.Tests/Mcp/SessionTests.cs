using OpenInteractions.Contracts.Tools;
using OpenInteractions.Tools.Mcp;

namespace OpenInteractions.Tools.Tests.Mcp;

/// <summary>A conversation keeps its session.</summary>
public sealed class SessionTests
{
    [Fact]
    public async Task The_turns_of_a_conversation_share_a_session_and_nobody_else_does()
    {
        await using var server = await FakeMcpServer.StartAsync();
        await using var rig = new McpRig();
        var declared = McpRig.Declare(server.Url);
        var withKey = declared with { Headers = new Dictionary<string, string> { ["X-Key"] = "1" } };

        await using (await rig.OpenAsync(declared, root: "a"))
        {
        }

        await using (await rig.OpenAsync(declared with { Name = "renamed" }, root: "a"))
        {
        }

        Assert.Single(server.HeardOf("initialize"));
        await using (await rig.OpenAsync(declared, root: "b"))
        await using (await rig.OpenAsync(withKey, root: "a"))
        await using (await rig.OpenAsync(declared, root: "a", project: "other"))
        {
        }

        Assert.Equal((4, 4), (server.HeardOf("initialize").Count(), rig.Kind.Sessions));
    }

    [Fact]
    public async Task Runs_that_begin_together_connect_once()
    {
        await using var server = await FakeMcpServer.StartAsync();
        await using var rig = new McpRig();

        var opened = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => rig.OpenAsync(McpRig.Declare(server.Url))));

        Assert.Single(server.HeardOf("initialize"));
        foreach (var open in opened)
        {
            await open.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_session_that_nobody_uses_is_closed()
    {
        var time = new ManualTime();
        await using var server = await FakeMcpServer.StartAsync();
        await using var rig = new McpRig(time);
        await using (await rig.OpenAsync(McpRig.Declare(server.Url)))
        {
            time.Advance(TimeSpan.FromHours(1));
            Assert.Equal(1, rig.Kind.Sessions);
        }

        time.Advance(TimeSpan.FromMinutes(4));
        Assert.Equal(1, rig.Kind.Sessions);
        time.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(0, rig.Kind.Sessions);
        await server.HeardAsync("DELETE");
    }

    [Fact]
    public async Task Of_too_many_sessions_the_oldest_goes()
    {
        var time = new ManualTime();
        await using var server = await FakeMcpServer.StartAsync();
        await using var rig = new McpRig(time, new McpOptions { MaxIdleSessions = 2 });
        foreach (var root in (string[])["a", "b", "c"])
        {
            await using var open = await rig.OpenAsync(McpRig.Declare(server.Url), root);
            time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(2, rig.Kind.Sessions);
        await using (await rig.OpenAsync(McpRig.Declare(server.Url), "b"))
        {
        }

        Assert.Equal(3, server.HeardOf("initialize").Count());
        await using (await rig.OpenAsync(McpRig.Declare(server.Url), "a"))
        {
        }

        Assert.Equal(4, server.HeardOf("initialize").Count());
    }

    [Fact]
    public async Task A_session_that_the_server_forgot_between_two_turns_is_replaced()
    {
        await using var server = await FakeMcpServer.StartAsync();
        await using var rig = new McpRig();
        await using (await rig.OpenAsync(McpRig.Declare(server.Url)))
        {
        }

        server.ForgetSessions();
        await using var open = await rig.OpenAsync(McpRig.Declare(server.Url));

        Assert.Single(open.Functions);
        Assert.Equal((2, 1), (server.HeardOf("initialize").Count(), rig.Kind.Sessions));
    }

    [Fact]
    public async Task A_connection_that_failed_is_not_kept()
    {
        await using var server = await FakeMcpServer.StartAsync();
        var isDown = true;
        server.OnRequest = exchange =>
        {
            exchange.Context.Response.StatusCode = isDown ? 500 : 200;
            return Task.FromResult(isDown);
        };
        await using var rig = new McpRig();
        await Assert.ThrowsAnyAsync<Exception>(() => rig.OpenAsync(McpRig.Declare(server.Url)));
        Assert.Equal(0, rig.Kind.Sessions);
        isDown = false;

        await using var open = await rig.OpenAsync(McpRig.Declare(server.Url));

        Assert.Single(open.Functions);
    }
}
