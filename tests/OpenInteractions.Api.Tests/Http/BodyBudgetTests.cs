using Microsoft.Extensions.Options;
using OpenInteractions.Api.Http;
using OpenInteractions.Contracts.Errors;
using OpenInteractions.Testing;

namespace OpenInteractions.Api.Tests.Http;

public sealed class BodyBudgetTests
{
    private const int Whole = 100_000_000;
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(30);

    private readonly ManualTime _time = new();

    [Fact]
    public async Task Who_fits_does_not_wait()
    {
        var budget = Budget();

        using var first = await budget.TakeAsync(Whole / 2, default);
        using var second = await budget.TakeAsync(Whole / 2, default);

        Assert.Equal(0, budget.Free);
    }

    [Fact]
    public async Task Turns_come_in_the_order_of_arrival_also_when_a_later_one_would_fit()
    {
        var budget = Budget();
        var holder = await budget.TakeAsync(Whole - 10, default);
        var large = budget.TakeAsync(Whole, default).AsTask();
        var small = budget.TakeAsync(10, default).AsTask();
        Assert.False(small.IsCompleted);

        holder.Dispose();
        var share = await large.OrTimeout("the turn of the first that waits");
        Assert.False(small.IsCompleted);

        share.Dispose();
        (await small.OrTimeout("the turn of the second that waits")).Dispose();
        Assert.Equal(Whole, budget.Free);
    }

    [Fact]
    public async Task What_a_body_turns_out_not_to_need_is_given_back_at_once()
    {
        var budget = Budget();
        using var share = await budget.TakeAsync(Whole, default);
        var next = budget.TakeAsync(40, default).AsTask();

        share.Shrink(Whole - 40);
        using var other = await next.OrTimeout("the turn of the next");

        Assert.Equal(0, budget.Free);
    }

    [Fact]
    public async Task A_share_is_given_back_once()
    {
        var budget = Budget();
        var share = await budget.TakeAsync(100, default);

        share.Shrink(60);
        share.Dispose();
        share.Dispose();

        Assert.Equal(Whole, budget.Free);
    }

    [Fact]
    public async Task Who_waits_too_long_is_told_when_to_come_again_and_leaves_the_line()
    {
        var budget = Budget();
        var holder = await budget.TakeAsync(10, default);
        var impatient = budget.TakeAsync(Whole, default).AsTask();

        _time.Advance(Wait / 2);
        var behind = budget.TakeAsync(20, default).AsTask();
        var late = budget.TakeAsync(30, default).AsTask();
        _time.Advance(Wait / 2);
        var refusal = await Assert.ThrowsAsync<ApiException>(() => impatient);

        Assert.Equal((ErrorCode.ServiceUnavailable, true), (refusal.Code, refusal.RetryAfter > TimeSpan.Zero));
        await Task.WhenAll(Gone(behind), Gone(late)).OrTimeout("the turns of those behind it");
        holder.Dispose();
        Assert.Equal((Whole, 0), (budget.Free, budget.Waiting));
    }

    [Fact]
    public async Task Who_leaves_takes_nothing_with_him()
    {
        var budget = Budget();
        var holder = await budget.TakeAsync(10, default);
        using var gone = new CancellationTokenSource();
        var first = budget.TakeAsync(Whole, gone.Token).AsTask();
        var behind = budget.TakeAsync(20, default).AsTask();

        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);

        (await behind.OrTimeout("the turn of the one behind")).Dispose();
        holder.Dispose();
        Assert.Equal((Whole, 0), (budget.Free, budget.Waiting));
    }

    [Fact]
    public async Task More_than_may_wait_are_refused_at_once()
    {
        var budget = Budget(queue: 1);
        var holder = await budget.TakeAsync(Whole, default);
        var waits = budget.TakeAsync(1, default).AsTask();

        var refusal = await Assert.ThrowsAsync<ApiException>(() => budget.TakeAsync(1, default).AsTask());

        Assert.Equal(ErrorCode.ServiceUnavailable, refusal.Code);
        holder.Dispose();
        (await waits.OrTimeout("the turn of the one that may wait")).Dispose();
    }

    [Fact]
    public async Task What_large_bodies_left_behind_is_collected_before_the_next_one_begins()
    {
        var budget = Budget();
        var left = await LeaveAsync(budget);

        (await budget.TakeAsync(1, default)).Dispose();

        Assert.False(left.IsAlive);
    }

    /// <summary>Leaving and getting the turn at the same time must not lose or double a byte.</summary>
    [Fact]
    public async Task Nothing_is_lost_when_many_come_and_leave()
    {
        var budget = Budget(queue: 10_000);
        var random = new Random((int)PropertySeed.Seed);
        var visits = Enumerable.Range(0, 400).Select(_ => (Bytes: random.Next(1, Whole + 1), LeavesAfter: random.Next(3))).ToList();

        await Task.WhenAll(visits.Select(visit => Task.Run(async () =>
        {
            using var gone = new CancellationTokenSource();
            var coming = budget.TakeAsync(visit.Bytes, gone.Token).AsTask();
            if (visit.LeavesAfter == 0)
            {
                await gone.CancelAsync();
            }

            try
            {
                using var share = await coming;
                await Task.Yield();
            }
            catch (OperationCanceledException) when (gone.IsCancellationRequested)
            {
                // It left before its turn.
            }
        }))).OrTimeout("the end of all visits");

        Assert.Equal((Whole, 0), (budget.Free, budget.Waiting));
    }

    private static async Task<WeakReference> LeaveAsync(BodyBudget budget)
    {
        using var share = await budget.TakeAsync(Whole, default);
        return new WeakReference(new byte[1_000_000]);
    }

    private static async Task Gone(Task<BodyShare> coming) => (await coming).Dispose();

    private BodyBudget Budget(int queue = 64) =>
        new(Options.Create(new RequestOptions { LargeBodyBudget = Whole, LargeBodyWait = Wait, LargeBodyQueue = queue }), _time);
}
