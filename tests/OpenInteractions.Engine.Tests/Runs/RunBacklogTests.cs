using Microsoft.Extensions.Options;
using OpenInteractions.Contracts.Errors;
using OpenInteractions.Engine.Diagnostics;
using OpenInteractions.Engine.Runs;
using OpenInteractions.Engine.Storage;
using OpenInteractions.Testing;

namespace OpenInteractions.Engine.Tests.Runs;

/// <summary>How many runs may wait.</summary>
public sealed class RunBacklogTests : IDisposable
{
    private readonly ManualTime _time = new();
    private readonly EngineInstruments _instruments = new();
    private readonly ScriptedQueue _queue = new();

    public void Dispose() => _instruments.Dispose();

    [Fact]
    [Rule("ER-8")]
    public async Task A_project_may_have_so_many_and_another_as_many()
    {
        var backlog = Backlog(perProject: 2);
        await KeepAsync(backlog, "p", 2);

        await RefusedAsync("project", backlog, "p");
        await KeepAsync(backlog, "q", 2);
        await RefusedAsync("project", backlog, "q");
    }

    [Fact]
    [Rule("ER-8")]
    public async Task All_together_may_have_so_many()
    {
        var backlog = Backlog(all: 3, perProject: 2);
        await KeepAsync(backlog, "p", 2);
        await KeepAsync(backlog, "q", 1);

        await RefusedAsync("full", backlog, "q");
    }

    [Fact]
    public async Task What_waited_before_the_start_counts()
    {
        _queue.Queued = [new QueuedRuns("p", 1, 1, default), new QueuedRuns("p", 2, 2, default)];
        var backlog = Backlog(perProject: 4);
        await KeepAsync(backlog, "p", 1);

        _queue.Queued = [new QueuedRuns("p", 1, 2, default), new QueuedRuns("p", 2, 2, default)];
        await RefusedAsync("project", backlog, "p");
    }

    [Fact]
    public async Task A_run_that_leaves_makes_room_at_once_and_one_that_failed_never_took_any()
    {
        var backlog = Backlog(perProject: 1);
        await backlog.EnterAsync("p");
        backlog.OnFailed("p");
        await KeepAsync(backlog, "p", 1);
        await RefusedAsync("project", backlog, "p");

        backlog.OnLeft("p");
        await backlog.EnterAsync("p");
    }

    [Fact]
    public async Task What_other_nodes_did_is_known_after_a_second()
    {
        var backlog = Backlog(perProject: 2);
        await KeepAsync(backlog, "p", 1);

        _queue.Queued = [new QueuedRuns("p", 1, 2, default)];
        _time.Advance(TimeSpan.FromSeconds(2));
        await RefusedAsync("project", backlog, "p");

        _queue.Queued = [];
        _time.Advance(TimeSpan.FromSeconds(2));
        await backlog.EnterAsync("p");
    }

    [Fact]
    public async Task What_is_on_its_way_while_the_store_is_read_counts()
    {
        var backlog = Backlog(perProject: 2);
        await backlog.EnterAsync("p");
        _time.Advance(TimeSpan.FromSeconds(2));
        var read = new TaskCompletionSource<IReadOnlyList<QueuedRuns>>(TaskCreationOptions.RunContinuationsAsynchronously);
        _queue.ReadQueue = () => read.Task;

        var second = backlog.EnterAsync("p").AsTask();
        var third = backlog.EnterAsync("p").AsTask();
        read.SetResult([]);

        // One of the two finds the last place.
        var refused = await Assert.ThrowsAsync<ApiException>(() => Task.WhenAll(second, third).OrTimeout("both have their answer"));
        Assert.Equal(ErrorCode.RateLimitExceeded, refused.Code);
        Assert.Equal(1, new[] { second, third }.Count(t => t.IsFaulted));
    }

    [Fact]
    public async Task Of_many_at_once_no_more_than_may_get_a_place()
    {
        var backlog = Backlog(perProject: 10);

        var refused = 0;
        await Parallel.ForAsync(0, 100, async (_, _) =>
        {
            try
            {
                await KeepAsync(backlog, "p", 1);
            }
            catch (ApiException)
            {
                Interlocked.Increment(ref refused);
            }
        });

        Assert.Equal(90, refused);
    }

    [Fact]
    [Rule("ER-7")]
    public async Task The_time_to_wait_follows_from_how_fast_the_queue_empties()
    {
        var backlog = Backlog(perProject: 1);
        await KeepAsync(backlog, "p", 1);
        for (var i = 0; i < 40; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(10));
            backlog.OnLeft("p");
            await KeepAsync(backlog, "p", 1);
        }

        var refusal = await Assert.ThrowsAsync<ApiException>(() => backlog.EnterAsync("p").AsTask());

        Assert.InRange(refusal.RetryAfter!.Value, TimeSpan.FromSeconds(9), TimeSpan.FromSeconds(10));
    }

    private static async Task KeepAsync(RunBacklog backlog, string project, int count)
    {
        for (var i = 0; i < count; i++)
        {
            await backlog.EnterAsync(project);
            backlog.OnKept(project);
        }
    }

    private static async Task RefusedAsync(string reason, RunBacklog backlog, string project)
    {
        var refusal = await Assert.ThrowsAsync<ApiException>(() => backlog.EnterAsync(project).AsTask());
        Assert.Equal(ErrorCode.RateLimitExceeded, refusal.Code);
        Assert.Contains(reason, refusal.Message, StringComparison.Ordinal);
        Assert.True(refusal.RetryAfter >= TimeSpan.FromSeconds(1));
    }

    private RunBacklog Backlog(int all = 1000, int perProject = 100) =>
        new(_queue, Options.Create(new RunOptions { MaxQueued = all, MaxQueuedPerProject = perProject }), _instruments, _time);
}
