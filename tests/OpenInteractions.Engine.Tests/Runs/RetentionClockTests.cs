using Microsoft.Extensions.Logging.Abstractions;
using OpenInteractions.Engine.Runs;

namespace OpenInteractions.Engine.Tests.Runs;

public sealed class RetentionClockTests
{
    private static readonly TimeSpan SixHours = TimeSpan.FromHours(6);

    private readonly SettableTime _time = new();
    private readonly RetentionClock _clock;

    public RetentionClockTests() => _clock = new RetentionClock(_time, NullLogger.Instance);

    [Fact]
    public void It_goes_with_the_clock_of_the_machine()
    {
        _time.Pass(SixHours);
        Assert.Equal(_time.GetUtcNow(), _clock.Now());

        _time.Set(TimeSpan.FromSeconds(30));
        Assert.Equal(_time.GetUtcNow(), _clock.Now());
    }

    [Fact]
    public void A_clock_that_is_set_ahead_is_believed_after_a_day()
    {
        var before = _clock.Now();

        _time.Set(SixHours);
        Assert.Equal(before, _clock.Now());
        _time.Pass(RetentionClock.Doubt - TimeSpan.FromSeconds(1));
        Assert.Equal(before + RetentionClock.Doubt - TimeSpan.FromSeconds(1), _clock.Now());

        _time.Pass(TimeSpan.FromSeconds(1));
        Assert.Equal(_time.GetUtcNow(), _clock.Now());
    }

    [Fact]
    public void A_clock_that_is_set_right_again_was_never_believed_and_is_doubted_anew()
    {
        var before = _clock.Now();
        for (var time = 0; time < 3; time++)
        {
            _time.Set(SixHours);
            Assert.Equal(before, _clock.Now());
            _time.Pass(RetentionClock.Doubt / 2);
            before += RetentionClock.Doubt / 2;
            Assert.Equal(before, _clock.Now());
            _time.Set(-SixHours);
            Assert.Equal(before, _clock.Now());
        }
    }

    [Fact]
    public void A_clock_that_is_set_back_is_believed_at_once()
    {
        var before = _clock.Now();

        _time.Set(-SixHours);

        Assert.Equal(before - SixHours, _clock.Now());
    }

    /// <summary>A clock that can be set without that any time passes.</summary>
    private sealed class SettableTime : TimeProvider
    {
        private DateTimeOffset _now = new(2026, 11, 21, 10, 0, 0, TimeSpan.Zero);
        private long _passed;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override DateTimeOffset GetUtcNow() => _now;

        public override long GetTimestamp() => _passed;

        public void Set(TimeSpan by) => _now += by;

        public void Pass(TimeSpan by)
        {
            _passed += by.Ticks;
            Set(by);
        }
    }
}
