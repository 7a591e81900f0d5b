namespace OpenInteractions.Contracts.Interactions;

/// <summary>Where an interaction stands (wire 3.5).</summary>
[JsonConverter(typeof(InteractionStatusConverter))]
public enum InteractionStatus
{
    /// <summary>Accepted in the background, not started.</summary>
    Queued,

    /// <summary>Running.</summary>
    InProgress,

    /// <summary>Ended: the client owes function results, which it sends with a new interaction (behaviour SM-1).</summary>
    RequiresAction,

    /// <summary>Ended: a decode limit was hit and a continuation token is given. Kept for upstreams; never produced here.</summary>
    RequiresContinuation,

    /// <summary>Ended well.</summary>
    Completed,

    /// <summary>Ended with diagnostics in <see cref="Interaction.Errors"/>.</summary>
    Failed,

    /// <summary>Ended by the caller.</summary>
    Cancelled,

    /// <summary>Ended: the output was cut by a token limit and may be continued by chaining (behaviour SM-2).</summary>
    Incomplete,

    /// <summary>Ended: an agent's token budget is spent. Deprecated on the wire; old rows may have it.</summary>
    BudgetExceeded,
}

/// <summary>Wire names and meaning of <see cref="InteractionStatus"/>.</summary>
public static class InteractionStatuses
{
    private static readonly string[] Names =
        ["queued", "in_progress", "requires_action", "requires_continuation", "completed", "failed", "cancelled", "incomplete", "budget_exceeded"];

    /// <summary>Every wire name.</summary>
    public static IReadOnlyList<string> All => Names;

    /// <summary>The name on the wire.</summary>
    public static string ToWire(this InteractionStatus status) => Names[(int)status];

    /// <summary>Reads a wire name.</summary>
    /// <returns>False when the name is not known.</returns>
    public static bool TryParse(string? name, out InteractionStatus status)
    {
        var index = Array.IndexOf(Names, name);
        status = index < 0 ? default : (InteractionStatus)index;
        return index >= 0;
    }

    /// <summary>True when nothing more will happen to the interaction.</summary>
    public static bool IsTerminal(this InteractionStatus status) => status is not (InteractionStatus.Queued or InteractionStatus.InProgress);
}

internal sealed class InteractionStatusConverter : JsonConverter<InteractionStatus>
{
    public override InteractionStatus Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        InteractionStatuses.TryParse(reader.GetString(), out var status) ? status : throw new JsonException("Unknown status.");

    public override void Write(Utf8JsonWriter writer, InteractionStatus value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToWire());
}
