using OpenInteractions.Contracts.Content;
using OpenInteractions.Contracts.Errors;
using OpenInteractions.Contracts.Steps;
using OpenInteractions.Engine.Interactions;
using OpenInteractions.Engine.Providers;
using OpenInteractions.Engine.Tools;
using OpenInteractions.Testing;

namespace OpenInteractions.Engine.Tests.Interactions;

public sealed class ConversationChainTests
{
    private const string Project = "default";

    private readonly MemoryTurns _store = new();
    private readonly ConversationChain _chain;

    public ConversationChainTests() => _chain = new ConversationChain(_store, new SealedReadings(new SignatureEnvelope(new byte[SignatureEnvelope.KeySize])));

    [Fact]
    [Rule("ST-3")]
    public async Task The_turns_before_come_oldest_first()
    {
        var last = _store.AddChain("t", 7);

        Assert.Equal(["t1", "t2", "t3", "t4", "t5", "t6", "t7"], await TextsAsync(last));
    }

    [Fact]
    public async Task A_long_chain_is_read_in_pages_that_grow()
    {
        var last = _store.AddChain("t", 3000);

        Assert.Equal(3000, (await _chain.LoadAsync(Project, last, default)).Count);

        Assert.Equal([("t3000", 4), ("t2996", 32), ("t2964", 256), ("t2708", 2048), ("t660", 2048)], _store.Reads);
    }

    [Fact]
    public async Task Turns_that_are_kept_are_not_read_again()
    {
        var last = _store.AddChain("t", 100);
        await _chain.LoadAsync(Project, last, default);
        _store.Add("next", last, MemoryTurns.Said("next"));
        _store.Reads.Clear();

        Assert.Equal(101, (await TextsAsync("next")).Count);

        Assert.Equal([("next", 4)], _store.Reads);
    }

    [Fact]
    public async Task A_turn_that_has_just_ended_is_at_hand_and_is_the_very_same()
    {
        var last = _store.AddChain("t", 3);
        await _chain.LoadAsync(Project, last, default);
        var ended = new HistoryTurn([Said("ended")], isSettled: true);
        _chain.Keep(Project, "ended", last, ended, 100, _chain.Erasures);
        _store.Reads.Clear();

        var turns = await _chain.LoadAsync(Project, "ended", default);

        Assert.Empty(_store.Reads);
        Assert.Same(ended, turns[^1]);
        Assert.Equal(4, turns.Count);
    }

    [Fact]
    [Rule("ST-19")]
    public async Task Branches_share_the_turns_before_them()
    {
        var trunk = _store.AddChain("t", 5);
        var (left, right) = (_store.Add("left", trunk, MemoryTurns.Said("left")), _store.Add("right", trunk, MemoryTurns.Said("right")));

        var one = await _chain.LoadAsync(Project, left, default);
        var other = await _chain.LoadAsync(Project, right, default);

        Assert.Equal(one.Take(5), other.Take(5));
        Assert.Equal(["t1", "t2", "t3", "t4", "t5", "right"], Texts(other));
    }

    [Fact]
    [Rule("ST-10")]
    public async Task Siblings_do_not_see_each_other()
    {
        var trunk = _store.AddChain("t", 1);
        _chain.Keep(Project, "left", trunk, new HistoryTurn([Said("left")], isSettled: true), 10, _chain.Erasures);
        _store.Add("left", trunk, MemoryTurns.Said("left"));
        _store.Add("right", trunk, MemoryTurns.Said("right"));

        Assert.Equal(["t1", "right"], await TextsAsync("right"));
        Assert.Equal(["t1", "left"], await TextsAsync("left"));
    }

    [Fact]
    [Rule("ST-9")]
    public async Task An_unknown_interaction_is_not_found()
    {
        var refused = await Assert.ThrowsAsync<ApiException>(() => _chain.LoadAsync(Project, "int_never", default));

        Assert.Equal((ErrorCode.NotFound, "previous_interaction_id"), (refused.Code, refused.Field));
        Assert.Contains("'int_never'", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("t1")]
    [InlineData("t8")]
    [InlineData("t9")]
    [Rule("ST-17")]
    public async Task A_gap_in_the_chain_is_not_found(string gap)
    {
        var last = _store.AddChain("t", 10);
        _store.Remove(gap);

        var refused = await Assert.ThrowsAsync<ApiException>(() => _chain.LoadAsync(Project, last, default));

        Assert.Equal(ErrorCode.NotFound, refused.Code);
        Assert.Contains("'t10'", refused.Message, StringComparison.Ordinal);
        Assert.Contains("deleted", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_projects_turns_are_not_used()
    {
        _chain.Keep("theirs", "t1", null, new HistoryTurn([Said("secret")], isSettled: true), 10, _chain.Erasures);

        await Assert.ThrowsAsync<ApiException>(() => _chain.LoadAsync(Project, "t1", default));
        Assert.Single(_store.Reads);
    }

    [Fact]
    [Rule("ST-16")]
    public async Task After_a_deletion_nothing_is_kept()
    {
        var last = _store.AddChain("t", 10);
        await _chain.LoadAsync(Project, last, default);
        _store.Remove("t5");

        _chain.Clear();

        await Assert.ThrowsAsync<ApiException>(() => _chain.LoadAsync(Project, last, default));
    }

    [Fact]
    public async Task A_turn_that_was_made_or_read_while_something_was_erased_is_not_kept()
    {
        var last = _store.AddChain("t", 3);
        var since = _chain.Erasures;
        _chain.Clear();
        _chain.Keep(Project, "made", null, new HistoryTurn([Said("made")], isSettled: true), 100, since);
        await Assert.ThrowsAsync<ApiException>(() => _chain.LoadAsync(Project, "made", default));

        _store.WhenRead = _chain.Clear;
        await _chain.LoadAsync(Project, last, default);
        _store.WhenRead = null;
        _store.Remove(last);
        await Assert.ThrowsAsync<ApiException>(() => _chain.LoadAsync(Project, last, default));
    }

    [Fact]
    public async Task More_than_fits_is_dropped_and_the_answers_stay_right()
    {
        // 60 MB of content against a bound of 32.
        var ends = Enumerable.Range(0, 12).Select(i => _store.AddChain($"c{i}-", 50, bytes: 100_000)).ToArray();
        var random = new Random(11);
        for (var round = 0; round < 40; round++)
        {
            var i = random.Next(ends.Length);
            var turns = await _chain.LoadAsync(Project, ends[i], default);

            Assert.Equal(Enumerable.Range(1, 50).Select(t => $"c{i}-{t}"), Texts(turns).Select(t => t.TrimEnd('.')));
        }

        Assert.True(_store.TurnsRead > 600, "Nothing was ever dropped.");
    }

    [Fact]
    public async Task Turns_in_use_stay_when_others_go()
    {
        var loved = _store.AddChain("loved", 5, bytes: 1000);
        for (var i = 0; i < 20; i++)
        {
            await _chain.LoadAsync(Project, loved, default);
            _store.Reads.Clear();
            await _chain.LoadAsync(Project, _store.AddChain($"other{i}-", 30, bytes: 100_000), default);
            Assert.DoesNotContain(_store.Reads, r => r.Id.StartsWith("loved", StringComparison.Ordinal));
        }

        _store.Reads.Clear();
        Assert.Equal(5, (await _chain.LoadAsync(Project, loved, default)).Count);
        Assert.Empty(_store.Reads);
    }

    [Fact]
    [Rule("FN-1")]
    public async Task A_result_knows_the_call_of_the_turn_before_wherever_that_was_read()
    {
        AddCall("call", null);
        AddResult("result", "call");

        AssertResolved((await _chain.LoadAsync(Project, "result", default))[1]);

        _chain.Clear();
        await _chain.LoadAsync(Project, "call", default); // now the call is kept and only the result is read
        AssertResolved((await _chain.LoadAsync(Project, "result", default))[1]);
    }

    [Fact]
    public async Task A_result_knows_its_call_also_while_the_cache_is_full()
    {
        // Content that is used fills the cache: what comes now and is large is the first to go, before its child is read.
        var filling = _store.AddChain("filling", 32, bytes: 1_000_000);
        await _chain.LoadAsync(Project, filling, default);
        await _chain.LoadAsync(Project, filling, default);
        AddCall("call", null, new string('x', 3_000_000));
        AddResult("result", "call");

        AssertResolved((await _chain.LoadAsync(Project, "result", default))[1]);
    }

    [Fact]
    public async Task Many_callers_at_once_get_right_answers_while_others_are_dropped_and_cleared()
    {
        var ends = Enumerable.Range(0, 6).Select(i => (Name: $"c{i}-", End: _store.AddChain($"c{i}-", 20, bytes: 400_000))).ToArray();
        var chain = new ConversationChain(_store, new SealedReadings(new SignatureEnvelope(new byte[SignatureEnvelope.KeySize])));

        await Task.WhenAll(Enumerable.Range(0, 8).Select(worker => Task.Run(async () =>
        {
            var random = new Random(worker);
            for (var round = 0; round < 15; round++)
            {
                var (name, end) = ends[random.Next(ends.Length)];
                var texts = Texts(await chain.LoadAsync(Project, end, default)).Select(t => t.TrimEnd('.'));
                Assert.Equal(Enumerable.Range(1, 20).Select(t => $"{name}{t}"), texts);
                if (random.Next(10) == 0)
                {
                    chain.Clear();
                }
            }
        }))).OrTimeout("all callers are answered");
    }

    private void AddCall(string id, string? previousId, string text = "")
    {
        var call = new FunctionCallStep { Id = $"call_of_{id}", Name = "get_weather", Arguments = System.Text.Json.JsonElement.Parse("{}") };
        _store.Add(id, previousId, System.Text.Encoding.UTF8.GetString(TurnJson.WriteSteps([call, Said(text).Step]).Span), states: [new HistoryStep(call, new ProviderState("openai", "gpt", "up-1", null))]);
    }

    private void AddResult(string id, string callId) =>
        _store.Add(id, callId, MemoryTurns.Said("sunny"), $$"""[{"type":"function_result","call_id":"call_of_{{callId}}","result":"20"}]""");

    private static void AssertResolved(HistoryTurn turn) =>
        Assert.Equal(("get_weather", "up-1"), (turn.Steps[0].CallName, turn.Steps[0].State?.CallId));

    private static HistoryStep Said(string text) => new(new ModelOutputStep { Content = [new TextContent { Text = text }] });

    private async Task<List<string>> TextsAsync(string id) => Texts(await _chain.LoadAsync(Project, id, default));

    private static List<string> Texts(IReadOnlyList<HistoryTurn> turns) =>
        [.. turns.SelectMany(t => t.Steps).Select(s => ((TextContent)((ModelOutputStep)s.Step).Content[0]).Text)];
}
