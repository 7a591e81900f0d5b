using System.Globalization;
using System.Text.Json;
using OpenInteractions.Testing;
using OpenInteractions.Tools.Tests.Mcp;

namespace OpenInteractions.Tools.Tests.Mixed;

/// <summary>One request with every kind of tool: of this server, of a remote one, and of the client's.</summary>
[Rule("TL-1")]
[Rule("TL-2")]
[Rule("TL-5")]
[Rule("TL-13")]
[Rule("FN-1")]
[Rule("FN-2")]
[Rule("ST-19")]
public sealed class MixedToolsTests(EverythingServer everything) : IClassFixture<EverythingServer>, IAsyncLifetime
{
    private const string Weather = """{"degrees": 21, "sky": "\ud83c\udf24\ufe0f"}"""; // as clients write it who escape all that is not ASCII
    private const string Booking = "部屋を予約しました 🏯";

    private MixedTools _tools = null!;
    private VendorWires _wires = null!;

    /// <summary>Calls that the model makes at once, each with what its result shows that only a right call can give.</summary>
    private MixedCall[] First =>
    [
        new("google_search", """{"queries": ["京都の人口"]}""", MixedTools.Kyoto),
        new("url_context", $$"""{"urls":["{{_tools.PageUrl}}"]}""", MixedTools.Festival),
        new("everything__echo", """{"message":"grüße 🎎 你好"}""", "Echo: grüße 🎎 你好"),
    ];

    private static MixedCall[] Second { get; } =
    [
        new("file_search", """{"queries":["有給休暇","sabbatical months"]}""", MixedTools.Leave, MixedTools.Sabbatical),
        new("everything__get-sum", """{"a": 19.5, "b": 22.5}""", "42"),
    ];

    private static MixedCall[] OfTheClient { get; } = [new("get_weather", """{ "city": "京都 👘" }""", "🌤️"), new("book_room", """{"hotel":"旅館"}""", Booking)];

    private static MixedCall[] Last { get; } = [new("google_search", """{"queries":["highest summit of the Alps"]}""", MixedTools.Summit)];

    public async Task InitializeAsync() => (_tools, _wires) = (new MixedTools(), await VendorWires.StartAsync());

    public async Task DisposeAsync()
    {
        await _wires.DisposeAsync();
        await _tools.DisposeAsync();
    }

    [EverythingTheory]
    [MemberData(nameof(VendorWires.Ways), MemberType = typeof(VendorWires))]
    public async Task Every_vendors_model_works_with_all_of_them_in_one_request_and_cites_what_it_read(string wire, bool isStreamed)
    {
        await using var server = await _wires.ServerAsync(wire, _tools.Settings);
        var declared = await MixedTools.DeclareAsync(server, everything.Url);
        var sent = new List<SentConversation>();
        MixedCall[][] rounds = [First, Second, OfTheClient, Last];
        foreach (var (index, round) in rounds.Index())
        {
            Answers(wire, sent, _ => VendorTurn.Calling([.. round.Select(c => (c.Name, c.Arguments))]) with { Cost = new VendorCost(1000 + index, 100 * index, 10 + index, index) });
        }

        Answers(wire, sent, read => VendorTurn.Saying(Written(title => ShownMarks.Of(title, read))) with { Cost = new VendorCost(5000, 7, 300, 11) });

        // The server's calls are answered, and the turn stops for the client's.
        var asked = await VendorWires.CreateAsync(server, Body(wire, "\"京都へ行きます 🚄\"", declared, previous: null), isStreamed);

        var made = asked.Steps.WithoutThoughts();
        Assert.Equal("requires_action", asked.State);
        MixedRounds.AssertRound(First, made.Take(6));
        MixedRounds.AssertRound(Second, made.Skip(6).Take(4));
        MixedRounds.AssertCalls(OfTheClient, made.Skip(10));
        await AssertUsageAsync(server, asked.Id, _wires.Used);

        var answered = await VendorWires.CreateAsync(server, Body(wire, Results(made.Skip(10)), declared, asked.Id), isStreamed);

        var rest = answered.Steps.WithoutThoughts();
        Assert.Equal("completed", answered.State);
        MixedRounds.AssertRound(Last, rest.Take(2));
        AssertCited(Assert.Single(rest.Skip(2)));
        await AssertUsageAsync(server, answered.Id, _wires.Used.Skip(3));
        MixedRounds.AssertIdsAreUnique([.. asked.Steps, .. answered.Steps]);

        // Every call of the model saw all that was before it, once, and nothing else.
        Assert.Empty(_wires[wire].Refusals);
        Assert.True(_wires[wire].ScriptIsDone);
        Assert.Equal(5, sent.Count);
        foreach (var (index, conversation) in sent.Index())
        {
            MixedRounds.AssertSent([.. rounds.Take(index).SelectMany(r => r)], conversation);
            Assert.Equal(index == 0 ? [] : sent[index - 1].Entries, conversation.Entries.Take(index == 0 ? 0 : sent[index - 1].Entries.Count));
        }
    }

    [EverythingTheory]
    [MemberData(nameof(VendorWires.Ways), MemberType = typeof(VendorWires))]
    public async Task Calls_of_both_sides_in_one_round_pair_up_over_the_turn_that_stops_between_them(string wire, bool isStreamed)
    {
        await using var server = await _wires.ServerAsync(wire, _tools.Settings);
        var declared = await MixedTools.DeclareAsync(server, everything.Url);
        var sent = new List<SentConversation>();
        MixedCall[] round = [OfTheClient[0], First[0], OfTheClient[1], First[2]];
        Answers(wire, sent, _ => VendorTurn.Calling([.. round.Select(c => (c.Name, c.Arguments))]));
        Answers(wire, sent, read => VendorTurn.Saying($"👘 京都 [{ShownMarks.Of("京都市 ⛩️", read)}]"));

        var asked = await VendorWires.CreateAsync(server, Body(wire, "\"京都\"", declared, previous: null), isStreamed);
        var made = asked.Steps.WithoutThoughts();
        MixedRounds.AssertCalls(round, made.Take(4));
        MixedRounds.AssertRound([round[1], round[3]], [made[1], made[3], .. made.Skip(4)]);
        var answered = await VendorWires.CreateAsync(server, Body(wire, Results([made[0], made[2]]), declared, asked.Id), isStreamed);

        Assert.Equal(("requires_action", "completed"), (asked.State, answered.State));
        var block = answered.Steps.WithoutThoughts()[^1].OnlyBlock();
        Assert.Equal(("👘 京都", "👘 京都"), (block.Text("text"), block.Cut(Assert.Single(block.GetProperty("annotations").EnumerateArray()))));
        MixedRounds.AssertSent([], sent[0]);
        MixedRounds.AssertSent(round, sent[1]);
        Assert.Empty(_wires[wire].Refusals);
    }

    [EverythingTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_demo_model_works_with_all_of_them_too(bool isStreamed)
    {
        await using var server = await _wires.ServerAsync("chat", _tools.Settings);
        var declared = await MixedTools.DeclareAsync(server, everything.Url);
        var prompt = $"Use google_search to find \"京都の人口\", read {_tools.PageUrl} and call everything__echo with message \"grüße 🎎 你好\". Then use file_search to find \"有給休暇\" "
            + "and everything__get-sum with a 19.5 and b 22.5. Then call get_weather for city \"京都 👘\" and book_room for hotel \"旅館\". Then use google_search to find \"highest summit of the Alps\".";

        var asked = await VendorWires.CreateAsync(server, Body("demo", JsonSerializer.Serialize(prompt), declared, previous: null), isStreamed);

        var made = asked.Steps.WithoutThoughts();
        Assert.Equal("requires_action", asked.State);
        MixedRounds.AssertRound(First, made.Take(6));
        MixedRounds.AssertRound([new("file_search", "", MixedTools.Leave), Second[1]], made.Skip(6).Take(4));
        MixedRounds.AssertCalls(OfTheClient, made.Skip(10));

        var answered = await VendorWires.CreateAsync(server, Body("demo", Results(made.Skip(10)), declared, asked.Id), isStreamed);

        var rest = answered.Steps.WithoutThoughts();
        Assert.Equal("completed", answered.State);
        MixedRounds.AssertRound(Last, rest.Take(2));
        MixedRounds.AssertIdsAreUnique([.. asked.Steps, .. answered.Steps]);
        var block = Assert.Single(rest.Skip(2)).OnlyBlock();
        Assert.Equal(
            [("https://docs.example/kyoto.md", MixedTools.Kyoto), (_tools.PageUrl, MixedTools.Festival), ("休暇 🏖️.txt", MixedTools.Leave), ("https://docs.example/alps.txt", MixedTools.Summit)],
            block.GetProperty("annotations").EnumerateArray().Select(a => (a.Text(a.Type() == "file_citation" ? "file_name" : "url"), block.Cut(a))));
        Assert.All(["42", "🌤️", Booking, "grüße 🎎 你好"], told => Assert.Contains(told, block.Text("text"), StringComparison.Ordinal));
        ShownMarks.AssertNone(block.Text("text"));
    }

    private static string Body(string wire, string input, string declared, string? previous) => $$"""
        {"model":"{{(wire == "demo" ? wire : VendorWires.ModelOf(wire))}}",{{(previous is null ? "" : $"\"previous_interaction_id\":\"{previous}\",")}}"input":{{input}},"tools":{{declared}}}
        """;

    /// <summary>What the client answers to both of its functions, in another order than they were asked.</summary>
    private static string Results(IEnumerable<JsonElement> calls)
    {
        var results = calls.Zip([Weather, JsonSerializer.Serialize(Booking)])
            .Select(c => $$"""{"type":"function_result","call_id":"{{c.First.Text("id")}}","name":"{{c.First.Text("name")}}","result":{{c.Second}}}""");
        return $"[{string.Join(',', results.Reverse())}]";
    }

    private void Answers(string wire, List<SentConversation> sent, Func<string, VendorTurn> turn) => _wires[wire].Enqueue(request =>
    {
        sent.Add(SentConversation.Of(wire, request));
        return _wires.Turn(wire, turn(VendorWires.Plain(request.Text)))(request);
    });

    /// <summary>What the model writes; without marks it is <see cref="Shown"/>.</summary>
    private static string Written(Func<string, string> markOf) =>
        $"## 旅行 👨‍👩‍👧‍👦\n\n京都の人口は百四十万人です [{markOf("京都市 ⛩️")}]。In between, ASCII. 祇園祭は七月🎆です👩🏽‍💻 [{markOf("祇園祭 🎆")}]。"
        + $"A sabbatical lasts three months 🏖️ [{markOf("handbook.pdf, page 2")}]. 有給休暇は二十日 [{markOf("休暇 🏖️.txt")}, {markOf("京都市 ⛩️")}]！\n"
        + $"- Zürich is not in 🇯🇵, nor is Mont Blanc [{markOf("The Alps")}].\nそれでは 👋🏿";

    private const string Shown = "## 旅行 👨‍👩‍👧‍👦\n\n京都の人口は百四十万人です。In between, ASCII. 祇園祭は七月🎆です👩🏽‍💻。A sabbatical lasts three months 🏖️. 有給休暇は二十日！\n- Zürich is not in 🇯🇵, nor is Mont Blanc.\nそれでは 👋🏿";

    private void AssertCited(JsonElement output)
    {
        var block = output.OnlyBlock();
        Assert.Equal(Shown, block.Text("text"));
        var cited = block.GetProperty("annotations").EnumerateArray().Select(a => a.Type() == "file_citation"
            ? (a.Text("file_name"), a.TryGetProperty("page_number", out var page) ? page.GetInt32() : 0, block.Cut(a))
            : (a.Text("url"), 0, block.Cut(a)));
        Assert.Equal(
        [
            ("https://docs.example/kyoto.md", 0, "京都の人口は百四十万人です"),
            (_tools.PageUrl, 0, "祇園祭は七月🎆です👩🏽‍💻"),
            ("handbook.pdf", 2, "A sabbatical lasts three months 🏖️"),
            ("休暇 🏖️.txt", 0, "有給休暇は二十日"),
            ("https://docs.example/kyoto.md", 0, "有給休暇は二十日"),
            ("https://docs.example/alps.txt", 0, "Zürich is not in 🇯🇵, nor is Mont Blanc"),
        ], cited);
    }

    private static async Task AssertUsageAsync(ServerProcess server, string id, IEnumerable<VendorCost> used)
    {
        var (usage, sum) = ((await server.Client.GetAsync(id)).Ok().Json.GetProperty("usage"), VendorCost.Sum(used));
        Assert.Equal(
            (sum.Input, sum.Cached, sum.Output, sum.Thought, sum.Total),
            (Count("total_input_tokens"), Count("total_cached_tokens"), Count("total_output_tokens"), Count("total_thought_tokens"), Count("total_tokens")));

        int Count(string name) => usage.TryGetProperty(name, out var count) ? int.Parse(count.GetRawText(), CultureInfo.InvariantCulture) : 0;
    }
}
