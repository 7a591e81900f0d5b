using OpenInteractions.Engine.Events;
using OpenInteractions.Engine.Nodes;
using OpenInteractions.Engine.Runs;
using OpenInteractions.Engine.Tests.Nodes;
using OpenInteractions.Engine.Tests.Runs;
using OpenInteractions.Testing;

namespace OpenInteractions.Engine.Tests.Events;

public sealed class RunNewsTests
{
    private readonly ManualTime _time = new();
    private readonly RunRegistry _registry = new();
    private readonly RecordedSignals _signals = new();
    private readonly RunNews _news;

    public RunNewsTests() => _news = new RunNews(_signals, _registry, _time);

    [Fact]
    public async Task A_start_on_this_node_is_told_to_all_who_follow_the_run()
    {
        using var run = SampleRun.Of("int_1");
        using var first = _news.Follow("int_1");
        using var second = _news.Follow("int_1");
        Task<bool>[] waiting = [first.WaitAsync(first.Next, default), second.WaitAsync(second.Next, default)];

        _registry.Add(run);

        Assert.All(await Task.WhenAll(waiting).OrTimeout("both are told"), Assert.True);
        Assert.False(first.MayHaveEnded);
    }

    [Fact]
    public async Task What_is_told_while_a_reader_reads_is_not_missed()
    {
        using var reader = _news.Follow("int_1");
        var next = reader.Next;

        _news.Tell("int_1", hasEnded: false);

        Assert.True(await reader.WaitAsync(next, default).OrTimeout("the news"));
        Assert.False(reader.Next.IsCompleted);
    }

    [Fact]
    public async Task An_end_is_told_as_one_and_others_are_told_nothing()
    {
        using var ended = _news.Follow("int_1");
        using var other = _news.Follow("int_2");
        var (next, otherNext) = (ended.Next, other.Next);

        _news.Tell("int_1", hasEnded: true);

        await next.OrTimeout("the news");
        Assert.Equal((true, false, false), (ended.MayHaveEnded, other.MayHaveEnded, otherNext.IsCompleted));
    }

    [Fact]
    public async Task When_calls_may_have_been_missed_all_look_everywhere()
    {
        using var first = _news.Follow("int_1");
        using var second = _news.Follow("int_2");
        Task[] next = [first.Next, second.Next];

        _news.TellAll();

        await Task.WhenAll(next).OrTimeout("both are told");
        Assert.True(first.MayHaveEnded && second.MayHaveEnded);
    }

    [Theory]
    [InlineData(true, 1000)]
    [InlineData(false, 500)]
    public async Task Who_is_told_nothing_looks_after_a_while(bool isListening, int milliseconds)
    {
        _signals.IsListening = isListening;
        using var reader = _news.Follow("int_1");
        var waiting = reader.WaitAsync(reader.Next, default);

        _time.Advance(TimeSpan.FromMilliseconds(milliseconds - 1));
        Assert.False(waiting.IsCompleted);
        _time.Advance(TimeSpan.FromMilliseconds(1));

        Assert.False(await waiting.OrTimeout("the end of the waiting"));
    }

    [Fact]
    public async Task A_reader_who_leaves_leaves_nothing_behind()
    {
        using var gone = new CancellationTokenSource();
        using (var reader = _news.Follow("int_1"))
        {
            var waiting = reader.WaitAsync(reader.Next, gone.Token);
            await gone.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.OrTimeout("the waiting ends"));
            Assert.Equal(1, _news.Count);
        }

        Assert.Equal(0, _news.Count);
        _news.Remind();
        Assert.Single(_signals.Sent); // the first word only
    }

    [Fact]
    public void The_first_reader_of_a_run_makes_it_known_and_reminders_name_each_run_once()
    {
        using var first = _news.Follow("int_1");
        using var second = _news.Follow("int_1");
        using var other = _news.Follow("int_2");
        Assert.Equal([Followed("int_1"), Followed("int_2")], _signals.Sent);

        _news.Remind();

        Assert.Equal([Followed("int_1"), Followed("int_2"), Followed("int_1"), Followed("int_2")], _signals.Sent);
    }

    private static NodeSignal Followed(string id) => new(NodeSignalKind.RunFollowed, id);
}
