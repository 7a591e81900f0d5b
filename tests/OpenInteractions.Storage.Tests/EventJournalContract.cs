using OpenInteractions.Engine.Storage;
using static OpenInteractions.Storage.Tests.Sample;

namespace OpenInteractions.Storage.Tests;

/// <summary>What every engine promises about the events of runs.</summary>
public abstract class EventJournalContract(IStorageFixture fixture)
{
    private static CancellationToken Cancel => CancellationToken.None;

    [Fact]
    public async Task Batches_are_read_as_they_were_appended_in_order()
    {
        await using var store = await fixture.NewStoreAsync();
        var lease = await StartAsync(store, 1);
        var batches = new[] { Batch(1, 1, 3), Batch(1, 4, 4) with { Checkpoint = default }, Batch(1, 5, 12) with { IsCompressed = true } };

        Assert.Equal([true, true], await store.Journal.AppendAsync([new(lease, batches[0]), new(lease, batches[1])], Cancel));
        Assert.Equal([true], await store.Journal.AppendAsync([new(lease, batches[2])], Cancel));

        SameList(batches, await store.Journal.ReadAsync(Project, Id(1), default, 10, Cancel));
    }

    [Theory]
    [InlineData(0, 0, "1-3 1-6 1-9 2-2 2-5")]
    [InlineData(1, 1, "1-3 1-6 1-9 2-2 2-5")]
    [InlineData(1, 2, "1-3 1-6 1-9 2-2 2-5")]
    [InlineData(1, 3, "1-6 1-9 2-2 2-5")]
    [InlineData(1, 4, "1-6 1-9 2-2 2-5")]
    [InlineData(1, 9, "2-2 2-5")]
    [InlineData(1, 99, "2-2 2-5")]
    [InlineData(2, 1, "2-2 2-5")]
    [InlineData(2, 2, "2-5")]
    [InlineData(2, 5, "")]
    [InlineData(3, 1, "")]
    public async Task Reading_starts_with_the_batch_that_has_the_next_event(long epoch, long number, string expected)
    {
        await using var store = await fixture.NewStoreAsync();
        var first = await StartAsync(store, 1);
        await AppendAsync(store, first, Batch(1, 1, 3), Batch(1, 4, 6), Batch(1, 7, 9));
        store.Clock.Advance(Ttl);
        var second = Assert.Single(await store.Runs.ClaimAsync("node-b", Ttl, 1, Cancel)).Lease;
        await AppendAsync(store, second, Batch(2, 1, 2), Batch(2, 3, 5));

        var read = await store.Journal.ReadAsync(Project, Id(1), new EventPosition(epoch, number), 10, Cancel);

        Assert.Equal(expected, string.Join(' ', read.Select(batch => $"{batch.Epoch}-{batch.LastNumber}")));
    }

    [Fact]
    public async Task A_read_ends_with_the_batch_that_makes_it_large()
    {
        await using var store = await fixture.NewStoreAsync();
        var lease = await StartAsync(store, 1);
        var third = new byte[(IEventJournal.ReadBytes / 3) + 1];
        await AppendAsync(store, lease, [.. Enumerable.Range(1, 7).Select(number => Batch(1, number, number) with { Frames = third })]);
        await AppendAsync(store, lease, Batch(1, 8, 8) with { Frames = new byte[IEventJournal.ReadBytes * 2] }, Batch(1, 9, 9));

        var reads = new List<string>();
        var place = default(EventPosition);
        while (await store.Journal.ReadAsync(Project, Id(1), place, 10, Cancel) is { Count: > 0 } read)
        {
            reads.Add(string.Join(' ', read.Select(b => b.LastNumber)));
            place = new EventPosition(1, read[^1].LastNumber);
        }

        Assert.Equal(["1 2 3", "4 5 6", "7 8", "9"], reads);
    }

    [Fact]
    public async Task Numbers_order_as_numbers()
    {
        await using var store = await fixture.NewStoreAsync();
        var lease = await StartAsync(store, 1);
        await AppendAsync(store, lease, [.. Enumerable.Range(1, 120).Select(number => Batch(1, number, number))]);

        var read = await store.Journal.ReadAsync(Project, Id(1), new EventPosition(1, 8), 105, Cancel);

        Assert.Equal(Enumerable.Range(9, 105).Select(number => (long)number), read.Select(batch => batch.FirstNumber));
    }

    [Fact]
    public async Task At_most_as_many_batches_are_read_as_are_asked_for()
    {
        await using var store = await fixture.NewStoreAsync();
        var lease = await StartAsync(store, 1);
        await AppendAsync(store, lease, Batch(1, 1, 1), Batch(1, 2, 2), Batch(1, 3, 3));

        SameList([Batch(1, 2, 2)], await store.Journal.ReadAsync(Project, Id(1), new EventPosition(1, 1), 1, Cancel));
        Assert.Empty(await store.Journal.ReadAsync(Project, Id(1), default, 0, Cancel));
    }

    [Fact]
    public async Task Each_interaction_of_each_project_has_its_own_events()
    {
        await using var store = await fixture.NewStoreAsync();
        var first = await StartAsync(store, 1);
        var second = await StartAsync(store, 2);
        await store.Journal.AppendAsync([new(first, Batch(1, 1, 1, "one")), new(second, Batch(1, 1, 1, "two"))], Cancel);

        SameList([Batch(1, 1, 1, "two")], await store.Journal.ReadAsync(Project, Id(2), default, 10, Cancel));
        Assert.Empty(await store.Journal.ReadAsync("other", Id(2), default, 10, Cancel));
        Assert.Empty(await store.Journal.ReadAsync(Project, "' OR 1=1 --", default, 10, Cancel));
    }

    [Fact]
    public async Task A_refused_append_writes_nothing_and_does_not_disturb_its_neighbours()
    {
        await using var store = await fixture.NewStoreAsync();
        var held = await StartAsync(store, 1);
        var lost = await StartAsync(store, 2);
        var queued = await StartAsync(store, 3);
        await store.Runs.FinishAsync(lost, Outcome(), [], Cancel);
        await store.Runs.ReleaseAsync(queued, Cancel);

        var appended = await store.Journal.AppendAsync(
            [new(lost, Batch(1, 1, 1)), new(held, Batch(1, 1, 2)), new(queued, Batch(1, 1, 1)), new(held, Batch(1, 3, 4))], Cancel);

        Assert.Equal([false, true, false, true], appended);
        SameList([Batch(1, 1, 2), Batch(1, 3, 4)], await store.Journal.ReadAsync(Project, Id(1), default, 10, Cancel));
        Assert.Empty(await store.Journal.ReadAsync(Project, Id(2), default, 10, Cancel));
        Assert.Empty(await store.Journal.ReadAsync(Project, Id(3), default, 10, Cancel));
        Assert.Empty(await store.Journal.AppendAsync([], Cancel));
    }

    [Fact]
    public async Task An_append_that_is_sent_again_is_there_once_and_takes_others_with_it()
    {
        await using var store = await fixture.NewStoreAsync();
        var lease = await StartAsync(store, 1);
        await store.Journal.AppendAsync([new(lease, Batch(1, 1, 2))], Cancel);

        var again = await store.Journal.AppendAsync([new(lease, Batch(1, 1, 2)), new(lease, Batch(1, 3, 4))], Cancel);
        await store.Runs.ReleaseAsync(lease, Cancel);
        var late = await store.Journal.AppendAsync([new(lease, Batch(1, 3, 4))], Cancel);

        Assert.Equal([true, true], again);
        Assert.Equal([false], late);
        SameList([Batch(1, 1, 2), Batch(1, 3, 4)], await store.Journal.ReadAsync(Project, Id(1), default, 10, Cancel));
    }

    [Fact]
    public async Task Deleting_an_interaction_erases_its_events()
    {
        await using var store = await fixture.NewStoreAsync();
        var lease = await StartAsync(store, 1);
        await store.Runs.FinishAsync(lease, Outcome(), [Batch(1, 1, 4)], Cancel);

        await store.Interactions.DeleteAsync(Project, Id(1), Cancel);
        await StartAsync(store, 1);

        Assert.Empty(await store.Journal.ReadAsync(Project, Id(1), default, 10, Cancel));
    }

    [Fact]
    public async Task Expiry_erases_events()
    {
        await using var store = await fixture.NewStoreAsync();
        var lease = await StartAsync(store, 1);
        await store.Runs.FinishAsync(lease, Outcome(), [Batch(1, 1, 4)], Cancel);

        Assert.Equal(1, await store.Interactions.DeleteExpiredAsync(Start.AddDays(1), 10, Cancel));
        await StartAsync(store, 1);

        Assert.Empty(await store.Journal.ReadAsync(Project, Id(1), default, 10, Cancel));
    }

    [Fact]
    public async Task Frames_of_five_megabytes_survive()
    {
        await using var store = await fixture.NewStoreAsync();
        var lease = await StartAsync(store, 1);
        var frames = new byte[5_000_000];
        new Random(3).NextBytes(frames);

        await store.Journal.AppendAsync([new(lease, Batch(1, 1, 1) with { Frames = frames }), new(lease, Batch(1, 2, 2))], Cancel);

        var read = Assert.Single(await store.Journal.ReadAsync(Project, Id(1), default, 10, Cancel));
        Assert.True(read.Frames.Span.SequenceEqual(frames));
        Same(Batch(1, 2, 2), Assert.Single(await store.Journal.ReadAsync(Project, Id(1), new EventPosition(1, 1), 10, Cancel)));
    }

    private static async Task<RunLease> StartAsync(TestStore store, int number) =>
        (await store.Runs.InsertAsync(Running(number), Run(), "node-a", Ttl, Cancel))!.Value;

    private static async Task AppendAsync(TestStore store, RunLease lease, params JournalBatch[] batches) =>
        Assert.All(await store.Journal.AppendAsync([.. batches.Select(batch => new JournalAppend(lease, batch))], Cancel), Assert.True);
}
