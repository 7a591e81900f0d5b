using System.ComponentModel.DataAnnotations;

namespace OpenInteractions.Engine.Tools;

/// <summary>Limits of the tools that this server runs inside a turn. Configuration section <c>OpenInteractions:Tools</c>.</summary>
public sealed class ToolOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "OpenInteractions:Tools";

    /// <summary>How often the model is asked in one turn at most; the last time without tools, so that it must answer. Default 32.</summary>
    [Range(2, 1000)]
    public int MaxRounds { get; set; } = 32;

    /// <summary>Most calls of tools in one turn; those beyond are answered with an error, and the model must answer. Default 128.</summary>
    [Range(1, 10_000)]
    public int MaxCalls { get; set; } = 128;

    /// <summary>Most calls of one turn that run at the same time. Default 8.</summary>
    [Range(1, 256)]
    public int MaxConcurrentCalls { get; set; } = 8;

    /// <summary>How long one call may take, of a tool whose kind has no limit of its own. Default 2 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "1.00:00:00")]
    public TimeSpan CallTimeout { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>Most characters of text in one result, of a tool whose kind has no limit of its own; what is longer is cut, and the model is told so. Default 100,000.</summary>
    [Range(1000, 10_000_000)]
    public int MaxResultLength { get; set; } = 100_000;

    /// <summary>Most bytes of all results of one turn together, media as base64; a result that has no room is dropped, and the model is told so. Default 64 MB.</summary>
    [Range(1_000_000, 1_000_000_000)]
    public int MaxResultBytes { get; set; } = 64_000_000;

    /// <summary>How often the same call may fail before the model must answer without tools. Default 3.</summary>
    [Range(1, 100)]
    public int MaxRepeatedFailures { get; set; } = 3;

    /// <summary>The same limits, but for how much a turn may do.</summary>
    /// <param name="rounds">In place of <see cref="MaxRounds"/>.</param>
    /// <param name="calls">In place of <see cref="MaxCalls"/>.</param>
    internal ToolOptions With(int rounds, int calls) => new()
    {
        MaxRounds = rounds, MaxCalls = calls, MaxConcurrentCalls = MaxConcurrentCalls, CallTimeout = CallTimeout, MaxResultLength = MaxResultLength, MaxResultBytes = MaxResultBytes, MaxRepeatedFailures = MaxRepeatedFailures,
    };

    /// <summary>What holds for the calls of a function: its own limits, or these.</summary>
    internal CallLimits Of(IToolFunction function) => function.Limits ?? new CallLimits(CallTimeout, MaxResultLength);
}
