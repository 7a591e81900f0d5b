using System.Collections.Concurrent;

namespace OpenInteractions.Engine.Storage;

/// <summary>
/// In what order waiting runs are claimed (docs/decisions/0008): by tier; in a tier the project first of which the fewest runs work, then the one that had no
/// turn for longest; of a project the oldest.
/// So that no tier waits for ever, every tenth start goes to the run that has waited longest, if it has waited longer than it should.
/// </summary>
/// <param name="patience">How long a run may wait before it can have a tenth start.</param>
/// <param name="gate">Says which runs may start now; null when all may.</param>
public sealed class ClaimRules(TimeSpan patience, IClaimGate? gate = null)
{
    /// <summary>One start of so many is not for the best tier but for who has waited longest.</summary>
    public const int PatientShare = 10;

    // A project's last start on this node, by its number: of two projects of which as many runs work, the one is next that had its turn longer ago.
    private readonly ConcurrentDictionary<string, long> _lastStarts = new(StringComparer.Ordinal);
    private long _starts;

    /// <summary>How long a run may wait before it can have a tenth start.</summary>
    public TimeSpan Patience => patience;

    /// <summary>Says which runs may start now; null when all may.</summary>
    public IClaimGate? Gate => gate;

    internal bool IsPatientTurn => Volatile.Read(ref _starts) % PatientShare == PatientShare - 1;

    internal long LastStartOf(string project) => _lastStarts.GetValueOrDefault(project);

    internal void OnStarted(string project) => _lastStarts[project] = Interlocked.Increment(ref _starts);
}

/// <summary>Limits of runs that work at the same time, as a claim meets them. Called from the store's threads; must not block.</summary>
public interface IClaimGate
{
    /// <summary>True when a limit holds for all nodes together, so that no two of them may count at the same time.</summary>
    bool CountsAllNodes { get; }

    /// <summary>Takes a place for a run that is about to be claimed. What was not claimed after all is given back by <see cref="Leave"/>.</summary>
    /// <param name="project">The run's project.</param>
    /// <param name="provider">The provider of its model; empty when it is not known.</param>
    /// <param name="runningInProject">Runs of the project that work on any node, those included that this claim has chosen before.</param>
    bool TryEnter(string project, string provider, int runningInProject);

    /// <summary>Gives a place back.</summary>
    void Leave(string project, string provider);
}

/// <summary>Runs that may be claimed and are alike but for their age.</summary>
/// <param name="Project">Their project.</param>
/// <param name="Provider">The provider of their model; empty when it is not known.</param>
/// <param name="Priority">Lower runs first.</param>
/// <param name="Waits">How long each has waited, in milliseconds, the oldest first. Not more than the claim wants.</param>
public sealed record WaitingLine(string Project, string Provider, int Priority, IReadOnlyList<long> Waits);
