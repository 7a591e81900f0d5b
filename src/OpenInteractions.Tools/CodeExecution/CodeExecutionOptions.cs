namespace OpenInteractions.Tools.CodeExecution;

/// <summary>Who runs code. Configuration section <c>OpenInteractions:Tools:CodeExecution</c>.</summary>
public sealed class CodeExecutionOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = ToolOptions.Section + ":CodeExecution";

    /// <summary>Whether a model's code may be run by its vendor, with what the conversation holds. Default true.</summary>
    public bool AllowNative { get; set; } = true;
}
