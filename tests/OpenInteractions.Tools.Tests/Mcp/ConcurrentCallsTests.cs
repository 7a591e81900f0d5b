using System.Globalization;
using OpenInteractions.Testing;
using OpenInteractions.Testing.Client;
using OpenInteractions.Testing.Vendors;
using OpenInteractions.Testing.Vendors.OpenAI;

namespace OpenInteractions.Tools.Tests.Mcp;

/// <summary>Many calls of one session: they are at the server together, and none waits for another.</summary>
public sealed class ConcurrentCallsTests
{
    private const int Calls = 50;

    [Theory]
    [InlineData(FakeMcpServer.Legacy, false)]
    [InlineData(FakeMcpServer.Legacy, true)]
    [InlineData(FakeMcpServer.Modern, false)]
    [InlineData(FakeMcpServer.Modern, true)]
    public async Task A_call_that_never_answers_holds_up_none_of_the_others(string revision, bool hasBegun)
    {
        await using var server = await FakeMcpServer.StartAsync(revision);
        var together = new Meeting(Calls);
        server.OnCall = async exchange =>
        {
            if (Number(exchange) == 0 && hasBegun)
            {
                await exchange.BeginStreamAsync();
            }

            await together.MeetAsync(exchange.Gone);
            await (Number(exchange) == 0 ? Task.Delay(Timeout.InfiniteTimeSpan, exchange.Gone) : Task.CompletedTask);
            await exchange.AnswerAsync(FakeMcpServer.Text($"{Number(exchange)}"));
        };
        await using var rig = new McpRig();
        await using var open = await rig.OpenAsync(McpRig.Declare(server.Url));
        using var run = new CancellationTokenSource();

        var silent = open.CallAsync("echo", """{"i":0}""", run.Token);
        var results = await Task.WhenAll(Enumerable.Range(1, Calls - 1).Select(i => open.CallAsync("echo", $$"""{"i":{{i}}}"""))).OrTimeout("the calls beside the one that never answers");
        var after = await open.CallAsync("echo", """{"i":1000}""").OrTimeout("a call that comes later");

        Assert.False(silent.IsCompleted);
        Assert.Equal(Enumerable.Range(1, Calls - 1).Select(i => $"{i}"), results.Select(r => r.Text()));
        Assert.Equal("1000", after.Text());
        Assert.Equal(1, rig.Kind.Sessions);
        await run.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => silent).OrTimeout("the end of the call that never answers");
    }

    [Theory]
    [InlineData(8)]
    [InlineData(Calls)]
    public async Task As_many_calls_of_a_turn_are_in_flight_as_may_be_and_one_that_does_not_answer_holds_up_none(int limit)
    {
        await using var tools = await FakeMcpServer.StartAsync();
        var (together, last) = (new Meeting(limit), new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        var (now, most) = (0, 0);
        var counting = new Lock();
        tools.OnCall = async exchange =>
        {
            lock (counting)
            {
                most = Math.Max(most, ++now);
            }

            await together.MeetAsync(exchange.Gone); // none is answered before as many have come as may
            await (Number(exchange) == 0 ? last.Task.WaitAsync(exchange.Gone) : Task.CompletedTask);
            lock (counting)
            {
                now--;
            }

            await exchange.AnswerAsync(FakeMcpServer.Text($"{Number(exchange)}"));
        };
        var chat = new OpenAIVendor { Key = null, HasResponses = false, AcceptsAnyModel = true, Models = ["scripted"] };
        await using var vendor = await VendorServer.StartAsync(chat);
        vendor.Enqueue(chat.Reply(Enumerable.Range(0, Calls).Aggregate(OpenAITurn.New, (turn, i) => turn.Calls("crm__echo", $$"""{"i":{{i}}}"""))));
        vendor.Enqueue(chat.Reply(OpenAITurn.New.Says("All of them.")));
        await using var server = await ServerProcess.StartAsync(
            ("OpenInteractions__Providers__Endpoints__local__BaseUrl", new Uri(vendor.Address, "v1").ToString()), ("OpenInteractions__Providers__Endpoints__local__Wire", "chat"),
            ("OpenInteractions__Outbound__AllowedNetworks__0", "127.0.0.1/32"),
            ("OpenInteractions__Tools__MaxConcurrentCalls", limit.ToString(CultureInfo.InvariantCulture)));

        await using var stream = await server.Client.CreateStreamedAsync(
            $$"""{"model":"local/scripted","input":"Call them.","stream":true,"tools":[{"type":"mcp_server","name":"crm","url":"{{tools.Url}}"}]}""");
        for (var shown = 0; shown < Calls - 1; shown++)
        {
            await stream.UntilAsync(IsResult).OrTimeout($"result {shown + 1} beside the call that does not answer");
        }

        last.SetResult();
        await stream.ToEndAsync().OrTimeout("the end of the turn");

        var kept = (await server.Client.GetAsync(stream.InteractionId)).Ok();
        var results = kept.Steps.Where(s => s.GetProperty("type").GetString() == "mcp_server_tool_result").ToList();
        Assert.Equal(("completed", "All of them.", limit), (kept.State, kept.OutputText, most));
        Assert.Equal(Enumerable.Range(0, Calls), results.Select(r => int.Parse(r.GetProperty("result")[0].GetProperty("text").GetString()!, CultureInfo.InvariantCulture)).Order());
        Assert.Equal("0", results[^1].GetProperty("result")[0].GetProperty("text").GetString());
        Assert.Single(tools.HeardOf("initialize"));
    }

    private static bool IsResult(ServerEvent value) =>
        value.Name == "step.start" && value.Json.GetProperty("step").GetProperty("type").GetString() == "mcp_server_tool_result";

    private static int Number(FakeExchange exchange) => exchange.Arguments!["i"]!.GetValue<int>();

    /// <summary>Lets nobody go before so many have come; who comes later goes at once.</summary>
    private sealed class Meeting(int count)
    {
        private readonly TaskCompletionSource _all = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _came;

        public Task MeetAsync(CancellationToken gone)
        {
            if (Interlocked.Increment(ref _came) == count)
            {
                _all.SetResult();
            }

            return _all.Task.WaitAsync(gone);
        }
    }
}
