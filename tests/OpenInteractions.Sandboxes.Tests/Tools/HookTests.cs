using OpenInteractions.Contracts.Environments;
using OpenInteractions.Engine.Agents;
using OpenInteractions.Sandboxes.Tests.Engine;
using OpenInteractions.Sandboxes.Tests.Environments;

namespace OpenInteractions.Sandboxes.Tests.Tools;

/// <summary>HK-1 to HK-6: hooks that lie in an environment.</summary>
public sealed class HookTests
{
    private const string Denying = """{"guard":{"pre_tool_execution":[{"matcher":"^write_file$","handlers":[{"type":"command","command":"echo '{\"decision\":\"deny\",\"reason\":\"Nothing is written here.\"}'"}]}]}}""";

    [RootFact]
    [Rule("HK-1")]
    [Rule("HK-2")]
    public async Task A_denial_skips_the_call_and_the_model_sees_the_reason()
    {
        await using var rig = await StartAsync(Denying);

        Assert.Equal("A hook of the environment denied the call. Nothing is written here.", await rig.ErrorAsync("write_file", new { path = "a", content = "x" }));
        Assert.Equal(".agents/\n", await rig.TextAsync("list_dir", new { })); // the matcher fits the one tool alone
    }

    [RootFact]
    [Rule("HK-1")]
    public async Task A_group_that_is_not_enabled_is_not_asked()
    {
        await using var rig = await StartAsync(Denying.Replace("{\"guard\":{", "{\"guard\":{\"enabled\":false,", StringComparison.Ordinal));

        await rig.TextAsync("write_file", new { path = "a", content = "x" });
    }

    [RootTheory]
    [InlineData("exit 1")]
    [InlineData("echo no json")]
    [InlineData("sleep 100")]
    [InlineData("kill -9 $$")]
    [InlineData("echo '[]'")]
    [Rule("HK-3")]
    public async Task What_is_no_clear_answer_allows_unless_the_operator_wants_it_the_other_way_round(string command)
    {
        var file = $$$"""{"g":{"pre_tool_execution":[{"handlers":[{"type":"command","command":"{{{command}}}","timeout":0.3}]}]}}""";
        await using var open = await StartAsync(file);
        await using var closed = await StartAsync(file, failsClosed: true);

        await open.TextAsync("write_file", new { path = "a", content = "x" });
        Assert.Contains("no clear answer", await closed.ErrorAsync("write_file", new { path = "a", content = "x" }), StringComparison.Ordinal);
    }

    [RootTheory]
    [InlineData("{")]
    [InlineData("""{"g":{"pre_tool_execution":[{"matcher":"(","handlers":[{"command":"true"}]}]}}""")]
    [InlineData("""{"g":{"pre_tool_execution":[{"handlers":[{"type":"telepathy"}]}]}}""")]
    public async Task A_file_that_cannot_be_understood_denies_only_where_hooks_fail_closed(string file)
    {
        await using var open = await StartAsync(file);
        await using var closed = await StartAsync(file, failsClosed: true);

        await open.TextAsync("write_file", new { path = "a", content = "x" });
        Assert.Contains("cannot be understood", await closed.ErrorAsync("write_file", new { path = "a", content = "x" }), StringComparison.Ordinal);
    }

    [RootFact]
    [Rule("HK-6")]
    public async Task Handlers_are_told_what_is_called_and_what_came_of_it_and_those_behind_cannot_change_it()
    {
        const string Keeps = "cat >>/workspace/seen; echo >>/workspace/seen; echo '{\\\"decision\\\":\\\"deny\\\"}'";
        await using var rig = await StartAsync($$$"""{"g":{"post_tool_execution":[{"matcher":"write_file","hooks":[{"command":"{{{Keeps}}}"}]}]}}""");

        Assert.Equal("Wrote 1 bytes to /workspace/a.", await rig.TextAsync("write_file", new { path = "a", content = "x" }));

        Assert.Equal(
            """{"event":"post_tool_execution","tool_name":"write_file","tool_input":{"path":"a","content":"x"},"tool_result":"Wrote 1 bytes to /workspace/a."}""" + "\n",
            await rig.BashAsync("cat /workspace/seen"));
    }

    [RootFact]
    [Rule("HK-5")]
    public async Task Loopback_is_no_address_for_a_handler()
    {
        var file = """{"g":{"pre_tool_execution":[{"matcher":"write_file","handlers":[{"type":"http","url":"http://127.0.0.1:8000/"}]}]}}""";
        await using var rig = await StartAsync(file, failsClosed: true);
        await rig.BashAsync("setsid -f python3 -c \"import http.server as h; h.HTTPServer(('127.0.0.1', 8000), type('H', (h.BaseHTTPRequestHandler,), dict(do_POST=lambda s: (open('/workspace/asked', 'w'), s.send_response(200), s.end_headers())))).serve_forever()\" >/dev/null 2>&1; for i in $(seq 100); do (echo >/dev/tcp/127.0.0.1/8000) 2>/dev/null && break; read -t 0.1 <> <(:); done; true");

        Assert.Contains("no clear answer", await rig.ErrorAsync("write_file", new { path = "a", content = "x" }), StringComparison.Ordinal);
        Assert.Equal("no\n", await rig.BashAsync("test -e /workspace/asked && echo yes || echo no"));
    }

    private static Task<ToolRig> StartAsync(string file, bool failsClosed = false) =>
        ToolRig.StartAsync(EnvironmentRig.Inline("/workspace/.agents/hooks.json", file), (AgentOptions options, OpenInteractions.Tools.CodeExecution.CodeExecutionOptions _) => options.HooksFailClosed = failsClosed);
}
