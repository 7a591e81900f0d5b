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

    /// <summary>How often a run may be taken over from an owner that died, before it is given up as poisoned. Default 3.</summary>
    [Range(0, 100)]
    public int MaxTakeOvers { get; set; } = 3;

    /// <summary>How long plain answers may still take when the server is stopped; those that are left then end as 503. Default 10 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00")]
    public TimeSpan StopPatience { get; set; } = TimeSpan.FromSeconds(10);
}
