namespace OpenInteractions.Ledger.Evidence;

/// <summary>A test that names rules.</summary>
/// <param name="FullName">The name under which its results are found.</param>
/// <param name="Name">Class and method, as the page shows it.</param>
/// <param name="IsSwitchedOff">It says <c>Skip = "…"</c> in the source, so it never runs anywhere.</param>
internal sealed record RuledTest(string FullName, string Name, IReadOnlyList<string> Rules, bool IsSwitchedOff);
