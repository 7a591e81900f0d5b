using System.Globalization;
using OpenInteractions.Faults.Tests.Nodes;
using OpenInteractions.Testing;
using OpenInteractions.Testing.Client;

namespace OpenInteractions.Faults.Tests.Proxies;

/// <summary>
/// Long runs whose model is silent for minutes, through a proxy that cuts what is silent for one: a minute of the operator's is <c>minute</c> here, so that
/// limit, heartbeats and pauses keep their proportions.
/// </summary>
public sealed class LongStreamTests
{
    // The shortest heartbeat that can be set is a second; by default it is fifteen.
    private static readonly TimeSpan ShortMinute = TimeSpan.FromSeconds(4);

    /// <summary>Minutes of the run, and how long one is. The long form has an hour in short minutes, and twelve real ones.</summary>
    public static TheoryData<int, TimeSpan> Runs => Environment.GetEnvironmentVariable("OPENINTERACTIONS_TEST_LONG") == "1"
        ? new() { { 60, ShortMinute }, { 12, TimeSpan.FromMinutes(1) } }
        : new() { { 8, ShortMinute } };

    [IdleProxyTheory]
    [MemberData(nameof(Runs))]
    [Rule("BG-8")]
    public async Task Streams_of_a_run_with_pauses_of_four_minutes_are_not_cut_by_a_limit_of_one(int minutes, TimeSpan minute)
    {
        await using var provider = await HeldChat.PausingAsync(pieces: 1 + (minutes / 4), pause: 4 * minute, comments: minute / 2);
        await using var server = await ServerProcess.StartAsync([.. provider.Settings, .. Settings(minute)]);
        await using var proxy = await IdleProxy.StartAsync(server.Address, idleLimit: minute);
        using var client = new InteractionsClient(proxy.Address);

        await using var foreground = await client.CreateStreamedAsync("""{"model":"held/any","input":"foreground","stream":true}""");
        await using var unstored = await client.CreateStreamedAsync("""{"model":"held/any","input":"unstored","stream":true,"store":false}""");
        await using var background = await client.CreateStreamedAsync("""{"model":"held/any","input":"background","stream":true,"background":true}""");
        await background.UntilAsync("interaction.created");
        await using var follower = await client.FollowAsync(background.InteractionId);
        var all = await Task.WhenAll(foreground.ToEndAsync(), background.ToEndAsync(), follower.ToEndAsync(), unstored.ToEndAsync());

        var first = (await client.GetAsync(foreground.InteractionId)).Ok();
        var second = (await client.GetAsync(background.InteractionId)).Ok();
        Assert.Equal(("completed", provider.AnswerTo("foreground")), (first.State, first.OutputText));
        Assert.Equal(("completed", provider.AnswerTo("background")), (second.State, second.OutputText));
        Folds.AssertExact(first, all[0]);
        Folds.AssertExact(second, all[1]);
        Folds.AssertExact(second, all[2]);
        Assert.Equal("completed", StreamFold.Of(all[3]).Status);
        Assert.All(provider.Calls, call => Assert.Equal(1, call.Value));
        Assert.All((EventReader[])[foreground, background, follower, unstored], reader => Assert.InRange(reader.Heartbeats, minutes * 2, minutes * 4));
    }

    /// <summary>The other side of the same: it is the heartbeats that keep the streams, and what a proxy cuts nevertheless is resumed through it.</summary>
    [IdleProxyFact]
    [Rule("BG-5")]
    public async Task With_heartbeats_slower_than_the_limit_the_proxy_cuts_the_stream_and_the_client_resumes()
    {
        await using var provider = await HeldChat.GatedAsync(pieces: 3);
        await using var server = await ServerProcess.StartAsync([.. provider.Settings, ("OpenInteractions__Streams__HeartbeatInterval", "00:10:00")]);
        await using var proxy = await IdleProxy.StartAsync(server.Address, idleLimit: TimeSpan.FromSeconds(3));
        using var client = new InteractionsClient(proxy.Address);
        (await server.Client.CreateAsync("""{"model":"held/any","input":"the first answer of a server takes longer"}""")).Ok(); // and not through the proxy

        await using var cut = await client.CreateStreamedAsync("""{"model":"held/any","input":"held","stream":true}""");
        var before = await cut.ToCutAsync();
        provider.Open("held");
        await using var resumed = await client.FollowAsync(cut.InteractionId, cut.LastEventId);
        var after = await resumed.ToEndAsync();
        var end = (await client.GetAsync(cut.InteractionId)).Ok();

        Assert.DoesNotContain(before, e => e.IsDone);
        Assert.Equal(("completed", provider.AnswerTo("held")), (end.State, end.OutputText));
        Folds.AssertExact(end, before.Concat(after));
        Assert.Equal(1, provider.Calls["held"]);
    }

    /// <summary>What is set by default, in minutes of this length; of real ones, nothing is set.</summary>
    private static (string, string)[] Settings(TimeSpan minute) => minute == TimeSpan.FromMinutes(1)
        ? []
        : [
            ("OpenInteractions__Streams__HeartbeatInterval", Time(minute / 4)),
            ("OpenInteractions__Providers__IdleTimeout", Time(2 * minute)),
        ];

    private static string Time(TimeSpan value) => value.ToString("c", CultureInfo.InvariantCulture);
}
