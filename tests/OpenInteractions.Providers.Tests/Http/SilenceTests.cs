using System.IO.Pipelines;
using OpenInteractions.Contracts.Errors;
using OpenInteractions.Providers.Http;
using OpenInteractions.Testing;

namespace OpenInteractions.Providers.Tests.Http;

/// <summary>P-7: a provider may be silent for so long and no longer; only the time counts in which somebody waits for it.</summary>
public sealed class SilenceTests : IDisposable
{
    private static readonly TimeSpan FirstByte = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Idle = TimeSpan.FromMinutes(2);

    private readonly Pipe _upstream = new();
    private readonly ManualTime _time = new();
    private readonly CancellationTokenSource _caller = new();
    private readonly SilenceWatch _watch;
    private readonly byte[] _buffer = new byte[16];

    public SilenceTests() => _watch = new SilenceWatch(_time, _caller.Token);

    public void Dispose()
    {
        _watch.Dispose();
        _caller.Dispose();
    }

    [Fact]
    public async Task The_first_byte_may_take_longer_than_the_next()
    {
        await using var body = Body(FirstByte);

        var first = body.ReadAsync(_buffer).AsTask();
        _time.Advance(FirstByte - TimeSpan.FromSeconds(1));
        await _upstream.Writer.WriteAsync("a"u8.ToArray());
        Assert.Equal(1, await first);
        var second = body.ReadAsync(_buffer).AsTask();
        _time.Advance(Idle - TimeSpan.FromMilliseconds(1));
        Assert.False(second.IsCompleted);
        _time.Advance(TimeSpan.FromMilliseconds(1));

        Assert.Equal(ErrorCode.DeadlineExceeded, (await Assert.ThrowsAsync<UpstreamFailureException>(() => second)).Code);
    }

    [Fact]
    public async Task Every_piece_starts_the_silence_anew()
    {
        await using var body = Body(Idle);

        for (var i = 0; i < 5; i++)
        {
            var read = body.ReadAsync(_buffer).AsTask();
            _time.Advance(Idle - TimeSpan.FromSeconds(1));
            await _upstream.Writer.WriteAsync("a"u8.ToArray());
            Assert.Equal(1, await read);
        }

        var last = body.ReadAsync(_buffer).AsTask();
        _time.Advance(Idle);
        await Assert.ThrowsAsync<UpstreamFailureException>(() => last);
    }

    [Fact]
    public async Task Time_between_two_reads_is_not_the_upstreams_silence()
    {
        await using var body = Body(Idle);
        await _upstream.Writer.WriteAsync("a"u8.ToArray());
        await body.ReadExactlyAsync(_buffer.AsMemory(0, 1));

        _time.Advance(Idle * 10); // our own reader was slow
        var next = body.ReadAsync(_buffer).AsTask();
        _time.Advance(Idle / 2);
        await _upstream.Writer.WriteAsync("b"u8.ToArray());

        Assert.Equal(1, await next);
    }

    [Fact]
    public async Task A_caller_that_leaves_is_no_silence()
    {
        await using var body = Body(Idle);

        var read = body.ReadAsync(_buffer).AsTask();
        await _caller.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read);
    }

    private WatchedBody Body(TimeSpan firstByte) => new(_upstream.Reader.AsStream(), _watch, firstByte, Idle, most: 1000, _caller.Token);
}
