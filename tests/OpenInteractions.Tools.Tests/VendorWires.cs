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
    public Task<ServerProcess> ServerAsync(string wire, params (string, string)[] settings) => ServerProcess.StartAsync(
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

    public Func<VendorRequest, VendorReply> Calls(string wire, string name, string arguments) => wire switch
    {
        "responses" => _openAI.Reply(OpenAITurn.New.Calls(name, arguments)),
        "chat" => _chat.Reply(OpenAITurn.New.Calls(name, arguments)),
        "messages" => _anthropic.Reply(AnthropicTurn.Empty.Calls(name, arguments)),
        _ => Gemini.Turn(GeminiTurn.Empty.Calls(name, arguments).Signed("call")),
    };

    public Func<VendorRequest, VendorReply> Says(string wire, string text) => wire switch
    {
        "responses" => _openAI.Reply(OpenAITurn.New.Says(text)),
        "chat" => _chat.Reply(OpenAITurn.New.Says(text)),
        "messages" => _anthropic.Reply(AnthropicTurn.Empty.Says([.. text.EnumerateRunes().Select(r => r.ToString())])),
        _ => Gemini.Turn(GeminiTurn.Says([.. text.EnumerateRunes().Select(r => r.ToString())])),
    };

    /// <summary>Creates an interaction and gives its steps; streamed, what was streamed must be what is kept.</summary>
    public static async Task<(string Id, string State, IReadOnlyList<JsonElement> Steps)> CreateAsync(ServerProcess server, string body, bool isStreamed)
    {
        if (!isStreamed)
        {
            var answer = (await server.Client.CreateAsync(body)).Ok();
            return (answer.Id, answer.State, answer.Steps);
        }

        var streamed = JsonNode.Parse(body)!.AsObject();
        streamed["stream"] = true;
        await using var stream = await server.Client.CreateStreamedAsync(streamed.ToJsonString());
        var fold = new StreamFold();
        foreach (var value in await stream.ToEndAsync())
        {
            fold.Apply(value);
        }

        var kept = (await server.Client.GetAsync(stream.InteractionId)).Ok();
        var made = kept.Steps.SkipWhile(s => s.GetProperty("type").GetString() is "user_input" or "function_result").ToList();
        Assert.True(JsonNode.DeepEquals(new JsonArray([.. made.Select(s => JsonNode.Parse(s.GetRawText()))]), fold.Steps), $"What was streamed is not what is kept: {fold.Steps.ToJsonString()}");
        return (stream.InteractionId, kept.State, made);
    }

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
