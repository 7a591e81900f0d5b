using Microsoft.Extensions.Options;
using OpenInteractions.Contracts.Errors;
using OpenInteractions.Engine.Diagnostics;
using OpenInteractions.Engine.Runs;
using OpenInteractions.Testing;

namespace OpenInteractions.Engine.Tests.Runs;

/// <summary>How many runs work at the same time.</summary>
public sealed class RunLimitsTests : IDisposable
{
    private readonly ManualTime _time = new();
    private readonly EngineInstruments _instruments = new();

    public void Dispose() => _instruments.Dispose();

    [Fact]
    public void Without_limits_nothing_is_counted()
    {
        var limits = Limits();

        Assert.True(limits.IsOff);
        Assert.Null(limits.Gate);
        Assert.Null(limits.Enter("p", "x"));
        Assert.Null(limits.Hold("p", "x"));
    }

    [Fact]
    [Rule("ER-8")]
    public void A_provider_has_so_many_places_whoever_takes_them()
    {
        var limits = Limits(perProvider: 2);
        var first = limits.Enter("p", "x");
        limits.Enter("q", "x");

        Refused("'x'", () => limits.Enter("r", "x"));
        Assert.False(limits.TryEnter("r", "x", 0));
        Assert.NotNull(limits.Enter("r", "y"));

        first!.Dispose();
        first.Dispose();
        Assert.True(limits.TryEnter("r", "x", 0));
        Refused("'x'", () => limits.Enter("p", "x"));
    }

    [Fact]
    [Rule("ER-8")]
    public void A_project_has_so_many_places_with_all_providers_together()
    {
        var limits = Limits(perProject: 2);
        limits.Enter("p", "x");
        Assert.True(limits.TryEnter("p", "y", 1));

        Refused("project", () => limits.Enter("p", "z"));
        Assert.NotNull(limits.Enter("q", "x"));
    }

    [Fact]
    public void Runs_of_other_nodes_count_for_what_comes_from_the_queue()
    {
        var limits = Limits(perProject: 3);

        Assert.True(limits.CountsAllNodes);
        Assert.False(limits.TryEnter("p", "x", runningInProject: 3));
        Assert.True(limits.TryEnter("p", "x", runningInProject: 2));
    }

    [Fact]
    public void Who_waits_for_a_place_is_told_of_it()
    {
        var limits = Limits(perProvider: 1);
        var told = 0;
        limits.OnLeft = () => told++;
        limits.Enter("p", "x")!.Dispose();
        Assert.Equal(0, told); // nobody waits

        var slot = limits.Enter("p", "x")!;
        Assert.False(limits.TryEnter("p", "x", 0));
        slot.Dispose();
        slot.Dispose();
        Assert.Equal(1, told);
    }

    [Fact]
    [Rule("ER-7")]
    public void The_time_to_wait_follows_from_how_fast_runs_end()
    {
        var limits = Limits(perProvider: 1);
        Assert.Equal(TimeSpan.FromSeconds(5), Wait(limits)); // nothing has ended yet
        for (var i = 0; i < 100; i++)
        {
            using var slot = limits.Enter("p", "x");
            _time.Advance(TimeSpan.FromSeconds(3));
        }

        Assert.InRange(Wait(limits), TimeSpan.FromSeconds(2.8), TimeSpan.FromSeconds(3));

        _time.Advance(TimeSpan.FromSeconds(32 * 10));
        Assert.InRange(Wait(limits), TimeSpan.FromSeconds(12), TimeSpan.FromSeconds(14)); // it has become slow

        _time.Advance(TimeSpan.FromDays(1));
        Assert.Equal(TimeSpan.FromSeconds(60), Wait(limits));
    }

    private static TimeSpan Wait(RunLimits limits)
    {
        using var last = limits.TryEnter("p", "x", 0) ? limits.Hold("p", "x") : null;
        var refusal = Assert.Throws<ApiException>(() => limits.Enter("p", "x"));
        return refusal.RetryAfter!.Value;
    }

    private static void Refused(string reason, Action enter)
    {
        var refusal = Assert.Throws<ApiException>(enter);
        Assert.Equal(ErrorCode.RateLimitExceeded, refusal.Code);
        Assert.Contains(reason, refusal.Message, StringComparison.Ordinal);
        Assert.True(refusal.RetryAfter >= TimeSpan.FromSeconds(1));
    }

    private RunLimits Limits(int? perProvider = null, int? perProject = null) =>
        new(Options.Create(new RunOptions { MaxConcurrentPerProvider = perProvider, MaxConcurrentPerProject = perProject }), _instruments, _time);
}
