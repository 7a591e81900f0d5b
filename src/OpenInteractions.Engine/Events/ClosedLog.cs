using OpenInteractions.Engine.Storage;

namespace OpenInteractions.Engine.Events;

/// <summary>The end of a log.</summary>
/// <param name="Tail">What the journal does not have yet, the last events included.</param>
/// <param name="LastFrames">The last events alone, to be shown after the commit.</param>
internal sealed record ClosedLog(JournalBatch Tail, ReadOnlyMemory<byte> LastFrames);
