using OpenInteractions.Testing;
using OpenInteractions.Testing.Client;

namespace OpenInteractions.Faults.Tests.Tools;

/// <summary>
/// Servers that die in a turn with a tool that only reads, for each such tool (design 5, docs/decisions/0009): a call that was in flight is made again, once; none whose
/// result was kept is; and the stream is continued exactly from every place.
/// </summary>
public sealed class KilledReadingToolsTests
{
    private const string Prompt = "work";
    private const string Beside = "work, beside";

    private static readonly string[] InFirstRound = [ToolChat.First(Prompt), Beside];

    /// <summary>Each tool on each engine in the long form; in the short one, the tools on the engines in turns.</summary>
    public static TheoryData<string, StorageEngine> Everywhere()
    {
        var isLong = Environment.GetEnvironmentVariable("OPENINTERACTIONS_TEST_LONG") == "1";
        var places = new TheoryData<string, StorageEngine>();
        foreach (var (at, tool) in ReadingTools.All.Index())
        {
            foreach (var engine in (StorageEngine[])(isLong ? [StorageEngine.Sqlite, StorageEngine.Postgres] : at % 2 == 0 ? [StorageEngine.Sqlite] : [StorageEngine.Postgres]))
            {
                places.Add(tool, engine);
            }
        }

        return places;
    }

    [Theory]
    [MemberData(nameof(Everywhere))]
    [Rule("SM-5")]
    [Rule("BG-5")]
    [Rule("SE-7")]
    public async Task Calls_that_were_in_flight_are_made_again_once(string tool, StorageEngine engine)
    {
        await using var rig = await Rig.StartAsync(tool, engine);
        var answered = new TaskCompletionSource();
        rig.Tools.Hold = () => answered.Task;
        await using var first = await rig.BeginAsync();
        await rig.Tools.CalledAsync(InFirstRound.Length);

        await rig.Servers.First.KillAsync();
        rig.Tools.Hold = () => Task.CompletedTask;
        answered.SetResult(); // to nobody
        var (end, whole) = await rig.Servers.GoOnAsync(first);

        Assert.All(InFirstRound, about => Assert.Equal(2, rig.Tools.CallsOf(tool, about)));
        Assert.Equal(1, rig.Tools.CallsOf(tool, ToolChat.Second(Prompt)));
        Assert.Equal([1, 1, 1], rig.Chat.CallsOf(Prompt)); // the round stands, so the model is not asked for it again
        Assert.Equal(3, await rig.Servers.Other.AllowedAsync(tool)); // those that are made again as well: the rules may have changed meanwhile
        rig.AssertRead(end);
        await rig.Servers.AssertContinuesAsync(end, whole);
    }

    [Theory]
    [MemberData(nameof(Everywhere))]
    [Rule("SM-5")]
    [Rule("BG-5")]
    [Rule("SE-7")]
    public async Task No_call_whose_result_is_kept_is_made_again(string tool, StorageEngine engine)
    {
        await using var rig = await Rig.StartAsync(tool, engine);
        var cut = new TaskCompletionSource();
        rig.Chat.Hold = (round, place) => (round, place) == (1, ToolChat.BeforeLastCall) ? cut.Task : Task.CompletedTask;
        await using var first = await rig.BeginAsync();
        await first.UntilAsync(ToolChat.IsTextOfSecondRound);

        await rig.Servers.First.KillAsync();
        rig.Chat.Hold = (_, _) => Task.CompletedTask;
        cut.SetResult();
        var (end, whole) = await rig.Servers.GoOnAsync(first);

        Assert.All([.. InFirstRound, ToolChat.Second(Prompt)], about => Assert.Equal((about, 1), (about, rig.Tools.CallsOf(tool, about))));
        Assert.Equal([1, 2, 1], rig.Chat.CallsOf(Prompt)); // only the call of the model that was cut
        Assert.Equal(1, await rig.Servers.Other.AllowedAsync(tool)); // nobody decides about a call that was made
        rig.AssertRead(end);
        await rig.Servers.AssertContinuesAsync(end, whole);
    }

    /// <summary>A model that calls one tool, what the tool asks, and the servers.</summary>
    private sealed class Rig : IAsyncDisposable
    {
        private readonly string _tool;
        private readonly string _declaration;

        private Rig(string tool, string declaration, ToolServer tools, ToolChat chat, MortalServers servers) =>
            (_tool, _declaration, Tools, Chat, Servers) = (tool, declaration, tools, chat, servers);

        public ToolServer Tools { get; }

        public ToolChat Chat { get; }

        public MortalServers Servers { get; }

        public static async Task<Rig> StartAsync(string tool, StorageEngine engine)
        {
            var tools = await ToolServer.StartAsync();
            var chat = await ToolChat.StartAsync((prompt, round) =>
                [.. (round == 0 ? InFirstRound : [ToolChat.Second(prompt)]).Select(about => ReadingTools.Call(tool, about, tools.Address))]);
            var servers = await MortalServers.StartAsync(engine, [.. chat.Settings, .. ReadingTools.Settings(tools.Address)]);
            return new Rig(tool, await ReadingTools.DeclareAsync(tool, servers.First.Client), tools, chat, servers);
        }

        public Task<EventReader> BeginAsync() => Servers.First.Client.CreateStreamedAsync(
            $$"""{"model":"rounds/any","input":"{{Prompt}}","generation_config":{"thinking_summaries":"auto"},"tools":[{{_declaration}}],"background":true,"stream":true}""");

        /// <summary>Each call has a result, and the model has read what the tool found.</summary>
        public void AssertRead(Answer end)
        {
            var results = end.StepsOf($"{_tool}_result");
            Assert.Equal(end.StepsOf($"{_tool}_call").Select(c => c.GetProperty("id").GetString()).Order(), results.Select(r => r.GetProperty("call_id").GetString()).Order());
            Assert.DoesNotContain(results, ToolSteps.IsError);
            Assert.All(InFirstRound, about => Assert.Contains(ReadingTools.Read(_tool, about), Chat.ShownTo(Prompt, round: 1), StringComparison.Ordinal));
            Assert.Contains(ReadingTools.Read(_tool, ToolChat.Second(Prompt)), Chat.ShownTo(Prompt, round: 2), StringComparison.Ordinal);
        }

        public async ValueTask DisposeAsync()
        {
            await Servers.DisposeAsync();
            await Chat.DisposeAsync();
            await Tools.DisposeAsync();
        }
    }
}
