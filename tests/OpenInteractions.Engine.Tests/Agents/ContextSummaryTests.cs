using System.Text.Json;
using OpenInteractions.Contracts.Content;
using OpenInteractions.Contracts.Steps;
using OpenInteractions.Engine.Agents;
using OpenInteractions.Engine.Providers;

namespace OpenInteractions.Engine.Tests.Agents;

/// <summary>What is shown of a history for which notes were written.</summary>
public sealed class ContextSummaryTests
{
    private static readonly HistoryStep Asked = new(new UserInputStep { Content = [new TextContent { Text = "the task" }] });

    [Fact]
    public void Without_notes_the_history_is_the_same_object()
    {
        IReadOnlyList<HistoryTurn> history = [Turn(Asked, Call("a"), Result("a"))];

        Assert.Same(history, ContextSummary.Applied(history));
    }

    [Fact]
    public void Notes_stand_for_what_was_before_the_kept_steps_and_the_users_words_stay()
    {
        var more = new HistoryStep(new UserInputStep { Content = [new TextContent { Text = "and mind this" }] });
        IReadOnlyList<HistoryTurn> history = [Turn(Asked, Call("a"), Result("a")), Turn(more, Call("b"), Result("b"), Call("c"), Result("c"), Notes("notes", kept: 2), Call("d"), Result("d")), Turn(Call("e"), Result("e"))];

        Assert.Equal(["the task", "and mind this", "NOTES", "call c", "result c", "call d", "result d", "call e", "result e"], Shown(history, "notes"));
        Assert.Same(history[2], ContextSummary.Applied(history)[^1]); // what came after is shared, and rendered once
    }

    [Fact]
    public void The_newest_notes_count()
    {
        IReadOnlyList<HistoryTurn> history = [Turn(Asked, Call("a"), Result("a"), Notes("old", kept: 2), Call("b"), Result("b"), Notes("new", kept: 0), Call("c"), Result("c"))];

        Assert.Equal(["the task", "NOTES", "call b", "result b", "call c", "result c"], Shown(history, "new"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Calls_made_side_by_side_are_not_parted_from_their_results(int kept)
    {
        IReadOnlyList<HistoryTurn> history = [Turn(Asked, Call("z"), Result("z"), Thought(), Call("a"), Call("b"), Result("a"), Result("b"), Notes("notes", kept), Call("c"), Result("c"))];

        Assert.Equal(["the task", "NOTES", "thought", "call a", "call b", "result a", "result b", "call c", "result c"], Shown(history, "notes"));
    }

    private static List<string> Shown(IReadOnlyList<HistoryTurn> history, string notes) => [.. ContextSummary.Applied(history).SelectMany(t => t.Steps).Select(s => s.Step switch
    {
        UserInputStep { Content: [TextContent { Text: var text }] } => text.Contains(notes, StringComparison.Ordinal) && text.Length > 40 ? "NOTES" : text,
        FunctionCallStep call => $"call {call.Id}",
        FunctionResultStep result => $"result {result.CallId}",
        var other => other.Type,
    })];

    private static HistoryTurn Turn(params HistoryStep[] steps) => new(steps, isSettled: true);

    private static HistoryStep Call(string id) => new(new FunctionCallStep { Id = id, Name = "f", Arguments = JsonElement.Parse("{}") });

    private static HistoryStep Result(string id) => new(new FunctionResultStep { CallId = id, Name = "f", Result = JsonElement.Parse("\"x\"") });

    private static HistoryStep Thought() => new(new ThoughtStep { Signature = "s" });

    private static HistoryStep Notes(string text, int kept) =>
        new(new ThoughtStep { Summary = [new TextContent { Text = text }] }, new ProviderState(ContextSummary.Maker, "", null, JsonElement.Parse($$"""{"kept":{{kept}}}""")));
}
