using OpenInteractions.Engine.Storage;

namespace OpenInteractions.Engine.Interactions;

/// <summary>The events that frame a turn's steps (behaviour SE-1).</summary>
internal static class InteractionEvents
{
    /// <summary>The interaction exists and runs (behaviour SE-3, SE-4).</summary>
    public static IEnumerable<StreamEvent> Begin(StoredInteraction interaction)
    {
        yield return new InteractionCreatedEvent { Interaction = Summary(interaction, InteractionStatus.InProgress) with { Updated = interaction.Created } };
        yield return StatusUpdate(interaction.Id, InteractionStatus.InProgress);
    }

    /// <summary>The interaction exists and waits in the queue. Always the same, so that it may be told before there is a journal: it is the beginning of epoch 1.</summary>
    public static IEnumerable<StreamEvent> Queued(StoredInteraction interaction)
    {
        yield return new InteractionCreatedEvent { Interaction = Summary(interaction, InteractionStatus.Queued) with { Updated = interaction.Created } };
        yield return StatusUpdate(interaction.Id, InteractionStatus.Queued);
    }

    /// <summary>The status changed.</summary>
    public static StatusUpdateEvent StatusUpdate(string id, InteractionStatus status) => new() { InteractionId = id, Status = status };

    /// <summary>The turn has ended: the error if there was one, then status and usage (behaviour SE-10 to SE-12).</summary>
    public static IEnumerable<StreamEvent> End(StoredInteraction interaction)
    {
        var errors = Read(interaction.Errors, WireJson.Wire.IReadOnlyListInteractionError);
        if (interaction.Status == InteractionStatus.Failed && errors is [var first, ..])
        {
            yield return new ErrorEvent { Error = first };
        }

        yield return new InteractionCompletedEvent
        {
            Interaction = Summary(interaction, interaction.Status) with { Usage = Read(interaction.Usage, WireJson.Wire.Usage), Errors = errors },
        };
    }

    private static Interaction Summary(StoredInteraction interaction, InteractionStatus status) => new()
    {
        Id = interaction.Id,
        Status = status,
        Model = interaction.Model,
        Agent = interaction.Agent,
        Created = interaction.Created,
        Updated = interaction.Updated,
        ServiceTier = interaction.ServiceTier,
        PreviousInteractionId = interaction.PreviousId,
    };

    private static T? Read<T>(ReadOnlyMemory<byte> json, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> info)
        where T : class => json.IsEmpty ? null : JsonSerializer.Deserialize(json.Span, info);
}
