using System.Text.Json;
using OpenInteractions.Contracts.Content;
using OpenInteractions.Contracts.Json;
using OpenInteractions.Contracts.Steps;
using OpenInteractions.Engine.Providers;
using OpenInteractions.Engine.Turns;
using OpenInteractions.Testing.Vendors.OpenAI;

namespace OpenInteractions.Providers.Tests.OpenAI;

/// <summary>What the service's own tools leave in an answer that nobody asked them for (protocols 6.2).</summary>
public sealed class VendorItemTests
{
    public static TheoryData<string, string, string> Items => new()
    {
        {
            """{"type":"web_search_call","status":"completed","action":{"type":"search","query":"a","queries":["a","b"]}}""",
            """{"type":"google_search_call","arguments":{"queries":["a","b"]}}""", """{"type":"google_search_result","result":[],"is_error":false}"""
        },
        {
            """{"type":"web_search_call","status":"failed","action":{"type":"open_page","url":"https://example.org/"}}""",
            """{"type":"url_context_call","arguments":{"urls":["https://example.org/"]}}""",
            """{"type":"url_context_result","result":[{"url":"https://example.org/","status":"error"}],"is_error":true}"""
        },
        { """{"type":"web_search_call","status":"completed"}""", """{"type":"google_search_call","arguments":{"queries":[]}}""", """{"type":"google_search_result","result":[],"is_error":false}""" },
        {
            """{"type":"code_interpreter_call","status":"completed","code":"print(2)","container_id":"cntr_1","outputs":[{"type":"logs","logs":"2\n"},{"type":"image","url":"x"}]}""",
            """{"type":"code_execution_call","arguments":{"code":"print(2)","language":"python"}}""", """{"type":"code_execution_result","result":"2\n","is_error":false}"""
        },
        {
            """{"type":"file_search_call","status":"completed","queries":["a"],"results":[{"file_id":"f","text":"t"}]}""",
            """{"type":"file_search_call"}""", """{"type":"file_search_result","result":[{"file_id":"f","text":"t"}]}"""
        },
        {
            """{"type":"mcp_call","status":"completed","server_label":"wiki","name":"read","arguments":"{\"page\":1}","output":"text"}""",
            """{"type":"mcp_server_tool_call","name":"read","server_name":"wiki","arguments":{"page":1}}""",
            """{"type":"mcp_server_tool_result","result":"text","name":"read","server_name":"wiki","is_error":false}"""
        },
        {
            """{"type":"mcp_call","status":"failed","server_label":"wiki","name":"read","arguments":"{\"pa","error":{"type":"mcp_tool_execution_error"}}""",
            """{"type":"mcp_server_tool_call","name":"read","server_name":"wiki","arguments":{}}""",
            """{"type":"mcp_server_tool_result","result":"{\"type\":\"mcp_tool_execution_error\"}","name":"read","server_name":"wiki","is_error":true}"""
        },
    };

    [Theory]
    [MemberData(nameof(Items))]
    public async Task An_item_of_a_tool_that_the_service_ran_is_a_call_and_its_result(string item, string call, string result)
    {
        await using var upstream = await OpenAIUpstream.StartAsync();
        upstream.Script(OpenAITurn.New.Runs(item).Says("So it is."));

        var steps = await StepsAsync(upstream, upstream.Ask("gpt-4.1", "Hi"));

        Assert.Equal(3, steps.Count);
        Assert.Equal(call, Shown(steps[0]));
        Assert.Equal(result, Shown(steps[1]));
        Assert.Equal(((ICallStep)steps[0]).Id, ((IResultStep)steps[1]).CallId);
        Assert.IsType<ModelOutputStep>(steps[2]);
    }

    [Theory]
    [MemberData(nameof(Items))]
    public async Task It_goes_back_as_it_came_and_without_its_id(string item, string call, string result)
    {
        await using var upstream = await OpenAIUpstream.StartAsync();
        upstream.Script(OpenAITurn.New.Runs(item).Says("So it is."));
        var request = upstream.Ask("gpt-4.1", "Hi");

        var steps = await StepsAsync(upstream, request);
        await StepsAsync(upstream, upstream.Ask("gpt-4.1", [OpenAIUpstream.User("Hi"), .. steps.Select(s => new HistoryStep(s)), OpenAIUpstream.User("Go on")]));

        var sent = upstream.LastBody.GetProperty("input").EnumerateArray().ToList();
        Assert.Equal(4, sent.Count);
        Assert.True(JsonElement.DeepEquals(JsonElement.Parse(item), sent[1]), $"{call}, {result}: {sent[1].GetRawText()}");
    }

    [Fact]
    public async Task A_picture_that_the_service_drew_is_shown()
    {
        await using var upstream = await OpenAIUpstream.StartAsync();
        upstream.Script(OpenAITurn.New.Runs("""{"type":"image_generation_call","status":"completed","result":"AAAA","output_format":"webp"}""").Says("There."));

        var steps = await StepsAsync(upstream, upstream.Ask("gpt-4.1", "Draw"));

        var image = Assert.IsType<ImageContent>(Assert.Single(Assert.IsType<ModelOutputStep>(steps[0]).Content));
        Assert.Equal(("AAAA", "image/webp"), (image.Data, image.MimeType));
    }

    private static async Task<IReadOnlyList<Step>> StepsAsync(OpenAIUpstream upstream, ModelRequest request)
    {
        var steps = new List<Step>();
        StepAssembler? open = null;
        await foreach (var value in upstream.Provider.StreamAsync(request, CancellationToken.None))
        {
            switch (value)
            {
                case StepStarted started:
                    open = new StepAssembler(started.Shell);
                    break;
                case StepPiece piece:
                    open!.Add(piece.Delta);
                    break;
                case StepStopped:
                    steps.Add(open!.Build());
                    break;
            }
        }

        return steps;
    }

    /// <summary>The step without what differs from run to run.</summary>
    private static string Shown(Step step)
    {
        var json = JsonSerializer.SerializeToNode(step, WireJson.Wire.Step)!.AsObject();
        Assert.True(step is IResultStep || (string?)json["signature"] is { Length: > 0 });
        _ = json.Remove("id") || json.Remove("call_id");
        json.Remove("signature");
        return json.ToJsonString(WireJson.Wire.Options);
    }
}
