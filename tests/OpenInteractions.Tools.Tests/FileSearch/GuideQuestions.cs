namespace OpenInteractions.Tools.Tests.FileSearch;

/// <summary>A question about the guides.</summary>
/// <param name="Text">The question.</param>
/// <param name="Answers">Words of the passages that answer it, one of which a passage must have.</param>
/// <param name="Meaning">What it means in the guides' own terms.</param>
internal sealed record GuideQuestion(string Text, string[] Answers, string Meaning);

/// <summary>Questions about the guides.</summary>
internal static class GuideQuestions
{
    /// <summary>What is promised: from the need, in the words that come to whoever has it. Written by somebody who saw neither the search nor its results, and none was changed for its result.</summary>
    public static IReadOnlyList<GuideQuestion> Asked { get; } = Read("guides.tsv");

    /// <summary>As those, by somebody else who was to avoid the telling words of the passages.</summary>
    public static IReadOnlyList<GuideQuestion> Hard { get; } = Read("guides-hard.tsv");

    /// <summary>What ranking may be tried with. It says nothing about how good it is.</summary>
    public static IReadOnlyList<GuideQuestion> Tuning { get; } = Read("tuning.tsv");

    private static readonly Dictionary<string, string[]> Queries = File.ReadLines(PathOf("guides-queries.tsv")).Select(l => l.Split('\t')).ToDictionary(f => f[0], f => f[1].Split(" | "), StringComparer.Ordinal);

    /// <summary>What a model that was given <see cref="Asked"/> and the declaration of the tool, and nothing else, put into its calls.</summary>
    public static string[] QueriesOf(GuideQuestion question) => Queries[question.Text];

    public static IEnumerable<GuideQuestion> All => Asked.Concat(Hard).Concat(Tuning).DistinctBy(q => q.Text);

    private static IReadOnlyList<GuideQuestion> Read(string file) =>
        [.. File.ReadLines(PathOf(file)).Where(l => l.Length > 0).Select(l => l.Split('\t')).Select(f => new GuideQuestion(f[0], f[1].Split(" | "), f[2]))];

    private static string PathOf(string file) => Path.Combine(AppContext.BaseDirectory, "FileSearch", "Data", file);
}
