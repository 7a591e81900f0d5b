using System.Text.Json;

namespace OpenInteractions.Tools.Tests.Mixed;

/// <summary>What becomes of calls that are made at once: in the steps, and in what the vendor is sent after them.</summary>
internal static class MixedRounds
{
    /// <summary>Calls in the order in which the model made them, then a result for each, in the order in which they came.</summary>
    public static void AssertRound(MixedCall[] calls, IEnumerable<JsonElement> steps)
    {
        var made = steps.ToList();
        AssertCalls(calls, made.Take(calls.Length));
        Assert.Equal(2 * calls.Length, made.Count);
        foreach (var (call, step) in calls.Zip(made))
        {
            var result = Assert.Single(made.Skip(calls.Length), r => r.Text("call_id") == step.Text("id"));
            Assert.Equal(call.ResultType, result.Type());
            Assert.False(result.TryGetProperty("is_error", out _), result.GetRawText());
            AssertShown(call, result);
        }
    }

    /// <summary>What the wire has a place for (behaviour TL-2).</summary>
    private static void AssertShown(MixedCall call, JsonElement result)
    {
        var shown = result.GetProperty("result");
        switch (call.Name)
        {
            case "google_search":
                Assert.Equal(["search_suggestions"], Assert.Single(shown.EnumerateArray()).EnumerateObject().Select(m => m.Name));
                break;
            case "url_context":
                Assert.Equal($$"""[{"url":{{JsonElement.Parse(call.Arguments).GetProperty("urls")[0].GetRawText()}},"status":"success"}]""", shown.GetRawText());
                break;
            case "file_search":
                Assert.Equal("[]", shown.GetRawText());
                break;
            default:
                Assert.Equal(call.RemoteName, (result.Text("server_name"), result.Text("name")));
                Assert.Contains(call.Shows[0], Assert.Single(shown.EnumerateArray()).Text("text"), StringComparison.Ordinal);
                break;
        }
    }

    public static void AssertCalls(MixedCall[] calls, IEnumerable<JsonElement> steps)
    {
        var made = steps.ToList();
        Assert.Equal(calls.Select(c => c.CallType), made.Select(s => s.Type()));
        foreach (var (call, step) in calls.Zip(made))
        {
            if (call.CallType == "file_search_call")
            {
                Assert.Equal(["id", "signature", "type"], step.EnumerateObject().Select(m => m.Name).Order());
                continue;
            }

            Assert.True(JsonElement.DeepEquals(JsonElement.Parse(call.Arguments), step.GetProperty("arguments")), $"{call.Arguments} is not {step.GetProperty("arguments").GetRawText()}");
            if (call.CallType == "mcp_server_tool_call")
            {
                Assert.Equal(call.RemoteName, (step.Text("server_name"), step.Text("name")));
            }
            else if (call.CallType == "function_call")
            {
                Assert.Equal(call.Name, step.Text("name"));
            }
        }
    }

    /// <summary>The calls before, each with its one result, and the declared functions, in their order.</summary>
    public static void AssertSent(IReadOnlyList<MixedCall> before, SentConversation sent)
    {
        Assert.Equal(MixedTools.Functions, sent.Functions);
        Assert.Empty(sent.OtherTools);
        Assert.Equal(before.Select(c => c.Name), sent.Calls.Select(c => c.Name));
        Assert.Equal(sent.Calls.Select(c => c.Id).Order(StringComparer.Ordinal), sent.Results.Select(r => r.CallId).Order(StringComparer.Ordinal));
        Assert.Equal(before.Count, sent.Calls.DistinctBy(c => c.Id).Count());
        foreach (var (call, shown) in before.Zip(sent.Calls))
        {
            Assert.True(JsonElement.DeepEquals(JsonElement.Parse(call.Arguments), shown.Arguments), $"{call.Arguments} is not {shown.Arguments.GetRawText()}");
            var result = sent.Results.Single(r => r.CallId == shown.Id).Text;
            Assert.All(call.Shows, text => Assert.Contains(text, result, StringComparison.Ordinal));
        }
    }

    public static void AssertIdsAreUnique(IReadOnlyList<JsonElement> steps)
    {
        var ids = steps.Where(s => s.TryGetProperty("id", out _)).Select(s => s.Text("id")).ToList();
        Assert.Equal(8, ids.Count);
        Assert.Equal(ids.Count, ids.Distinct(StringComparer.Ordinal).Count());
    }
}
