using System.Text;
using Microsoft.Extensions.DependencyInjection;
using OpenInteractions.Api.Tests.Hosting;
using OpenInteractions.Contracts.Interactions;
using OpenInteractions.Engine.Events;
using OpenInteractions.Engine.Interactions;
using OpenInteractions.Engine.Storage;
using OpenInteractions.Testing;
using OpenInteractions.Testing.Client;

namespace OpenInteractions.Api.Tests.Interactions;

/// <summary>A run that no owner can start, because what is kept of it is damaged, or was written by a server that knows more. It ends all the same.</summary>
[Rule("SM-5")]
public sealed class UnreadableRunTests : IAsyncLifetime
{
    private readonly string _id = new InteractionId(TimeProvider.System).Next();
    private TestServer _server = null!;

    private IRunQueue Queue => _server.Services.GetRequiredService<IRunQueue>();

    public async Task InitializeAsync() =>
        _server = await TestServer.StartAsync(("OpenInteractions:Runs:LeaseTime", "00:00:01"), ("OpenInteractions:Runs:MaxTakeOvers", "1"));

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task One_whose_request_cannot_be_read_fails_after_some_tries()
    {
        var isGivenUp = GivenUp();

        await Queue.InsertAsync(SampleRow.InBackground(_id, InteractionStatus.Queued, "demo"), Run("""{"model":7}"""), claimedBy: null, TimeSpan.Zero, default);

        await isGivenUp.OrTimeout("the run is given up");
        await FailedAsync();
        Assert.Equal((0, 0), await Queue.CountAsync(default));
    }

    [Fact]
    public async Task One_whose_events_cannot_be_read_fails_after_some_tries_and_has_readable_ones_then()
    {
        var isGivenUp = GivenUp();
        var lease = (await Queue.InsertAsync(SampleRow.InBackground(_id, InteractionStatus.InProgress, "demo"), Run("""{"model":"demo","input":"hi"}"""), "an owner that died", TimeSpan.FromSeconds(1), default))!.Value;
        await _server.Services.GetRequiredService<IEventJournal>().AppendAsync([new JournalAppend(lease, new JournalBatch { Epoch = 1, FirstNumber = 1, LastNumber = 3, Frames = "no frames"u8.ToArray(), IsCompressed = true })], default);

        await isGivenUp.OrTimeout("the run is given up");
        var shown = await FailedAsync();
        await using var events = await _server.Client.FollowAsync(_id);
        Assert.Equal(shown, StreamFold.Of(await events.ToEndAsync()).Status);
    }

    private Task GivenUp() => _server.Log.NextAsync($"Run {_id} could not be started by any of 2 owners");

    private async Task<string> FailedAsync()
    {
        var answer = (await _server.Client.GetAsync(_id)).Ok();
        Assert.Equal("failed", answer.State);
        Assert.Equal("api_error", answer.Json.GetProperty("errors")[0].GetProperty("code").GetString());
        return answer.State;
    }

    private static NewRun Run(string request) => new() { Request = Encoding.UTF8.GetBytes(request), Priority = 1, TimeLeft = TimeSpan.FromHours(1) };
}
