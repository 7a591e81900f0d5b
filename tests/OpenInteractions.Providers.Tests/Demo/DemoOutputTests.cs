using OpenInteractions.Contracts.Content;
using OpenInteractions.Contracts.Events;
using OpenInteractions.Contracts.Interactions;
using OpenInteractions.Contracts.Steps;
using OpenInteractions.Engine.Providers;
using OpenInteractions.Providers.Demo;
using OpenInteractions.Testing;

namespace OpenInteractions.Providers.Tests.Demo;

public sealed class DemoOutputTests
{
    [Theory]
    [InlineData("echo: hello", "hello")]
    [InlineData("ECHO:two\nlines  and spaces ", "two\nlines  and spaces ")]
    [InlineData("echo: ", "")]
    [InlineData("echo: 🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉", "🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉")]
    public async Task An_echo_is_exact(string prompt, string text)
    {
        Assert.Equal(text, (await new DemoChat().SayAsync(prompt)).Text);
    }

    [Fact]
    public async Task Text_is_streamed_word_by_word()
    {
        var answer = await new DemoChat().SayAsync("echo: one two three, incomprehensibilities");

        Assert.Equal(["one", " two", " three,", " incomprehens", "ibilities"], Pieces(answer));
    }

    [Fact]
    public async Task Counting_makes_a_long_stream()
    {
        var answer = await new DemoChat().SayAsync("Please count to 5,000.");

        Assert.Equal(5000, Pieces(answer).Count);
        Assert.Equal(string.Join(' ', Enumerable.Range(1, 5000)), answer.Text);
    }

    [Theory]
    [InlineData("count to 999999999")]
    [InlineData("count to 99999999999999999999")]
    public async Task Counting_has_an_end(string prompt)
    {
        var answer = await new DemoChat().SayAsync(prompt);

        Assert.EndsWith("100000 (I stop at 100000)", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Output_ends_at_the_token_limit()
    {
        var answer = await new DemoChat { Config = new GenerationConfig { MaxOutputTokens = 3 } }.SayAsync("count to 10");

        Assert.Equal("1 2 3", answer.Text);
        Assert.Equal((ModelStopReason.TokenLimit, 3L), (answer.Stopped.Reason, answer.Stopped.Usage!.TotalOutputTokens!.Value));
    }

    [Fact]
    public async Task Output_that_just_fits_is_finished()
    {
        var answer = await new DemoChat { Config = new GenerationConfig { MaxOutputTokens = 10 } }.SayAsync("count to 10");

        Assert.Equal(ModelStopReason.Finished, answer.Stopped.Reason);
    }

    [Fact]
    public async Task A_call_that_does_not_fit_the_limit_is_not_begun()
    {
        var chat = new DemoChat { Config = new GenerationConfig { MaxOutputTokens = 1 } }.WithFunction("get_weather", """{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}""");

        var answer = await chat.SayAsync("Call get_weather in Oslo.");

        Assert.Empty(answer.Steps);
        Assert.Equal(ModelStopReason.TokenLimit, answer.Stopped.Reason);
    }

    [Theory]
    [InlineData("echo: one two STOP three", "STOP", "one two ")]
    [InlineData("echo: incomprehensibilities", "sibil", "incomprehen")]
    [InlineData("echo: a b c", "x", "a b c")]
    [InlineData("echo: a b aab", "aab", "a b ")]
    [InlineData("echo: first", "first", "")]
    [InlineData("count to 20", " 12 ", "1 2 3 4 5 6 7 8 9 10 11")]
    public async Task Output_ends_before_a_stop_sequence(string prompt, string stop, string text)
    {
        var answer = await new DemoChat { Config = new GenerationConfig { StopSequences = ["never", stop] } }.SayAsync(prompt);

        Assert.Equal(text, answer.Text);
        Assert.Equal(ModelStopReason.Finished, answer.Stopped.Reason);
    }

    [Fact]
    [Rule("TH-2")]
    public async Task Thinking_gives_a_signed_thought_first_and_a_summary_only_when_asked_for()
    {
        var quiet = await new DemoChat { Config = new GenerationConfig { ThinkingLevel = "low" } }.SayAsync("Hello");
        var open = await new DemoChat { Config = new GenerationConfig { ThinkingLevel = "low", ThinkingSummaries = "auto" } }.SayAsync("Hello");

        Assert.Equal([ThoughtStep.TypeName, ModelOutputStep.TypeName], quiet.Steps.Select(s => s.Type));
        Assert.Null(quiet.Thought.Summary);
        Assert.NotNull(DemoChat.Envelope.Open(quiet.Thought.Signature, new SignatureScope("default", "demo", "demo")));
        Assert.NotEmpty(open.Thought.Summary!);
        Assert.Equal(quiet.Thought.Signature, open.Thought.Signature);
        Assert.Equal(quiet.Stopped.Usage!.TotalThoughtTokens, open.Stopped.Usage!.TotalThoughtTokens);
    }

    [Fact]
    public async Task Without_a_level_there_is_no_thought()
    {
        var answer = await new DemoChat().SayAsync("Hello");

        Assert.Empty(answer.Steps.OfType<ThoughtStep>());
        Assert.Equal(0, answer.Stopped.Usage!.TotalThoughtTokens);
    }

    [Fact]
    public async Task A_higher_level_thinks_more()
    {
        var tokens = new List<long>();
        foreach (var level in new[] { "minimal", "low", "medium", "high" })
        {
            tokens.Add((await new DemoChat { Config = new GenerationConfig { ThinkingLevel = level } }.SayAsync("Hello")).Stopped.Usage!.TotalThoughtTokens!.Value);
        }

        Assert.Equal(tokens.Order().Distinct(), tokens);
    }

    [Fact]
    [Rule("TH-3")]
    public async Task Thought_tokens_count_against_the_limit()
    {
        var answer = await new DemoChat { Config = new GenerationConfig { ThinkingLevel = "high", MaxOutputTokens = 5 } }.SayAsync("Hello");

        Assert.Equal([ThoughtStep.TypeName], answer.Steps.Select(s => s.Type));
        Assert.Equal((ModelStopReason.TokenLimit, 5L, 0L), (answer.Stopped.Reason, answer.Stopped.Usage!.TotalThoughtTokens!.Value, answer.Stopped.Usage.TotalOutputTokens!.Value));
    }

    [Fact]
    [Rule("TH-4")]
    public async Task A_thought_that_came_back_is_recognised()
    {
        var chat = new DemoChat { Config = new GenerationConfig { ThinkingLevel = "high", ThinkingSummaries = "auto" } };

        var first = await chat.SayAsync("Hello");
        var second = await chat.SayAsync("Hello again");

        Assert.Contains("no earlier thought", Summary(first), StringComparison.Ordinal);
        Assert.Contains("came back to me unchanged", Summary(second), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Usage_counts_input_by_modality_and_output_by_pieces()
    {
        var chat = new DemoChat { SystemInstruction = "Be brief." };
        await chat.SayAsync("echo: a b");
        var answer = await chat.ShowAsync("echo: one two three", new ImageContent { Data = "AAAA" });
        var usage = answer.Stopped.Usage!;

        // Be brief. | echo: a b | a b | echo: one two three
        Assert.Equal(2 + 3 + 2 + 4, usage.InputTokensByModality!.Single(m => m.Modality == "text").Tokens);
        Assert.Equal(256, usage.InputTokensByModality!.Single(m => m.Modality == "image").Tokens);
        Assert.Equal(3, usage.TotalOutputTokens);
        Assert.Equal(usage.TotalInputTokens + usage.TotalOutputTokens + usage.TotalThoughtTokens, usage.TotalTokens);
        Assert.Equal(usage.TotalInputTokens, usage.InputTokensByModality!.Sum(m => m.Tokens));
    }

    [Fact]
    public async Task A_piece_that_was_never_said_is_not_counted()
    {
        var time = new ManualTime();
        var demo = new DemoProvider(DemoChat.Envelope, time);
        var request = new ModelRequest
        {
            Model = demo.Describe("demo"),
            History = [new HistoryTurn([new HistoryStep(new UserInputStep { Content = [new TextContent { Text = "count to 3 slowly, 250 ms" }] })], isSettled: false)],
            Config = new GenerationConfig(),
            Project = "p",
            InteractionId = "int_1",
        };
        await using var events = demo.StreamAsync(request, CancellationToken.None).GetAsyncEnumerator();
        while (await events.MoveNextAsync() && events.Current is not StepPiece)
        {
            // to the first piece
        }

        var next = events.MoveNextAsync().AsTask();
        await time.TimersAsync(1, "the pause before the second piece");

        Assert.Equal(1, request.Meter.Reading?.TotalOutputTokens);
        time.Advance(TimeSpan.FromMilliseconds(250));
        Assert.True(await next);
    }

    [Fact]
    public async Task A_pause_that_is_too_long_is_the_longest()
    {
        var time = new ManualTime();
        var asking = new DemoChat { Provider = new DemoProvider(DemoChat.Envelope, time) }.SayAsync("count to 2 slowly, 17000 ms");

        await time.TimerAsync(TimeSpan.FromSeconds(5), "the pause");
        time.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal("1 2", (await asking).Text);
    }

    [Fact]
    public async Task Slowly_waits_between_pieces()
    {
        var time = new ManualTime();
        var chat = new DemoChat { Provider = new DemoProvider(DemoChat.Envelope, time) };

        var asking = chat.SayAsync("count to 3 slowly, 250 ms");
        for (var pause = 1; pause <= 2; pause++)
        {
            await time.TimersAsync(1, $"pause {pause}");
            Assert.False(asking.IsCompleted);
            time.Advance(TimeSpan.FromMilliseconds(250));
        }

        Assert.Equal("1 2 3", (await asking).Text);
    }

    [Fact]
    public async Task A_cancelled_call_ends_at_once()
    {
        var chat = new DemoChat();
        using var cancel = new CancellationTokenSource();
        var request = chat.Request([new HistoryTurn([new HistoryStep(new UserInputStep { Content = [new TextContent { Text = "count to 100000" }] })], isSettled: false)]);
        var pieces = 0;

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in chat.Provider.StreamAsync(request, cancel.Token))
            {
                if (++pieces == 10)
                {
                    await cancel.CancelAsync();
                }
            }
        });

        Assert.Equal(10, pieces);
        Assert.True(request.Meter.Reading is { TotalInputTokens: > 0, TotalOutputTokens: > 0 and <= 10 });
    }

    [Fact]
    public async Task The_model_says_what_it_is()
    {
        var model = Assert.Single(await new DemoChat().Provider.ListModelsAsync(default));

        Assert.Equal("demo", model.Id);
        Assert.Contains("not a language model", model.Description, StringComparison.Ordinal);
    }

    private static string Summary(DemoAnswer answer) => string.Concat(answer.Thought.Summary!.OfType<TextContent>().Select(t => t.Text));

    private static List<string> Pieces(DemoAnswer answer) => [.. answer.Events.OfType<StepPiece>().Select(p => p.Delta).OfType<TextDelta>().Select(d => d.Text)];
}
