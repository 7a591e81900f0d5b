using System.Text;
using OpenInteractions.Engine.Events;
using OpenInteractions.Testing;

namespace OpenInteractions.Engine.Tests.Events;

public sealed class EventFeedConcurrencyTests
{
    private const int Events = 20_000;

    [Fact]
    public async Task Many_readers_beside_one_writer_get_every_byte_once()
    {
        var feed = new EventFeed(epoch: 1, isDurable: true);
        Task<string>[] readers = [.. Enumerable.Range(0, 6).Select(_ => Task.Run(() => ReadAsync(feed)))];

        var wanted = await Task.Run(() => Write(feed));

        foreach (var read in await Task.WhenAll(readers).OrTimeout("the readers come to the end"))
        {
            Assert.True(wanted == read, "A reader got something else than what was written.");
        }
    }

    [Fact]
    public async Task Readers_who_fall_behind_never_get_a_byte_twice_or_out_of_order()
    {
        var feed = new EventFeed(epoch: 1, isDurable: true);
        Task<List<int>>[] readers = [.. Enumerable.Range(0, 4).Select(_ => Task.Run(() => ReadNumbersAsync(feed)))];

        await Task.Run(() => Write(feed, isDropping: true));

        foreach (var numbers in await Task.WhenAll(readers).OrTimeout("the readers come to the end"))
        {
            Assert.Equal(numbers.Order().Distinct(), numbers);
            Assert.Equal(Events - 1, numbers[^1]);
        }
    }

    [Fact]
    public async Task A_writer_without_a_journal_and_its_reader_pass_on_every_byte()
    {
        var feed = new EventFeed(epoch: 1, isDurable: false);
        var reader = Task.Run(() => ReadAsync(feed, isOnly: true));
        var wanted = new StringBuilder();
        for (var i = 0; i < Events; i++)
        {
            var frame = Frame(i);
            wanted.Append(frame);
            feed.Append(Encoding.UTF8.GetBytes(frame));
            var space = feed.WaitForSpaceAsync(default).AsTask();
            if (!space.IsCompleted)
            {
                feed.Show();
                await space;
            }
        }

        feed.Complete();

        Assert.True(wanted.ToString() == await reader.OrTimeout("the reader comes to the end"), "The reader got something else than what was written.");
    }

    private static string Frame(int number) => $"{number};{new string('-', number % 97)}\n";

    private static string Write(EventFeed feed, bool isDropping = false)
    {
        var wanted = new StringBuilder();
        for (var i = 0; i < Events; i++)
        {
            var frame = Frame(i);
            wanted.Append(frame);
            feed.Append(Encoding.UTF8.GetBytes(frame));
            if (isDropping && i % 100 == 0)
            {
                feed.MarkDurable(i + 1);
            }

            if (i % 3 == 0)
            {
                feed.Show();
            }
        }

        feed.Complete();
        return wanted.ToString();
    }

    private static async Task<string> ReadAsync(EventFeed feed, bool isOnly = false)
    {
        var text = new StringBuilder();
        Assert.True(feed.TryOpen(0, out var offset));
        using var follower = Follow(feed);
        while (true)
        {
            switch (feed.TryRead(ref offset, out _, out var frames))
            {
                case FeedRead.Frames:
                    text.Append(Encoding.UTF8.GetString(frames.Span));
                    if (isOnly)
                    {
                        feed.MarkConsumed(offset);
                    }

                    break;
                case FeedRead.Nothing:
                    await follower.WaitAsync(offset);
                    break;
                case FeedRead.Complete:
                    return text.ToString();
                case FeedRead.Dropped:
                    throw new InvalidOperationException("Nothing was durable, yet something was dropped.");
            }
        }
    }

    /// <summary>Opens again where the feed begins whenever something was dropped.</summary>
    private static async Task<List<int>> ReadNumbersAsync(EventFeed feed)
    {
        var numbers = new List<int>();
        feed.TryOpen(0, out var offset);
        using var follower = Follow(feed);
        while (true)
        {
            switch (feed.TryRead(ref offset, out _, out var frames))
            {
                case FeedRead.Frames:
                    numbers.AddRange(Encoding.UTF8.GetString(frames.Span).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => int.Parse(l.Split(';')[0], System.Globalization.CultureInfo.InvariantCulture)));
                    break;
                case FeedRead.Nothing:
                    await follower.WaitAsync(offset);
                    break;
                case FeedRead.Complete:
                    return numbers;
                case FeedRead.Dropped:
                    feed.TryOpen(0, out offset);
                    break;
            }
        }
    }

    private static FeedFollower Follow(EventFeed feed) => new(feed, TimeSpan.FromSeconds(15), TimeProvider.System, CancellationToken.None);
}
