using OpenInteractions.Engine.Events;
using OpenInteractions.Engine.Runs;
using OpenInteractions.Engine.Storage;
using OpenInteractions.Engine.Tenancy;

namespace OpenInteractions.Engine.Interactions;

/// <summary>Cancels a background interaction that has not ended (behaviour BG-3).</summary>
public sealed class CancelInteraction(IInteractionStore store, IRunQueue queue, RunRegistry registry, RunBacklog backlog, CancelWatch cancels, RunNews news, TimeProvider time)
{
    /// <summary>How long the answer waits for the run to end; after that it shows the run as it stands, and the cancel goes on.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <exception cref="ApiException"><see cref="ErrorCode.NotFound"/>, or <see cref="ErrorCode.FailedPrecondition"/> when there is nothing to cancel.</exception>
    public async Task<StoredInteraction> ExecuteAsync(Caller caller, string id, CancellationToken cancellationToken)
    {
        var interaction = await store.GetAsync(caller.Project, id, cancellationToken) ?? throw GetInteraction.NotFound(id);
        RequireCancellable(interaction);
        var (outcome, journal) = BareEnd.Cancelled(interaction, time.GetUtcNow());
        using var reader = registry.Find(id) is null ? news.Follow(id) : null; // before the wish: the owner then says when it has come true
        var result = await queue.CancelAsync(caller.Project, id, outcome, [journal], cancellationToken);
        if (result == CancelResult.Ended)
        {
            backlog.OnLeft(caller.Project);
        }

        if (result == CancelResult.Requested)
        {
            if (registry.Find(id) is { } run)
            {
                run.Stop(StopCause.Cancelled);
                await WaitAsync(run, cancellationToken);
            }
            else if (reader is not null)
            {
                cancels.Look(); // nobody may work on it
                await WaitElsewhereAsync(caller.Project, id, reader, cancellationToken);
            }
        }

        var now = await store.GetAsync(caller.Project, id, cancellationToken) ?? throw GetInteraction.NotFound(id);
        if (now.Status.IsTerminal() && now.Status != InteractionStatus.Cancelled)
        {
            RequireCancellable(now); // it ended by itself in the same moment
        }

        return now;
    }

    private async Task WaitAsync(ActiveRun run, CancellationToken cancellationToken)
    {
        try
        {
            await run.Execution.WaitAsync(Patience, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            // The provider does not let go; the run ends when it does.
        }
    }

    private async Task WaitElsewhereAsync(string project, string id, RunNews.Reader reader, CancellationToken cancellationToken)
    {
        var since = time.GetTimestamp();
        var next = reader.Next;
        while (time.GetElapsedTime(since) < Patience && (await store.GetParentAsync(project, id, cancellationToken))?.Status.IsTerminal() == false)
        {
            await reader.WaitAsync(next, cancellationToken);
            next = reader.Next;
        }
    }

    private static void RequireCancellable(StoredInteraction interaction)
    {
        if (!interaction.IsBackground)
        {
            throw new ApiException(ErrorCode.FailedPrecondition, $"The interaction '{interaction.Id}' does not run in the background and cannot be cancelled.");
        }

        if (interaction.Status.IsTerminal())
        {
            throw new ApiException(ErrorCode.FailedPrecondition, $"The interaction '{interaction.Id}' is {interaction.Status.ToWire()} already.");
        }
    }
}
