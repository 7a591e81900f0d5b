using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using OpenInteractions.Testing;
using OpenInteractions.Testing.Client;
using OpenInteractions.Testing.Vendors;
using OpenInteractions.Testing.Vendors.Anthropic;
using OpenInteractions.Testing.Vendors.Gemini;
using OpenInteractions.Testing.Vendors.OpenAI;

namespace OpenInteractions.Tools.Tests;

/// <summary>A fake server for every vendor's wire, and what their models say.</summary>
internal sealed partial class VendorWires : IAsyncDisposable
{
    private const string AnthropicKey = "sk-ant-test-0123456789abcdef";

    private readonly OpenAIVendor _openAI = new();
    private readonly OpenAIVendor _chat = new() { Key = null, HasResponses = false, AcceptsAnyModel = true, Models = ["scripted"] };
    private readonly AnthropicVendor _anthropic = new() { Key = AnthropicKey };
    private readonly Dictionary<string, VendorServer> _servers = [];
    private readonly List<VendorCost> _used = [];
    private int _signatures;

    public OpenAIVendor OpenAI => _openAI;

    public FakeGemini Gemini { get; } = new();

    /// <summary>The names of all wires.</summary>
    public static IReadOnlyList<string> All { get; } = ["responses", "chat", "messages", "interactions", "generateContent"];

    public VendorServer this[string wire] => _servers[wire is "interactions" or "generateContent" ? "gemini" : wire];

    public static async Task<VendorWires> StartAsync()
    {
        var wires = new VendorWires();
        wires._servers["responses"] = await VendorServer.StartAsync(wires._openAI);
        wires._servers["chat"] = await VendorServer.StartAsync(wires._chat);
        wires._servers["messages"] = await VendorServer.StartAsync(wires._anthropic);
        wires._servers["gemini"] = await VendorServer.StartAsync(wires.Gemini);
        return wires;
    }

    /// <summary>A server of ours in front of all of them.</summary>
    public Task<ServerProcess> ServerAsync(string wire, params (string, string)[] settings) => ServerAsync(wire, _ => Task.CompletedTask, settings);

    /// <summary>The same, on a data directory that is filled before.</summary>
    public Task<ServerProcess> ServerAsync(string wire, Func<string, Task> fill, params (string, string)[] settings) => ServerProcess.StartAsync(
        fill,
        [
            ("OPENAI_API_KEY", _openAI.Key!), ("OPENAI_BASE_URL", new Uri(_servers["responses"].Address, "v1").ToString()),
            ("ANTHROPIC_API_KEY", AnthropicKey), ("ANTHROPIC_BASE_URL", _servers["messages"].Address.ToString().TrimEnd('/')),
            ("GEMINI_API_KEY", FakeGemini.Key), ("GOOGLE_GEMINI_BASE_URL", _servers["gemini"].Address.ToString().TrimEnd('/')),
            ("OpenInteractions__Providers__GeminiWire", wire == "generateContent" ? "GenerateContent" : "Interactions"),
            ("OpenInteractions__Providers__Endpoints__local__BaseUrl", new Uri(_servers["chat"].Address, "v1").ToString()),
            ("OpenInteractions__Providers__Endpoints__local__Wire", "chat"),
            .. settings,
        ]);

    public static string ModelOf(string wire) => wire switch
    {
        "responses" => "gpt-5.1",
        "chat" => "local/scripted",
        "messages" => "claude-opus-5",
        _ => "gemini-3.8-flash",
    };

    /// <summary>All wires, streamed and not.</summary>
    public static TheoryData<string, bool> Ways
    {
        get
        {
            var ways = new TheoryData<string, bool>();
            foreach (var wire in All)
            {
                ways.Add(wire, false);
                ways.Add(wire, true);
            }

            return ways;
        }
    }

    /// <summary>What every turn used, as the vendors told it.</summary>
    public IReadOnlyList<VendorCost> Used => _used;

    public Func<VendorRequest, VendorReply> Calls(string wire, string name, string arguments) => Turn(wire, VendorTurn.Calling((name, arguments)));

    public Func<VendorRequest, VendorReply> Says(string wire, string text) => Turn(wire, VendorTurn.Saying(text));

    /// <summary>A turn of the model on its vendor's wire.</summary>
    public Func<VendorRequest, VendorReply> Turn(string wire, VendorTurn turn) => wire switch
    {
        "responses" => Counted(turn.Cost, _openAI.Reply(OfOpenAI(turn))),
        "chat" => Counted(turn.Cost, _chat.Reply(OfOpenAI(turn))),
        "messages" => Counted(cost: null, _anthropic.Reply(OfAnthropic(turn))), // this one counts by itself
        _ => Counted(turn.Cost, Gemini.Turn(OfGemini(turn))),
    };

    /// <summary>Creates an interaction and gives its steps; what was answered or streamed must be what is kept.</summary>
    public static async Task<(string Id, string State, IReadOnlyList<JsonElement> Steps)> CreateAsync(ServerProcess server, string body, bool isStreamed)
    {
        if (!isStreamed)
        {
            var answer = (await server.Client.CreateAsync(body)).Ok();
            var (state, steps) = await KeptAsync(server, answer.Id, Array(answer.Steps), answer.Json.GetProperty("usage"));
            Assert.Equal(answer.State, state);
            return (answer.Id, state, steps);
        }

        var streamed = JsonNode.Parse(body)!.AsObject();
        streamed["stream"] = true;
        await using var stream = await server.Client.CreateStreamedAsync(streamed.ToJsonString());
        var fold = new StreamFold();
        foreach (var value in await stream.ToEndAsync())
        {
            fold.Apply(value);
        }

        var completed = stream.Events.Single(e => e.Name == "interaction.completed").Json.GetProperty("interaction");
        var (kept, made) = await KeptAsync(server, stream.InteractionId, fold.Steps, completed.GetProperty("usage"));
        Assert.Equal(fold.Status, kept);
        return (stream.InteractionId, kept, made);
    }

    private static async Task<(string State, IReadOnlyList<JsonElement> Steps)> KeptAsync(ServerProcess server, string id, JsonArray told, JsonElement usage)
    {
        var kept = (await server.Client.GetAsync(id)).Ok();
        var made = kept.Steps.SkipWhile(s => s.Type() is "user_input" or "function_result").ToList();
        Assert.True(JsonNode.DeepEquals(Array(made), told), $"What was told is not what is kept: {told.ToJsonString()}");
        Assert.True(JsonElement.DeepEquals(kept.Json.GetProperty("usage"), usage), $"The usage that was told is not what is kept: {usage.GetRawText()}");
        return (kept.State, made);
    }

    private static JsonArray Array(IReadOnlyList<JsonElement> steps) => [.. steps.Select(s => JsonNode.Parse(s.GetRawText()))];

    private static OpenAITurn OfOpenAI(VendorTurn turn)
    {
        var made = turn.Text is null ? OpenAITurn.New : OpenAITurn.New.Says(turn.Text);
        made = turn.Calls.Aggregate(made, (all, call) => all.Calls(call.Name, call.Arguments));
        return made.Uses(turn.Cost.Input, turn.Cost.Cached, turn.Cost.Output + turn.Cost.Thought, turn.Cost.Thought);
    }

    private static AnthropicTurn OfAnthropic(VendorTurn turn)
    {
        var made = turn.Text is null ? AnthropicTurn.Empty : AnthropicTurn.Empty.Says(Pieces(turn.Text));
        return turn.Calls.Aggregate(made, (all, call) => all.Calls(call.Name, call.Arguments));
    }

    private GeminiTurn OfGemini(VendorTurn turn)
    {
        var made = turn.Text is null ? GeminiTurn.Empty : GeminiTurn.Says(Pieces(turn.Text));
        foreach (var (index, (name, arguments)) in turn.Calls.Index())
        {
            made = made.Calls(name, arguments);
            made = index == 0 ? made.Signed($"call-{++_signatures}") : made; // of parallel calls only the first is signed
        }

        return made.Costs(new GeminiUsage { Prompt = turn.Cost.Input, Cached = turn.Cost.Cached, Output = turn.Cost.Output, Thoughts = turn.Cost.Thought });
    }

    /// <summary>Code point by code point, so that a stream cuts everything that can be cut.</summary>
    private static string[] Pieces(string text) => [.. text.EnumerateRunes().Select(r => r.ToString())];

    private Func<VendorRequest, VendorReply> Counted(VendorCost? cost, Func<VendorRequest, VendorReply> reply) => request =>
    {
        var made = reply(request);
        _used.Add(cost ?? VendorCost.OfMessage(made));
        return made;
    };

    /// <summary>JSON with its escapes read, for looking into it.</summary>
    public static string Plain(string json) => Escape().Replace(json, m => ((char)Convert.ToInt32(m.Groups[1].Value, 16)).ToString());

    public async ValueTask DisposeAsync()
    {
        foreach (var server in _servers.Values)
        {
            await server.DisposeAsync();
        }
    }

    [GeneratedRegex(@"\\u([0-9a-fA-F]{4})")]
    private static partial Regex Escape();
}
