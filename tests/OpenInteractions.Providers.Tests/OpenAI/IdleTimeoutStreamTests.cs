using System.IO.Pipelines;
using OpenInteractions.Contracts.Errors;
using OpenInteractions.Providers.Http;

namespace OpenInteractions.Providers.Tests.OpenAI;

public sealed class IdleTimeoutStreamTests
{
    private static readonly TimeSpan FirstByte = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Idle = TimeSpan.FromMinutes(2);

    private readonly Pipe _upstream = new();
    private readonly HandClock _clock = new();
    private readonly byte[] _buffer = new byte[16];

    [Fact]
    public async Task The_first_byte_may_take_longer_than_the_next()
    {
        await using var stream = new IdleTimeoutStream(_upstream.Reader.AsStream(), FirstByte, Idle, _clock);

        var first = stream.ReadAsync(_buffer).AsTask();
        _clock.Advance(FirstByte - TimeSpan.FromSeconds(1));
        await _upstream.Writer.WriteAsync("a"u8.ToArray());
        Assert.Equal(1, await first);
        var second = stream.ReadAsync(_buffer).AsTask();
        _clock.Advance(Idle);

        Assert.Equal(ErrorCode.DeadlineExceeded, (await Assert.ThrowsAsync<UpstreamFailureException>(() => second)).Code);
    }

    [Fact]
    public async Task Every_piece_starts_the_silence_anew()
    {
        await using var stream = new IdleTimeoutStream(_upstream.Reader.AsStream(), Idle, Idle, _clock);

        for (var i = 0; i < 5; i++)
        {
            var read = stream.ReadAsync(_buffer).AsTask();
            _clock.Advance(Idle - TimeSpan.FromSeconds(1));
            await _upstream.Writer.WriteAsync("a"u8.ToArray());
            Assert.Equal(1, await read);
        }
    }

    [Fact]
    public async Task Time_between_two_reads_is_not_the_upstreams_silence()
    {
        await using var stream = new IdleTimeoutStream(_upstream.Reader.AsStream(), Idle, Idle, _clock);
        await _upstream.Writer.WriteAsync("a"u8.ToArray());
        await stream.ReadExactlyAsync(_buffer.AsMemory(0, 1));

        _clock.Advance(Idle * 10); // our own reader was slow
        await _upstream.Writer.WriteAsync("b"u8.ToArray());

        Assert.Equal(1, await stream.ReadAsync(_buffer));
    }

    [Fact]
    public async Task A_caller_that_cancels_is_no_silence()
    {
        await using var stream = new IdleTimeoutStream(_upstream.Reader.AsStream(), Idle, Idle, _clock);
        using var cancelled = new CancellationTokenSource();

        var read = stream.ReadAsync(_buffer, cancelled.Token).AsTask();
        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read);
    }

    /// <summary>A clock that the test turns by hand; timers fire inside <see cref="Advance"/>.</summary>
    private sealed class HandClock : TimeProvider
    {
        private readonly Lock _lock = new();
        private readonly List<HandTimer> _timers = [];
        private TimeSpan _elapsed;

        public void Advance(TimeSpan by)
        {
            HandTimer[] due;
            lock (_lock)
            {
                _elapsed += by;
                due = [.. _timers.Where(t => t.At <= _elapsed)];
                _timers.RemoveAll(due.Contains);
            }

            foreach (var timer in due)
            {
                timer.Fire();
            }
        }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = new HandTimer(this, callback, state);
            timer.Change(dueTime, period);
            return timer;
        }

        private sealed class HandTimer(HandClock clock, TimerCallback callback, object? state) : ITimer
        {
            public TimeSpan At { get; private set; }

            public void Fire() => callback(state);

            public bool Change(TimeSpan dueTime, TimeSpan period)
            {
                lock (clock._lock)
                {
                    clock._timers.Remove(this);
                    if (dueTime != Timeout.InfiniteTimeSpan)
                    {
                        At = clock._elapsed + dueTime;
                        clock._timers.Add(this);
                    }
                }

                return true;
            }

            public void Dispose() => Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

            public ValueTask DisposeAsync()
            {
                Dispose();
                return ValueTask.CompletedTask;
            }
        }
    }
}
