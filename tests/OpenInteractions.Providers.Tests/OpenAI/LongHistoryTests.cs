using System.Text.Json;
using OpenInteractions.Contracts.Content;
using OpenInteractions.Contracts.Steps;
using OpenInteractions.Engine.Providers;
using OpenInteractions.Providers.OpenAI;
using OpenInteractions.Testing;
using OpenInteractions.Testing.Vendors.OpenAI;

namespace OpenInteractions.Providers.Tests.OpenAI;

/// <summary>Long conversations, of which stretches of turns are kept in one piece, say the same as those that are put together turn by turn.</summary>
public sealed class LongHistoryTests
{
    private const int Turns = 100;

    [Theory]
    [Rule("ST-19")]
    [InlineData(OpenAIWire.Chat, 0)]
    [InlineData(OpenAIWire.Responses, 0)]
    [InlineData(OpenAIWire.Chat, 50)]
    [InlineData(OpenAIWire.Responses, 50)]
    public async Task Stretches_say_what_their_turns_say(OpenAIWire wire, int loop)
    {
        await using var upstream = await OpenAIUpstream.StartAsync(
            new OpenAIVendor { Dialect = new ChatDialect { ReasoningField = "reasoning_content" } }, wire, new ChatProfile { ReplayedReasoningField = "reasoning_content" });
        var (settled, open) = (Conversation(upstream, isSettled: true, loop, wire), Conversation(upstream, isSettled: false, loop, wire));

        foreach (var length in (int[])[Turns, Turns, Turns - 1, HistoryStretch.Length, HistoryStretch.Length + 1, 2])
        {
            var sent = await SentAsync(upstream, open[..length]);
            Assert.Equal(sent, await SentAsync(upstream, settled[..length]));
            Assert.Equal(wire == OpenAIWire.Chat && loop > 0 && length > HistoryStretch.Length * 2, sent.Contains("Thought", StringComparison.Ordinal));
        }

        HistoryTurn end = new([.. settled[^1].Steps[^1] is { Step: FunctionCallStep } last ? [OpenAIUpstream.Result(last, "the last result")] : (HistoryStep[])[], Said("The end.")], isSettled: true);
        Assert.Equal(await SentAsync(upstream, [.. open, end]), await SentAsync(upstream, [.. settled, end])); // what was thought in the loop is left out now

        Assert.Empty(upstream.Server.Refusals);
    }

    [Fact]
    public async Task A_stretch_is_put_together_once()
    {
        await using var upstream = await OpenAIUpstream.StartAsync(wire: OpenAIWire.Chat);
        var turns = Conversation(upstream, isSettled: true, loop: 0, OpenAIWire.Chat);
        await SentAsync(upstream, turns);
        var kept = turns.Sum(t => t.RenderedBytes);

        await SentAsync(upstream, turns);
        await SentAsync(upstream, turns[..^3]);

        Assert.Equal(kept, turns.Sum(t => t.RenderedBytes));
        Assert.InRange(turns[HistoryStretch.Length - 1].RenderedBytes, HistoryStretch.Length * turns[1].RenderedBytes, long.MaxValue);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 0)]
    [InlineData(HistoryStretch.Length, HistoryStretch.Length)]
    [InlineData((2 * HistoryStretch.Length) + 1, 2 * HistoryStretch.Length)]
    public void Only_whole_stretches_of_settled_turns_count(int count, int whole)
    {
        HistoryTurn[] settled = [.. Enumerable.Range(0, Turns).Select(_ => new HistoryTurn([], isSettled: true))];

        Assert.Equal(whole, HistoryStretch.WholeIn(settled, count));
        Assert.Equal(0, HistoryStretch.WholeIn([.. settled[..(HistoryStretch.Length - 1)], new HistoryTurn([], isSettled: false)], HistoryStretch.Length));
    }

    private static async Task<string> SentAsync(OpenAIUpstream upstream, HistoryTurn[] turns)
    {
        var last = turns[^1].Steps[^1];
        var next = last.Step is FunctionCallStep ? OpenAIUpstream.Result(last, "the last result") : OpenAIUpstream.User("And now?");
        await upstream.CallAsync(upstream.Ask("gpt-4.1", "x") with { History = [.. turns, new HistoryTurn([next], isSettled: false)] });
        return upstream.Server.Requests[^1].Text;
    }

    private static HistoryStep Said(string text) => new(new ModelOutputStep { Content = [new TextContent { Text = text }] });

    /// <summary>Turns of words; calls, on the wire where servers number them anew with ids that come again, in one stretch and in two; at the end a loop of calls, in which nobody says anything.</summary>
    private static HistoryTurn[] Conversation(OpenAIUpstream upstream, bool isSettled, int loop, OpenAIWire wire)
    {
        var turns = new HistoryTurn[Turns];
        HistoryStep? open = null;
        var family = upstream.Provider.Describe("gpt-4.1").Family;
        for (var i = 0; i < Turns; i++)
        {
            var isInLoop = i > 0 && i >= Turns - loop;
            List<HistoryStep> steps = open is null ? [] : [OpenAIUpstream.Result(open, $"result before {i}")];
            open = isInLoop || i is 5 or 8 or 40
                ? new HistoryStep(
                    new FunctionCallStep { Id = $"native_{i}", Name = "f", Arguments = JsonElement.Parse($$"""{"turn":{{i}}}""") },
                    new ProviderState(upstream.Provider.Name, family, $"call_{(wire == OpenAIWire.Chat ? i % 4 : i)}", null))
                : null;
            if (!isInLoop)
            {
                steps.Add(OpenAIUpstream.User($"Question {i}"));
            }

            steps.Add(new HistoryStep(
                new ThoughtStep(), new ProviderState(upstream.Provider.Name, family, CallId: null, JsonElement.Parse($$"""{"reasoning":"Thought {{i}}"}"""))));

            steps.Add(open ?? Said($"Answer {i}"));
            turns[i] = new HistoryTurn(steps, isSettled);
        }

        return turns;
    }
}
