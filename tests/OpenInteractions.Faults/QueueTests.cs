using OpenInteractions.Testing;
using OpenInteractions.Testing.Client;

namespace OpenInteractions.Faults.Tests;

/// <summary>More background runs than may work at once.</summary>
public sealed class QueueTests
{
    private const int MaxConcurrent = 4;

    [Fact]
    [Rule("BG-1")]
    [Rule("BG-3")]
    public async Task Runs_wait_for_their_turn_and_can_be_cancelled_while_they_wait()
    {
        await using var provider = await SlowChat.StartAsync(pieces: 10, TimeSpan.FromMilliseconds(40));
        await using var server = await ServerProcess.StartAsync([.. provider.Settings, ("OpenInteractions__Runs__MaxConcurrent", $"{MaxConcurrent}")]);

        var ids = await Runs.StartAsync(server.Client, 40);
        var queued = await Runs.InStatusAsync(server.Client, "queued");
        var (lastPrompt, last) = ids.Where(i => queued.Contains(i.Value)).MaxBy(i => i.Value, StringComparer.Ordinal);
        var cancelled = (await server.Client.CancelAsync(last)).Ok();
        await using var told = await server.Client.FollowAsync(last);
        var events = await told.ToEndAsync();
        var ends = await Runs.EndsAsync(server.Client, ids);

        Assert.Equal("cancelled", cancelled.State);
        Assert.Equal("cancelled", StreamFold.Of(events).Status);
        Assert.Equal(("interaction.created", "done"), (events[0].Name, events[^1].Name));
        Assert.DoesNotContain(lastPrompt, provider.Calls.Keys);
        Assert.All(ends.Where(e => e.Key != lastPrompt), end => Assert.Equal((end.Key, "completed"), (end.Key, end.Value.State)));
        Assert.Equal(39, provider.Calls.Values.Sum());
        Assert.InRange(provider.MostOpen, 1, MaxConcurrent);
    }
}
