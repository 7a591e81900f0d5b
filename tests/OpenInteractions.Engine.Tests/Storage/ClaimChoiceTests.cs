using OpenInteractions.Engine.Storage;
using OpenInteractions.Engine.Tests.Interactions;

namespace OpenInteractions.Engine.Tests.Storage;

/// <summary>Which of the waiting runs start next (docs/decisions/0008).</summary>
public sealed class ClaimChoiceTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private static readonly Dictionary<string, int> NothingRuns = [];

    [Fact]
    public void A_better_tier_goes_first_however_long_the_others_have_waited()
    {
        WaitingLine[] lines = [Line("a", 2, 900, 800), Line("a", 0, 1), Line("a", 1, 500)];

        Assert.Equal([1, 2, 0, 0], Choose(lines, 10));
    }

    [Fact]
    public void Projects_take_turns_whatever_one_of_them_has_waiting()
    {
        WaitingLine[] lines = [Line("many", 1, [.. Enumerable.Range(0, 1000).Select(i => 5000L - i)]), Line("one", 1, 3), Line("two", 1, 2, 1)];

        Assert.Equal([0, 1, 2, 0, 2, 0, 0, 0], Choose(lines, 8));
    }

    [Fact]
    public void Projects_take_turns_also_where_one_run_works_at_a_time()
    {
        var rules = new ClaimRules(Patience);
        WaitingLine[] lines = [Line("many", 1, 90, 80, 70, 60), Line("few", 1, 2, 1)];

        var chosen = new List<int>();
        for (var i = 0; i < 6; i++)
        {
            var next = Assert.Single(Choose(lines, 1, rules: rules));
            chosen.Add(next);
            lines[next] = lines[next] with { Waits = [.. lines[next].Waits.Skip(1)] };
        }

        Assert.Equal([0, 1, 0, 1, 0, 0], chosen);
    }

    [Fact]
    public void A_project_of_which_more_runs_work_waits_for_the_others()
    {
        WaitingLine[] lines = [Line("busy", 1, 900, 800, 700), Line("idle", 1, 3, 2, 1)];

        Assert.Equal([1, 1, 0, 1], Choose(lines, 4, running: new() { ["busy"] = 2 }));
    }

    [Fact]
    public void Lines_of_one_project_are_one_queue_by_age()
    {
        WaitingLine[] lines = [Line("a", 1, 90, 50) with { Provider = "x" }, Line("a", 1, 70, 60) with { Provider = "y" }];

        Assert.Equal([0, 1, 1, 0], Choose(lines, 4));
    }

    [Fact]
    public void Every_tenth_start_is_for_the_one_that_has_waited_longest()
    {
        var rules = new ClaimRules(Patience);
        var waited = (long)Patience.TotalMilliseconds;
        WaitingLine[] lines =
        [
            Line("busy", 0, [.. Enumerable.Repeat(10L, 100)]),
            Line("busy", 1, waited, waited - 1),
            Line("other", 2, waited + 5, waited - 1),
        ];

        var chosen = new List<int>();
        while (chosen.Count < 40)
        {
            // One place at a time, as when runs end one by one.
            var next = Assert.Single(Choose(lines, 1, rules: rules));
            chosen.Add(next);
            lines[next] = lines[next] with { Waits = [.. lines[next].Waits.Skip(1)] };
        }

        Assert.Equal([(9, 2), (19, 1)], chosen.Index().Where(c => c.Item != 0));
    }

    [Fact]
    public void What_may_not_start_is_passed_by_and_what_is_behind_it_is_not()
    {
        var gate = new CountingGate(("x", 1), ("y", 2));
        WaitingLine[] lines = [Line("a", 0, 90, 80, 70) with { Provider = "x" }, Line("a", 1, 5, 4, 3) with { Provider = "y" }];

        Assert.Equal([0, 1, 1], Choose(lines, 10, rules: new ClaimRules(Patience, gate)));
    }

    [Fact]
    public void Places_of_runs_that_were_not_claimed_after_all_are_given_back()
    {
        var gate = new CountingGate(("x", 3));
        var choice = new ClaimChoice(new ClaimRules(Patience, gate));
        choice.Begin();
        choice.Choose([Line("a", 0, 3, 2, 1) with { Provider = "x" }], NothingRuns, 10);
        Assert.Equal(0, gate.Free("x"));

        choice.Settle([Claimed("int_1", "a", "x")]);
        Assert.Equal(2, gate.Free("x"));

        choice.LeaveAll();
        Assert.Equal(2, gate.Free("x"));
    }

    [Fact]
    public void A_claim_that_the_store_begins_anew_takes_its_places_once()
    {
        var gate = new CountingGate(("x", 3));
        var choice = new ClaimChoice(new ClaimRules(Patience, gate));
        for (var attempt = 0; attempt < 3; attempt++)
        {
            choice.Begin();
            Assert.Equal([0, 0], choice.Choose([Line("a", 0, 2, 1) with { Provider = "x" }], NothingRuns, 10));
        }

        Assert.Equal(1, gate.Free("x"));
        choice.LeaveAll();
        Assert.Equal(3, gate.Free("x"));
    }

    [Fact]
    public void The_gate_hears_how_many_runs_of_the_project_work_everywhere()
    {
        var gate = new CountingGate(("x", 100)) { MostInProject = 4 };
        WaitingLine[] lines = [Line("a", 0, 9, 8, 7) with { Provider = "x" }, Line("b", 0, 6, 5) with { Provider = "x" }];

        Assert.Equal([1, 1, 0, 0], Choose(lines, 10, running: new() { ["a"] = 2 }, rules: new ClaimRules(Patience, gate)));
    }

    private static WaitingLine Line(string project, int priority, params long[] waits) => new(project, "", priority, waits);

    private static IReadOnlyList<int> Choose(IReadOnlyList<WaitingLine> lines, int limit, Dictionary<string, int>? running = null, ClaimRules? rules = null)
    {
        var choice = new ClaimChoice(rules ?? new ClaimRules(Patience));
        choice.Begin();
        return choice.Choose(lines, running ?? NothingRuns, limit);
    }

    private static ClaimedRun Claimed(string id, string project, string provider) => new()
    {
        Lease = new RunLease(id, "node", 1),
        Interaction = SampleInteraction.Running(id) with { Project = project },
        Provider = provider,
        Request = default,
        TakeOvers = 0,
        TimeLeft = TimeSpan.MaxValue,
    };

    private sealed class CountingGate(params (string Provider, int Places)[] places) : IClaimGate
    {
        private readonly Dictionary<string, int> _free = places.ToDictionary(p => p.Provider, p => p.Places);

        public int MostInProject { get; init; } = int.MaxValue;

        public bool CountsAllNodes => true;

        public int Free(string provider) => _free[provider];

        public bool TryEnter(string project, string provider, int runningInProject) => runningInProject < MostInProject && _free[provider] > 0 && _free[provider]-- > 0;

        public void Leave(string project, string provider) => _free[provider]++;
    }
}
