using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using OpenInteractions.Engine.FileSearch;
using OpenInteractions.Testing;
using OpenInteractions.Testing.Client;
using OpenInteractions.Testing.Vendors;
using OpenInteractions.Testing.Vendors.Anthropic;
using OpenInteractions.Testing.Vendors.Gemini;
using OpenInteractions.Testing.Vendors.OpenAI;

namespace OpenInteractions.Tools.Tests.FileSearch;

/// <summary>Searches in files inside turns, through the API, over the embedded store and with every vendor's wire.</summary>
public sealed partial class FileSearchTurnsTests : IAsyncLifetime
{
    private const string Tool = """{"type":"file_search","file_search_store_names":["fileSearchStores/kyoto"]}""";
    private const string Page = "京都の人口は百四十万人です。";
    private const string AnthropicKey = "sk-ant-test-0123456789abcdef";

    private readonly OpenAIVendor _openAI = new();
    private readonly OpenAIVendor _chat = new() { Key = null, HasResponses = false, AcceptsAnyModel = true, Models = ["scripted"] };
    private readonly AnthropicVendor _anthropic = new() { Key = AnthropicKey };
    private readonly FakeGemini _gemini = new();
    private readonly Dictionary<string, VendorServer> _servers = [];

    public async Task InitializeAsync()
    {
        _servers["responses"] = await VendorServer.StartAsync(_openAI);
        _servers["chat"] = await VendorServer.StartAsync(_chat);
        _servers["messages"] = await VendorServer.StartAsync(_anthropic);
        _servers["gemini"] = await VendorServer.StartAsync(_gemini);
    }

    public async Task DisposeAsync()
    {
        foreach (var server in _servers.Values)
        {
            await server.DisposeAsync();
        }
    }

    [Theory]
    [InlineData("responses", false)]
    [InlineData("responses", true)]
    [InlineData("chat", false)]
    [InlineData("chat", true)]
    [InlineData("messages", false)]
    [InlineData("messages", true)]
    [InlineData("interactions", false)]
    [InlineData("interactions", true)]
    [InlineData("generateContent", false)]
    [InlineData("generateContent", true)]
    [Rule("TL-1")]
    [Rule("TL-2")]
    [Rule("TL-3")]
    [Rule("TL-5")]
    [Rule("TL-13")]
    public async Task Every_vendors_model_searches_reads_cites_pages_and_knows_it_in_the_next_turn(string wire, bool isStreamed)
    {
        await using var server = await StartAsync(wire);
        var (vendor, model) = Model(wire);
        string? read = null;
        vendor.Enqueue(Calls(wire, "file_search", """{"queries":["京都の人口"]}"""));
        vendor.Enqueue(request =>
        {
            read = Plain(request.Text);
            return Says(wire, $"Kyoto 🏯: 人口は百四十万人です [{Mark().Match(read).Groups["mark"].Value}]。以上。")(request);
        });

        var first = await AskAsync(server, model, "How many people live in Kyoto?", previous: null, isStreamed);

        Assert.Equal(["file_search_call", "file_search_result", "model_output"], first.Select(TypeOf).Where(t => t != "thought"));
        var (call, result, output) = (first.Single(s => TypeOf(s) == "file_search_call"), first.Single(s => TypeOf(s) == "file_search_result"), first[^1]);
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
            read = Plain(request.Text);
            return Says(wire, $"Yes. 寺が多い [{Mark().Match(read).Groups["mark"].Value}].")(request);
        });
        var next = await AskAsync(server, model, "Sure?", _last, isStreamed);
        Assert.Contains(Page, read, StringComparison.Ordinal);
        Assert.Contains("\"京都の人口", read!.Replace("\\", "", StringComparison.Ordinal), StringComparison.Ordinal);
        AssertCited(next[^1], "Yes. 寺が多い.", "寺が多い");
        Assert.Empty(vendor.Refusals);
    }

    [Fact]
    [Rule("TL-3")]
    public async Task A_client_that_keeps_the_history_itself_sends_the_steps_back_and_the_model_reads_them()
    {
        await using var server = await StartAsync("responses");
        var vendor = _servers["responses"];
        vendor.Enqueue(Calls("responses", "file_search", """{"queries":["京都の人口"]}"""));
        vendor.Enqueue(Says("responses", "百四十万."));
        var steps = (await server.Client.CreateAsync($$"""{"model":"gpt-5.1","store":false,"input":"How many?","tools":[{{Tool}}]}""")).Ok().Steps;
        var read = "";
        vendor.Enqueue(request =>
        {
            read = Plain(request.Text);
            return Says("responses", "Yes.")(request);
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

        var plain = await AskAsync(server, "demo", prompt, previous: null, isStreamed: false);
        var streamed = await AskAsync(server, "demo", prompt, previous: null, isStreamed: true);

        foreach (var steps in new[] { plain, streamed })
        {
            Assert.Equal(["file_search_call", "file_search_result", "model_output"], steps.Select(TypeOf).Where(t => t != "thought"));
            var block = steps[^1].GetProperty("content")[0];
            var first = block.GetProperty("annotations")[0];
            Assert.Equal((file, cited), (first.GetProperty("file_name").GetString(), Cut(block, first)));
            Assert.DoesNotMatch(Mark(), block.GetProperty("text").GetString()!);
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

    private string? _last;

    private async Task<IReadOnlyList<JsonElement>> AskAsync(ServerProcess server, string model, string prompt, string? previous, bool isStreamed)
    {
        var chain = previous is null ? "" : $"\"previous_interaction_id\":\"{previous}\",";
        var body = $$"""{"model":"{{model}}",{{chain}}"input":{{JsonSerializer.Serialize(prompt)}},"stream":{{(isStreamed ? "true" : "false")}},"tools":[{{Tool}}]}""";
        if (!isStreamed)
        {
            var answer = (await server.Client.CreateAsync(body)).Ok();
            Assert.Equal("completed", answer.State);
            _last = answer.Id;
            return answer.Steps;
        }

        await using var stream = await server.Client.CreateStreamedAsync(body);
        var fold = new StreamFold();
        foreach (var value in await stream.ToEndAsync())
        {
            fold.Apply(value);
        }

        _last = stream.InteractionId;
        var kept = (await server.Client.GetAsync(_last)).Ok();
        Assert.Equal("completed", kept.State);
        var made = kept.Steps.SkipWhile(s => TypeOf(s) == "user_input").ToList();
        Assert.True(JsonNode.DeepEquals(new JsonArray([.. made.Select(s => JsonNode.Parse(s.GetRawText()))]), fold.Steps), $"What was streamed is not what is kept: {fold.Steps.ToJsonString()}");
        return made;
    }

    private static void AssertCited(JsonElement output, string text, string cited)
    {
        var block = output.GetProperty("content")[0];
        Assert.Equal(text, block.GetProperty("text").GetString());
        var citation = Assert.Single(block.GetProperty("annotations").EnumerateArray());
        Assert.Equal(("file_citation", "kyoto.pdf", 3, cited), (TypeOf(citation), citation.GetProperty("file_name").GetString(), citation.GetProperty("page_number").GetInt32(), Cut(block, citation)));
        Assert.Equal(("fileSearchStores/kyoto/documents/kyoto", "fileSearchStores/kyoto"), (citation.GetProperty("document_uri").GetString(), citation.GetProperty("source").GetString()));
        Assert.Equal("""{"year":2024}""", citation.GetProperty("custom_metadata").GetRawText());
    }

    private static string Cut(JsonElement block, JsonElement citation) =>
        Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(block.GetProperty("text").GetString()!)[citation.GetProperty("start_index").GetInt32()..citation.GetProperty("end_index").GetInt32()]);

    private static string? TypeOf(JsonElement value) => value.GetProperty("type").GetString();

    private Task<ServerProcess> StartAsync(string wire) => ServerProcess.StartAsync(FillAsync, Vendors(wire));

    private static async Task FillAsync(string data)
    {
        await using var store = new FilledStore(data);
        await store.AddStoreAsync("kyoto");
        await store.AddDocumentAsync("kyoto", "kyoto", "kyoto.pdf", [new CustomMetadata("year", Number: 2024)], new NewChunk($"{Page}寺が多い。", 3));
        await store.AddDocumentAsync("kyoto", "alps", "alps.txt", [], new NewChunk("Mont Blanc is the highest summit of the Alps. It is in Europe.", null));
    }

    private (string, string)[] Vendors(string wire) =>
    [
        ("OPENAI_API_KEY", _openAI.Key!), ("OPENAI_BASE_URL", new Uri(_servers["responses"].Address, "v1").ToString()),
        ("ANTHROPIC_API_KEY", AnthropicKey), ("ANTHROPIC_BASE_URL", _servers["messages"].Address.ToString().TrimEnd('/')),
        ("GEMINI_API_KEY", FakeGemini.Key), ("GOOGLE_GEMINI_BASE_URL", _servers["gemini"].Address.ToString().TrimEnd('/')),
        ("OpenInteractions__Providers__GeminiWire", wire == "generateContent" ? "GenerateContent" : "Interactions"),
        ("OpenInteractions__Providers__Endpoints__local__BaseUrl", new Uri(_servers["chat"].Address, "v1").ToString()),
        ("OpenInteractions__Providers__Endpoints__local__Wire", "chat"),
    ];

    private (VendorServer Server, string Model) Model(string wire) => wire switch
    {
        "responses" => (_servers["responses"], "gpt-5.1"),
        "chat" => (_servers["chat"], "local/scripted"),
        "messages" => (_servers["messages"], "claude-opus-5"),
        _ => (_servers["gemini"], "gemini-3.8-flash"),
    };

    private Func<VendorRequest, VendorReply> Calls(string wire, string name, string arguments) => wire switch
    {
        "responses" => _openAI.Reply(OpenAITurn.New.Calls(name, arguments)),
        "chat" => _chat.Reply(OpenAITurn.New.Calls(name, arguments)),
        "messages" => _anthropic.Reply(AnthropicTurn.Empty.Calls(name, arguments)),
        _ => _gemini.Turn(GeminiTurn.Empty.Calls(name, arguments).Signed("call")),
    };

    private Func<VendorRequest, VendorReply> Says(string wire, string text) => wire switch
    {
        "responses" => _openAI.Reply(OpenAITurn.New.Says(text)),
        "chat" => _chat.Reply(OpenAITurn.New.Says(text)),
        "messages" => _anthropic.Reply(AnthropicTurn.Empty.Says([.. text.EnumerateRunes().Select(r => r.ToString())])),
        _ => _gemini.Turn(GeminiTurn.Says([.. text.EnumerateRunes().Select(r => r.ToString())])),
    };

    /// <summary>JSON with its escapes read, for looking into it.</summary>
    private static string Plain(string json) => Escape().Replace(json, m => ((char)Convert.ToInt32(m.Groups[1].Value, 16)).ToString());

    [GeneratedRegex(@"\[(?<mark>[a-z][a-z0-9]{3}\.1)\]")]
    private static partial Regex Mark();

    [GeneratedRegex(@"\\u([0-9a-fA-F]{4})")]
    private static partial Regex Escape();
}
