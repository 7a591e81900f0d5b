using System.ComponentModel.DataAnnotations;

namespace OpenInteractions.Engine.Runs;

/// <summary>How long interactions are kept (behaviour ST-18). Configuration section <c>OpenInteractions:Retention</c>.</summary>
public sealed class RetentionOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "OpenInteractions:Retention";

    /// <summary>Interactions that ended longer ago than this are erased. Not set, the default: they are kept until somebody deletes them.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "36500.00:00:00")]
    public TimeSpan? KeepFor { get; set; }

    /// <summary>How often it is looked for what has expired. Default 10 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "1.00:00:00")]
    public TimeSpan SweepInterval { get; set; } = TimeSpan.FromMinutes(10);
}
