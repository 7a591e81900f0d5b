using OpenInteractions.Engine.Events;
using OpenInteractions.Engine.Storage;
using OpenInteractions.Testing;

namespace OpenInteractions.Engine.Tests.Events;

public sealed class CompactJournalTests
{
    private readonly MemoryJournal _journal = new();

    [Fact]
    public async Task A_run_whose_log_is_whole_needs_no_reading()
    {
        var tail = Frames.Batch(1, 1, "a", "b");

        var compact = Assert.Single(await BuildAsync(tail));

        Assert.Equal(0, _journal.Reads);
        Assert.Equal((1L, 1L, 2L, false), (compact.Epoch, compact.FirstNumber, compact.LastNumber, compact.IsCompressed));
        Assert.Equal(Frames.Text(tail.Frames), Frames.Text(CompactJournal.Frames(compact)));
    }

    [Fact]
    public async Task Each_epoch_becomes_one_row_with_the_bytes_that_were_sent()
    {
        JournalBatch[] kept = [Frames.Batch(1, 1, "a", "b"), Frames.Batch(1, 3, "c"), Frames.Batch(2, 1, "d"), Frames.Batch(3, 1, "e"), Frames.Batch(3, 2, "f")];
        Array.ForEach(kept, b => _journal.Put("int_1", b));
        var tail = Frames.Batch(3, 3, "g", "h");

        var compact = await BuildAsync(tail);

        Assert.Equal([(1L, 1L, 3L), (2L, 1L, 1L), (3L, 1L, 4L)], compact.Select(b => (b.Epoch, b.FirstNumber, b.LastNumber)));
        Assert.Equal(
            string.Concat(kept.Append(tail).Select(b => Frames.Text(b.Frames))),
            string.Concat(compact.Select(b => Frames.Text(CompactJournal.Frames(b)))));
    }

    [Fact]
    public async Task More_batches_than_a_page_are_all_there()
    {
        for (var i = 1; i <= 1000; i++)
        {
            _journal.Put("int_1", Frames.Batch(1, i, $"piece {i}"));
        }

        var compact = Assert.Single(await BuildAsync(Frames.Batch(1, 1001, "end")));

        Assert.Equal(Enumerable.Range(1, 1001).Select(i => $"1-{i}"), Frames.Ids(CompactJournal.Frames(compact)));
    }

    [Fact]
    public async Task A_long_journal_is_compressed_and_gives_the_same_bytes()
    {
        var tail = Frames.Batch(1, 1, [.. Enumerable.Range(0, 20_000).Select(i => $"token {i} ")]);

        var compact = Assert.Single(await BuildAsync(tail));

        Assert.True(compact.IsCompressed);
        Assert.True(compact.Frames.Length * 4 < tail.Frames.Length, $"{tail.Frames.Length} bytes became {compact.Frames.Length}.");
        Assert.True(tail.Frames.Span.SequenceEqual(CompactJournal.Frames(compact).Span));
    }

    [Fact]
    public async Task Bytes_that_cannot_be_compressed_come_back_as_well()
    {
        var random = new Random(17);
        var tail = Frames.Batch(1, 1, [.. Enumerable.Range(0, 300).Select(_ => Convert.ToBase64String(Bytes(random)))]);

        var compact = Assert.Single(await BuildAsync(tail));

        Assert.True(tail.Frames.Span.SequenceEqual(CompactJournal.Frames(compact).Span));
    }

    [Fact]
    public async Task A_compact_row_may_be_joined_with_more()
    {
        var first = Assert.Single(await BuildAsync(Frames.Batch(1, 1, [.. Enumerable.Repeat("text", 200)])));
        Assert.True(first.IsCompressed);
        _journal.Put("int_1", first);

        var again = Assert.Single(await BuildAsync(Frames.Batch(1, 201, "end")));

        Assert.Equal(Enumerable.Range(1, 201).Select(i => $"1-{i}"), Frames.Ids(CompactJournal.Frames(again)));
    }

    [Fact]
    public async Task A_damaged_row_is_told_from_an_empty_one()
    {
        var row = Assert.Single(await BuildAsync(Frames.Batch(1, 1, [.. Enumerable.Repeat("text", 500)])));

        Assert.Throws<InvalidDataException>(() => CompactJournal.Frames(row with { Frames = row.Frames[..^3] }));
    }

    private static byte[] Bytes(Random random)
    {
        var bytes = new byte[100];
        random.NextBytes(bytes);
        return bytes;
    }

    private Task<IReadOnlyList<JournalBatch>> BuildAsync(JournalBatch tail) => CompactJournal.BuildAsync(_journal, "default", "int_1", tail, default);
}
