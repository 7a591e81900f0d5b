using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using OpenInteractions.Api.Environments;
using OpenInteractions.Contracts.Errors;
using OpenInteractions.Engine.Environments;
using OpenInteractions.Testing;

namespace OpenInteractions.Api.Tests.Environments;

/// <summary>Clients who take long hold up nobody else.</summary>
public sealed class ClientTransfersTests(EnvironmentServer server) : IClassFixture<EnvironmentServer>
{
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(7);

    private readonly ManualTime _time = new();

    [Fact]
    public async Task A_client_who_does_not_take_what_he_fetches_is_cut_off()
    {
        var (lifetime, context) = (new Lifetime(), new DefaultHttpContext());
        context.Features.Set<IHttpRequestLifetimeFeature>(lifetime);
        context.Response.Body = new Client();
        var writing = Transfers().To(context).WriteAsync(new byte[10]).AsTask();
        await _time.TimerAsync(Pace, "the client's pace");

        _time.Advance(Pace);

        await Assert.ThrowsAsync<OperationCanceledException>(() => writing.OrTimeout("the end of the transfer"));
        Assert.True(lifetime.IsAborted);
    }

    [Fact]
    public async Task A_client_who_does_not_bring_what_he_sends_is_told_so()
    {
        var context = new DefaultHttpContext();
        var client = new Client();
        context.Request.Body = client;
        var reading = Transfers().From(context).ReadAsync(new byte[10]).AsTask();
        await _time.TimerAsync(Pace, "the client's pace");

        _time.Advance(Pace);

        var refused = await Assert.ThrowsAsync<ApiException>(() => reading.OrTimeout("the end of the transfer"));
        Assert.Equal(ErrorCode.InvalidRequest, refused.Code);
        Assert.Contains("within 7 seconds", refused.Message, StringComparison.Ordinal);
        Assert.Equal(0, client.Pending); // nothing is written any more into a buffer that is somebody else's by now
    }

    [Fact]
    public async Task Each_megabyte_has_its_time_and_the_time_between_is_not_the_clients()
    {
        var client = new Client();
        var context = new DefaultHttpContext();
        context.Response.Body = client;
        var stream = Transfers().To(context);
        for (var megabyte = 0; megabyte < 4; megabyte++)
        {
            var writing = stream.WriteAsync(new byte[1_000_000]).AsTask();
            await _time.TimerAsync(Pace, "the client's pace");
            _time.Advance(Pace - TimeSpan.FromSeconds(1));
            client.GoOn();
            await writing.OrTimeout("a megabyte");
            _time.Advance(Pace * 10); // the sandbox's
        }
    }

    [Fact]
    public async Task An_environment_has_two_at_a_time_and_others_have_theirs()
    {
        var transfers = Transfers(TimeSpan.FromMilliseconds(50));
        using var first = await transfers.BeginAsync("env_1", default);
        var second = await transfers.BeginAsync("env_1", default);
        using var other = await transfers.BeginAsync("env_2", default);

        Assert.Equal(ErrorCode.RateLimitExceeded, (await Assert.ThrowsAsync<ApiException>(() => transfers.BeginAsync("env_1", default))).Code);

        second.Dispose();
        second.Dispose(); // once
        using var third = await transfers.BeginAsync("env_1", default);
        await Assert.ThrowsAsync<ApiException>(() => transfers.BeginAsync("env_1", default));
    }

    [RunningSandboxFact]
    public async Task An_environment_works_on_while_clients_do_not_read_what_they_asked_for()
    {
        var id = await server.NewAsync();
        (await EnvironmentServer.PutAsync(server.Owner, id, "workspace/long.bin", new string('x', 30_000_000))).Ok();
        var stalled = Enumerable.Range(0, 8).Select(_ => server.Owner.OpenRawAsync(server.Owner.Request(HttpMethod.Get, $"environments/{id}/files/workspace/long.bin?alt=media", null))).ToList();
        await Task.WhenAny(stalled).OrTimeout("the first answer");

        (await server.GetAsync($"environments/{id}/files/workspace").OrTimeout("the list")).Ok();
        (await EnvironmentServer.PutAsync(server.Owner, await server.NewAsync(), "workspace/b.txt", "two").OrTimeout("another environment")).Ok();

        foreach (var _ in Enumerable.Range(0, 8))
        {
            var next = await Task.WhenAny(stalled).OrTimeout("the next answer");
            stalled.Remove(next);
            using var answer = await next;
            Assert.Equal(30_000_000, (await answer.Content.ReadAsByteArrayAsync().OrTimeout("the whole file")).Length);
        }
    }

    private ClientTransfers Transfers(TimeSpan? wait = null) =>
        new(Options.Create(new EnvironmentOptions { TransferPace = Pace, StartWait = wait ?? TimeSpan.FromMinutes(1) }), _time);

    private sealed class Lifetime : IHttpRequestLifetimeFeature
    {
        public bool IsAborted { get; private set; }

        public CancellationToken RequestAborted { get; set; }

        public void Abort() => IsAborted = true;
    }

    /// <summary>A client's end that goes on when a test says so.</summary>
    private sealed class Client : OneWayStream
    {
        private TaskCompletionSource _next = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override bool CanRead => true;

        public override bool CanWrite => true;

        public void GoOn()
        {
            var next = _next;
            _next = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            next.SetResult();
        }

        /// <summary>Reads that may still write into their buffers.</summary>
        public int Pending { get; private set; }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Pending++;
            try
            {
                await _next.Task.WaitAsync(cancellationToken);
                return buffer.Length;
            }
            finally
            {
                Pending--;
            }
        }

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => await _next.Task.WaitAsync(cancellationToken);
    }
}
