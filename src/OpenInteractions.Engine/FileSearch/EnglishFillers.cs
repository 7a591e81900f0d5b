using System.Collections.Frozen;

namespace OpenInteractions.Engine.FileSearch;

/// <summary>English words that say nothing about what is looked for. Only queries go without them: texts are indexed whole.</summary>
internal static class EnglishFillers
{
    private const string Words =
        "a about after all already also always am an and any anybody anyone anything are as at be because been before being both but by came can come comes could did "
        + "didn do does doesn doing don each either enough even ever every everybody everyone everything few for from get gets give gives go goes going gone got had "
        + "happen happens has have having he her here hers him his how i if in into is isn it its just keep kind know let lets like lots make many may me might more most "
        + "much must my need needs no nobody nor not nothing of off often on one only or other our out over own please put puts really said same say says see several she "
        + "should simply so some somebody someone something somewhere still such t take takes tell than that the their them then there these they thing things think this "
        + "those through to too under until up us use very want wants was we were what when where which while who whom why will with within without won would yet you "
        + "your";

    /// <summary>Them as the index knows them.</summary>
    public static FrozenSet<string> Stems { get; } = Words.Split(' ').Select(PorterStem.Of).ToFrozenSet(StringComparer.Ordinal);
}
