using System.Collections.Frozen;
using System.Text.Json;
using OpenInteractions.Contracts.Steps;
using OpenInteractions.Engine.Tools;

namespace OpenInteractions.Tools.Tests.Mcp;

/// <summary>Every tool of the MCP project's reference server, which speaks revision 2025-11-25.</summary>
[Rule("TL-8")]
public sealed class EverythingTests(EverythingServer server) : IClassFixture<EverythingServer>
{
    /// <summary>For each tool: its arguments, and what its result shows that only a right call can give.</summary>
    private static readonly FrozenDictionary<string, (string Arguments, string Kinds, string Shows)> Tools = new Dictionary<string, (string, string, string)>
    {
        ["echo"] = ("""{"message":"grüße 你好"}""", "text", "grüße 你好"),
        ["get-annotated-message"] = ("""{"messageType":"success","includeImage":true}""", "text image", "success"),
        ["get-env"] = ("{}", "text", "PATH"),
        ["get-resource-links"] = ("""{"count":3}""", "text text text text", "demo://resource/"),
        ["get-resource-reference"] = ("""{"resourceType":"Text","resourceId":2}""", "text text text", "demo://resource/dynamic/text/2\n"),
        ["get-structured-content"] = ("""{"location":"Chicago"}""", "text", "humidity"),
        ["get-sum"] = ("""{"a":19.5,"b":22.5}""", "text", "42"),
        ["get-tiny-image"] = ("{}", "text image text", "image"),
        ["gzip-file-as-resource"] = ("""{"name":"a.txt.gz","data":"data:text/plain;base64,aGVsbG8=","outputType":"resource"}""", "text document", "a.txt.gz"),
        ["toggle-simulated-logging"] = ("{}", "text", "logging"),
        ["toggle-subscriber-updates"] = ("{}", "text", "updates"),
        ["trigger-long-running-operation"] = ("""{"duration":1,"steps":4}""", "text", "Long running operation completed"),
        ["simulate-research-query"] = ("""{"topic":"owls"}""", "text", "# Research Report: owls"),
    }.ToFrozenDictionary();

    [EverythingFact]
    public async Task Every_tool_is_called()
    {
        await using var rig = new McpRig();
        await using var open = await rig.OpenAsync(McpRig.Declare(server.Url));

        // What needs sampling, roots or elicitation is not offered to a client that declares none of them.
        Assert.Equal(Tools.Keys.Order(StringComparer.Ordinal).Select(t => $"crm__{t}"), open.Functions.Select(f => f.Declaration.Name));

        var results = new Dictionary<string, McpServerToolResultStep>();
        foreach (var (tool, (arguments, _, _)) in Tools)
        {
            results[tool] = await open.CallAsync(tool, arguments).OrTimeout(tool);
        }

        Assert.Equal(
            Tools.ToDictionary(t => t.Key, t => t.Value.Kinds),
            results.ToDictionary(r => r.Key, r => string.Join(' ', r.Value.Result.EnumerateArray().Select(b => b.GetProperty("type").GetString()))));
        Assert.All(Tools, t => Assert.Contains(t.Value.Shows, results[t.Key].Text(), StringComparison.OrdinalIgnoreCase));
        Assert.All(results, r => Assert.Equal(("call_1", r.Key, "crm"), (r.Value.CallId, r.Value.Name, r.Value.ServerName)));
    }

    [EverythingFact]
    public async Task A_schema_arrives_as_the_server_wrote_it()
    {
        await using var rig = new McpRig();
        await using var open = await rig.OpenAsync(McpRig.Declare(server.Url, "get-sum"));

        var parameters = Assert.Single(open.Functions).Declaration.Parameters!.Value;

        Assert.Equal("number", parameters.GetProperty("properties").GetProperty("a").GetProperty("type").GetString());
        Assert.Equal(["a", "b"], parameters.GetProperty("required").EnumerateArray().Select(r => r.GetString()));
        Assert.StartsWith("http://json-schema.org/", parameters.GetProperty("$schema").GetString(), StringComparison.Ordinal);
    }

    [EverythingFact]
    public async Task Wrong_arguments_are_an_error_that_the_model_sees()
    {
        await using var rig = new McpRig();
        await using var open = await rig.OpenAsync(McpRig.Declare(server.Url));

        var result = await open.CallAsync("get-sum", """{"a":"many"}""");

        Assert.True(result.IsError);
        Assert.Contains("expected number", result.Text(), StringComparison.Ordinal);
    }

    [EverythingFact]
    public async Task Fifty_calls_run_side_by_side()
    {
        await using var rig = new McpRig();
        await using var open = await rig.OpenAsync(McpRig.Declare(server.Url));
        var slow = open.CallAsync("trigger-long-running-operation", """{"duration":3,"steps":3}""");

        var quick = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => open.CallAsync("get-sum", $$"""{"a":{{i}},"b":1000}"""))).OrTimeout("fifty sums");

        Assert.False(slow.IsCompleted, "the quick calls waited for the slow one");
        Assert.All(quick.Index(), q => Assert.Contains($"{1000 + q.Index}", q.Item.Text(), StringComparison.Ordinal));
        Assert.Contains("completed", (await slow.OrTimeout("the slow call")).Text(), StringComparison.Ordinal);
    }
}
