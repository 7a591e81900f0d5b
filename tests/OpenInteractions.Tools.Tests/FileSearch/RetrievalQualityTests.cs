using System.Text.RegularExpressions;
using Xunit.Abstractions;

namespace OpenInteractions.Tools.Tests.FileSearch;

/// <summary>
/// Whether people find what they ask for: questions about several documents by somebody who did not see the search, each with words of the passages that answer it. They
/// were written before anything was measured, and none was changed for its result.
/// </summary>
public sealed partial class RetrievalQualityTests(GuideStore store, ITestOutputHelper output) : IClassFixture<GuideStore>
{
    private const int Looked = 5;

    /// <summary>As the tool is used: the queries are those that a language model made of each question, knowing nothing but the question and the tool's declaration.</summary>
    [GuideFact]
    public Task With_words_alone_the_first_five_passages_of_a_models_call_answer() => MeasureAsync(GuideQuestions.Asked, SearchedCorpus.Words, 0.85, GuideQuestions.QueriesOf);

    /// <summary>The question itself as the only query. It was 0.75 when it was measured first.</summary>
    [GuideFact]
    public Task With_words_alone_and_the_question_as_it_is_three_of_four_are_answered() => MeasureAsync(GuideQuestions.Asked, SearchedCorpus.Words, 0.73);

    [GuideFact]
    public Task With_vectors_the_first_five_passages_answer() => MeasureAsync(GuideQuestions.Asked, SearchedCorpus.Vectors, 0.95);

    /// <summary>Of the telling words of these questions two in five stand in the passage that answers. It is measured so that nobody thinks that words alone could find it.</summary>
    [GuideFact]
    public Task With_words_alone_two_of_five_questions_that_avoid_the_words_of_the_guides_are_answered() => MeasureAsync(GuideQuestions.Hard, SearchedCorpus.Words, 0.38);

    /// <summary>Their meanings are told as an expert would, and half of their words are not in the passage, of which the script knows nothing else.</summary>
    [GuideFact]
    public Task With_vectors_two_of_three_questions_that_avoid_the_words_of_the_guides_are_answered() => MeasureAsync(GuideQuestions.Hard, SearchedCorpus.Vectors, 0.66);

    /// <summary>Who asks is a model, which may put several queries into one call: here the question, and what it means.</summary>
    [GuideFact]
    public Task With_words_alone_and_a_second_query_in_other_words_seven_of_ten_are_answered() => MeasureAsync(GuideQuestions.Hard, SearchedCorpus.Words, 0.70, q => [q.Text, q.Meaning]);

    /// <summary>Questions with which ranking was tried: a change that loses here should not be made.</summary>
    [GuideFact]
    public Task With_words_alone_the_questions_for_tuning_are_answered_as_before() => MeasureAsync(GuideQuestions.Tuning, SearchedCorpus.Words, 0.56);

    /// <summary>Their meanings are in the guides' own terms, so that vectors are nearly always right, and what is measured is whether words get into their way.</summary>
    [GuideFact]
    public Task With_vectors_that_know_the_terms_nearly_all_questions_for_tuning_are_answered() => MeasureAsync(GuideQuestions.Tuning, SearchedCorpus.Vectors, 0.95);

    [GuideFact]
    public void The_questions_are_enough_and_every_one_has_its_passage()
    {
        var pieces = store.Pieces.Select(Plain).ToList();

        Assert.InRange(pieces.Count, 500, int.MaxValue);
        Assert.InRange(GuideQuestions.Asked.Count, 60, int.MaxValue);
        Assert.Empty(GuideQuestions.All.Where(q => !pieces.Any(p => HasAnswer(q, p))).Select(q => q.Text));
    }

    private async Task MeasureAsync(IReadOnlyList<GuideQuestion> questions, string kind, double least, Func<GuideQuestion, string[]>? queries = null)
    {
        var missed = new List<string>();
        foreach (var question in questions)
        {
            var found = (await store.SearchAsync(kind, queries?.Invoke(question) ?? [question.Text])).Take(Looked).ToList(); // several pieces may be one passage
            if (!found.Any(p => HasAnswer(question, Plain(p.Text))))
            {
                missed.Add($"{question.Text} ({question.Answers[0]}; found: {string.Join(", ", found.Select(f => f.First.Title))})");
            }
        }

        var hits = (questions.Count - missed.Count) / (double)questions.Count;
        output.WriteLine($"{store.Pieces.Count} passages, {questions.Count} questions, hit@{Looked} = {hits:0.000}");
        missed.ForEach(output.WriteLine);
        Assert.True(hits >= least, $"hit@{Looked} is {hits:0.000} and must be {least}. Missed:\n{string.Join('\n', missed)}");
    }

    private static bool HasAnswer(GuideQuestion question, string plain) => question.Answers.Any(a => plain.Contains(Plain(a), StringComparison.Ordinal));

    /// <summary>The words alone: what is marked, linked or quoted is for the eye.</summary>
    private static string Plain(string text) => $" {string.Join(' ', Word().Matches(LinkTarget().Replace(text, "]")).Select(m => m.Value.ToLowerInvariant()))} ";

    [GeneratedRegex(@"[\p{L}\p{Nd}]+")]
    private static partial Regex Word();

    [GeneratedRegex(@"\]\([^)\s]*\)")]
    private static partial Regex LinkTarget();
}
