using OpenInteractions.Faults.Tests.Crowds;
using OpenInteractions.Faults.Tests.Nodes;
using OpenInteractions.Testing;
using OpenInteractions.Testing.Client;
using Xunit.Abstractions;

namespace OpenInteractions.Faults.Tests.Tools;

/// <summary>
/// Servers that die in a turn with tools (design 5, docs/decisions/0009): no call with an effect is made twice, the run ends, and its stream is continued exactly
/// from every place.
/// </summary>
public sealed class KilledToolCallsTests(ITestOutputHelper output)
{
    private const string Prompt = "work";
    private const string Uncertain = "may or may not have taken effect";

    [Theory]
    [InlineData(StorageEngine.Sqlite)]
    [InlineData(StorageEngine.Postgres)]
    [Rule("SM-5")]
    [Rule("BG-5")]
    [Rule("SE-7")]
    public async Task Of_calls_that_were_in_flight_only_those_are_repeated_that_do_no_harm(StorageEngine engine)
    {
        await using var tools = await ToolServer.StartAsync();
        await using var chat = await ToolChat.StartAsync();
        await using var servers = await MortalServers.StartAsync(engine, [.. chat.Settings, ToolServer.Setting]);
        var answered = new TaskCompletionSource();
        tools.Hold = () => answered.Task;
        await using var first = await servers.First.Client.CreateStreamedAsync(Request(tools, Prompt));
        await tools.CalledAsync(3);

        await servers.First.KillAsync();
        tools.Hold = () => Task.CompletedTask;
        answered.SetResult(); // to nobody
        var (end, whole) = await servers.GoOnAsync(first);

        var about = ToolChat.First(Prompt);
        Assert.Equal((2, 2, 1), (tools.CallsOf(ToolServer.Read, about), tools.CallsOf(ToolServer.Stamp, about), tools.CallsOf(ToolServer.Send, about)));
        Assert.Equal(1, tools.CallsOf(ToolServer.Send, ToolChat.Second(Prompt)));
        Assert.Equal([1, 1, 1], chat.CallsOf(Prompt)); // the round stands, so the model is not asked for it again
        Assert.Contains(Uncertain, chat.ShownTo(Prompt, round: 1), StringComparison.Ordinal);
        Assert.Equal(3, await servers.Other.AllowedAsync("mcp_server")); // the two that are made again, and the one of the second round
        Assert.Equal([ToolServer.Send], end.StepsOf("mcp_server_tool_result").Where(ToolSteps.IsError).Select(s => s.GetProperty("name").GetString()));
        await servers.AssertContinuesAsync(end, whole);
    }

    [Theory]
    [InlineData(StorageEngine.Sqlite)]
    [InlineData(StorageEngine.Postgres)]
    [Rule("SM-5")]
    [Rule("BG-5")]
    [Rule("SE-7")]
    public async Task No_call_whose_result_is_kept_is_made_again(StorageEngine engine)
    {
        await using var tools = await ToolServer.StartAsync();
        await using var chat = await ToolChat.StartAsync();
        await using var servers = await MortalServers.StartAsync(engine, [.. chat.Settings, ToolServer.Setting]);
        var cut = new TaskCompletionSource();
        chat.Hold = (round, place) => (round, place) == (1, ToolChat.BeforeLastCall) ? cut.Task : Task.CompletedTask;
        await using var first = await servers.First.Client.CreateStreamedAsync(Request(tools, Prompt));
        await first.UntilAsync(ToolChat.IsTextOfSecondRound); // what was shown before the step that was shown last is kept

        await servers.First.KillAsync();
        chat.Hold = (_, _) => Task.CompletedTask;
        cut.SetResult();
        var (end, whole) = await servers.GoOnAsync(first);

        Assert.All(tools.Calls, call => Assert.Equal((call.Key, 1), (call.Key, call.Value)));
        Assert.Equal(4, tools.Calls.Count);
        Assert.Equal([1, 2, 1], chat.CallsOf(Prompt)); // only the call of the model that was cut
        Assert.DoesNotContain(end.StepsOf("mcp_server_tool_result"), ToolSteps.IsError);
        await servers.AssertContinuesAsync(end, whole);
    }

    [Theory]
    [InlineData(StorageEngine.Sqlite)]
    [InlineData(StorageEngine.Postgres)]
    [Rule("BG-5")]
    public async Task A_planned_stop_in_the_middle_of_calls_repeats_no_effect_either(StorageEngine engine)
    {
        await using var tools = await ToolServer.StartAsync();
        await using var chat = await ToolChat.StartAsync();
        await using var servers = await MortalServers.StartAsync(engine, [.. chat.Settings, ToolServer.Setting, ("OpenInteractions__Runs__MaxTakeOvers", "0")]);
        var answered = new TaskCompletionSource();
        tools.Hold = () => answered.Task;
        await using var first = await servers.First.Client.CreateStreamedAsync(Request(tools, Prompt));
        await tools.CalledAsync(3);

        await servers.First.StopAsync();
        tools.Hold = () => Task.CompletedTask;
        answered.SetResult();
        var (end, whole) = await servers.GoOnAsync(first);

        Assert.Equal(1, tools.CallsOf(ToolServer.Send, ToolChat.First(Prompt)));
        Assert.Equal(1, tools.CallsOf(ToolServer.Send, ToolChat.Second(Prompt)));
        Assert.Equal([1, 1, 1], chat.CallsOf(Prompt));
        await servers.AssertContinuesAsync(end, whole);
    }

    [Theory]
    [InlineData(StorageEngine.Sqlite)]
    [InlineData(StorageEngine.Postgres)]
    [Rule("SM-5")]
    public async Task Of_many_runs_whose_servers_are_killed_wherever_they_are_none_repeats_an_effect(StorageEngine engine)
    {
        var (runs, kills) = FaultSeed.IsLong ? (600, 20) : (100, 3);
        var seed = new FaultSeed();
        output.WriteLine($"{seed}");
        var random = seed.Of(0);
        await using var tools = await ToolServer.StartAsync();
        await using var chat = await ToolChat.StartAsync();
        var pace = TimeSpan.FromMilliseconds(20); // with few places, so that there is work at each kill, and it finds runs wherever they can be
        tools.Hold = () => Task.Delay(pace);
        chat.Hold = (_, _) => Task.Delay(pace);
        await using var servers = await MortalServers.StartAsync(engine, [.. chat.Settings, ToolServer.Setting, FaultPlan.EndlessTakeOvers, ("OpenInteractions__Runs__MaxConcurrent", "4")]);
        var ids = new Dictionary<string, string>();
        for (var i = 0; i < runs; i++)
        {
            var accepted = (await servers.All[i % servers.All.Count].Client.CreateAsync(Request(tools, $"run {i}", "\"background\":true"))).Ok();
            ids.Add($"run {i}", accepted.Id);
        }

        for (var kill = 0; kill < kills; kill++)
        {
            await tools.CalledAsync((4 * runs * kill / kills) + random.Next(1, 3 * runs / kills));
            var victim = servers.All[random.Next(servers.All.Count)];
            await victim.KillAsync();
            await victim.StartAgainAsync();
        }

        var uncertain = 0;
        foreach (var (prompt, id) in ids)
        {
            var end = await servers.Next.EndOfAsync(id);
            await using var replay = await servers.Next.FollowAsync(id);
            Assert.Equal((prompt, "completed"), (prompt, end.State));
            Folds.AssertExact(end, await replay.ToEndAsync());
            var results = end.StepsOf("mcp_server_tool_result");
            Assert.Equal((4, results.Count(ToolSteps.IsError)), (results.Count, results.Count(r => ToolSteps.IsError(r) && r.GetProperty("name").GetString() == ToolServer.Send)));
            Assert.InRange(tools.CallsOf(ToolServer.Send, ToolChat.First(prompt)) + tools.CallsOf(ToolServer.Send, ToolChat.Second(prompt)), 2 - results.Count(ToolSteps.IsError), 2);
            uncertain += results.Count(ToolSteps.IsError);
        }

        var repeated = (Model: chat.Count - (ToolChat.Rounds * runs), Tools: tools.Calls.Values.Sum(c => c - 1));
        output.WriteLine($"{repeated.Model} calls of the model repeated, {repeated.Tools} of tools, {uncertain} left uncertain");
        Assert.DoesNotContain(tools.Calls, c => c.Key.Tool == ToolServer.Send && c.Value > 1);
        Assert.InRange(repeated.Model + repeated.Tools + uncertain, 1, int.MaxValue); // the kills came in the middle
    }

    [Theory]
    [InlineData(StorageEngine.Sqlite)]
    [InlineData(StorageEngine.Postgres)]
    [Rule("SM-1")]
    [Rule("SM-5")]
    [Rule("FN-13")]
    public async Task To_a_turn_that_waits_for_its_client_a_kill_does_nothing(StorageEngine engine)
    {
        const string prompt = "ask me";
        await using var tools = await ToolServer.StartAsync();
        await using var chat = await ToolChat.StartAsync();
        await using var servers = await MortalServers.StartAsync(engine, [.. chat.Settings, ToolServer.Setting]);
        await using var first = await servers.First.Client.CreateStreamedAsync(Request(tools, prompt, $"\"background\":true,\"stream\":true", WithFunction));
        var shown = await first.ToEndAsync();
        var before = (await servers.First.Client.GetAsync(first.InteractionId)).Ok();

        await servers.First.KillAsync();
        await servers.GoOnAsync();
        var after = (await servers.Next.GetAsync(first.InteractionId)).Ok();

        Assert.Equal(before.Text, after.Text);
        await servers.AssertContinuesAsync(after, shown, "requires_action");
        var call = Assert.Single(after.StepsOf("function_call")).GetProperty("id").GetString();
        var answer = $$"""{"model":"rounds/any","previous_interaction_id":"{{after.Id}}","input":[{"type":"function_result","call_id":"{{call}}","name":"get_weather","result":"rain"},{"type":"user_input","content":[{"type":"text","text":"thanks"}]}]}""";
        var next = (await servers.Next.CreateAsync(answer)).Ok();
        Assert.Equal("completed", next.State);
        Assert.Contains("rain", chat.ShownTo("thanks", round: 3), StringComparison.Ordinal);
        Assert.Equal([1, 1, 1], chat.CallsOf(prompt));
        Assert.Equal((4, 4), (tools.Calls.Count, tools.Calls.Values.Sum()));
        Assert.Equal(0, await servers.Other.AllowedAsync("function"));
    }

    private const string WithFunction = """,{"type":"function","name":"get_weather","parameters":{"type":"object"}}""";

    private static string Request(ToolServer tools, string prompt, string how = "\"background\":true,\"stream\":true", string functions = "") =>
        $$"""{"model":"rounds/any","input":"{{prompt}}","generation_config":{"thinking_summaries":"auto"},"tools":[{{tools.Declaration}}{{functions}}],{{how}}}""";
}
