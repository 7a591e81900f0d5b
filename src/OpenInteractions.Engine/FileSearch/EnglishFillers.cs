using System.Collections.Frozen;

namespace OpenInteractions.Engine.FileSearch;

/// <summary>English words that say nothing about what is looked for. Only queries go without them: texts are indexed whole.</summary>
internal static class EnglishFillers
{
    private const string Words =
        "a about after all also am an and any are as at be because been before being but by can could did do does doing for from get had has have having he her here hers him his how i "
        + "if in into is it its just like make many may me might more most much must my no nor not of off on one only or other our out over own please same she should so some such "
        + "tell than that the their them then there these they this those through to too under until up us use very was we were what when where which while who whom why will with "
        + "within without would you your";

    /// <summary>Them as the index knows them.</summary>
    public static FrozenSet<string> Stems { get; } = Words.Split(' ').Select(PorterStem.Of).ToFrozenSet(StringComparer.Ordinal);
}
