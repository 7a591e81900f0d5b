namespace OpenInteractions.Engine.Sandboxes;

/// <summary>What holds on this machine.</summary>
/// <param name="Engine">The engine that was tried.</param>
/// <param name="Checks">Each wall and limit.</param>
public sealed record PreflightReport(string Engine, IReadOnlyList<PreflightCheck> Checks)
{
    /// <summary>Whether sandboxes start: nothing is missing but what was given up.</summary>
    public bool CanStart => Checks.All(c => c.State != PreflightState.Missing);
}

/// <summary>One wall or limit.</summary>
/// <param name="Name">Its name, as in <c>OpenInteractions:Sandboxes:Accept</c>.</param>
/// <param name="State">Whether it holds.</param>
/// <param name="Finding">What was tried and seen.</param>
/// <param name="Remedy">What to do about it; empty where it holds.</param>
public sealed record PreflightCheck(string Name, PreflightState State, string Finding, string Remedy);

/// <summary>Whether a wall or limit holds.</summary>
public enum PreflightState
{
    /// <summary>It was tried, and holds.</summary>
    Enforced,

    /// <summary>It holds in a weaker form, or the operator has given it up.</summary>
    Degraded,

    /// <summary>It does not hold; no sandbox starts.</summary>
    Missing,
}
