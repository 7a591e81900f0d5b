namespace OpenInteractions.Ledger;

/// <summary>An input of the ledger cannot be read at all, so there is nothing to write or to check.</summary>
internal sealed class LedgerException(string message) : Exception(message);
