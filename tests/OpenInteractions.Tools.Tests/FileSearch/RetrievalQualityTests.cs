using System.Text.RegularExpressions;
using Xunit.Abstractions;

namespace OpenInteractions.Tools.Tests.FileSearch;

/// <summary>Whether people find what they ask for: sixty questions, in the words of somebody who has not read the manual, each with the passages that answer it.</summary>
public sealed partial class RetrievalQualityTests(ManualStore store, ITestOutputHelper output) : IClassFixture<ManualStore>
{
    private const int Looked = 5;

    // Written before anything was measured, and never changed for its result. But whoever wrote the synonyms knew them: on other questions expect less.
    private const string Asked = "questions.tsv";

    // What settings and tables are chosen by: half of them name the command and are easy, half are as hard as those above.
    private const string Tuning = "tuning.tsv";

    [ManualTheory]
    [InlineData(Asked, 0.48)] // should be 0.85
    [InlineData(Tuning, 0.69)]
    public Task With_words_alone_the_first_five_answer_questions_in_other_words(string file, double least) => MeasureAsync(file, ManualStore.Words, least);

    [ManualTheory]
    [InlineData(Asked, 0.46)] // should be 0.95
    [InlineData(Tuning, 0.73)]
    public Task With_vectors_the_first_five_answer_questions_in_other_words(string file, double least) => MeasureAsync(file, ManualStore.Vectors, least);

    [ManualTheory]
    [InlineData(Asked)]
    [InlineData(Tuning)]
    public void Every_question_has_its_passage(string file)
    {
        var sections = Manual.Read().ToDictionary(s => s.Name, s => Plain(s.Text));

        Assert.Empty(Questions(file).Where(q => !q.Sections.Any(s => sections.TryGetValue(s, out var text) && q.Answers.Any(a => text.Contains(a, StringComparison.OrdinalIgnoreCase)))).Select(q => q.Text));
    }

    private async Task MeasureAsync(string file, string kind, double least)
    {
        var questions = Questions(file);
        var missed = new List<string>();
        foreach (var question in questions)
        {
            var found = (await store.SearchAsync(kind, question.Text, Looked)).Passages;
            if (!found.Any(p => question.Sections.Contains(p.First.Title) && question.Answers.Any(a => Plain(p.Text).Contains(a, StringComparison.OrdinalIgnoreCase))))
            {
                missed.Add($"{question.Text} ({question.Sections[0]}; found: {string.Join(", ", found.Select(f => f.First.Title))})");
            }
        }

        var hits = (questions.Count - missed.Count) / (double)questions.Count;
        output.WriteLine($"{store.Pieces} passages, {questions.Count} questions, hit@{Looked} = {hits:0.000}");
        missed.ForEach(output.WriteLine);
        Assert.InRange(store.Pieces, 500, int.MaxValue);
        Assert.InRange(questions.Count, 60, int.MaxValue);
        Assert.True(hits >= least, $"hit@{Looked} is {hits:0.000} and must be {least}. Missed:\n{string.Join('\n', missed)}");
    }

    /// <summary>Questions with the section that answers them, and words of the passage; both may be several, where the manual answers twice.</summary>
    private static IReadOnlyList<(string Text, string[] Sections, string[] Answers)> Questions(string file) =>
    [
        .. File.ReadLines(Path.Combine(AppContext.BaseDirectory, "FileSearch", "Data", file)).Where(l => l.Length > 0).Select(l => l.Split('\t')).Select(f => (f[0], f[1].Split(" | "), f[2].Split(" | "))),
    ];

    private static string Plain(string text) => Space().Replace(text, " ");

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();
}
