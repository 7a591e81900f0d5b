namespace OpenInteractions.Tools.Tests.FileSearch;

/// <summary>A question about the guides.</summary>
/// <param name="Text">The question.</param>
/// <param name="Answers">Words of the passages that answer it, one of which a passage must have.</param>
/// <param name="Meaning">What it means in the guides' own terms.</param>
internal sealed record GuideQuestion(string Text, string[] Answers, string Meaning);

/// <summary>Questions about the guides.</summary>
internal static class GuideQuestions
{
    /// <summary>What is promised: written by somebody who saw neither the search nor its results, and none was changed for its result.</summary>
    public static IReadOnlyList<GuideQuestion> Asked { get; } = Read("guides.tsv");

    /// <summary>What ranking may be tried with. It says nothing about how good it is.</summary>
    public static IReadOnlyList<GuideQuestion> Tuning { get; } = Read("tuning.tsv");

    public static IEnumerable<GuideQuestion> All => Asked.Concat(Tuning).DistinctBy(q => q.Text);

    private static IReadOnlyList<GuideQuestion> Read(string file) =>
        [.. File.ReadLines(Path.Combine(AppContext.BaseDirectory, "FileSearch", "Data", file)).Where(l => l.Length > 0).Select(l => l.Split('\t')).Select(f => new GuideQuestion(f[0], f[1].Split(" | "), f[2]))];
}
