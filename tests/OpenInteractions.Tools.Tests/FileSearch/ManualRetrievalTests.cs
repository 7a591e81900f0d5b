using System.Text.RegularExpressions;
using OpenInteractions.Tools.FileSearch;
using Xunit.Abstractions;

namespace OpenInteractions.Tools.Tests.FileSearch;

/// <summary>The same as <see cref="RetrievalQualityTests"/> for short pieces: a file for each section of a manual. Ranking was tried with these questions, so they prove less.</summary>
public sealed partial class ManualRetrievalTests(ManualStore store, ITestOutputHelper output) : IClassFixture<ManualStore>
{
    private const int Looked = 5;

    [ManualFact]
    public Task With_words_alone_the_first_five_answer_two_of_three_questions_as_people_type_them() => MeasureAsync(ManualQuestions.Usual, SearchedCorpus.Words, 0.66);

    [ManualFact]
    public Task With_vectors_the_first_five_answer_nearly_all_questions_as_people_type_them() => MeasureAsync(ManualQuestions.Usual, SearchedCorpus.Vectors, 0.93);

    /// <summary>No command is named, and hardly a word is the manual's: what words alone cannot find. It is measured so that nobody thinks they could.</summary>
    [ManualFact]
    public Task With_words_alone_a_third_of_the_questions_without_a_word_of_the_manual_is_answered() => MeasureAsync(ManualQuestions.Hard, SearchedCorpus.Words, 0.31);

    [ManualFact]
    public Task With_vectors_the_first_five_answer_nearly_all_questions_without_a_word_of_the_manual() => MeasureAsync(ManualQuestions.Hard, SearchedCorpus.Vectors, 0.95);

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
            var found = (await store.SearchAsync(kind, question.Text)).Take(Looked).ToList(); // several pieces may be one passage
            if (!found.Any(p => Answers(p, question.Sections, question.Answers)))
            {
                missed.Add($"{question.Text} ({question.Sections[0]}; found: {string.Join(", ", found.Select(f => f.First.Title))})");
            }
        }

        var hits = (questions.Count - missed.Count) / (double)questions.Count;
        output.WriteLine($"{store.Pieces.Count} passages, {questions.Count} questions, hit@{Looked} = {hits:0.000}");
        missed.ForEach(output.WriteLine);
        Assert.True(hits >= least, $"hit@{Looked} is {hits:0.000} and must be {least}. Missed:\n{string.Join('\n', missed)}");
    }

    private static bool Answers(Passage passage, string[] sections, string[] answers) =>
        sections.Contains(passage.First.Title) && answers.Any(a => Plain(passage.Text).Contains(a, StringComparison.OrdinalIgnoreCase));

    private static string Plain(string text) => Space().Replace(text, " ");

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();
}
