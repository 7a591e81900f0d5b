using OpenInteractions.Api.Tests.Hosting;
using OpenInteractions.Testing;
using OpenInteractions.Testing.Vendors;
using OpenInteractions.Testing.Vendors.OpenAI;

namespace OpenInteractions.Api.Tests.Streaming;

/// <summary>A stream through a long silence, by a clock that the test moves.</summary>
public sealed class HeartbeatTests
{
    [Theory]
    [InlineData("", 12, null, 15)] // no longer than to the first renewal of the lease, which the moved clock would outrun
    [InlineData(",\"store\":false", 3, "00:00:05", 5)]
    [InlineData(",\"store\":false", 50, null, 15)] // 12.5 minutes: longer than where the vendor cuts
    [Rule("BG-8")]
    public async Task Silence_is_filled_with_comments_and_no_stream_is_cut_off(string more, int count, string? setting, int seconds)
    {
        var interval = TimeSpan.FromSeconds(seconds);
        var time = new ManualTime();
        var gate = new Gate();
        await using var vendor = await VendorServer.StartAsync(new OpenAIVendor { Key = null, HasResponses = false, AcceptsAnyModel = true });
        await using var server = await TestServer.StartAsync(
            time,
            ("OpenInteractions:Providers:Endpoints:local:BaseUrl", new Uri(vendor.Address, "v1").ToString()),
            ("OpenInteractions:Providers:Endpoints:local:Wire", "chat"),
            ("OpenInteractions:Providers:IdleTimeout", "00:30:00"),
            ("OpenInteractions:Streams:HeartbeatInterval", setting ?? ""),
            ("OpenInteractions:Runs:LeaseTime", "00:10:00"));
        vendor.Enqueue(VendorReply.Events(ChatFrames.Answer("one", " two")).HangAfterParts(1, gate));
        await using var events = await server.Client.CreateStreamedAsync($$"""{"model":"local/any","input":"hi","stream":true{{more}}}""");
        await events.UntilAsync("step.delta");

        for (var beats = 0; beats < count; beats++)
        {
            await time.TimerAsync(interval, "the next heartbeat");
            time.Advance(interval);
            await events.HeartbeatAsync();
        }

        gate.Open();
        var all = await events.ToEndAsync();

        Assert.Equal("one two", string.Concat(all.Where(e => e.Name == "step.delta").Select(e => e.Json.GetProperty("delta").GetProperty("text").GetString())));
        Assert.Equal(count, events.Heartbeats);
    }
}
