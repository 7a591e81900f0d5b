using Microsoft.Extensions.DependencyInjection;
using OpenInteractions.Contracts.Interactions;
using OpenInteractions.Engine.Interactions;
using OpenInteractions.Engine.Storage;
using OpenInteractions.Testing;
using OpenInteractions.Testing.Client;

namespace OpenInteractions.Api.Tests.Interactions;

/// <summary>A run that another server has handed back with what it had made of it, on a server whose places are all taken.</summary>
public sealed class HandedBackTests : IAsyncLifetime
{
    private readonly string _id = new InteractionId(TimeProvider.System).Next();
    private LimitedServer _server = null!;

    private IServiceProvider Services => _server.Models.Server.Services;

    public async Task InitializeAsync() => _server = await LimitedServer.StartAsync(
        ("OpenInteractions:Runs:MaxConcurrent", "1"), ("OpenInteractions:Runs:MaxConcurrentPerProvider", "1"), ("OpenInteractions:Runs:MaxConcurrentPerProject", "1"));

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    [Rule("BG-3")]
    [Rule("BG-9")]
    public async Task Cancelling_it_needs_no_place()
    {
        var first = await _server.HoldAsync("first");
        await HandBackAsync();
        await using var live = await _server.Client.FollowAsync(_id);
        await live.UntilAsync("step.delta");

        var cancelled = (await _server.Client.CancelAsync(_id)).Ok();
        var told = await live.ToEndAsync();
        var end = (await _server.Client.GetAsync(_id)).Ok();

        Assert.Equal("cancelled", cancelled.State);
        Shown.Same(end, StreamFold.Of(told));
        Assert.DoesNotContain(_server.Prompts(), p => p == "second");
        first.LetGo();
        Assert.Equal("completed", (await _server.EndedAsync(first)).State);
        _server.Models.Local.Enqueue(Testing.Vendors.VendorReply.Events(Testing.Vendors.OpenAI.ChatFrames.Answer("on")));
        var third = (await _server.Client.CreateAsync("""{"model":"local/scripted","input":"third","background":true}""")).Ok();
        Assert.Equal("completed", (await _server.Client.EndOfAsync(third.Id)).State); // the place is still one
    }

    private async Task HandBackAsync()
    {
        var queue = Services.GetRequiredService<IRunQueue>();
        var run = new NewRun { Request = """{"model":"local/scripted","input":"second","background":true}"""u8.ToArray(), Priority = 1, Provider = "local", TimeLeft = TimeSpan.FromHours(1) };
        var lease = (await queue.InsertAsync(SampleRow.InBackground(_id, InteractionStatus.InProgress, "local/scripted"), run, "a server that stopped", TimeSpan.FromMinutes(1), default))!.Value;
        var frames = $$$"""
            event: interaction.created
            data: {"interaction":{"id":"{{{_id}}}","status":"in_progress","model":"local/scripted"},"event_type":"interaction.created","event_id":"1-1"}

            event: step.start
            data: {"index":0,"step":{"type":"model_output"},"event_type":"step.start","event_id":"1-2"}

            event: step.delta
            data: {"index":0,"delta":{"type":"text","text":"half"},"event_type":"step.delta","event_id":"1-3"}


            """.ReplaceLineEndings("\n");
        await Services.GetRequiredService<IEventJournal>().AppendAsync(
            [new JournalAppend(lease, new JournalBatch { Epoch = 1, FirstNumber = 1, LastNumber = 3, Frames = System.Text.Encoding.UTF8.GetBytes(frames), Checkpoint = "handed over"u8.ToArray() })], default);
        Assert.True(await queue.ReleaseAsync(lease, default));
    }
}
