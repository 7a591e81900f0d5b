using OpenInteractions.Contracts.Content;
using OpenInteractions.Contracts.Events;
using OpenInteractions.Contracts.Steps;
using OpenInteractions.Engine.Events;
using OpenInteractions.Engine.Runs;
using OpenInteractions.Engine.Storage;
using OpenInteractions.Engine.Tests.Events;
using OpenInteractions.Engine.Tests.Interactions;
using OpenInteractions.Testing;

namespace OpenInteractions.Engine.Tests.Runs;

public sealed class RunRecoveryTests
{
    private readonly MemoryJournal _journal = new();

    [Fact]
    public async Task Of_a_run_that_only_waited_no_step_was_shown()
    {
        var recovery = await ReadAsync(epoch: 1);

        Assert.Equal((-1, true, true), (recovery.ShownThrough, recovery.HasEvents, recovery.WasQueued));
        Assert.Empty(recovery.Steps);
    }

    [Fact]
    public async Task An_owner_that_kept_nothing_may_have_shown_one_step()
    {
        var recovery = await ReadAsync(epoch: 2);

        Assert.Equal((0, false), (recovery.ShownThrough, recovery.HasEvents));
    }

    [Fact]
    public async Task One_step_more_than_the_journal_knows_may_have_been_shown()
    {
        Put(1, 1, Start(0), Frames.Delta("a", 0), new StepStopEvent { Index = 0 }, Start(1));
        Put(1, 5, Frames.Delta("b", 1), new StepStopEvent { Index = 1 }, Start(2));

        var recovery = await ReadAsync(epoch: 2);

        Assert.Equal((3, true), (recovery.ShownThrough, recovery.HasEvents));
    }

    [Fact]
    public async Task What_an_owner_before_the_last_showed_counts_as_well()
    {
        Put(1, 1, Start(0), new StepStopEvent { Index = 0 }, Start(1), new StepStopEvent { Index = 1 }, Start(2));
        Put(2, 1, Start(0), new StepStopEvent { Index = 0 });

        Assert.Equal(3, (await ReadAsync(epoch: 3)).ShownThrough);
    }

    [Fact]
    public async Task A_journal_of_many_pages_is_read_to_its_end()
    {
        for (var i = 0; i < 600; i++)
        {
            Put(1, i + 1, Start(i));
        }

        Assert.Equal(600, (await ReadAsync(epoch: 2)).ShownThrough);
    }

    [Fact]
    public async Task A_compressed_journal_is_read_too()
    {
        var events = Enumerable.Range(0, 100).Select(i => (StreamEvent)new StepStartEvent { Index = i, Step = new ModelOutputStep { Content = [new TextContent { Text = new string('x', 50) }] } }).ToArray();
        var tail = new JournalBatch { Epoch = 1, FirstNumber = 1, LastNumber = 100, Frames = Frames.Of(events) };
        var compact = Assert.Single(await CompactJournal.BuildAsync(_journal, "default", "int_1", tail, default));
        Assert.True(compact.IsCompressed);
        _journal.Put("int_1", compact);

        Assert.Equal(100, (await ReadAsync(epoch: 2)).ShownThrough);
    }

    private static StepStartEvent Start(int index) => new() { Index = index, Step = new ModelOutputStep() };

    private void Put(long epoch, long first, params StreamEvent[] events) =>
        _journal.Put("int_1", new JournalBatch { Epoch = epoch, FirstNumber = first, LastNumber = first + events.Length - 1, Frames = Frames.Of(events) });

    private Task<RunRecovery> ReadAsync(long epoch) => RunRecovery.ReadAsync(
        _journal,
        new ClaimedRun
        {
            Lease = new RunLease("int_1", "node", epoch),
            Interaction = SampleInteraction.Running("int_1"),
            Request = default,
            TakeOvers = 0,
            TimeLeft = TimeSpan.MaxValue,
        },
        default);
}
