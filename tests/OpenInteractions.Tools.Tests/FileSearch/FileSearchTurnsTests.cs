using System.Text.Json;
using OpenInteractions.Engine.FileSearch;
using OpenInteractions.Testing;
using OpenInteractions.Testing.Client;
using OpenInteractions.Testing.Vendors.Gemini;

namespace OpenInteractions.Tools.Tests.FileSearch;

/// <summary>Searches in files inside turns, through the API, over the embedded store and with every vendor's wire.</summary>
public sealed class FileSearchTurnsTests : IAsyncLifetime
{
    private const string Tool = """{"type":"file_search","file_search_store_names":["fileSearchStores/kyoto"]}""";
    private const string Page = "京都の人口は百四十万人です。";

    private VendorWires _wires = null!;

    public async Task InitializeAsync() => _wires = await VendorWires.StartAsync();

    public async Task DisposeAsync() => await _wires.DisposeAsync();

    [Theory]
    [MemberData(nameof(VendorWires.Ways), MemberType = typeof(VendorWires))]
    [Rule("TL-1")]
    [Rule("TL-2")]
    [Rule("TL-3")]
    [Rule("TL-5")]
    [Rule("TL-13")]
    public async Task Every_vendors_model_searches_reads_cites_pages_and_knows_it_in_the_next_turn(string wire, bool isStreamed)
    {
        await using var server = await StartAsync(wire);
        var (vendor, model) = (_wires[wire], VendorWires.ModelOf(wire));
        string? read = null;
        vendor.Enqueue(_wires.Calls(wire, "file_search", """{"queries":["京都の人口"]}"""));
        vendor.Enqueue(request =>
        {
            read = VendorWires.Plain(request.Text);
            return _wires.Says(wire, $"Kyoto 🏯: 人口は百四十万人です [{ShownMarks.First(read)}]。以上。")(request);
        });

        var (id, state, first) = await AskAsync(server, model, "How many people live in Kyoto?", previous: null, isStreamed);

        Assert.Equal("completed", state);
        Assert.Equal(["file_search_call", "file_search_result", "model_output"], first.WithoutThoughts().Select(s => s.Type()));
        var (call, result, output) = (first.Single(s => s.Type() == "file_search_call"), first.Single(s => s.Type() == "file_search_result"), first[^1]);
        Assert.Equal(call.GetProperty("id").GetString(), result.GetProperty("call_id").GetString());
        Assert.Equal(["id", "signature", "type"], call.EnumerateObject().Select(m => m.Name).Order());
        Assert.Equal(["call_id", "result", "signature", "type"], result.EnumerateObject().Select(m => m.Name).Order());
        Assert.Equal("[]", result.GetProperty("result").GetRawText());
        Assert.Contains(Page, read, StringComparison.Ordinal);
        Assert.Contains("京都の人口", read, StringComparison.Ordinal);
        AssertCited(output, "Kyoto 🏯: 人口は百四十万人です。以上。", "Kyoto 🏯: 人口は百四十万人です");

        // The next turn: the model sees still what it asked for and what it read, and may cite it without searching again.
        vendor.Enqueue(request =>
        {
            read = VendorWires.Plain(request.Text);
            return _wires.Says(wire, $"Yes. 寺が多い [{ShownMarks.First(read)}].")(request);
        });
        var next = await AskAsync(server, model, "Sure?", id, isStreamed);
        Assert.Contains(Page, read, StringComparison.Ordinal);
        Assert.Contains("\"京都の人口", read!.Replace("\\", "", StringComparison.Ordinal), StringComparison.Ordinal);
        AssertCited(next.Steps[^1], "Yes. 寺が多い.", "寺が多い");
        Assert.Empty(vendor.Refusals);
    }

    [Fact]
    [Rule("TL-3")]
    public async Task A_client_that_keeps_the_history_itself_sends_the_steps_back_and_the_model_reads_them()
    {
        await using var server = await StartAsync("responses");
        var vendor = _wires["responses"];
        vendor.Enqueue(_wires.Calls("responses", "file_search", """{"queries":["京都の人口"]}"""));
        vendor.Enqueue(_wires.Says("responses", "百四十万."));
        var steps = (await server.Client.CreateAsync($$"""{"model":"gpt-5.1","store":false,"input":"How many?","tools":[{{Tool}}]}""")).Ok().Steps;
        var read = "";
        vendor.Enqueue(request =>
        {
            read = VendorWires.Plain(request.Text);
            return _wires.Says("responses", "Yes.")(request);
        });

        var history = string.Join(',', steps.Select(s => s.GetRawText()));
        (await server.Client.CreateAsync($$"""
            {"model":"gpt-5.1","store":false,"tools":[{{Tool}}],"input":[{"type":"user_input","content":[{"type":"text","text":"How many?"}]},{{history}},{"type":"user_input","content":[{"type":"text","text":"Sure?"}]}]}
            """)).Ok();

        Assert.Contains(Page, read, StringComparison.Ordinal);
        Assert.Contains("京都の人口", read, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Search my files for \"京都の人口\".", "京都の人口は百四十万人です。", "kyoto.pdf")]
    [InlineData("Please search the documents for the highest summit of the Alps", "Mont Blanc is the highest summit of the Alps.", "alps.txt")]
    [InlineData("Use file_search to find the highest summit of the Alps", "Mont Blanc is the highest summit of the Alps.", "alps.txt")]
    public async Task The_demo_model_searches_and_cites(string prompt, string cited, string file)
    {
        await using var server = await StartAsync("chat");

        foreach (var isStreamed in new[] { false, true })
        {
            var (_, _, steps) = await AskAsync(server, "demo", prompt, previous: null, isStreamed);

            Assert.Equal(["file_search_call", "file_search_result", "model_output"], steps.WithoutThoughts().Select(s => s.Type()));
            var block = steps[^1].GetProperty("content")[0];
            var first = block.GetProperty("annotations")[0];
            Assert.Equal((file, cited), (first.GetProperty("file_name").GetString(), block.Cut(first)));
            ShownMarks.AssertNone(block.Text("text"));
        }
    }

    [Theory]
    [InlineData("""{"type":"file_search","file_search_store_names":["fileSearchStores/other"]}""", "tools[0].file_search_store_names[0]")]
    [InlineData("""{"type":"file_search","file_search_store_names":["fileSearchStores/kyoto"],"metadata_filter":"year >"}""", "tools[0].metadata_filter")]
    [InlineData("""{"type":"file_search","file_search_store_names":["fileSearchStores/kyoto"],"top_k":0}""", "tools[0].top_k")]
    [InlineData("""{"type":"file_search"}""", "tools[0].file_search_store_names")]
    public async Task What_cannot_be_searched_is_400_before_anything_is_kept(string tool, string field)
    {
        await using var server = await StartAsync("chat");

        var refused = await server.Client.CreateAsync($$"""{"model":"demo","background":true,"input":"Search my files.","tools":[{{tool}}]}""");

        Assert.Equal(400, refused.Status);
        Assert.Contains(field, refused.ErrorMessage, StringComparison.Ordinal);
    }

    private static Task<(string Id, string State, IReadOnlyList<JsonElement> Steps)> AskAsync(ServerProcess server, string model, string prompt, string? previous, bool isStreamed)
    {
        var chain = previous is null ? "" : $"\"previous_interaction_id\":\"{previous}\",";
        return VendorWires.CreateAsync(server, $$"""{"model":"{{model}}",{{chain}}"input":{{JsonSerializer.Serialize(prompt)}},"tools":[{{Tool}}]}""", isStreamed);
    }

    private static void AssertCited(JsonElement output, string text, string cited)
    {
        var block = output.GetProperty("content")[0];
        Assert.Equal(text, block.GetProperty("text").GetString());
        var citation = Assert.Single(block.GetProperty("annotations").EnumerateArray());
        Assert.Equal(("file_citation", "kyoto.pdf", 3, cited), (citation.Type(), citation.GetProperty("file_name").GetString(), citation.GetProperty("page_number").GetInt32(), block.Cut(citation)));
        Assert.Equal(("fileSearchStores/kyoto/documents/kyoto", "fileSearchStores/kyoto"), (citation.GetProperty("document_uri").GetString(), citation.GetProperty("source").GetString()));
        Assert.Equal("""{"year":2024}""", citation.GetProperty("custom_metadata").GetRawText());
    }

    private Task<ServerProcess> StartAsync(string wire) => _wires.ServerAsync(wire, FillAsync);

    private static async Task FillAsync(string data)
    {
        await using var store = new FilledStore(data);
        await store.AddStoreAsync("kyoto");
        await store.AddDocumentAsync("kyoto", "kyoto", "kyoto.pdf", [new CustomMetadata("year", Number: 2024)], new NewChunk($"{Page}寺が多い。", 3));
        await store.AddDocumentAsync("kyoto", "alps", "alps.txt", [], new NewChunk("Mont Blanc is the highest summit of the Alps. It is in Europe.", null));
    }
}
