using System.ComponentModel.DataAnnotations;

namespace OpenInteractions.Tools.CodeExecution;

/// <summary>Who runs code, and for how long. Configuration section <c>OpenInteractions:Tools:CodeExecution</c>.</summary>
public sealed class CodeExecutionOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = ToolOptions.Section + ":CodeExecution";

    /// <summary>Whether a model's code may be run by its vendor, with what the conversation holds, on a server that has no sandboxes. Default true.</summary>
    public bool AllowNative { get; set; } = true;

    /// <summary>Whether a model's code is run by its vendor where that can be, although this server has sandboxes. Default false.</summary>
    public bool PreferNative { get; set; }

    /// <summary>How long one call may run. Default 5 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "12:00:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromMinutes(5);
}
