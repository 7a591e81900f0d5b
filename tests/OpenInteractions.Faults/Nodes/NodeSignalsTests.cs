using System.Collections.Concurrent;
using System.Diagnostics;
using OpenInteractions.Testing;
using OpenInteractions.Testing.Client;

namespace OpenInteractions.Faults.Tests.Nodes;

/// <summary>Any node shows, claims and cancels what another has, and at once: nothing here may wait for somebody to look.</summary>
[Collection("several nodes")]
public sealed class NodeSignalsTests
{
    // Of a call that takes milliseconds, on a machine that has much else to do.
    private static readonly TimeSpan AtOnce = TimeSpan.FromSeconds(15);

    [Fact]
    [Rule("BG-4")]
    public async Task A_reader_follows_a_run_of_another_node_live()
    {
        await using var provider = await SlowChat.StartAsync(pieces: 120, TimeSpan.FromMilliseconds(30));
        await using var nodes = await NodeGroup.StartAsync(2, provider.Settings);
        await using var here = await nodes[0].Client.CreateStreamedAsync("""{"model":"slow/any","input":"tell","stream":true,"background":true}""");
        await here.UntilAsync("interaction.created");
        await using var there = await nodes[1].Client.FollowAsync(here.InteractionId);

        var (seenHere, seenThere) = (new ConcurrentDictionary<string, long>(), new ConcurrentDictionary<string, long>());
        await Task.WhenAll(ReadAsync(here, seenHere), ReadAsync(there, seenThere));
        var end = (await nodes[1].Client.GetAsync(here.InteractionId)).Ok();

        Assert.Equal(("completed", provider.AnswerTo("tell")), (end.State, end.OutputText));
        Assert.Equal(here.Events.Select(e => e.Frame), there.Events.Select(e => e.Frame));
        Folds.AssertExact(end, there.Events);
        var later = seenHere.Select(e => Stopwatch.GetElapsedTime(e.Value, seenThere[e.Key])).Order().ToList();
        Assert.InRange(later.Count, 120, 200);
        Assert.True(later[later.Count / 2] < TimeSpan.FromMilliseconds(250), $"Half of the events came more than {later[later.Count / 2]} later.");
        Assert.True(later[^1] < TimeSpan.FromSeconds(1), $"One event came {later[^1]} later.");
    }

    [Fact]
    [Rule("BG-3")]
    public async Task A_cancel_on_any_node_reaches_the_owner()
    {
        await using var provider = await SlowChat.StartAsync(pieces: 100_000, TimeSpan.FromMilliseconds(50));
        await using var nodes = await NodeGroup.StartAsync(2, provider.Settings);
        var took = new List<TimeSpan>();
        foreach (var (_, id) in await Runs.StartAsync(nodes[0].Client, 5))
        {
            await using var reader = await nodes[1].Client.FollowAsync(id);
            await reader.UntilAsync("step.delta");

            var since = Stopwatch.GetTimestamp();
            var cancelled = (await nodes[1].Client.CancelAsync(id)).Ok();
            var events = await reader.ToEndAsync();
            took.Add(Stopwatch.GetElapsedTime(since));

            Assert.Equal("cancelled", cancelled.State);
            Folds.AssertExact((await nodes[0].Client.GetAsync(id)).Ok(), events);
        }

        took.Sort();
        Assert.True(took[took.Count / 2] < TimeSpan.FromSeconds(2), $"The cancels took {string.Join(", ", took)}.");
    }

    [Fact]
    [Rule("BG-1")]
    [Rule("BG-3")]
    public async Task What_does_not_fit_on_one_node_goes_to_another_at_once_and_what_fits_nowhere_is_cancelled_from_anywhere()
    {
        await using var provider = await SlowChat.StartAsync(pieces: 100_000, TimeSpan.FromMilliseconds(50));
        await using var nodes = await NodeGroup.StartAsync(2, [.. provider.Settings, NodeGroup.NoPolling, ("OpenInteractions__Runs__MaxConcurrent", "1")]);

        var since = Stopwatch.GetTimestamp();
        var first = await StartAsync("first");
        var second = await StartAsync("second");
        await provider.CalledAsync(2);
        var took = Stopwatch.GetElapsedTime(since);
        var third = await StartAsync("third");
        await using var reader = await nodes[0].Client.FollowAsync(third);
        var reading = reader.ToEndAsync();
        var cancelled = (await nodes[1].Client.CancelAsync(third)).Ok();
        var events = await reading;

        Assert.True(took < AtOnce, $"The second node took {took}.");
        Assert.Equal("cancelled", cancelled.State);
        Folds.AssertExact(cancelled, events);
        Assert.DoesNotContain("third", provider.Calls.Keys);
        Assert.Equal("cancelled", (await nodes[0].Client.CancelAsync(second)).Ok().State);
        Assert.Equal("cancelled", (await nodes[1].Client.CancelAsync(first)).Ok().State);

        async Task<string> StartAsync(string prompt) =>
            (await nodes[0].Client.CreateAsync($$"""{"model":"slow/any","input":"{{prompt}}","background":true}""")).Ok().Id;
    }

    [Fact]
    [Rule("SM-5")]
    [Rule("BG-5")]
    public async Task A_node_that_is_stopped_hands_its_runs_over_at_once_and_its_readers_go_on_elsewhere()
    {
        await using var provider = await SlowChat.StartAsync(pieces: 80, TimeSpan.FromMilliseconds(50));
        (string, string) longLease = ("OpenInteractions__Runs__LeaseTime", "00:10:00");
        await using var nodes = await NodeGroup.StartAsync(2, [.. provider.Settings, NodeGroup.NoPolling, longLease]);
        await using var streamed = await nodes[0].Client.CreateStreamedAsync("""{"model":"slow/any","input":"tell","stream":true}""");
        var ids = await Runs.StartAsync(nodes[0].Client, 5);
        await provider.CalledAsync(6);
        await streamed.DeltasAsync(10);

        var since = Stopwatch.GetTimestamp();
        var stopping = nodes[0].StopAsync();
        var before = await streamed.ToCutAsync();
        await using var resumed = await nodes[1].Client.FollowAsync(streamed.InteractionId, streamed.LastEventId);
        await provider.CalledAsync(12);
        var took = Stopwatch.GetElapsedTime(since);
        var after = await resumed.ToEndAsync();
        var ends = await Runs.EndsAsync(nodes[1].Client, ids);

        Assert.True(await stopping is 0, nodes[0].Log);
        Assert.True(took < AtOnce, $"The other node took {took}.");
        Assert.All(ends, end => Assert.Equal((end.Key, "completed", provider.AnswerTo(end.Key)), (end.Key, end.Value.State, end.Value.OutputText)));
        Folds.AssertExact((await nodes[1].Client.GetAsync(streamed.InteractionId)).Ok(), before.Concat(after));
        Assert.All(provider.Calls, run => Assert.Equal(2, run.Value));
    }

    private static async Task ReadAsync(EventReader reader, ConcurrentDictionary<string, long> seen)
    {
        while (await reader.NextAsync() is { IsDone: false } read)
        {
            seen[read.EventId!] = Stopwatch.GetTimestamp();
        }
    }
}
