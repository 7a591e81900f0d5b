using Microsoft.Extensions.Options;
using OpenInteractions.Engine.Providers;
using OpenInteractions.Engine.Storage;

namespace OpenInteractions.Engine.Runs;

/// <summary>Settles what a run will do: which provider and model, and until when.</summary>
public sealed class RunPlanner(ModelCatalog catalog, IOptions<RunOptions> options, TimeProvider time)
{
    /// <summary>When a run that is accepted now must have ended.</summary>
    internal DateTimeOffset DeadlineFromNow => time.GetUtcNow() + options.Value.Deadline;

    /// <summary>Plans a run that was claimed from the queue.</summary>
    /// <exception cref="ApiException">The model is no longer there.</exception>
    internal async Task<RunPlan> PlanAsync(ClaimedRun claimed, CancellationToken cancellationToken)
    {
        var request = JsonSerializer.Deserialize(claimed.Request.Span, WireJson.Wire.CreateInteractionRequest)!;
        return new RunPlan
        {
            Interaction = claimed.Interaction,
            Request = request,
            Model = await catalog.ResolveAsync(request.Model!, cancellationToken),
            IsStored = true,
            Deadline = claimed.Deadline,
        };
    }
}
