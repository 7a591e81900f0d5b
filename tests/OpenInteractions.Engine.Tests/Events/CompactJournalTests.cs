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
    public async Task Each_epoch_becomes_a_row_with_the_bytes_that_were_sent()
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

        var compact = await BuildAsync(tail);

        Assert.All(compact, row => Assert.True(row.IsCompressed));
        Assert.True(compact.Sum(r => r.Frames.Length) * 4 < tail.Frames.Length, $"{tail.Frames.Length} bytes became {compact.Sum(r => r.Frames.Length)}.");
        Assert.Equal(Frames.Text(tail.Frames), string.Concat(compact.Select(r => Frames.Text(CompactJournal.Frames(r)))));
    }

    [Fact]
    public async Task No_row_is_larger_than_a_reader_can_hold_and_each_knows_its_numbers()
    {
        string[] texts = [.. Enumerable.Range(0, 9_000).Select(i => $"token {i} "), new('x', CompactJournal.RowBytes + 10), "after", .. Enumerable.Range(0, 3_000).Select(i => $"{i}")];
        _journal.Put("int_1", Frames.Batch(1, 1, texts[..4_000]));
        _journal.Put("int_1", Frames.Batch(1, 4_001, texts[4_000..4_100]));

        var compact = await BuildAsync(Frames.Batch(1, 4_101, texts[4_100..]));

        var number = 1L;
        foreach (var row in compact)
        {
            var frames = CompactJournal.Frames(row);
            Assert.Equal(number, row.FirstNumber);
            Assert.Equal(Enumerable.Range((int)number, (int)(row.LastNumber - number + 1)).Select(n => $"1-{n}"), Frames.Ids(frames));
            Assert.True(frames.Length <= CompactJournal.RowBytes || row.FirstNumber == row.LastNumber, $"{frames.Length} bytes");
            number = row.LastNumber + 1;
        }

        Assert.Equal(texts.Length + 1, number);
        Assert.InRange(compact.Count, 4, 30);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_row_is_given_in_pieces_from_any_event_on(bool isCompressed)
    {
        // As older versions wrote them: a whole stream in one row, with a frame that is longer than a piece.
        var tail = Frames.Batch(1, 1, [.. Enumerable.Range(0, 4_000).Select(i => $"token {i} "), new string('x', 200_000), "end"]);
        var output = new byte[tail.Frames.Length];
        Assert.True(System.IO.Compression.BrotliEncoder.TryCompress(tail.Frames.Span, output, out var length, quality: 1, window: 18));
        var row = isCompressed ? tail with { Frames = output.AsMemory(0, length), IsCompressed = true } : tail;
        var all = Frames.Text(tail.Frames);

        foreach (var skip in (int[])[0, 1, 2, 777, 3_999, 4_000, 4_001])
        {
            var pieces = CompactJournal.Pieces(row, skip).Select(p => p.ToArray()).ToList();
            Assert.Equal(all[EventFrame.SkipFrames(tail.Frames.Span, skip)..], string.Concat(pieces.Select(p => Frames.Text(p))));
            Assert.All(pieces, p => Assert.True(!isCompressed || p.Length <= 65_536, $"{p.Length} bytes"));
        }

        Assert.Empty(CompactJournal.Pieces(row, 4_002).Where(p => !p.IsEmpty));
        if (isCompressed)
        {
            Assert.Throws<InvalidDataException>(() => CompactJournal.Pieces(row with { Frames = row.Frames[..^3] }, 0).Count());
        }
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
