namespace OpenInteractions.Ledger.Evidence;

/// <summary>How a test ended, the better first: of several results of one test the last in this order counts.</summary>
internal enum Outcome
{
    Passed,
    Skipped,
    Failed,
}
