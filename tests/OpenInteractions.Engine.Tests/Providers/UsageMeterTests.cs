using OpenInteractions.Contracts.Interactions;
using OpenInteractions.Engine.Providers;

namespace OpenInteractions.Engine.Tests.Providers;

public sealed class UsageMeterTests
{
    private readonly UsageMeter _meter = new();

    [Fact]
    public void Before_anything_was_reported_there_is_no_usage() => Assert.Null(_meter.Reading);

    [Fact]
    public void The_newest_report_counts()
    {
        Usage? reported = null;
        _meter.Follow(() => reported);
        Assert.Null(_meter.Reading);

        reported = new Usage { TotalTokens = 3 };
        Assert.Equal(3, _meter.Reading!.TotalTokens);
    }

    [Fact]
    public void An_attempt_that_is_repeated_is_forgotten()
    {
        _meter.Follow(() => new Usage { TotalTokens = 3 });
        _meter.Follow(() => new Usage { TotalTokens = 5 });

        Assert.Equal(5, _meter.Reading!.TotalTokens);
    }

    [Fact]
    public void Requests_before_that_ended_well_count_too()
    {
        _meter.Follow(() => new Usage { TotalTokens = 3 });
        _meter.Settle(new Usage { TotalTokens = 4 });
        Assert.Equal(4, _meter.Reading!.TotalTokens);

        _meter.Follow(() => new Usage { TotalTokens = 5 });
        Assert.Equal(9, _meter.Reading!.TotalTokens);
    }
}
