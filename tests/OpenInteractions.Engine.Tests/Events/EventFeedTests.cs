using System.Text;
using OpenInteractions.Engine.Events;
using OpenInteractions.Testing;

namespace OpenInteractions.Engine.Tests.Events;

public sealed class EventFeedTests
{
    private readonly EventFeed _feed = new(epoch: 3, isDurable: true);

    [Fact]
    public void A_reader_gets_what_was_appended_and_then_waits()
    {
        Append(_feed, "one", "two");
        var offset = Open(_feed, after: 0);

        Assert.Equal(FeedRead.Frames, _feed.TryRead(ref offset, out var last, out var frames));
        Assert.Equal(("onetwo", 2L), (Text(frames), last));
        Assert.Equal(FeedRead.Nothing, _feed.TryRead(ref offset, out _, out frames));
        Assert.True(frames.IsEmpty);
        using var follower = Follow();
        Assert.False(follower.WaitAsync(offset).AsTask().IsCompleted);
    }

    [Fact]
    public void A_reader_may_begin_behind_any_event()
    {
        Append(_feed, "one", "two", "three");

        Assert.Equal("onetwothree", Rest(_feed, Open(_feed, after: 0)));
        Assert.Equal("twothree", Rest(_feed, Open(_feed, after: 1)));
        Assert.Equal("three", Rest(_feed, Open(_feed, after: 2)));
        Assert.Equal("", Rest(_feed, Open(_feed, after: 3)));
    }

    [Fact]
    public async Task All_who_wait_are_woken_when_no_more_is_at_hand()
    {
        var offset = Open(_feed, after: 0);
        using var one = Follow();
        using var other = Follow();
        Task<bool>[] waiting = [one.WaitAsync(offset).AsTask(), other.WaitAsync(offset).AsTask()];

        Append(_feed, "one");
        Assert.All(waiting, w => Assert.False(w.IsCompleted));

        _feed.Show();
        Assert.All(waiting, w => Assert.True(w.IsCompletedSuccessfully));
        Assert.True(await one.WaitAsync(offset));
    }

    [Fact]
    public async Task A_complete_feed_gives_its_rest_and_then_says_so()
    {
        Append(_feed, "one");
        var offset = Open(_feed, after: 1);
        using var follower = Follow();
        var waiting = follower.WaitAsync(offset).AsTask();

        Append(_feed, "two");
        _feed.Complete();

        Assert.True(await waiting.OrTimeout("the reader wakes"));
        Assert.Equal(FeedRead.Frames, _feed.TryRead(ref offset, out _, out var frames));
        Assert.Equal("two", Text(frames));
        Assert.Equal(FeedRead.Complete, _feed.TryRead(ref offset, out _, out _));
        Assert.True(follower.WaitAsync(offset).AsTask().IsCompleted);
    }

    [Fact]
    public async Task Completing_wakes_a_reader_who_has_everything()
    {
        using var follower = Follow();
        var waiting = follower.WaitAsync(Open(_feed, after: 0)).AsTask();

        _feed.Complete();

        Assert.True(await waiting.OrTimeout("the reader wakes"));
    }

    [Fact]
    public void What_is_not_durable_is_never_dropped()
    {
        var block = new string('x', 1000);
        Append(_feed, [.. Enumerable.Repeat(block, 400)]);

        Assert.Equal(400_000, Rest(_feed, Open(_feed, after: 0)).Length);
    }

    [Fact]
    public void Beyond_the_bound_the_durable_head_is_dropped_and_a_slow_reader_is_told()
    {
        var slow = Open(_feed, after: 0);
        Fill(_feed);
        var durable = _feed.LastNumber - 10;
        _feed.MarkDurable(durable);

        Append(_feed, "last");

        Assert.Equal(FeedRead.Dropped, _feed.TryRead(ref slow, out _, out _));
        Assert.False(_feed.TryOpen(0, out _));
        Assert.False(_feed.TryOpen(durable - 1, out _));
        Assert.Equal(Blocks(10) + "last", Rest(_feed, Open(_feed, after: durable)));
    }

    [Fact]
    public void A_reader_who_keeps_up_does_not_notice_that_the_head_is_dropped()
    {
        var offset = Open(_feed, after: 0);
        Fill(_feed);
        Read(_feed, ref offset);
        _feed.MarkDurable(_feed.LastNumber);

        Append(_feed, "last");

        Assert.Equal("last", Read(_feed, ref offset));
    }

    [Fact]
    public void Numbers_go_on_after_the_head_was_dropped()
    {
        Fill(_feed);
        var before = _feed.LastNumber;
        _feed.MarkDurable(before);
        Append(_feed, "a", "b");

        Assert.Equal(before + 2, _feed.LastNumber);
        var offset = Open(_feed, after: before + 1);
        Assert.Equal(FeedRead.Frames, _feed.TryRead(ref offset, out var last, out var frames));
        Assert.Equal(("b", before + 2), (Text(frames), last));
    }

    [Fact]
    public void Slices_stay_as_they_were_however_much_follows()
    {
        var offset = Open(_feed, after: 0);
        Append(_feed, "first");
        _feed.TryRead(ref offset, out _, out var early);
        var wanted = new StringBuilder("first");
        var slices = new List<ReadOnlyMemory<byte>> { early };
        for (var i = 0; i < 3000; i++)
        {
            var text = $"frame {i} {new string('y', 100)}";
            Append(_feed, text);
            wanted.Append(text);
            _feed.MarkDurable(_feed.LastNumber);
            _feed.TryRead(ref offset, out _, out var frames);
            slices.Add(frames);
        }

        Assert.Equal(wanted.ToString(), string.Concat(slices.Select(Text)));
    }

    [Fact]
    public void A_frame_larger_than_the_bound_passes_whole()
    {
        var large = new string('z', (EventFeed.Bound * 2) + 1);
        Append(_feed, "a", large, "b");

        Assert.Equal("a" + large + "b", Rest(_feed, Open(_feed, after: 0)));
    }

    [Fact]
    public async Task Without_a_journal_the_writer_waits_for_the_only_reader()
    {
        var feed = new EventFeed(epoch: 1, isDurable: false);
        var offset = Open(feed, after: 0);
        Fill(feed);
        var waiting = feed.WaitForSpaceAsync(default).AsTask();
        Assert.False(waiting.IsCompleted);

        Read(feed, ref offset);
        Assert.False(waiting.IsCompleted); // read is not passed on

        feed.MarkConsumed(offset);
        await waiting.OrTimeout("the writer goes on");
        Assert.True(feed.WaitForSpaceAsync(default).AsTask().IsCompleted);
    }

    [Fact]
    public async Task A_writer_who_waits_may_be_stopped()
    {
        var feed = new EventFeed(epoch: 1, isDurable: false);
        Fill(feed);
        using var stop = new CancellationTokenSource();
        var waiting = feed.WaitForSpaceAsync(stop.Token).AsTask();

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.OrTimeout("the writer stops"));
    }

    [Fact]
    public async Task Completing_lets_a_writer_who_waits_go()
    {
        var feed = new EventFeed(epoch: 1, isDurable: false);
        Fill(feed);
        var waiting = feed.WaitForSpaceAsync(default).AsTask();

        feed.Complete();

        await waiting.OrTimeout("the writer goes on");
    }

    [Fact]
    public void With_a_journal_the_writer_never_waits()
    {
        Fill(_feed);
        Fill(_feed);

        Assert.True(_feed.WaitForSpaceAsync(default).AsTask().IsCompletedSuccessfully);
    }

    [Fact]
    public void Without_a_journal_what_was_passed_on_is_dropped()
    {
        var feed = new EventFeed(epoch: 1, isDurable: false);
        var offset = Open(feed, after: 0);
        for (var i = 0; i < 10; i++)
        {
            Fill(feed);
            Read(feed, ref offset);
            feed.MarkConsumed(offset);
        }

        Append(feed, "last");

        Assert.False(feed.TryOpen(0, out _));
        Assert.Equal("last", Read(feed, ref offset));
    }

    private static string Blocks(int count) => string.Concat(Enumerable.Repeat(Block, count));

    private static readonly string Block = new('x', 1024);

    /// <summary>As much as the feed keeps, in blocks of 1 KiB.</summary>
    private static void Fill(EventFeed feed) => Append(feed, [.. Enumerable.Repeat(Block, EventFeed.Bound / Block.Length)]);

    private static void Append(EventFeed feed, params string[] frames)
    {
        foreach (var frame in frames)
        {
            feed.Append(Encoding.UTF8.GetBytes(frame));
        }
    }

    private static long Open(EventFeed feed, long after)
    {
        Assert.True(feed.TryOpen(after, out var offset));
        return offset;
    }

    private static string Rest(EventFeed feed, long offset) => Read(feed, ref offset);

    private static string Read(EventFeed feed, ref long offset)
    {
        var text = new StringBuilder();
        while (feed.TryRead(ref offset, out _, out var frames) == FeedRead.Frames)
        {
            text.Append(Text(frames));
        }

        return text.ToString();
    }

    private static string Text(ReadOnlyMemory<byte> frames) => Encoding.UTF8.GetString(frames.Span);

    private FeedFollower Follow() => new(_feed, TimeSpan.FromSeconds(15), TimeProvider.System, CancellationToken.None);
}
