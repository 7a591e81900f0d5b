using OpenInteractions.Engine.Events;
using OpenInteractions.Testing;

namespace OpenInteractions.Engine.Tests.Events;

public sealed class FeedFollowerTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private readonly EventFeed _feed = new(epoch: 1, isDurable: true);
    private readonly ManualTime _time = new();

    [Fact]
    [Rule("BG-8")]
    public async Task Each_wait_has_the_whole_patience()
    {
        using var follower = Follow();
        var first = follower.WaitAsync(0).AsTask();
        _time.Advance(Patience - TimeSpan.FromSeconds(1));
        _feed.Append("one"u8);
        _feed.Show();
        Assert.True(await first);

        var second = follower.WaitAsync(3).AsTask();
        _time.Advance(TimeSpan.FromSeconds(2)); // the timer of the first wait rings
        Assert.False(second.IsCompleted);
        _time.Advance(Patience - TimeSpan.FromSeconds(2));

        Assert.False(await second);
    }

    [Fact]
    [Rule("BG-8")]
    public async Task Silence_ends_one_wait_after_the_other_and_then_comes_an_event()
    {
        using var follower = Follow();
        for (var i = 0; i < 3; i++)
        {
            var silent = follower.WaitAsync(0).AsTask();
            _time.Advance(Patience);
            Assert.False(await silent);
        }

        var waiting = follower.WaitAsync(0).AsTask();
        _feed.Append("one"u8);
        _feed.Show();

        Assert.True(await waiting);
    }

    [Fact]
    public async Task A_reader_who_leaves_waits_no_longer_and_not_again()
    {
        using var leaving = new CancellationTokenSource();
        using var follower = Follow(leaving.Token);
        var waiting = follower.WaitAsync(0).AsTask();

        await leaving.CancelAsync();

        await Assert.ThrowsAsync<OperationCanceledException>(() => waiting.OrTimeout("the wait ends"));
        await Assert.ThrowsAsync<OperationCanceledException>(async () => await follower.WaitAsync(0));
    }

    [Fact]
    public async Task A_reader_who_leaves_between_two_waits_does_not_wait_again()
    {
        using var leaving = new CancellationTokenSource();
        using var follower = Follow(leaving.Token);
        var waiting = follower.WaitAsync(0).AsTask();
        _feed.Append("one"u8);
        _feed.Show();
        Assert.True(await waiting);

        await leaving.CancelAsync();

        await Assert.ThrowsAsync<OperationCanceledException>(async () => await follower.WaitAsync(3));
    }

    [Fact]
    public void A_reader_who_has_left_is_not_told()
    {
        var follower = Follow();
        var waiting = follower.WaitAsync(0).AsTask();
        follower.Dispose();

        _feed.Append("one"u8);
        _feed.Show();

        Assert.False(waiting.IsCompleted);
    }

    private FeedFollower Follow(CancellationToken gone = default) => new(_feed, Patience, _time, gone);
}
