using System.ComponentModel.DataAnnotations;

namespace OpenInteractions.Engine.Tools.Policy;

/// <summary>What tools may do. Configuration section <c>OpenInteractions:Tools:Policy</c>.</summary>
public sealed class ToolPolicyOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "OpenInteractions:Tools:Policy";

    /// <summary>A file of rules; null when everything is allowed. It is read again when it changes.</summary>
    public string? RulesFile { get; set; }

    /// <summary>How long a decision may take; then the call is denied. Default 5 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:10:00")]
    public TimeSpan DecisionTimeout { get; set; } = TimeSpan.FromSeconds(5);
}
