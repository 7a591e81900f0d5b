using System.Text.RegularExpressions;
using Xunit.Abstractions;

namespace OpenInteractions.Tools.Tests.FileSearch;

/// <summary>
/// Whether people find what they ask for: questions about a manual by somebody who has not read it, each with the passages that answer it. They were written before
/// anything was measured, and none was changed for its result.
/// </summary>
public sealed partial class RetrievalQualityTests(ManualStore store, ITestOutputHelper output) : IClassFixture<ManualStore>
{
    private const int Looked = 5;

    [ManualFact]
    public Task With_words_alone_the_first_five_answer_two_of_three_questions_as_people_type_them() => MeasureAsync(ManualQuestions.Usual, ManualStore.Words, 0.66); // the aim is 0.85

    [ManualFact]
    public Task With_vectors_the_first_five_answer_seven_of_eight_questions_as_people_type_them() => MeasureAsync(ManualQuestions.Usual, ManualStore.Vectors, 0.87); // the aim is 0.95

    /// <summary>No command is named, and hardly a word is the manual's: what words alone cannot find. It is measured so that nobody thinks they could.</summary>
    [ManualFact]
    public Task With_words_alone_a_quarter_of_the_questions_without_a_word_of_the_manual_are_answered() => MeasureAsync(ManualQuestions.Hard, ManualStore.Words, 0.25);

    [ManualFact]
    public Task With_vectors_the_first_five_answer_most_questions_without_a_word_of_the_manual() => MeasureAsync(ManualQuestions.Hard, ManualStore.Vectors, 0.70);

    [ManualTheory]
    [InlineData(ManualQuestions.Usual)]
    [InlineData(ManualQuestions.Hard)]
    public void Every_question_has_its_passage_and_its_meaning(string file)
    {
        var sections = Manual.Read().ToDictionary(s => s.Name, s => Plain(s.Text));
        var meanings = ManualQuestions.Meanings().Select(m => m.Question).ToHashSet(StringComparer.Ordinal);

        Assert.Empty(ManualQuestions.Read(file).Where(q => !q.Sections.Any(s => sections.TryGetValue(s, out var text) && q.Answers.Any(a => text.Contains(a, StringComparison.OrdinalIgnoreCase)))).Select(q => q.Text));
        Assert.Empty(ManualQuestions.Read(file).Select(q => q.Text).Where(q => !meanings.Contains(q)));
    }

    private async Task MeasureAsync(string file, string kind, double least)
    {
        var questions = ManualQuestions.Read(file);
        var missed = new List<string>();
        foreach (var question in questions)
        {
            var found = (await store.SearchAsync(kind, question.Text, Looked)).Passages.Take(Looked).ToList(); // several pieces may be one passage
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

    private static string Plain(string text) => Space().Replace(text, " ");

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();
}
