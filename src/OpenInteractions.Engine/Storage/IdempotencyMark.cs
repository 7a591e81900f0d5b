namespace OpenInteractions.Engine.Storage;

/// <summary>What a create that may come twice is known by (behaviour ER-7).</summary>
/// <param name="Key">The hash of the key that the caller chose. Keys are told apart by project.</param>
/// <param name="RequestHash">The hash of the body.</param>
public sealed record IdempotencyMark(string Key, string RequestHash);

/// <summary>What became of an insert that may have come before.</summary>
/// <param name="Lease">The lease, when one was asked for and the insert is the first.</param>
/// <param name="Earlier">The create that came first with the same key; null when this one did.</param>
public sealed record MarkedInsert(RunLease? Lease, EarlierCreate? Earlier);

/// <summary>A create that came first.</summary>
/// <param name="InteractionId">What it made.</param>
/// <param name="RequestHash">The hash of its body.</param>
public sealed record EarlierCreate(string InteractionId, string RequestHash);
