using OpenInteractions.Engine.Runs;

namespace OpenInteractions.Engine.Interactions;

// An environment is made before its interaction is kept, so that the interaction can name it. Whoever is refused then has its id from nobody: it goes too.
public sealed partial class CreateInteraction
{
    private async Task DiscardEnvironmentAsync(RunPlan plan)
    {
        if (plan.MadeEnvironment is { } made && !await IsKeptAsync(plan))
        {
            await _environments.DiscardAsync(plan.Interaction.Project, made);
        }
    }

    /// <summary>A store that fails may have kept the interaction all the same, and its run will be taken over.</summary>
    private async Task<bool> IsKeptAsync(RunPlan plan)
    {
        try
        {
            return plan.IsStored && await _store.GetAsync(plan.Interaction.Project, plan.Interaction.Id, CancellationToken.None) is not null;
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            return true; // nobody can tell now; unused, it expires
        }
    }
}
