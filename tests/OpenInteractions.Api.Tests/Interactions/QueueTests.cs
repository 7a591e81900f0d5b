using OpenInteractions.Api.Tests.Hosting;
using OpenInteractions.Testing;
using OpenInteractions.Testing.Client;
using OpenInteractions.Testing.Vendors;
using OpenInteractions.Testing.Vendors.OpenAI;

namespace OpenInteractions.Api.Tests.Interactions;

/// <summary>Background runs that wait for their turn: what clients see of them, and in what order they start.</summary>
public sealed class QueueTests
{
    [Fact]
    [Rule("BG-1")]
    [Rule("BG-2")]
    [Rule("BG-5")]
    [Rule("SE-1")]
    [Rule("SE-3")]
    public async Task A_run_that_waits_says_so_everywhere_and_its_stream_goes_on_when_it_starts()
    {
        await using var server = await LimitedServer.StartAsync(("OpenInteractions:Runs:MaxConcurrent", "1"));
        var first = await server.HoldAsync("first");
        var second = HeldReply.Next(server.Models, holdAfter: 1, "one", " two");

        var accepted = (await server.Client.CreateAsync(Background("second"))).Ok();
        var read = (await server.Client.GetAsync(accepted.Id)).Ok();
        var listed = (await server.Client.ListAsync("?status=queued")).Ok();
        await using var live = await server.Client.FollowAsync(accepted.Id);
        var said = await live.UntilAsync("interaction.status_update");
        await using var resumed = await server.Client.FollowAsync(accepted.Id, live.LastEventId);
        var unknown = await server.Client.GetAsync(accepted.Id, "?stream=true&last_event_id=1-3");

        Assert.Equal(("queued", "queued"), (accepted.State, read.State));
        Assert.Equal([accepted.Id], listed.Json.GetProperty("interactions").EnumerateArray().Select(i => i.GetProperty("id").GetString()));
        Assert.Equal(["interaction.created", "interaction.status_update"], live.Events.Select(e => e.Name));
        Assert.Equal("queued", live.Events[0].Json.GetProperty("interaction").GetProperty("status").GetString());
        Assert.Equal("queued", said.Json.GetProperty("status").GetString());
        Assert.Equal((400, "invalid_request"), (unknown.Status, unknown.ErrorCode));

        first.LetGo();
        await second.Reached;
        second.LetGo();
        var told = await live.ToEndAsync();
        var rest = await resumed.ToEndAsync();
        var end = (await server.Client.GetAsync(accepted.Id)).Ok();
        await using var again = await server.Client.FollowAsync(accepted.Id);

        Shown.Same(end, StreamFold.Of(told));
        Assert.Equal("in_progress", told[2].Json.GetProperty("status").GetString());
        Assert.Equal(told.Skip(2).Select(e => e.Frame), rest.Select(e => e.Frame));
        Assert.Equal(told.Select(e => e.Frame), (await again.ToEndAsync()).Select(e => e.Frame));
        Assert.Equal(told.Count, told.Select(e => e.EventId).Distinct().Count());
    }

    [Fact]
    [Rule("BG-4")]
    public async Task A_stream_of_a_background_run_opens_while_it_waits()
    {
        await using var server = await LimitedServer.StartAsync(("OpenInteractions:Runs:MaxConcurrent", "1"));
        var first = await server.HoldAsync("first");
        server.Models.Local.Enqueue(VendorReply.Events(ChatFrames.Answer("done")));

        await using var events = await server.Client.CreateStreamedAsync("""{"model":"local/scripted","input":"second","background":true,"stream":true}""");
        await events.UntilAsync("interaction.status_update");
        var waiting = (await server.Client.GetAsync(events.InteractionId)).Ok();
        first.LetGo();
        var told = await events.ToEndAsync();

        Assert.Equal("queued", waiting.State);
        Shown.Same((await server.Client.GetAsync(events.InteractionId)).Ok(), StreamFold.Of(told));
    }

    [Fact]
    [Rule("BG-3")]
    [Rule("BG-7")]
    [Rule("SE-10")]
    public async Task A_run_that_waits_is_cancelled_at_once_and_who_follows_it_is_told()
    {
        await using var server = await LimitedServer.StartAsync(("OpenInteractions:Runs:MaxConcurrent", "1"));
        var first = await server.HoldAsync("first");
        var accepted = (await server.Client.CreateAsync(Background("second"))).Ok();
        await using var live = await server.Client.FollowAsync(accepted.Id);
        await live.UntilAsync("interaction.status_update");

        var cancelled = (await server.Client.CancelAsync(accepted.Id)).Ok();
        var told = await live.ToEndAsync();
        await using var again = await server.Client.FollowAsync(accepted.Id);
        var replayed = await again.ToEndAsync();
        var twice = await server.Client.CancelAsync(accepted.Id);
        first.LetGo();
        await server.EndedAsync(first);

        Assert.Equal("cancelled", cancelled.State);
        Assert.Equal(["interaction.created", "interaction.status_update", "interaction.completed", "done"], told.Select(e => e.Name));
        Assert.Equal("cancelled", StreamFold.Of(told).Status);
        Assert.Equal(told.Select(e => e.Frame), replayed.Select(e => e.Frame));
        Assert.Equal((400, "failed_precondition"), (twice.Status, twice.ErrorCode));
        Assert.DoesNotContain(server.Prompts(), p => p == "second");
    }

    [Fact]
    [Rule("TI-1")]
    public async Task A_better_tier_starts_first()
    {
        await using var server = await LimitedServer.StartAsync(("OpenInteractions:Runs:MaxConcurrent", "1"));
        var first = await server.HoldAsync("first");
        string[] tiers = ["flex", "standard", "deferred", "priority", "standard"];
        var ids = new List<string>();
        foreach (var (number, tier) in tiers.Index())
        {
            server.Models.Local.Enqueue(VendorReply.Events(ChatFrames.Answer("done")));
            ids.Add((await server.Client.CreateAsync($$"""{"model":"local/scripted","input":"{{tier}} {{number}}","background":true,"service_tier":"{{tier}}"}""")).Ok().Id);
        }

        first.LetGo();
        foreach (var id in ids)
        {
            Assert.Equal("completed", (await server.Client.EndOfAsync(id)).State);
        }

        Assert.Equal(["first", "priority 3", "standard 1", "standard 4", "flex 0", "deferred 2"], server.Prompts());
    }

    [Fact]
    public async Task A_project_with_many_runs_does_not_keep_another_waiting()
    {
        await using var server = await LimitedServer.StartAsync([("many", "key-of-many"), ("one", "key-of-one")], ("OpenInteractions:Runs:MaxConcurrent", "1"));
        var (many, one) = (server.Client.WithKey("key-of-many"), server.Client.WithKey("key-of-one"));
        var first = await server.HoldAsync("first", many);
        var ids = new List<string>();
        for (var number = 0; number < 6; number++)
        {
            server.Models.Local.Enqueue(VendorReply.Events(ChatFrames.Answer("done")));
            ids.Add((await many.CreateAsync(Background($"many {number}"))).Ok().Id);
        }

        server.Models.Local.Enqueue(VendorReply.Events(ChatFrames.Answer("done")));
        var last = (await one.CreateAsync(Background("one"))).Ok();
        first.LetGo();
        Assert.Equal("completed", (await one.EndOfAsync(last.Id)).State);
        foreach (var id in ids)
        {
            await many.EndOfAsync(id);
        }

        Assert.InRange(server.Prompts().ToList().IndexOf("one"), 1, 2);
    }

    [Fact]
    [Rule("ER-7")]
    [Rule("ER-8")]
    public async Task A_full_queue_refuses_and_keeps_nothing()
    {
        await using var server = await LimitedServer.StartAsync(
            [("p", "key-of-p"), ("q", "key-of-q")], ("OpenInteractions:Runs:MaxConcurrent", "1"), ("OpenInteractions:Runs:MaxQueuedPerProject", "2"), ("OpenInteractions:Runs:MaxQueued", "3"));
        var (p, q) = (server.Client.WithKey("key-of-p"), server.Client.WithKey("key-of-q"));
        var first = await server.HoldAsync("first", p);
        var waiting = (await p.CreateAsync(Background("a"))).Ok();
        (await p.CreateAsync(Background("b"))).Ok();

        var ofProject = await p.CreateAsync(Background("c"));
        (await q.CreateAsync(Background("d"))).Ok();
        var ofAll = await q.CreateAsync(Background("e"));
        var kept = (await p.ListAsync()).Ok().Json.GetProperty("interactions").GetArrayLength();
        (await p.CancelAsync(waiting.Id)).Ok();
        var afterwards = await p.CreateAsync(Background("f"));
        var metrics = (await server.Client.SendAsync(HttpMethod.Get, "/metrics")).Ok().Text;

        Refused(ofProject, "project");
        Refused(ofAll, "queue is full");
        Assert.Equal(3, kept);
        Assert.Equal("queued", afterwards.Ok().State);
        Assert.Contains("openinteractions_runs_queued 3\n", metrics, StringComparison.Ordinal);
        Assert.Contains("openinteractions_runs_queued_by_tier{tier=\"standard\"} 3\n", metrics, StringComparison.Ordinal);
        Assert.Contains("openinteractions_runs_queued_by_tier{tier=\"flex\"} 0\n", metrics, StringComparison.Ordinal);
        Assert.Contains("openinteractions_runs_running_by_provider{provider=\"local\"} 1\n", metrics, StringComparison.Ordinal);
        Assert.Contains("openinteractions_runs_running_by_provider{provider=\"demo\"} 0\n", metrics, StringComparison.Ordinal);
        Assert.Contains("openinteractions_runs_refused{limit=\"project_queue_full\"} 1\n", metrics, StringComparison.Ordinal);
        Assert.Matches("openinteractions_runs_oldest_wait_seconds [0-9.]+\n", metrics);
        first.LetGo();
    }

    private static void Refused(Answer answer, string reason)
    {
        Assert.Equal((429, "rate_limit_exceeded"), (answer.Status, answer.ErrorCode));
        Assert.Contains(reason, answer.ErrorMessage, StringComparison.Ordinal);
        Assert.InRange(int.Parse(answer.Header("retry-after")!, System.Globalization.CultureInfo.InvariantCulture), 1, 60);
    }

    private static string Background(string prompt) => $$"""{"model":"local/scripted","input":"{{prompt}}","background":true}""";
}
