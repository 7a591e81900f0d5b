using System.ComponentModel.DataAnnotations;

namespace OpenInteractions.Engine.Runs;

/// <summary>Limits and times of runs. Configuration section <c>OpenInteractions:Runs</c>.</summary>
public sealed class RunOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "OpenInteractions:Runs";

    /// <summary>Most background runs that this node executes at once; more wait in the queue. Default 256.</summary>
    [Range(1, 100_000)]
    public int MaxConcurrent { get; set; } = 256;

    /// <summary>Most runs, of whatever kind, that work with one provider at the same time on this node. Default: no limit.</summary>
    [Range(1, 100_000)]
    public int? MaxConcurrentPerProvider { get; set; }

    /// <summary>
    /// Most runs of one project that work at the same time: those that somebody waits for on one node, those in the background and stored streams on all nodes
    /// together. Default: no limit.
    /// </summary>
    [Range(1, 100_000)]
    public int? MaxConcurrentPerProject { get; set; }

    /// <summary>Most runs that wait in the queue; a background run that comes when it is full is refused. Default 100000.</summary>
    [Range(1, 100_000_000)]
    public int MaxQueued { get; set; } = 100_000;

    /// <summary>Most runs of one project that wait in the queue. Default 10000.</summary>
    [Range(1, 100_000_000)]
    public int MaxQueuedPerProject { get; set; } = 10_000;

    /// <summary>How long a run may wait behind those of better tiers; from then on every tenth start is for the one that has waited longest. Default 5 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "7.00:00:00")]
    public TimeSpan TierPatience { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How long a node owns a run without renewing. Default 30 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan LeaseTime { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How often the queue is looked at when nothing signals. Default 1 second.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:01:00")]
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Longest time that a run may take; then it fails with <c>deadline_exceeded</c>. Default 24 hours.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "30.00:00:00")]
    public TimeSpan Deadline { get; set; } = TimeSpan.FromHours(24);

    /// <summary>Most steps of one interaction: of its input, and those that its model makes. Default 10,000.</summary>
    [Range(1, 1_000_000)]
    public int MaxSteps { get; set; } = 10_000;

    /// <summary>Most bytes of a PDF that stands in an input itself. Default 50,000,000.</summary>
    [Range(1000, 100_000_000)]
    public long MaxPdfBytes { get; set; } = 50_000_000;

    /// <summary>
    /// Most bytes that a provider may give in one turn, in all its answers together, and most of one answer that comes whole; more ends the turn as failed. What
    /// can be written as JSON in one piece is not much more than the largest value. Default 64 MiB.
    /// </summary>
    [Range(1000, 134_217_728)]
    public long MaxOutputBytes { get; set; } = 67_108_864;

    /// <summary>How often a model is asked again in one turn whose answer does not fit the schema that was asked for. Default 2.</summary>
    [Range(0, 2)]
    public int MaxRepairs { get; set; } = 2;

    /// <summary>How often a run may be taken over from an owner that died, before it is given up as poisoned. Default 3.</summary>
    [Range(0, 100)]
    public int MaxTakeOvers { get; set; } = 3;

    /// <summary>How long plain answers may still take when the server is stopped; those that are left then end as 503. Default 10 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00")]
    public TimeSpan StopPatience { get; set; } = TimeSpan.FromSeconds(10);
}
