using System.Text.Json;
using OpenInteractions.Testing;
using OpenInteractions.Testing.Client;
using OpenInteractions.Testing.Vendors.Gemini;

namespace OpenInteractions.Tools.Tests.GoogleSearch;

/// <summary>Searches inside turns, through the API, with the local engine and every vendor's wire.</summary>
public sealed class SearchTurnsTests : IAsyncLifetime
{
    private const string Page = "京都の人口は百四十万人です。";

    private readonly DirectoryInfo _pages = Directory.CreateTempSubdirectory("oi-pages-");
    private VendorWires _wires = null!;

    public async Task InitializeAsync()
    {
        await File.WriteAllTextAsync(Path.Combine(_pages.FullName, "kyoto.md"), $"# 京都\n\n{Page}寺が多い。");
        await File.WriteAllTextAsync(Path.Combine(_pages.FullName, "alps.txt"), "The Alps\nThe Alps are mountains in Europe. Mont Blanc is their highest summit.");
        _wires = await VendorWires.StartAsync();
    }

    public async Task DisposeAsync()
    {
        await _wires.DisposeAsync();
        _pages.Delete(recursive: true);
    }

    [Theory]
    [MemberData(nameof(VendorWires.Ways), MemberType = typeof(VendorWires))]
    [Rule("TL-1")]
    [Rule("TL-2")]
    [Rule("TL-3")]
    [Rule("TL-5")]
    [Rule("TL-13")]
    public async Task Every_vendors_model_searches_reads_cites_and_knows_it_in_the_next_turn(string wire, bool isStreamed)
    {
        await using var server = await StartAsync(wire);
        var (vendor, model) = (_wires[wire], VendorWires.ModelOf(wire));
        string? read = null;
        vendor.Enqueue(_wires.Calls(wire, "google_search", """{"queries":["京都の人口"]}"""));
        vendor.Enqueue(request =>
        {
            read = VendorWires.Plain(request.Text);
            return _wires.Says(wire, $"Kyoto 🏯: 人口は百四十万人です [{ShownMarks.First(read)}]。以上。")(request);
        });

        var (id, state, first) = await AskAsync(server, model, "How many people live in Kyoto?", previous: null, isStreamed);

        Assert.Equal("completed", state);
        Assert.Equal(["google_search_call", "google_search_result", "model_output"], first.WithoutThoughts().Select(s => s.Type()));
        var (call, result, output) = (first.Single(s => s.Type() == "google_search_call"), first.Single(s => s.Type() == "google_search_result"), first[^1]);
        Assert.Equal(call.GetProperty("id").GetString(), result.GetProperty("call_id").GetString());
        Assert.Equal("""["京都の人口"]""", VendorWires.Plain(call.GetProperty("arguments").GetProperty("queries").GetRawText()));
        Assert.Equal(["search_suggestions"], result.GetProperty("result")[0].EnumerateObject().Select(m => m.Name));
        Assert.Equal(["call_id", "result", "signature", "type"], result.EnumerateObject().Select(m => m.Name).Order());
        Assert.Contains(Page, read, StringComparison.Ordinal);
        AssertCited(output, "Kyoto 🏯: 人口は百四十万人です。以上。", "Kyoto 🏯: 人口は百四十万人です", "https://docs.example/kyoto.md", "京都");

        // The next turn: the model reads the page still, and may cite it without searching again.
        vendor.Enqueue(request =>
        {
            read = VendorWires.Plain(request.Text);
            return _wires.Says(wire, $"Yes. 寺が多い [{ShownMarks.First(read)}].")(request);
        });
        var next = await AskAsync(server, model, "Sure?", id, isStreamed);
        Assert.Contains(Page, read, StringComparison.Ordinal);
        Assert.DoesNotContain("search_suggestions", read, StringComparison.Ordinal);
        AssertCited(next.Steps[^1], "Yes. 寺が多い.", "寺が多い", "https://docs.example/kyoto.md", "京都");
        Assert.Empty(vendor.Refusals);
    }

    [Fact]
    [Rule("TL-3")]
    public async Task A_client_that_keeps_the_history_itself_sends_the_steps_back_and_the_model_reads_them()
    {
        await using var server = await StartAsync("responses");
        var vendor = _wires["responses"];
        vendor.Enqueue(_wires.Calls("responses", "google_search", """{"queries":["京都の人口"]}"""));
        vendor.Enqueue(_wires.Says("responses", "百四十万."));
        var steps = (await server.Client.CreateAsync("""{"model":"gpt-5.1","store":false,"input":"How many?","tools":[{"type":"google_search"}]}""")).Ok().Steps;
        var read = "";
        vendor.Enqueue(request =>
        {
            read = VendorWires.Plain(request.Text);
            return _wires.Says("responses", "Yes.")(request);
        });

        var history = string.Join(',', steps.Select(s => s.GetRawText()));
        (await server.Client.CreateAsync($$"""
            {"model":"gpt-5.1","store":false,"tools":[{"type":"google_search"}],"input":[{"type":"user_input","content":[{"type":"text","text":"How many?"}]},{{history}},{"type":"user_input","content":[{"type":"text","text":"Sure?"}]}]}
            """)).Ok();

        Assert.Contains(Page, read, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Search for \"京都の人口\".", "京都の人口は百四十万人です。", "https://docs.example/kyoto.md")]
    [InlineData("Please search the web for the highest summit of the Alps", "The Alps are mountains in Europe.", "https://docs.example/alps.txt")]
    public async Task The_demo_model_searches_and_cites(string prompt, string cited, string url)
    {
        await using var server = await StartAsync("chat");

        foreach (var isStreamed in new[] { false, true })
        {
            var (_, _, steps) = await AskAsync(server, "demo", prompt, previous: null, isStreamed);

            Assert.Equal(["google_search_call", "google_search_result", "model_output"], steps.WithoutThoughts().Select(s => s.Type()));
            var block = steps[^1].GetProperty("content")[0];
            var first = block.GetProperty("annotations")[0];
            Assert.Equal((url, cited), (first.GetProperty("url").GetString(), block.Cut(first)));
            ShownMarks.AssertNone(block.Text("text"));
        }
    }

    [Fact]
    [Rule("TL-1")]
    public async Task Without_an_engine_gemini_searches_itself_and_others_are_refused()
    {
        await using var server = await _wires.ServerAsync("interactions");
        _wires["interactions"].Enqueue(_wires.Gemini.Turn(GeminiTurn.Empty.Searches("kyoto", "<div>kyoto</div>").Text("It has 1.4 million.")));

        var answer = (await server.Client.CreateAsync($$"""{"model":"{{VendorWires.ModelOf("interactions")}}","input":"How many?","tools":[{"type":"google_search"}]}""")).Ok();
        var refused = await server.Client.CreateAsync("""{"model":"local/scripted","input":"How many?","tools":[{"type":"function","name":"f"},{"type":"google_search"}]}""");

        Assert.Equal(["google_search_call", "google_search_result", "model_output"], answer.Steps.WithoutThoughts().Select(s => s.Type()));
        Assert.Contains("google_search", _wires["interactions"].Requests[^1].Text, StringComparison.Ordinal);
        Assert.Equal(400, refused.Status);
        Assert.Contains("OpenInteractions:Tools:GoogleSearch:Engine", refused.ErrorMessage, StringComparison.Ordinal);
        Assert.Contains("tools[1]", refused.ErrorMessage, StringComparison.Ordinal);
        Assert.Empty(_wires["chat"].Requests.Where(r => r.Method == "POST"));
    }

    private static Task<(string Id, string State, IReadOnlyList<JsonElement> Steps)> AskAsync(ServerProcess server, string model, string prompt, string? previous, bool isStreamed)
    {
        var chain = previous is null ? "" : $"\"previous_interaction_id\":\"{previous}\",";
        return VendorWires.CreateAsync(server, $$"""{"model":"{{model}}",{{chain}}"input":{{JsonSerializer.Serialize(prompt)}},"tools":[{"type":"google_search"}]}""", isStreamed);
    }

    private static void AssertCited(JsonElement output, string text, string cited, string url, string title)
    {
        var block = output.GetProperty("content")[0];
        Assert.Equal(text, block.GetProperty("text").GetString());
        var citation = Assert.Single(block.GetProperty("annotations").EnumerateArray());
        Assert.Equal(("url_citation", url, title, cited), (citation.Type(), citation.GetProperty("url").GetString(), citation.GetProperty("title").GetString(), block.Cut(citation)));
    }

    private Task<ServerProcess> StartAsync(string wire) => _wires.ServerAsync(
        wire,
        ("OpenInteractions__Tools__GoogleSearch__Engine", "local"),
        ("OpenInteractions__Tools__GoogleSearch__Pages", _pages.FullName),
        ("OpenInteractions__Tools__GoogleSearch__Address", "https://docs.example"));
}
