using OpenInteractions.Contracts.Errors;
using OpenInteractions.Contracts.Events;
using OpenInteractions.Contracts.Steps;
using OpenInteractions.Contracts.Tools;
using OpenInteractions.Engine.Tests.Tools;
using OpenInteractions.Engine.Tools;
using OpenInteractions.Engine.Turns;
using OpenInteractions.Testing;

namespace OpenInteractions.Engine.Tests.Turns;

/// <summary>What holds for every script of a model. A failure names its seed.</summary>
public sealed class TurnProperties
{
    private const int Scripts = 3000;

    [Fact]
    [Rule("BG-9")]
    [Rule("SE-13")]
    public async Task What_a_client_assembles_is_what_is_kept()
    {
        for (var seed = 0; seed < Scripts; seed++)
        {
            using var turn = new TurnRecording();
            await PlayAsync(turn, seed);

            var client = new ClientView();
            client.See(turn.Events);
            AssertSame(seed, turn.Steps, client.Steps);
        }
    }

    [Fact]
    [Rule("BG-9")]
    [Rule("SE-7")]
    public async Task What_a_client_assembles_is_what_is_kept_also_when_the_server_takes_the_calls()
    {
        var function = new ServerFunction(new FunctionTool { Name = "f" }, McpServerTool.TypeName, await FunctionAsync());
        for (var seed = 0; seed < Scripts; seed++)
        {
            using var turn = new TurnRecording();
            var calls = new RoundCalls(new RoundFunctions([function.Declaration], new Dictionary<string, ServerFunction> { ["f"] = function }, Choice: null, IsWithdrawn: false));
            try
            {
                await turn.RunAsync(new RandomScript(seed).Make(), calls);
            }
            catch (ApiException)
            {
                await turn.Output.CutAsync(default);
                await turn.Output.AnswerOwedAsync("Cut.", default);
            }

            var client = new ClientView();
            client.See(turn.Events);
            AssertSame(seed, turn.Steps, client.Steps);
            Assert.DoesNotContain(turn.Output.Steps, s => s.Step is FunctionCallStep);
            Assert.All(calls.Taken, c => Assert.Contains(turn.Output.Steps, s => ReferenceEquals(s.Step, c.Step)));
        }
    }

    private static async Task<IToolFunction> FunctionAsync()
    {
        var tools = new ScriptedTools().Answers("f", "x");
        await using var open = await tools.OpenAsync(new McpServerTool { Name = "crm" }, new ToolScope("default", "int_1", "int_1"), CancellationToken.None);
        return open.Functions[0];
    }

    [Fact]
    [Rule("BG-9")]
    public async Task The_fold_of_the_journal_is_what_is_kept()
    {
        for (var seed = 0; seed < Scripts; seed++)
        {
            using var turn = new TurnRecording();
            await PlayAsync(turn, seed);

            var fold = new EventFold();
            foreach (var value in turn.Events)
            {
                fold.Apply(value);
            }

            AssertSame(seed, turn.Steps, StepJson.Of(fold.Steps.Values));
        }
    }

    /// <summary>
    /// A first owner dies anywhere. Clients have seen any part of what it told; the journal has at most one begun step less than they saw. A second
    /// owner begins anew.
    /// </summary>
    [Fact]
    [Rule("BG-9")]
    public async Task After_a_take_over_every_client_still_assembles_what_is_kept()
    {
        for (var seed = 0; seed < Scripts; seed++)
        {
            var random = new Random(seed);
            using var first = new TurnRecording();
            await PlayAsync(first, seed);
            var seen = first.Events.Take(random.Next(first.Events.Count + 1)).ToArray();
            var journal = new EventFold();
            foreach (var value in seen.Take(random.Next(AfterLastStartBut(seen), seen.Length + 1)))
            {
                journal.Apply(value);
            }

            using var second = new TurnRecording(shownThrough: journal.LastIndex + 1);
            await PlayAsync(second, seed + 1_000_000);

            var client = new ClientView();
            client.See(seen);
            client.See(second.Events);
            AssertSame(seed, second.Steps, client.Steps);
        }
    }

    [Fact]
    [Rule("SE-5")]
    public async Task Steps_do_not_interleave_and_indexes_leave_no_gap()
    {
        for (var seed = 0; seed < Scripts; seed++)
        {
            using var turn = new TurnRecording();
            await PlayAsync(turn, seed);

            var (open, next) = (-1, 0);
            foreach (var value in turn.Events)
            {
                switch (value)
                {
                    case StepStartEvent start:
                        Assert.True(start.Index == next && (open < 0 || open == start.Index), $"seed {seed}: step {start.Index} began while {open} was open and {next} was due.");
                        open = start.Index;
                        break;
                    case StepDeltaEvent delta:
                        Assert.True(delta.Index == open, $"seed {seed}: a piece of {delta.Index} while {open} was open.");
                        break;
                    case StepStopEvent stop:
                        Assert.True(stop.Index == open, $"seed {seed}: step {stop.Index} ended while {open} was open.");
                        (open, next) = (-1, next + 1);
                        break;
                }
            }

            Assert.True(open == -1, $"seed {seed}: step {open} never ended.");
        }
    }

    /// <summary>How many events the journal has at least: everything up to, but without, the last start that was seen.</summary>
    private static int AfterLastStartBut(StreamEvent[] seen) => Math.Max(0, Array.FindLastIndex(seen, e => e is StepStartEvent));

    /// <summary>Plays a script as a run does: what fails is cut, what is stale is replaced.</summary>
    private static async Task PlayAsync(TurnRecording turn, int seed)
    {
        try
        {
            await turn.RunAsync(new RandomScript(seed).Make(), "f");
        }
        catch (ApiException)
        {
            await turn.Output.CutAsync(default);
        }

        await turn.Output.ReplaceStaleAsync(default);
    }

    private static void AssertSame(int seed, string[] kept, string[] assembled) =>
        Assert.True(kept.SequenceEqual(assembled), $"seed {seed}: kept\n{string.Join('\n', kept)}\nassembled\n{string.Join('\n', assembled)}");
}
