using System.Text;
using System.Text.Json;
using OpenInteractions.Testing;
using OpenInteractions.Testing.Vendors;
using OpenInteractions.Testing.Vendors.OpenAI;

namespace OpenInteractions.Tools.Tests.GoogleSearch;

/// <summary>Without an engine the vendor's own search is used, and what it leaves looks like ours.</summary>
public sealed class NativeSearchTests
{
    private const string Item = """{"type":"web_search_call","status":"completed","action":{"type":"search","query":"京都の人口"}}""";
    private const string Said = "Kyoto 🏯: 人口は百四十万人です。";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Rule("TL-12")]
    public async Task A_model_of_OpenAI_searches_cites_in_bytes_and_is_given_its_search_back(bool isStreamed)
    {
        await using var wires = await VendorWires.StartAsync();
        await using var server = await wires.ServerAsync("responses");
        wires["responses"].Enqueue(wires.OpenAI.Reply(OpenAITurn.New.Runs(Item).Says(Said, (9, 19, "https://kyoto.example/", "京都"))));

        var (id, state, steps) = await VendorWires.CreateAsync(server, Request("How many?"), isStreamed);

        Assert.Equal("completed", state);
        var shown = steps.Where(s => s.GetProperty("type").GetString() != "thought").ToList();
        Assert.Equal(["google_search_call", "google_search_result", "model_output"], shown.Select(s => s.GetProperty("type").GetString()));
        Assert.Equal(shown[0].GetProperty("id").GetString(), shown[1].GetProperty("call_id").GetString());
        Assert.Equal("京都の人口", shown[0].GetProperty("arguments").GetProperty("queries")[0].GetString());
        var block = shown[2].GetProperty("content")[0];
        var cited = block.GetProperty("annotations")[0];
        Assert.Equal("人口は百四十万人です", Cut(block, cited));
        Assert.Equal("""[{"type":"web_search"}]""", Sent(wires).GetProperty("tools").GetRawText());

        wires["responses"].Enqueue(wires.Says("responses", "Yes."));
        await VendorWires.CreateAsync(server, Request("Sure?", id), isStreamed);

        Assert.True(JsonElement.DeepEquals(JsonElement.Parse(Item), Sent(wires).GetProperty("input").EnumerateArray().Single(i => i.TryGetProperty("type", out var type) && type.GetString() == "web_search_call")));
    }

    [Fact]
    public async Task An_endpoint_that_only_serves_such_a_model_is_not_asked_to_search()
    {
        await using var wires = await VendorWires.StartAsync();
        await using var server = await wires.ServerAsync("responses");

        var refused = await server.Client.CreateAsync(Request("How many?").Replace("gpt-5.1", "local/gpt-5.1", StringComparison.Ordinal));

        Assert.Equal(400, (int)refused.Status);
        Assert.Contains("Tools:GoogleSearch:Engine", refused.Text, StringComparison.Ordinal);
        Assert.Empty(wires["chat"].Requests.Where(r => r.Method == "POST"));
    }

    private static string Request(string input, string? previous = null) =>
        $$"""{"model":"gpt-5.1","input":"{{input}}","tools":[{"type":"google_search"}]{{(previous is null ? "" : $",\"previous_interaction_id\":\"{previous}\"")}}}""";

    private static JsonElement Sent(VendorWires wires) => JsonElement.Parse(wires["responses"].Requests[^1].Text);

    private static string Cut(JsonElement block, JsonElement cited)
    {
        var bytes = Encoding.UTF8.GetBytes(block.GetProperty("text").GetString()!);
        return Encoding.UTF8.GetString(bytes[cited.GetProperty("start_index").GetInt32()..cited.GetProperty("end_index").GetInt32()]);
    }
}
