using OpenInteractions.Engine.Tools;

namespace OpenInteractions.Tools.Tests.Engines;

/// <summary>What came of a call with queries.</summary>
/// <param name="Results">Entries of the result.</param>
/// <param name="IsFailed">Whether the call failed as a whole.</param>
/// <param name="Reading">What the model reads.</param>
internal sealed record QueryOutcome(int Results, bool IsFailed, ToolReading Reading)
{
    public string Text => Reading.Content.GetString()!;
}
