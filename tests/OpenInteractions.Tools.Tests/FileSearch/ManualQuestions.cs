namespace OpenInteractions.Tools.Tests.FileSearch;

/// <summary>Questions about the manual, and what they mean.</summary>
internal static class ManualQuestions
{
    /// <summary>As people type them who know which tools they use: two thirds name the command or the thing.</summary>
    public const string Usual = "questions.tsv";

    /// <summary>By people who have a task, with hardly a word that the manual has for it.</summary>
    public const string Hard = "hard.tsv";

    /// <summary>Each with the sections that answer it, and words of the passage; both may be several, where the manual answers twice.</summary>
    public static IReadOnlyList<(string Text, string[] Sections, string[] Answers)> Read(string file) => [.. Lines(file).Select(f => (f[0], f[1].Split(" | "), f[2].Split(" | ")))];

    /// <summary>Each with what it means in the manual's own terms.</summary>
    public static IReadOnlyList<(string Question, string Meaning)> Meanings() => [.. Lines("meanings.tsv").Select(f => (f[0], f[1]))];

    private static IEnumerable<string[]> Lines(string file) =>
        File.ReadLines(Path.Combine(AppContext.BaseDirectory, "FileSearch", "Data", file)).Where(l => l.Length > 0).Select(l => l.Split('\t'));
}
