namespace OpenInteractions.Engine.Runs;

/// <summary>The priorities that the service tiers have in the queue (behaviour TI-1): lower runs first.</summary>
public static class RunTiers
{
    /// <summary>Each tier that has a priority of its own, the best first. <c>deferred</c> waits with <c>flex</c>.</summary>
    public static IReadOnlyList<(string Name, int Priority)> All { get; } = [("priority", 0), ("standard", 1), ("flex", 2)];

    /// <summary>The priority of a tier.</summary>
    public static int PriorityOf(string tier) => tier switch { "priority" => 0, "flex" or "deferred" => 2, _ => 1 };
}
