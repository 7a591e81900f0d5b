using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using OpenInteractions.Api.Tests.Hosting;
using OpenInteractions.Testing;
using OpenInteractions.Testing.Client;
using OpenInteractions.Testing.Vendors.OpenAI;

namespace OpenInteractions.Api.Tests.Interactions;

/// <summary>Behaviour FN-7, ST-15: the client keeps the conversation, and a reasoning model gets back what it gave. The fake refuses half of a pair.</summary>
public sealed partial class StatelessTests : IAsyncLifetime
{
    private readonly ServerWithModels _models = new();
    private readonly List<string> _given = [];

    public Task InitializeAsync() => _models.InitializeAsync();

    public Task DisposeAsync() => _models.DisposeAsync();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Rule("FN-7")]
    [Rule("ST-15")]
    [Rule("TH-4")]
    public async Task Reasoning_and_its_call_come_back_to_their_maker_as_they_were(bool streamed)
    {
        Script(OpenAITurn.New.Thinks("Paris, then.").Calls("get_weather", """{"city":"Paris"}""", "call_upstream_paris"));
        var asked = await TurnAsync([User], streamed);

        var answered = await TurnAsync([User, .. asked, .. Results(asked)], streamed);

        Assert.Equal(["thought", "function_call"], Types(asked));
        Assert.NotEqual("call_upstream_paris", asked[1].GetProperty("id").GetString());
        Assert.Equal("model_output", Types(answered)[^1]);
        Assert.Empty(_models.OpenAI.Refusals);
        Assert.Equal(
            ["message", $"reasoning {_given[0]}", "function_call call_upstream_paris", "function_call_output call_upstream_paris"],
            Received(1));
    }

    [Fact]
    [Rule("FN-7")]
    [Rule("FN-2")]
    public async Task Parallel_calls_come_back_in_order_behind_their_reasoning()
    {
        Script(OpenAITurn.New.Thinks("Both.")
            .Calls("get_weather", """{"city":"Paris"}""", "call_upstream_paris").Calls("get_weather", """{"city":"Rome"}""", "call_upstream_rome"));
        var asked = await TurnAsync([User]);

        await TurnAsync([User, .. asked, .. Results(asked).Reverse()]);

        var rome = asked[2].GetProperty("id").GetString();
        Assert.Empty(_models.OpenAI.Refusals);
        Assert.Equal(
            [
                "message", $"reasoning {_given[0]}", "function_call call_upstream_paris", $"function_call {rome}",
                $"function_call_output {rome}", "function_call_output call_upstream_paris",
            ],
            Received(1));
    }

    [Fact]
    [Rule("FN-4")]
    [Rule("FN-7")]
    public async Task Each_round_of_calls_keeps_its_own_reasoning()
    {
        Script(OpenAITurn.New.Thinks("Paris.").Calls("get_weather", """{"city":"Paris"}""", "call_upstream_paris"));
        Script(OpenAITurn.New.Thinks("Rome too.").Calls("get_weather", """{"city":"Rome"}""", "call_upstream_rome"));
        var first = await TurnAsync([User]);
        JsonElement[] soFar = [User, .. first, .. Results(first)];
        var second = await TurnAsync(soFar);
        Script(OpenAITurn.New.Thinks("Done.").Says("Sunny in both."));

        var answered = await TurnAsync([.. soFar, .. second, .. Results(second)]);
        await TurnAsync([.. soFar, .. second, .. Results(second), .. answered, User]);

        Assert.Empty(_models.OpenAI.Refusals);
        Assert.Equal(
            [
                "message", $"reasoning {_given[0]}", "function_call call_upstream_paris", "function_call_output call_upstream_paris",
                $"reasoning {_given[1]}", "function_call call_upstream_rome", "function_call_output call_upstream_rome",
                $"reasoning {_given[2]}", "message", "message",
            ],
            Received(3));
    }

    [Fact]
    [Rule("FN-7")]
    public async Task A_client_that_drops_thoughts_is_still_served()
    {
        Script(OpenAITurn.New.Thinks("Paris.").Calls("get_weather", """{"city":"Paris"}""", "call_upstream_paris"));
        var asked = await TurnAsync([User]);

        await TurnAsync([User, asked[1], .. Results(asked)]);

        var native = asked[1].GetProperty("id").GetString();
        Assert.Empty(_models.OpenAI.Refusals);
        Assert.Equal(["message", $"function_call {native}", $"function_call_output {native}"], Received(1));
    }

    [Fact]
    [Rule("FN-7")]
    [Rule("TH-4")]
    public async Task Another_model_gets_the_call_without_the_reasoning()
    {
        Script(OpenAITurn.New.Thinks("Paris.").Calls("get_weather", """{"city":"Paris"}""", "call_upstream_paris"));
        var asked = await TurnAsync([User]);

        await TurnAsync([User, .. asked, .. Results(asked)], model: "gpt-4.1");

        var native = asked[1].GetProperty("id").GetString();
        Assert.Empty(_models.OpenAI.Refusals);
        Assert.Equal(["message", $"function_call {native}", $"function_call_output {native}"], Received(1));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Rule("ST-15")]
    [Rule("TH-4")]
    public async Task A_search_that_the_vendor_made_comes_back_to_it_behind_its_reasoning(bool streamed)
    {
        Script(OpenAITurn.New.Thinks("I look it up.").Runs(Search).Says("Sunny."));
        var first = await TurnAsync([User], streamed);

        await TurnAsync([User, .. first, User], streamed);

        Assert.Equal(["thought", "google_search_call", "google_search_result", "model_output"], Types(first));
        Assert.Equal("weather Paris", first[1].GetProperty("arguments").GetProperty("queries")[0].GetString());
        Assert.Empty(_models.OpenAI.Refusals);
        Assert.Equal(["message", $"reasoning {_given[0]}", "web_search_call", "message", "message"], Received(1));
    }

    [Fact]
    [Rule("TH-4")]
    public async Task A_stored_chain_gives_the_vendor_its_search_back_as_well()
    {
        Script(OpenAITurn.New.Thinks("I look it up.").Runs(Search).Says("Sunny."));
        var first = (await _models.Client.CreateAsync("{\"model\":\"gpt-5.1\",\"input\":\"Which weather?\"}")).Ok();

        (await _models.Client.CreateAsync($$"""{"model":"gpt-5.1","input":"And now?","previous_interaction_id":"{{first.Id}}"}""")).Ok();

        Assert.Empty(_models.OpenAI.Refusals);
        Assert.Equal(["message", $"reasoning {_given[0]}", "web_search_call", "message", "message"], Received(1));
    }

    [Fact]
    [Rule("TH-4")]
    public async Task A_search_without_its_reasoning_and_one_of_another_model_are_told_as_a_call_and_its_result()
    {
        Script(OpenAITurn.New.Thinks("I look it up.").Runs(Search).Says("Sunny."));
        var first = await TurnAsync([User]);

        await TurnAsync([User, .. first.Skip(1), User]);
        await TurnAsync([User, .. first, User], model: "gpt-4.1");

        var id = first[1].GetProperty("id").GetString();
        Assert.Empty(_models.OpenAI.Refusals);
        Assert.All([1, 2], call => Assert.Equal(["message", $"function_call {id}", $"function_call_output {id}", "message", "message"], Received(call)));
    }

    [Fact]
    [Rule("FN-7")]
    public async Task Reasoning_before_an_item_that_nobody_knows_stays_away()
    {
        Script(OpenAITurn.New.Thinks("I click.").Runs("""{"type":"computer_call","status":"completed"}""").Says("Done."));
        var first = await TurnAsync([User]);

        await TurnAsync([User, .. first, User]);

        Assert.Equal("model_output", Types(first)[^1]);
        Assert.Empty(_models.OpenAI.Refusals);
        Assert.Equal(["message", "message", "message"], Received(1));
    }

    private const string Search = """{"type":"web_search_call","status":"completed","action":{"type":"search","query":"weather Paris"}}""";

    private static JsonElement User { get; } = JsonElement.Parse("""{"type":"user_input","content":[{"type":"text","text":"Which weather?"}]}""");

    /// <summary>One turn without stored state; the steps that it made.</summary>
    private async Task<IReadOnlyList<JsonElement>> TurnAsync(IEnumerable<JsonElement> input, bool streamed = false, string model = "gpt-5.1")
    {
        var body = $$"""{"model":"{{model}}","store":false,"stream":{{(streamed ? "true" : "false")}},"tools":{{Functions.Tools}},"input":{{JsonSerializer.Serialize(input)}}}""";
        if (!streamed)
        {
            return (await _models.Client.CreateAsync(body)).Ok().Steps;
        }

        await using var reader = await _models.Client.CreateStreamedAsync(body);
        return JsonElement.Parse(StreamFold.Of(await reader.ToEndAsync()).Steps.ToJsonString()).EnumerateArray().ToList();
    }

    private static IEnumerable<JsonElement> Results(IEnumerable<JsonElement> asked) =>
        asked.Where(s => s.GetProperty("type").GetString() == "function_call").Select(c => JsonElement.Parse(Functions.ResultStep(c, "\"sunny\"")));

    private static IReadOnlyList<string> Types(IEnumerable<JsonElement> steps) => [.. steps.Select(s => s.GetProperty("type").GetString()!)];

    /// <summary>The vendor's next turn; its encrypted reasoning is noted.</summary>
    private void Script(OpenAITurn turn) => _models.OpenAI.Enqueue(request =>
    {
        var reply = _models.Turn(turn)(request);
        _given.Add(EncryptedContent().Match(Encoding.UTF8.GetString(reply.Body)).Groups[1].Value);
        return reply;
    });

    /// <summary>The items of the vendor's call of this number: their types, with the id of a call and the encrypted content of reasoning.</summary>
    private IReadOnlyList<string> Received(int call) =>
    [
        .. _models.OpenAI.Requests.Where(r => r.Path == "/v1/responses").ElementAt(call).Json!.Value.GetProperty("input").EnumerateArray().Select(item => item.GetProperty("type").GetString() switch
        {
            "reasoning" => $"reasoning {item.GetProperty("encrypted_content").GetString()}",
            "message" => "message",
            "web_search_call" => "web_search_call",
            var ofCall => $"{ofCall} {item.GetProperty("call_id").GetString()}",
        }),
    ];

    [GeneratedRegex("\"encrypted_content\":\"([^\"]+)\"")]
    private static partial Regex EncryptedContent();
}
