using System.Security.Cryptography;
using OpenInteractions.Testing;
using OpenInteractions.Testing.Client;

namespace OpenInteractions.Faults.Tests.Nodes;

/// <summary>Each fault stops what it must and no more, and can be told from the others by what the nodes say at <c>/metrics</c> and <c>/readyz</c>.</summary>
[Collection("several nodes")]
public sealed class MishapMetricsTests
{
    private const string Streamed = """{"model":"slow/any","input":"tell","stream":true,"background":true}""";

    [Fact]
    [Rule("SM-5")]
    public async Task A_connection_that_breaks_for_a_moment_costs_no_model_call()
    {
        await using var provider = await SlowChat.StartAsync(pieces: 120, TimeSpan.FromMilliseconds(50));
        await using var nodes = await NodeGroup.StartAsync(2, provider.Settings);
        await using var direct = await nodes[0].Client.CreateStreamedAsync(Streamed);
        await direct.DeltasAsync(10);

        nodes.Proxy.Cut(Outage.Closed);
        await direct.DeltasAsync(20);
        nodes.Proxy.Mend();
        var events = await direct.ToEndAsync();
        var end = (await nodes[1].Client.GetAsync(direct.InteractionId)).Ok();
        var metrics = await nodes[0].MetricsAsync("openinteractions_nodes_listener_connects", value => value >= 2);

        Assert.Equal(("completed", provider.AnswerTo("tell")), (end.State, end.OutputText));
        Folds.AssertExact(end, events);
        Assert.Equal(1, provider.Calls["tell"]);
        Assert.InRange(metrics["openinteractions_journal_failures{reason=\"unavailable\"}"], 1, 100);
    }

    [Fact]
    [Rule("SM-5")]
    public async Task A_run_that_the_database_does_not_take_ends_alone_with_an_error_that_says_so()
    {
        await using var provider = await SlowChat.StartAsync(pieces: 60, TimeSpan.FromMilliseconds(50));
        await using var nodes = await NodeGroup.StartAsync(1, provider.Settings);
        await nodes.ExecuteAsync("ALTER TABLE journal ADD CONSTRAINT small CHECK (octet_length(frames) < 20000)");
        var ids = await Runs.StartAsync(nodes[0].Client, 3);
        await provider.CalledAsync(3);

        var large = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(15_000)); // its answer begins with it
        await using var direct = await nodes[0].Client.CreateStreamedAsync($$"""{"model":"slow/any","input":"{{large}}","stream":true,"background":true}""");
        var events = await direct.ToEndAsync();
        var end = (await nodes[0].Client.GetAsync(direct.InteractionId)).Ok();
        await using var again = await nodes[0].Client.FollowAsync(direct.InteractionId);
        var replayed = await again.ToEndAsync();
        var ends = await Runs.EndsAsync(nodes[0].Client, ids);
        var metrics = await nodes[0].MetricsAsync();

        Assert.Equal("failed", end.State);
        Assert.Contains("cannot be kept", end.Text, StringComparison.Ordinal);
        Folds.AssertExact(end, events);
        Folds.AssertExact(end, replayed);
        Assert.Equal(events.Select(e => e.EventId), replayed.Select(e => e.EventId));
        Assert.All(ends, run => Assert.Equal((run.Key, "completed", provider.AnswerTo(run.Key)), (run.Key, run.Value.State, run.Value.OutputText)));
        Assert.All(provider.Calls, run => Assert.Equal(1, run.Value));
        Assert.Equal(1, metrics["openinteractions_journal_failures{reason=\"refused\"}"]);
        Assert.Equal(1, metrics["openinteractions_runs_failed{code=\"api_error\",provider=\"slow\"}"]);
        Assert.Equal(0, Lost(metrics));
    }

    [Fact]
    [Rule("SM-5")]
    public async Task Dead_owners_and_runs_that_are_given_up_show()
    {
        await using var provider = await SlowChat.StartAsync(pieces: 100_000, TimeSpan.FromMilliseconds(50));
        await using var nodes = await NodeGroup.StartAsync(2, [.. provider.Settings, NodeGroup.Lease(seconds: 3), ("OpenInteractions__Runs__MaxTakeOvers", "1")]);
        var id = (await Runs.StartAsync(nodes[0].Client, 1)).Single().Value;
        await provider.CalledAsync(1);

        await nodes[0].KillAsync();
        await provider.CalledAsync(2);
        var taken = await nodes[1].MetricsAsync();
        await nodes[0].StartAgainAsync();
        await nodes[1].KillAsync();
        var end = await nodes[0].Client.EndOfAsync(id);
        var given = await nodes[0].MetricsAsync();

        Assert.Equal("failed", end.State);
        Assert.Equal((1, 0), (taken["openinteractions_runs_taken_over{reason=\"owner_lost\"}"], taken["openinteractions_runs_taken_over{reason=\"handed_over\"}"]));
        Assert.Equal((1, 0), (taken["openinteractions_provider_calls{kind=\"repeated\"}"], taken["openinteractions_provider_calls{kind=\"first\"}"]));
        Assert.Equal((1, 0), (taken["openinteractions_runs_active"], taken["openinteractions_runs_given_up"]));
        Assert.Equal((1, 1), (given["openinteractions_runs_given_up"], given["openinteractions_runs_ended{status=\"failed\"}"]));
        Assert.Equal(1, given["openinteractions_runs_failed{code=\"api_error\",provider=\"slow\"}"]);
        Assert.Equal(2, provider.Calls.Values.Sum());
    }

    [Fact]
    [Rule("SM-5")]
    public async Task An_owner_that_hung_and_one_that_lost_the_database_show_how_they_lost_their_leases()
    {
        await using var provider = await SlowChat.StartAsync(pieces: 100_000, TimeSpan.FromMilliseconds(50));
        await using var nodes = await NodeGroup.StartAsync(2, [.. provider.Settings, NodeGroup.Lease(seconds: 3)]);
        var ids = await Runs.StartAsync(nodes[1].Client, 1);
        await provider.CalledAsync(1);

        nodes[1].Pause();
        await provider.CalledAsync(2);
        nodes[1].Resume();
        var hung = await nodes[1].MetricsAsync("a lease is lost", all => all["openinteractions_runs_active"] == 0 && Lost(all) > 0);
        nodes.Proxy.Cut(Outage.Closed);
        var cut = await nodes[0].MetricsAsync("openinteractions_leases_lost{reason=\"not_renewed\"}", value => value == 1);
        await provider.CalledAsync(3);
        nodes.Proxy.Mend();
        var cancelled = (await nodes[1].Client.CancelAsync(ids.Single().Value)).Ok();

        Assert.Equal("cancelled", cancelled.State);
        Assert.Equal(1, Lost(hung));
        Assert.Equal(0, hung["openinteractions_leases_lost{reason=\"not_renewed\"}"]);
        Assert.InRange(cut["openinteractions_leases_renewal_failures"], 1, 10);
        Assert.InRange(cut["openinteractions_leases_renewed_seconds_ago"], 1, 60);
        Assert.Equal(0, cut["openinteractions_store_reachable"]);
    }

    [Fact]
    [Rule("SM-5")]
    public async Task A_planned_stop_and_a_provider_that_is_down_show_and_every_line_is_in_the_operations_page()
    {
        await using var provider = await SlowChat.StartAsync(pieces: 100_000, TimeSpan.FromMilliseconds(50));
        await using var nodes = await NodeGroup.StartAsync(2, provider.Settings);
        var id = (await Runs.StartAsync(nodes[0].Client, 1)).Single().Value;
        await provider.CalledAsync(1);

        await nodes[0].StopAsync();
        await provider.CalledAsync(2);
        var stopped = await nodes[1].MetricsAsync();
        (await nodes[1].Client.CancelAsync(id)).Ok();
        await provider.DisposeAsync();
        var refused = await nodes[1].Client.CreateAsync("""{"model":"slow/any","input":"x"}""");
        var down = await nodes[1].MetricsAsync();
        var page = await File.ReadAllTextAsync(Pages.Operations);
        var text = await nodes[1].MetricsTextAsync();
        var told = System.Text.RegularExpressions.Regex.Matches(text, "(?m)^# HELP ([a-z_]+) ").Select(m => m.Groups[1].Value).ToHashSet();
        var documented = System.Text.RegularExpressions.Regex.Matches(page, "`(openinteractions_[a-z_]+)`").Select(m => m.Groups[1].Value).ToHashSet();

        Assert.Equal((1, 0), (stopped["openinteractions_runs_taken_over{reason=\"handed_over\"}"], stopped["openinteractions_runs_taken_over{reason=\"owner_lost\"}"]));
        Assert.InRange(stopped["openinteractions_nodes_calls_heard"], 1, 1000);
        Assert.Equal(503, refused.Status);
        Assert.Equal(1, down["openinteractions_runs_failed{code=\"service_unavailable\",provider=\"slow\"}"]);
        Assert.Equal(told.Order(), documented.Order());
    }

    private static double Lost(IReadOnlyDictionary<string, double> metrics) =>
        metrics.Where(m => m.Key.StartsWith("openinteractions_leases_lost", StringComparison.Ordinal)).Sum(m => m.Value);
}
