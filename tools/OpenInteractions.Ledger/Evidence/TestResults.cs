namespace OpenInteractions.Ledger.Evidence;

/// <summary>
/// The outcome of each test by its full name. A theory has one result for each case, and a test may have run more than once:
/// it passed only if all of them did.
/// </summary>
internal sealed class TestResults
{
    private readonly Dictionary<string, Outcome> _outcomes = new(StringComparer.Ordinal);

    public int Count => _outcomes.Count;

    public void Add(string fullName, Outcome outcome) =>
        _outcomes[fullName] = _outcomes.TryGetValue(fullName, out var earlier) && earlier > outcome ? earlier : outcome;

    /// <summary>Null when the test has no result: it did not run.</summary>
    public Outcome? Of(string fullName) => _outcomes.TryGetValue(fullName, out var outcome) ? outcome : null;
}
