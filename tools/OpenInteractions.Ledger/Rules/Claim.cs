namespace OpenInteractions.Ledger.Rules;

/// <summary>What the rules file may say about a rule, in the words of the file.</summary>
internal static class Claim
{
    public const string Holds = "holds";
    public const string NotYet = "not yet";
    public const string ChosenDifferently = "chosen differently";

    public static readonly IReadOnlyList<string> All = [Holds, NotYet, ChosenDifferently];
}
