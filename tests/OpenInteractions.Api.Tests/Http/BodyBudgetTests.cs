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

        using var first = await TakeAsync(budget, Whole / 2, default);
        using var second = await TakeAsync(budget, Whole / 2, default);

        Assert.Equal(0, budget.Free);
    }

    [Fact]
    public async Task Turns_come_in_the_order_of_arrival_also_when_a_later_one_would_fit()
    {
        var budget = Budget();
        var holder = await TakeAsync(budget, Whole - 10, default);
        var large = TakeAsync(budget, Whole, default).AsTask();
        var small = TakeAsync(budget, 10, default).AsTask();
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
        using var share = await TakeAsync(budget, Whole, default);
        var next = TakeAsync(budget, 40, default).AsTask();

        share.Settle(Whole - 40);
        using var other = await next.OrTimeout("the turn of the next");

        Assert.Equal(0, budget.Free);
    }

    [Fact]
    public async Task A_share_is_given_back_once()
    {
        var budget = Budget();
        var share = await TakeAsync(budget, 100, default);

        share.Settle(60);
        share.Dispose();
        share.Dispose();

        Assert.Equal(Whole, budget.Free);
    }

    [Fact]
    public async Task Who_waits_too_long_is_told_when_to_come_again_and_leaves_the_line()
    {
        var budget = Budget();
        var holder = await TakeAsync(budget, 10, default);
        var impatient = TakeAsync(budget, Whole, default).AsTask();

        _time.Advance(Wait / 2);
        var behind = TakeAsync(budget, 20, default).AsTask();
        var late = TakeAsync(budget, 30, default).AsTask();
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
        var holder = await TakeAsync(budget, 10, default);
        using var gone = new CancellationTokenSource();
        var first = TakeAsync(budget, Whole, gone.Token).AsTask();
        var behind = TakeAsync(budget, 20, default).AsTask();

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
        var holder = await TakeAsync(budget, Whole, default);
        var waits = TakeAsync(budget, 1, default).AsTask();

        var refusal = await Assert.ThrowsAsync<ApiException>(() => TakeAsync(budget, 1, default).AsTask());

        Assert.Equal(ErrorCode.ServiceUnavailable, refusal.Code);
        holder.Dispose();
        (await waits.OrTimeout("the turn of the one that may wait")).Dispose();
    }

    [Fact]
    public async Task What_large_bodies_left_behind_is_collected_before_the_next_one_begins()
    {
        var budget = Budget();
        var left = await LeaveAsync(budget);

        (await TakeAsync(budget, 1, default)).Dispose();

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
            var coming = TakeAsync(budget, visit.Bytes, gone.Token).AsTask();
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

    [Fact]
    public async Task Who_has_only_announced_a_body_holds_nothing()
    {
        var budget = Budget();
        using var announced = budget.Open("a", Whole);

        using var other = await TakeAsync(budget, Whole, default);

        Assert.Equal(0, budget.Free);
    }

    [Fact]
    public async Task A_half_read_body_waits_for_more_until_another_has_ended()
    {
        var budget = Budget();
        var first = await BeginAsync(budget, "a", 60_000_000, 16_000_000);
        using var second = await BeginAsync(budget, "b", 60_000_000, 16_000_000);
        await first.GrowAsync(60_000_000, default);

        var more = second.GrowAsync(60_000_000, default).AsTask();
        Assert.False(more.IsCompleted);

        first.Dispose();
        await more.OrTimeout("the turn of the half-read body");
        Assert.Equal(Whole - 60_000_000, budget.Free);
    }

    /// <summary>Both would have begun, and neither could ever have come to its end.</summary>
    [Fact]
    public async Task A_body_does_not_begin_while_those_that_have_begun_could_not_end_with_it()
    {
        var budget = Budget();
        using var first = await BeginAsync(budget, "a", Whole, 4_000_000);
        using var second = budget.Open("b", Whole);

        var begin = second.GrowAsync(4_000_000, default).AsTask();
        Assert.False(begin.IsCompleted);

        await first.GrowAsync(Whole, default).AsTask().OrTimeout("all that the first needs");
        first.Settle(5_000_000);
        await begin.OrTimeout("the turn of the second");
    }

    [Fact]
    public async Task What_has_begun_goes_on_before_others_of_its_project_begin()
    {
        var budget = Budget();
        var holder = await TakeAsync(budget, 50_000_000, default);
        using var begun = await BeginAsync(budget, "p", 60_000_000, 16_000_000);
        var more = begun.GrowAsync(60_000_000, default).AsTask();

        var newcomer = TakeAsync(budget, 1_500_000, default).AsTask();
        Assert.False(newcomer.IsCompleted);

        holder.Dispose();
        await more.OrTimeout("the turn of the half-read body");
        (await newcomer.OrTimeout("the turn of the newcomer")).Dispose();
    }

    [Fact]
    public async Task No_project_holds_everything()
    {
        var budget = Budget(whole: 2 * Whole);
        using var first = await TakeAsync(budget, Whole, default);
        var second = TakeAsync(budget, Whole / 2 + 1, default).AsTask();
        Assert.False(second.IsCompleted);

        using var other = await TakeAsync(budget, Whole / 2, default, project: "other");

        Assert.Equal(Whole / 2, budget.Free);
        other.Dispose();
        first.Dispose();
        (await second.OrTimeout("the turn of the second")).Dispose();
    }

    /// <summary>The clock stands still, so nobody is refused: if they waited for each other, they would never end.</summary>
    [Fact]
    public async Task Bodies_that_grow_at_the_same_time_all_come_to_their_end()
    {
        var budget = Budget(queue: 10_000, whole: 2 * Whole);
        var random = new Random((int)PropertySeed.Seed);
        var bodies = Enumerable.Range(0, 300).Select(i => (Project: $"project {i % 5}", AtMost: random.Next(1, Whole + 1), Part: random.NextDouble())).ToList();

        await Task.WhenAll(bodies.Select(body => Task.Run(async () =>
        {
            using var share = budget.Open(body.Project, body.AtMost);
            var length = (long)Math.Max(1, body.AtMost * body.Part);
            for (var room = 4_000_000L; share.Held < length; room *= 4)
            {
                await share.GrowAsync(Math.Min(room, body.AtMost), default);
                Assert.InRange(budget.Free, 0, 2 * Whole);
                await Task.Yield();
            }

            share.Settle(length);
        }))).OrTimeout("the end of all bodies");

        Assert.Equal((2 * Whole, 0), (budget.Free, budget.Waiting));
    }

    private static async Task<WeakReference> LeaveAsync(BodyBudget budget)
    {
        using var share = await TakeAsync(budget, Whole, default);
        return new WeakReference(new byte[1_000_000]);
    }

    private static async Task Gone(Task<BodyShare> coming) => (await coming).Dispose();

    private static async ValueTask<BodyShare> TakeAsync(BodyBudget budget, int bytes, CancellationToken gone, string project = "p")
    {
        var share = budget.Open(project, bytes);
        try
        {
            await share.GrowAsync(bytes, gone);
            return share;
        }
        catch
        {
            share.Dispose();
            throw;
        }
    }

    /// <summary>A body of which a part has come.</summary>
    private static async Task<BodyShare> BeginAsync(BodyBudget budget, string project, int atMost, int bytes)
    {
        var share = budget.Open(project, atMost);
        await share.GrowAsync(bytes, default);
        return share;
    }

    private BodyBudget Budget(int queue = 64, int whole = Whole) =>
        new(Options.Create(new RequestOptions { LargeBodyBudget = whole, LargeBodyWait = Wait, LargeBodyQueue = queue }), _time);
}
