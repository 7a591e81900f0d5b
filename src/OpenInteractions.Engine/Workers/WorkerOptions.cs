using System.ComponentModel.DataAnnotations;

namespace OpenInteractions.Engine.Workers;

/// <summary>Workers: hosts of sandboxes on other machines. Configuration section <c>OpenInteractions:Workers</c>.</summary>
public sealed class WorkerOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "OpenInteractions:Workers";

    /// <summary>How long a worker has its host without being heard of; it stops its sandboxes before. Default 30 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:03", "00:10:00")]
    public TimeSpan LeaseTime { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The project whose keys may make workers that serve every project. Without it, nobody may.</summary>
    public string? OperatorProject { get; set; }
}
