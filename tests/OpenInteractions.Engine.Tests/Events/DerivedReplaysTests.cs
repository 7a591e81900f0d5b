using System.Buffers;
using OpenInteractions.Contracts.Content;
using OpenInteractions.Contracts.Interactions;
using OpenInteractions.Contracts.Steps;
using OpenInteractions.Engine.Events;
using OpenInteractions.Engine.Interactions;
using OpenInteractions.Engine.Storage;
using OpenInteractions.Engine.Tests.Interactions;
using OpenInteractions.Testing;

namespace OpenInteractions.Engine.Tests.Events;

/// <summary>Long answers that nobody followed, read as streams by readers who may take long.</summary>
public sealed class DerivedReplaysTests
{
    private readonly EndedStore _store = new();
    private readonly DerivedReplays _replays;

    public DerivedReplaysTests() => _replays = new DerivedReplays(_store);

    [Theory]
    [Rule("BG-9")]
    [InlineData(10, 0)]
    [InlineData(10, 4)]
    [InlineData(10, 6)] // all that there is
    [InlineData(10, 4_000_000_000)]
    [InlineData(1_000_000, 0)]
    [InlineData(1_000_000, 3)]
    [InlineData(1_000_000, 5)]
    public async Task The_pieces_are_the_events_behind_a_place(int length, long skip)
    {
        _store.Put("int_1", length);
        using var reader = _replays.Open("default", "int_1");

        var all = DerivedEvents.Of(_store.Of("int_1")).Frames;
        Assert.Equal(all[EventFrame.SkipFrames(all.Span, Math.Min(skip, 6))..].ToArray(), await ReadAsync(reader, skip));
    }

    [Fact]
    public async Task Those_who_read_the_same_have_it_in_memory_once_and_nobody_when_they_have_left()
    {
        _store.Put("int_1", 3_000_000);
        _store.Gate = new TaskCompletionSource();
        var readers = Enumerable.Range(0, 20).Select(_ => _replays.Open("default", "int_1")).ToList();
        var first = readers.Select(r => r.NextAsync(0, default)).ToList(); // all at once
        _store.Gate.SetResult();
        var pieces = await Task.WhenAll(first).OrTimeout("the first pieces");

        Assert.Equal(1, _store.Reads);
        Assert.InRange(_replays.Kept, 3_000_000, 3_100_000);
        Assert.All(pieces, piece => Assert.Equal(DerivedReplays.PieceBytes, piece.Length));

        readers.ForEach(r => r.Dispose());
        Assert.Equal(0, _replays.Kept);
    }

    [Fact]
    public async Task More_than_there_is_room_for_is_made_anew_and_the_bytes_are_the_same()
    {
        const int Length = 12_000_000;
        string[] ids = ["int_1", "int_2", "int_3", "int_4"];
        Array.ForEach(ids, id => _store.Put(id, Length));
        var readers = ids.Select(id => (Id: id, Reader: _replays.Open("default", id), Bytes: new ArrayBufferWriter<byte>())).ToList();
        for (var i = 0; i < 3; i++)
        {
            foreach (var (_, reader, bytes) in readers)
            {
                bytes.Write((await reader.NextAsync(0, default)).Span);
                Assert.InRange(_replays.Kept, 1, DerivedReplays.MostKept);
            }
        }

        Assert.Equal(12, _store.Reads); // the one that is read next is always the one that had to go
        foreach (var (id, reader, bytes) in readers)
        {
            bytes.Write(await ReadAsync(reader, 0));
            Assert.True(DerivedEvents.Of(_store.Of(id)).Frames.Span.SequenceEqual(bytes.WrittenSpan));
            reader.Dispose();
        }

        Assert.Equal(0, _replays.Kept);
    }

    [Fact]
    public async Task A_reader_who_leaves_while_it_is_made_leaves_nothing()
    {
        _store.Put("int_1", 3_000_000);
        _store.Gate = new TaskCompletionSource();
        using var leaving = new CancellationTokenSource();
        var reader = _replays.Open("default", "int_1");
        var piece = reader.NextAsync(0, leaving.Token);
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => piece);
        reader.Dispose();
        _store.Gate.SetResult();

        using var next = _replays.Open("default", "int_1");
        Assert.False((await next.NextAsync(0, default)).IsEmpty);
        next.Dispose();
        Assert.Equal(0, _replays.Kept);
    }

    [Fact]
    public async Task A_store_that_was_out_of_reach_is_asked_again()
    {
        _store.Put("int_1", 10);
        _store.IsAway = true;
        using var reader = _replays.Open("default", "int_1");
        await Assert.ThrowsAsync<StoreUnavailableException>(() => reader.NextAsync(0, default));

        _store.IsAway = false;
        Assert.False((await reader.NextAsync(0, default)).IsEmpty);
    }

    [Fact]
    public async Task Of_what_has_a_journal_or_goes_on_or_is_gone_there_is_nothing()
    {
        _store.Put("journal", 10, i => i with { HasJournal = true });
        _store.Put("running", 10, i => i with { Status = InteractionStatus.InProgress });
        foreach (var id in (string[])["journal", "running", "gone"])
        {
            using var reader = _replays.Open("default", id);
            Assert.True((await reader.NextAsync(0, default)).IsEmpty);
        }
    }

    private static async Task<byte[]> ReadAsync(DerivedReplays.Reader reader, long skip)
    {
        var all = new ArrayBufferWriter<byte>();
        while (await reader.NextAsync(skip, default) is { IsEmpty: false } piece)
        {
            Assert.InRange(piece.Length, 1, DerivedReplays.PieceBytes);
            all.Write(piece.Span);
        }

        return all.WrittenSpan.ToArray();
    }

    private sealed class EndedStore : PartOfAStore
    {
        private readonly Dictionary<string, StoredInteraction> _all = [];
        private int _reads;

        public int Reads => _reads;

        public bool IsAway { get; set; }

        /// <summary>Reads wait for it.</summary>
        public TaskCompletionSource? Gate { get; set; }

        public StoredInteraction Of(string id) => _all[id];

        public void Put(string id, int length, Func<StoredInteraction, StoredInteraction>? change = null)
        {
            var ended = SampleInteraction.Running(id) with
            {
                Status = InteractionStatus.Completed,
                Output = TurnJson.WriteSteps([new ModelOutputStep { Content = [new TextContent { Text = new string('x', length) }] }]),
            };
            _all[id] = change is null ? ended : change(ended);
        }

        public override async Task<StoredInteraction?> GetAsync(string project, string id, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _reads);
            if (IsAway)
            {
                throw new StoreUnavailableException("Out of reach.");
            }

            await (Gate?.Task ?? Task.CompletedTask);
            return _all.GetValueOrDefault(id);
        }
    }
}
