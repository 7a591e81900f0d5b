using OpenInteractions.Contracts.Interactions;
using OpenInteractions.Engine.Events;
using OpenInteractions.Engine.Nodes;
using OpenInteractions.Engine.Runs;
using OpenInteractions.Engine.Storage;
using OpenInteractions.Engine.Tests.Interactions;
using OpenInteractions.Engine.Tests.Events;
using OpenInteractions.Testing;

namespace OpenInteractions.Engine.Tests.Runs;

/// <summary>Runs that do nothing.</summary>
internal static class SampleRun
{
    public static readonly JournalWriter Journal = SampleJournal.Over(new MemoryJournal(), new ForeignReaders(new SingleNode(), new ManualTime()), new ManualTime());

    /// <summary>A run that goes on until the test says otherwise.</summary>
    public static ActiveRun Of(string id, long? epoch = 1) => new(
        new RunPlan
        {
            Interaction = SampleInteraction.Running(id) with { IsBackground = true, HasJournal = true },
            Request = new CreateInteractionRequest { Model = "demo", Input = InteractionInput.FromText("q") },
            IsStored = true,
            TimeLeft = TimeSpan.MaxValue,
        },
        epoch is { } held ? new RunLease(id, "node", held) : null,
        Journal,
        hasEvents: true,
        TimeProvider.System)
    {
        Execution = new TaskCompletionSource<StoredInteraction?>().Task,
    };

    public static async Task StoppedAsync(this ActiveRun run)
    {
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var onStop = run.Stopped.Register(() => stopped.TrySetResult());
        await stopped.Task.OrTimeout($"run {run.Id} is stopped");
    }
}
