using System.Text;
using System.Text.Json;
using OpenInteractions.Contracts.Content;
using OpenInteractions.Contracts.Interactions;
using OpenInteractions.Contracts.Steps;
using OpenInteractions.Contracts.Tools;
using OpenInteractions.Engine.Providers;
using OpenInteractions.Providers.Gemini;
using OpenInteractions.Providers.OpenAI;
using OpenInteractions.Providers.Tests.Anthropic;
using OpenInteractions.Providers.Tests.Gemini;
using OpenInteractions.Providers.Tests.OpenAI;
using OpenInteractions.Testing;
using OpenInteractions.Testing.Vendors;

namespace OpenInteractions.Providers.Tests;

/// <summary>
/// Calls of tools that this server ran go to every vendor as calls of the functions that the model saw, with their results, in whatever order these came
/// (docs/decisions/0009). The fakes refuse what the vendors refuse: a call without its result, a result without its call, an id that comes twice.
/// </summary>
public sealed class ServerToolHistoryTests
{
    public static TheoryData<string, bool> Vendors
    {
        get
        {
            var data = new TheoryData<string, bool>();
            foreach (var name in new[] { "responses", "chat", "interactions", "generateContent", "messages" })
            {
                data.Add(name, true);
                data.Add(name, false);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Vendors))]
    [Rule("TL-3")]
    [Rule("TL-5")]
    [Rule("TL-10")]
    [Rule("ST-11")]
    public async Task Every_vendor_is_shown_the_functions_that_were_called(string wire, bool isMaker)
    {
        await using var upstream = await UpstreamAsync(wire);
        var maker = isMaker ? upstream.Provider.Name : "elsewhere";
        var request = Request(upstream.Provider, upstream.Model, maker);

        var events = new List<ModelEvent>();
        await foreach (var value in upstream.Provider.StreamAsync(request, CancellationToken.None))
        {
            events.Add(value);
        }

        Assert.Equal(ModelStopReason.Finished, Assert.IsType<ModelStopped>(events[^1]).Reason);
        Assert.Empty(upstream.Server.Refusals);
        var body = Text(upstream.Server.Requests[^1].Json!.Value);
        Assert.All(["crm__lookup", "google_search", "crm__page"], name => Assert.True(Count(body, name) >= 2, $"{name} is declared, and called in the history"));
        Assert.Contains("Ada", body, StringComparison.Ordinal);
        Assert.Contains("no such page", body, StringComparison.Ordinal);
        Assert.Contains("alps", body, StringComparison.Ordinal);
        Assert.DoesNotContain("mcp_server_tool", body, StringComparison.Ordinal);

        // The same bytes when it is asked again: caches are found by them.
        await foreach (var _ in upstream.Provider.StreamAsync(Request(upstream.Provider, upstream.Model, maker), CancellationToken.None))
        {
        }

        Assert.Equal(body, Text(upstream.Server.Requests[^1].Json!.Value));
    }

    /// <summary>Tools are not inherited: a turn without any is sent without any, except where the vendor takes no calls without tools.</summary>
    [Theory]
    [MemberData(nameof(Vendors))]
    [Rule("ST-3")]
    public async Task Every_vendor_takes_the_calls_of_a_history_in_a_turn_without_tools(string wire, bool isMaker)
    {
        await using var upstream = await UpstreamAsync(wire);
        var request = Request(upstream.Provider, upstream.Model, isMaker ? upstream.Provider.Name : "elsewhere") with { Functions = [] };

        var events = new List<ModelEvent>();
        await foreach (var value in upstream.Provider.StreamAsync(request, CancellationToken.None))
        {
            events.Add(value);
        }

        Assert.Equal(ModelStopReason.Finished, Assert.IsType<ModelStopped>(events[^1]).Reason);
        Assert.Empty(upstream.Server.Refusals);
        Assert.Equal(wire == "messages", upstream.Server.Requests[^1].Json!.Value.TryGetProperty("tools", out _));
    }

    private static ModelRequest Request(IModelProvider provider, string model, string maker)
    {
        var described = provider.Describe(model);
        HistoryStep Call(Step step, string upstreamId) => new(step, new ProviderState(maker, described.Family, upstreamId, null));
        var lookup = Call(new McpServerToolCallStep { Id = "call_1", Name = "lookup", ServerName = "crm", Arguments = JsonElement.Parse("""{"id":7}""") }, "up_1");
        var search = Call(new GoogleSearchCallStep { Id = "call_2", Arguments = new SearchArguments { Queries = ["alps"] } }, "up_2");
        var again = Call(new McpServerToolCallStep { Id = "call_3", Name = "page", ServerName = "crm", Arguments = JsonElement.Parse("{}") }, "up_3");
        HistoryStep[] first =
        [
            new(new UserInputStep { Content = [new TextContent { Text = "Who is 7?" }] }),
            lookup,
            search,
            new(new GoogleSearchResultStep { CallId = "call_2", Result = [new GoogleSearchResult { SearchSuggestions = "<div>alps</div>" }] }, search.State, "google_search"),
            new(new McpServerToolResultStep { CallId = "call_1", Name = "lookup", ServerName = "crm", Result = JsonElement.Parse("""[{"type":"text","text":"Ada"}]""") }, lookup.State, "crm__lookup"),
            again,
            new(new McpServerToolResultStep { CallId = "call_3", Name = "page", ServerName = "crm", Result = JsonElement.Parse("\"no such page\""), IsError = true }, again.State, "crm__page"),
            new(new ModelOutputStep { Content = [new TextContent { Text = "It is Ada." }] }),
        ];
        return new ModelRequest
        {
            Model = described,
            History = [new HistoryTurn(first, isSettled: true), new HistoryTurn([new(new UserInputStep { Content = [new TextContent { Text = "Sure?" }] })], isSettled: false)],
            Functions = [.. new[] { "crm__lookup", "google_search", "crm__page" }.Select(n => new FunctionTool { Name = n, Description = "d", Parameters = JsonElement.Parse("""{"type":"object"}""") })],
            Config = new GenerationConfig(),
            Project = "default",
            InteractionId = "int_test",
        };
    }

    private static async Task<Upstream> UpstreamAsync(string wire)
    {
        switch (wire)
        {
            case "responses":
            case "chat":
                var openAI = await OpenAIUpstream.StartAsync(wire: wire == "chat" ? OpenAIWire.Chat : OpenAIWire.Responses);
                return new Upstream(openAI.Provider, openAI.Server, "gpt-5.1", openAI);
            case "messages":
                var talk = await Talk.BeginAsync();
                return new Upstream(talk.Provider, talk.Server, "claude-opus-5", talk);
            default:
                var gemini = await GeminiUpstream.StartAsync();
                return new Upstream(gemini.Provider(wire == "interactions" ? GeminiWire.Interactions : GeminiWire.GenerateContent), gemini.Server, GeminiUpstream.Model, gemini);
        }
    }

    private static string Text(JsonElement body) => Encoding.UTF8.GetString(JsonSerializer.SerializeToUtf8Bytes(body));

    private static int Count(string text, string part) => (text.Length - text.Replace(part, "", StringComparison.Ordinal).Length) / part.Length;

    private sealed record Upstream(IModelProvider Provider, VendorServer Server, string Model, IAsyncDisposable Owner) : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => Owner.DisposeAsync();
    }
}
