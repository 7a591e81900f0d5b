using System.ComponentModel.DataAnnotations;

namespace OpenInteractions.Tools.Mcp;

/// <summary>How long remote MCP servers are waited for, and what they may give. Configuration section <c>OpenInteractions:Mcp</c>.</summary>
public sealed class McpOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "OpenInteractions:Mcp";

    /// <summary>How long a server has to connect and list its tools (protocols M-2).</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a call may be silent. Each sign of progress starts it again (protocols M-7).</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:30:00")]
    public TimeSpan IdleTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a call may take in all, whatever progress it reports: in place of <see cref="ToolOptions.CallTimeout"/> (protocols M-7).</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan CallTimeout { get; set; } = TimeSpan.FromMinutes(30);

    /// <summary>Most characters of text in one result: in place of <see cref="ToolOptions.MaxResultLength"/> (protocols M-7).</summary>
    [Range(1000, 10_000_000)]
    public int MaxResultLength { get; set; } = 1024 * 1024;

    /// <summary>How long a session is kept for the next turn of its conversation.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan SessionIdleTime { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How many sessions are kept that no run uses; the one that was used longest ago goes first.</summary>
    [Range(0, 100_000)]
    public int MaxIdleSessions { get; set; } = 500;

    /// <summary>Failures in a row after which a server is not asked for a while.</summary>
    [Range(1, 1000)]
    public int FailuresUntilPause { get; set; } = 5;

    /// <summary>How long a server that failed again and again is not asked.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan Pause { get; set; } = TimeSpan.FromSeconds(30);
}
