using System.Text.Json;
using OpenInteractions.Contracts.Content;
using OpenInteractions.Contracts.Steps;
using OpenInteractions.Engine.Agents;
using OpenInteractions.Engine.Providers;
using OpenInteractions.Testing;

namespace OpenInteractions.Engine.Tests.Agents;

/// <summary>AG-6: a context that grows is shortened, and the task is still in it.</summary>
public sealed class AgentContextTests
{
    private const int Most = 20_000;

    [Fact]
    public void A_short_conversation_stays_as_it_is()
    {
        var history = Conversation(rounds: 3, resultLength: 500);

        Assert.Same(history, AgentContext.Shortened(history, Most));
    }

    [Fact]
    [Rule("AG-6")]
    public void Old_results_lose_their_middle_and_everything_else_stays()
    {
        var history = Conversation(rounds: 40, resultLength: 3000);

        var shown = AgentContext.Shortened(history, 3 * Most);

        var (before, after) = (Steps(history), Steps(shown));
        Assert.Equal(before.Select(s => s.Type), after.Select(s => s.Type));
        Assert.Equal(before.Where(s => s is not FunctionResultStep), after.Where(s => s is not FunctionResultStep));
        Assert.True(Length(after) <= 3 * Most, $"{Length(after)} of {Length(before)} characters are left.");
        Assert.Equal(JsonElement.Parse("\"[The result was left out here, because the conversation is long. Do it again to see it.]\"").GetString(), ((FunctionResultStep)after[2]).Result.GetString());
        var cut = after.OfType<FunctionResultStep>().Select(r => r.Result.GetString()!).First(r => r.Contains("characters were left out here", StringComparison.Ordinal));
        Assert.Matches("^result [0-9]+ begins .* ends$", cut.ReplaceLineEndings(" "));
        Assert.Equal(before[^1], after[^1]); // the newest one is what the model is working on
    }

    [Fact]
    public void What_is_shown_only_grows_between_two_strides_so_that_caches_fit()
    {
        var (changes, before) = (0, new List<Step>());
        for (var rounds = 1; rounds <= 60; rounds++)
        {
            var now = Steps(AgentContext.Shortened(Conversation(rounds, resultLength: 3000), Most));
            changes += Texts(now).Take(before.Count).SequenceEqual(Texts(before)) ? 0 : 1;
            before = now;
        }

        Assert.InRange(changes, 2, 25); // of 60 rounds
    }

    [Fact]
    public void A_picture_is_told_of_and_long_programs_are_cut()
    {
        var picture = JsonSerializer.SerializeToElement<ContentBlock[]>([new TextContent { Text = "plot.png" }, new ImageContent { MimeType = "image/png", Data = new string('A', 4000) }]);
        List<Step> steps =
        [
            new UserInputStep { Content = [new TextContent { Text = "Draw." }] },
            new CodeExecutionCallStep { Id = "a", Arguments = new CodeExecutionArguments { Language = "python", Code = new string('x', 9000) } },
            new CodeExecutionResultStep { CallId = "a", Result = picture },
            .. Steps(Conversation(rounds: 20, resultLength: 3000)).Skip(1),
        ];

        var shown = Steps(AgentContext.Shortened([new HistoryTurn([.. steps.Select(s => new HistoryStep(s))], isSettled: false)], 2 * Most));

        Assert.InRange(((CodeExecutionCallStep)shown[1]).Arguments.Code!.Length, 900, 1300);
        Assert.Contains("A picture was shown here", ((CodeExecutionResultStep)shown[2]).Result.GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("---\nname: pdf\ndescription: Reads PDF files\n---\nText", "pdf", "Reads PDF files")]
    [InlineData("---\r\nname: \"a: b\"\r\ndescription: >\r\n  Several\r\n  lines\r\n---\r\n", "a: b", "Several lines")]
    [InlineData("name: none", null, null)]
    [InlineData("", null, null)]
    [InlineData("---\nlicense: MIT\n---", null, null)]
    public void The_front_of_a_skill_gives_its_name_and_description(string text, string? name, string? description) =>
        Assert.Equal((name, description), AgentFiles.FrontMatter(text));

    private static IReadOnlyList<HistoryTurn> Conversation(int rounds, int resultLength)
    {
        var steps = new List<Step> { new UserInputStep { Content = [new TextContent { Text = "The task." }] } };
        for (var i = 0; i < rounds; i++)
        {
            steps.Add(new FunctionCallStep { Id = $"c{i}", Name = "read_file", Arguments = JsonElement.Parse($$"""{"path":"{{i}}.txt"}""") });
            steps.Add(new FunctionResultStep { CallId = $"c{i}", Name = "read_file", Result = JsonSerializer.SerializeToElement($"result {i} begins {new string('.', resultLength)} result {i} ends") });
        }

        return [new HistoryTurn([.. steps.Select(s => new HistoryStep(s))], isSettled: false)];
    }

    private static List<Step> Steps(IReadOnlyList<HistoryTurn> history) => [.. history.SelectMany(t => t.Steps).Select(s => s.Step)];

    private static IEnumerable<string> Texts(IEnumerable<Step> steps) => steps.Select(s => s is FunctionResultStep r ? r.Result.GetRawText() : s.Type);

    private static int Length(IEnumerable<Step> steps) => Texts(steps).Sum(t => t.Length);
}
