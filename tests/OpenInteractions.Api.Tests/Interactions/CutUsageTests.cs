using OpenInteractions.Api.Tests.Hosting;
using OpenInteractions.Testing;
using OpenInteractions.Testing.Client;
using OpenInteractions.Testing.Vendors;
using OpenInteractions.Testing.Vendors.OpenAI;

namespace OpenInteractions.Api.Tests.Interactions;

/// <summary>What a run that was cut has used: as much as the provider had told until then. The fake tells it behind the first piece.</summary>
[Rule("SE-11")]
public sealed class CutUsageTests : IAsyncLifetime
{
    private const int Told = 15;
    private const string Start = """{"model":"local/scripted","input":"hi","background":true,"stream":true}""";
    private static readonly string[] Frames = [ChatFrames.Text("one"), ChatFrames.Usage(14, 1), ChatFrames.Text(" two"), ChatFrames.Finish(), ChatFrames.Done];

    private VendorServer _vendor = null!;

    public async Task InitializeAsync() =>
        _vendor = await VendorServer.StartAsync(new OpenAIVendor { Key = null, HasResponses = false, AcceptsAnyModel = true, Models = ["scripted"] });

    public async Task DisposeAsync() => await _vendor.DisposeAsync();

    [Fact]
    [Rule("BG-3")]
    public async Task A_cancelled_run_tells_what_it_has_used()
    {
        await using var server = await StartAsync();
        _vendor.Enqueue(VendorReply.Events(Frames).HangAfterParts(3, new Gate()));
        await using var events = await server.Client.CreateStreamedAsync(Start);
        await events.UntilAsync(e => e.Data.Contains(" two", StringComparison.Ordinal));

        var cancelled = (await server.Client.CancelAsync(events.InteractionId)).Ok();

        Assert.Equal(Told, UsageOf(cancelled));
        await EndsAsync(server, events, "cancelled");
    }

    [Fact]
    public async Task A_run_whose_provider_broke_off_tells_what_it_has_used()
    {
        await using var server = await StartAsync();
        _vendor.Enqueue(VendorReply.Events(Frames).CutAfterParts(3));

        await using var events = await server.Client.CreateStreamedAsync(Start);

        await EndsAsync(server, events, "failed");
    }

    [Fact]
    public async Task A_run_that_took_too_long_tells_what_it_has_used()
    {
        await using var server = await StartAsync(("OpenInteractions:Runs:Deadline", "00:00:01"));
        _vendor.Enqueue(VendorReply.Events(Frames).HangAfterParts(3, new Gate()));

        await using var events = await server.Client.CreateStreamedAsync(Start);

        await EndsAsync(server, events, "failed");
        Assert.Contains(events.Events, e => e.Data.Contains("deadline_exceeded", StringComparison.Ordinal));
    }

    private static async Task EndsAsync(TestServer server, EventReader events, string status)
    {
        var last = (await events.ToEndAsync())[^2];
        var interaction = last.Json.GetProperty("interaction");
        var kept = (await server.Client.GetAsync(events.InteractionId)).Ok();

        Assert.Equal(("interaction.completed", status), (last.Name, interaction.GetProperty("status").GetString()));
        Assert.Equal(Told, interaction.GetProperty("usage").GetProperty("total_tokens").GetInt32());
        Assert.Equal((status, Told), (kept.State, UsageOf(kept)));
    }

    private static int UsageOf(Answer answer) => answer.Json.GetProperty("usage").GetProperty("total_tokens").GetInt32();

    private Task<TestServer> StartAsync(params (string Name, string Value)[] settings) => TestServer.StartAsync(
    [
        ("OpenInteractions:Providers:Endpoints:local:BaseUrl", new Uri(_vendor.Address, "v1").ToString()),
        ("OpenInteractions:Providers:Endpoints:local:Wire", "chat"),
        .. settings,
    ]);
}
