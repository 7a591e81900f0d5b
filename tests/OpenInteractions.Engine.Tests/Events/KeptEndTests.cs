using Microsoft.Extensions.Options;
using OpenInteractions.Contracts.Errors;
using OpenInteractions.Contracts.Interactions;
using OpenInteractions.Engine.Events;
using OpenInteractions.Engine.Runs;
using OpenInteractions.Engine.Storage;
using OpenInteractions.Engine.Tests.Interactions;
using OpenInteractions.Engine.Tests.Nodes;
using OpenInteractions.Engine.Tests.Runs;
using OpenInteractions.Testing;

namespace OpenInteractions.Engine.Tests.Events;

/// <summary>
/// The end of a run is in the journal shortly before its owner shows it: whoever reads the journal meanwhile, here or at another node, has more than the owner's
/// memory.
/// </summary>
public sealed class KeptEndTests : IDisposable
{
    private readonly MemoryTurns _store = new();
    private readonly MemoryJournal _journal = new();
    private readonly RunRegistry _registry = new();
    private readonly ManualTime _time = new();
    private readonly ActiveRun _run = SampleRun.Of("int_1", epoch: 2);
    private readonly EventStreams _streams;

    public KeptEndTests()
    {
        _streams = new EventStreams(_store, new ScriptedQueue(), _journal, _registry, new RunNews(new RecordedSignals(), _registry, _time), Options.Create(new StreamOptions()), _time);
        _registry.Add(_run);
    }

    public void Dispose() => _run.Dispose();

    [Fact]
    [Rule("BG-5")]
    public async Task A_reader_who_had_the_end_from_another_node_is_told_that_there_is_no_more()
    {
        var kept = await KeepEndAsync();

        var rest = await ReadAsync(await _streams.OpenAsync(kept, new EventPosition(2, 4), default));

        Assert.Empty(rest);
    }

    [Fact]
    [Rule("BG-5")]
    public async Task A_reader_who_comes_to_the_end_through_the_journal_has_it_once()
    {
        _journal.Put("int_1", Frames.Batch(epoch: 1, first: 1, "cut"));
        await AppendAsync("a", "b");
        _run.Log!.OnFlushed(_run.Log.TakeBatch()!.Batch, leaseHeld: true);
        var closed = await _run.Log.CloseAsync([Frames.Delta("last"), Frames.Delta("of all")]);
        _journal.Put("int_1", Frames.Batch(epoch: 2, first: 1, "a", "b", "last", "of all"));
        _store.Followed = _run.Plan.Interaction;
        var stream = _streams.Follow("default", "int_1", feed: null);
        await using var frames = stream.ReadAsync(default).GetAsyncEnumerator();
        var read = new List<string>();
        while (read is not [.., "2-4"])
        {
            Assert.True(await frames.MoveNextAsync().AsTask().OrTimeout("the next events"));
            read.AddRange(Frames.Ids(frames.Current!.Value));
        }

        _store.Followed = _store.Followed with { Status = InteractionStatus.Completed };
        var next = frames.MoveNextAsync().AsTask();
        _run.Log.ShowLast(closed.LastFrames);
        while (await next.OrTimeout("the end of the stream"))
        {
            read.AddRange(Frames.Ids(frames.Current!.Value));
            next = frames.MoveNextAsync().AsTask();
        }

        Assert.Equal(["1-1", "2-1", "2-2", "2-3", "2-4"], read);
    }

    [Fact]
    [Rule("BG-6")]
    public async Task A_place_that_neither_the_owner_nor_the_journal_has_is_refused()
    {
        var kept = await KeepEndAsync();

        var refused = await Assert.ThrowsAsync<ApiException>(() => _streams.OpenAsync(kept, new EventPosition(2, 5), default));

        Assert.Equal(ErrorCode.InvalidRequest, refused.Code);
    }

    /// <summary>The run has ended with 2-4, and its owner has shown 2-2.</summary>
    private async Task<StoredInteraction> KeepEndAsync()
    {
        await AppendAsync("a", "b");
        await _run.Log!.CloseAsync([Frames.Delta("last"), Frames.Delta("of all")]);
        _journal.Put("int_1", Frames.Batch(epoch: 2, first: 1, "a", "b", "last", "of all"));
        return _store.Followed = _run.Plan.Interaction with { Status = InteractionStatus.Completed };
    }

    private async Task AppendAsync(params string[] texts)
    {
        foreach (var text in texts)
        {
            await _run.Log!.AppendAsync(Frames.Delta(text), default);
        }
    }

    private static async Task<IReadOnlyList<string>> ReadAsync(EventStream stream)
    {
        var read = new List<string>();
        await foreach (var frames in stream.ReadAsync(default))
        {
            read.AddRange(frames is { } some ? Frames.Ids(some) : []);
        }

        return read;
    }
}
