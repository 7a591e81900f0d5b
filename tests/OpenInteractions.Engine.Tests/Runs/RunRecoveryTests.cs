using System.Text.Json;
using OpenInteractions.Contracts.Content;
using OpenInteractions.Contracts.Events;
using OpenInteractions.Contracts.Interactions;
using OpenInteractions.Contracts.Steps;
using OpenInteractions.Engine.Events;
using OpenInteractions.Engine.Providers;
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
    public async Task While_the_last_step_has_not_ended_no_other_was_shown()
    {
        Put(1, 1, Start(0), Frames.Delta("a", 0), new StepStopEvent { Index = 0 }, Start(1));
        Put(1, 5, Frames.Delta("b", 1), new StepStopEvent { Index = 1 }, Start(2));

        var recovery = await ReadAsync(epoch: 2);

        Assert.Equal((2, true), (recovery.ShownThrough, recovery.HasEvents));
    }

    [Fact]
    public async Task When_it_has_ended_one_more_may_have_been_shown()
    {
        Put(1, 1, Start(0), Frames.Delta("a", 0), new StepStopEvent { Index = 0 }, Start(1));
        Put(1, 5, Frames.Delta("b", 1), new StepStopEvent { Index = 1 });

        Assert.Equal(2, (await ReadAsync(epoch: 2)).ShownThrough);
    }

    [Fact]
    public async Task What_was_begun_again_is_not_all_that_was_shown()
    {
        Put(1, 1, Start(0), new StepStopEvent { Index = 0 });
        Put(2, 1, Start(0));

        Assert.Equal(1, (await ReadAsync(epoch: 3)).ShownThrough);
    }

    [Fact]
    public async Task A_hand_over_says_nothing_of_the_owners_before()
    {
        Put(1, 1, Start(0), new StepStopEvent { Index = 0 });
        Put(2, 1, EventLog.HandedOver, Start(0));

        Assert.Equal(1, (await ReadAsync(epoch: 3)).ShownThrough);
    }

    [Fact]
    public async Task After_a_hand_over_an_owner_that_kept_nothing_may_have_shown_the_next_step()
    {
        Put(1, 1, Checkpoint(steps: 1, calls: []), Start(0), new StepStopEvent { Index = 0 });
        Put(1, 3, EventLog.HandedOver, Frames.Delta("x", 0));

        Assert.Equal(0, (await ReadAsync(epoch: 2)).ShownThrough);
        Assert.Equal(1, (await ReadAsync(epoch: 3)).ShownThrough);
    }

    [Fact]
    public async Task What_an_owner_before_the_last_showed_counts_as_well()
    {
        Put(1, 1, Start(0), new StepStopEvent { Index = 0 }, Start(1), new StepStopEvent { Index = 1 }, Start(2));
        Put(2, 1, Start(0), new StepStopEvent { Index = 0 });

        Assert.Equal(2, (await ReadAsync(epoch: 3)).ShownThrough);
    }

    [Fact]
    public async Task A_journal_of_many_pages_is_read_to_its_end()
    {
        for (var i = 0; i < 600; i++)
        {
            Put(1, i + 1, Start(i));
        }

        Assert.Equal(599, (await ReadAsync(epoch: 2)).ShownThrough);
    }

    [Fact]
    public async Task A_compressed_journal_is_read_too()
    {
        var events = Enumerable.Range(0, 100).Select(i => (StreamEvent)new StepStartEvent { Index = i, Step = new ModelOutputStep { Content = [new TextContent { Text = new string('x', 50) }] } }).ToArray();
        var tail = new JournalBatch { Epoch = 1, FirstNumber = 1, LastNumber = 100, Frames = Frames.Of(events) };
        var compact = Assert.Single(await CompactJournal.BuildAsync(_journal, "default", "int_1", tail, default));
        Assert.True(compact.IsCompressed);
        _journal.Put("int_1", compact);

        Assert.Equal(99, (await ReadAsync(epoch: 2)).ShownThrough);
    }

    [Fact]
    public async Task What_stands_is_the_steps_of_the_last_checkpoint_and_the_results_of_its_calls()
    {
        Put(1, 1, Checkpoint(steps: 2, calls: ["call_a", "call_b"]), Start(0), new StepStopEvent { Index = 0 }, Call(1, "call_a"), new StepStopEvent { Index = 1 });
        Put(1, 6, default(ReadOnlyMemory<byte>), Result(2, "call_a"), new StepStopEvent { Index = 2 }, Result(3, "call_x"), new StepStopEvent { Index = 3 });

        var recovery = await ReadAsync(epoch: 2);

        Assert.Equal(["model_output", "mcp_server_tool_call", "mcp_server_tool_result"], recovery.Steps.Select(s => s.Step.Type));
        Assert.Equal(("up-1", 7L, 1), (recovery.Steps[1].State!.CallId, recovery.Usage!.TotalTokens, recovery.Standing!.Rounds));
        Assert.Equal(4, recovery.ShownThrough);
        Assert.Empty(recovery.OpenCalls);
    }

    [Fact]
    public async Task Calls_of_the_checkpoint_without_a_result_are_open()
    {
        Put(1, 1, Checkpoint(steps: 1, calls: ["call_a"]), Call(0, "call_a"), new StepStopEvent { Index = 0 });
        Put(1, 3, default(ReadOnlyMemory<byte>), Result(1, "call_a")); // begun, and cut

        var recovery = await ReadAsync(epoch: 2);

        Assert.Equal("call_a", Assert.IsType<McpServerToolCallStep>(Assert.Single(recovery.OpenCalls)).Id);
        Assert.Single(recovery.Steps);
    }

    [Fact]
    public async Task A_hand_over_stands_beside_a_checkpoint()
    {
        Put(1, 1, Checkpoint(steps: 1, calls: ["call_a"]), Call(0, "call_a"), new StepStopEvent { Index = 0 });
        Put(1, 3, EventLog.HandedOver, Frames.Delta("x", 0));

        var recovery = await ReadAsync(epoch: 2);

        Assert.Equal((0, 1), (recovery.ShownThrough, recovery.Steps.Count));
        Assert.NotNull(recovery.Standing);
    }

    [Fact]
    public async Task The_mark_of_the_first_version_says_that_nothing_more_was_shown()
    {
        Put(1, 1, (ReadOnlyMemory<byte>)System.Text.Encoding.UTF8.GetBytes("handed over"), Start(0), new StepStopEvent { Index = 0 });

        var recovery = await ReadAsync(epoch: 2);

        Assert.Equal((0, 0), (recovery.ShownThrough, recovery.Steps.Count));
        Assert.Null(recovery.Standing);
    }

    [Fact]
    public async Task A_turn_that_was_begun_again_over_calls_that_were_started_is_not_made_a_third_time()
    {
        Put(1, 1, Checkpoint(steps: 1, calls: ["call_a"]), Call(0, "call_a"), new StepStopEvent { Index = 0 });
        Put(2, 1, default(ReadOnlyMemory<byte>), Start(0), new StepStopEvent { Index = 0 });

        var recovery = await ReadAsync(epoch: 3);

        Assert.Null(recovery.Standing);
        Assert.Empty(recovery.Steps);
        Assert.NotNull(recovery.GivenUp);
    }

    [Fact]
    public async Task A_turn_that_was_begun_again_before_any_call_was_started_is_made_again()
    {
        Put(1, 1, Checkpoint(steps: 1, calls: ["call_a"], started: []), Call(0, "call_a"), new StepStopEvent { Index = 0 });
        Put(2, 1, default(ReadOnlyMemory<byte>), Start(0), new StepStopEvent { Index = 0 });

        var recovery = await ReadAsync(epoch: 3);

        Assert.Null(recovery.Standing);
        Assert.Null(recovery.GivenUp);
    }

    [Fact]
    public async Task A_turn_whose_steps_the_journal_does_not_have_is_not_made_again_when_calls_were_started()
    {
        Put(1, 1, Checkpoint(steps: 2, calls: ["call_a"]), Call(0, "call_a"), new StepStopEvent { Index = 0 });

        var recovery = await ReadAsync(epoch: 2);

        Assert.Null(recovery.Standing);
        Assert.NotNull(recovery.GivenUp);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("""{"rounds":1}""")]
    [InlineData("a checkpoint of tomorrow")]
    public async Task A_checkpoint_that_cannot_be_read_is_none(string text)
    {
        Put(1, 1, (ReadOnlyMemory<byte>)System.Text.Encoding.UTF8.GetBytes(text), Start(0), new StepStopEvent { Index = 0 });

        Assert.Null((await ReadAsync(epoch: 2)).Standing);
    }

    private static ReadOnlyMemory<byte> Checkpoint(int steps, string[] calls, string[]? started = null) => new TurnCheckpoint
    {
        Rounds = 1,
        Steps = steps,
        Usage = new Usage { TotalTokens = 7 },
        States = new() { [1] = new ProviderState("scripted", "family", "up-1", null) },
        Calls = calls,
        Started = started ?? calls,
    }.Write();

    private static StepStartEvent Call(int index, string id) =>
        new() { Index = index, Step = new McpServerToolCallStep { Id = id, Name = "lookup", ServerName = "crm", Arguments = JsonElement.Parse("{}") } };

    private static StepStartEvent Result(int index, string id) => new() { Index = index, Step = new McpServerToolResultStep { CallId = id, Result = JsonElement.Parse("\"Ada\"") } };

    private static StepStartEvent Start(int index) => new() { Index = index, Step = new ModelOutputStep() };

    private void Put(long epoch, long first, params StreamEvent[] events) => Put(epoch, first, default(ReadOnlyMemory<byte>), events);

    private void Put(long epoch, long first, ReadOnlyMemory<byte> checkpoint, params StreamEvent[] events) =>
        _journal.Put("int_1", new JournalBatch { Epoch = epoch, FirstNumber = first, LastNumber = first + events.Length - 1, Frames = Frames.Of(events), Checkpoint = checkpoint });

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
