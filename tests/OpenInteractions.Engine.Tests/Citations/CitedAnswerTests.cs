using System.Text;
using System.Text.Json;
using OpenInteractions.Contracts.Content;
using OpenInteractions.Contracts.Events;
using OpenInteractions.Contracts.Steps;
using OpenInteractions.Engine.Citations;
using OpenInteractions.Engine.Providers;
using OpenInteractions.Engine.Turns;
using OpenInteractions.Testing;

namespace OpenInteractions.Engine.Tests.Citations;

/// <summary>Marks of two results: <c>{a}</c> and <c>{b}</c> stand for the parts before the dots.</summary>
public sealed class CitedAnswerTests
{
    private static readonly string A = Tag("call_a");
    private static readonly string B = Tag("call_b");

    [Theory]
    [InlineData("Ada wrote it [{a}.1].", "Ada wrote it.", "1:Ada wrote it")]
    [InlineData("Ada wrote it. [{a}.1]", "Ada wrote it.", "1:Ada wrote it.")]
    [InlineData("Ada wrote it.[{a}.1] Bob read it.[{b}.1]", "Ada wrote it. Bob read it.", "1:Ada wrote it.|b1:Bob read it.")]
    [InlineData("Ada wrote it [{a}.1] and Bob read it [{a}.2].", "Ada wrote it and Bob read it.", "1:Ada wrote it|2:and Bob read it")]
    [InlineData("Ada [{a}.1], Bob [{a}.2]; Cy", "Ada, Bob; Cy", "1:Ada|2:Bob")]
    [InlineData("No source. Ada wrote it [{a}.1].", "No source. Ada wrote it.", "1:Ada wrote it")]
    [InlineData("It takes approx. five days [{a}.1].", "It takes approx. five days.", "1:It takes approx. five days")]
    [InlineData("It costs 3.5 €. Ada paid [{a}.1].", "It costs 3.5 €. Ada paid.", "1:Ada paid")]
    [InlineData("One [{a}.1][{a}.2].", "One.", "1:One|2:One")]
    [InlineData("One [{a}.1] [{b}.1] two", "One two", "1:One|b1:One")]
    [InlineData("One [{a}.1, {a}.2; {b}.1].", "One.", "1:One|2:One|b1:One")]
    [InlineData("One [{a}.1, 2].", "One.", "1:One|2:One")]
    [InlineData("One [{a}.1, {a}.1].", "One.", "1:One")]
    [InlineData("One [{A}.1].", "One.", "1:One")]
    [InlineData("- Ada [{a}.1]\n- Bob [{a}.2]\n", "- Ada\n- Bob\n", "1:Ada|2:Bob")]
    [InlineData("1. Ada [{a}.1]\n2) Bob [{a}.2]", "1. Ada\n2) Bob", "1:Ada|2:Bob")]
    [InlineData("## Head\n\nAda [{a}.1]\n\nBob", "## Head\n\nAda\n\nBob", "1:Ada")]
    [InlineData("Ada wrote it.\n\n[{a}.1]\n\nBob", "Ada wrote it.\n\nBob", "1:Ada wrote it.")]
    [InlineData("**Ada** wrote “it.” [{a}.1] Bob", "**Ada** wrote “it.” Bob", "1:**Ada** wrote “it.”")]
    [InlineData("エイダは計算機のために書いた。[{a}.1]ボブは読んだ。[{a}.2]", "エイダは計算機のために書いた。ボブは読んだ。", "1:エイダは計算機のために書いた。|2:ボブは読んだ。")]
    [InlineData("これは出典なし。京都の人口は百四十万人です[{a}.1]。次の文。", "これは出典なし。京都の人口は百四十万人です。次の文。", "1:京都の人口は百四十万人です")]
    [InlineData("「はい。」と言った [{a}.1]。", "「はい。」と言った。", "1:と言った")]
    [InlineData("🚀 lifts off 🌍! [{a}.1] 👩‍🚀 waves [{a}.2]", "🚀 lifts off 🌍! 👩‍🚀 waves", "1:🚀 lifts off 🌍!|2:👩‍🚀 waves")]
    [InlineData("Ünïcödé ß [{a}.1]🎉", "Ünïcödé ß 🎉", "1:Ünïcödé ß")]
    [InlineData("[{a}.1] Ada", " Ada", "1:")]
    [InlineData("Ada [{a}.9].", "Ada.", "")]
    [InlineData("Ada [zzzz.1], a[1], [x](y), [ ], [, [[{a}.1]]", "Ada [zzzz.1], a[1], [x](y), [ ], [, []", "1:Ada [zzzz.1], a[1], [x](y), [ ], [,")]
    [InlineData("if [ -f a ] && [[ -d b ]]; then x[$i]=1; fi", "if [ -f a ] && [[ -d b ]]; then x[$i]=1; fi", "")]
    [InlineData("Ada [{a}.1", "Ada [{a}.1", "")]
    [InlineData("Ada [{a}.", "Ada [{a}.", "")]
    [InlineData("Ada  ", "Ada  ", "")]
    [InlineData("Ada [{a}.1]  ", "Ada  ", "1:Ada")]
    [InlineData("Ada ([{a}.1])", "Ada ()", "1:Ada")]
    [Rule("TL-13")]
    public async Task A_mark_becomes_a_citation_of_the_statement_before_it_however_the_text_is_cut(string written, string text, string cited)
    {
        written = written.Replace("{a}", A).Replace("{A}", A.ToUpperInvariant()).Replace("{b}", B);
        text = text.Replace("{a}", A);
        foreach (var pieces in Cuts(written))
        {
            var block = await FoldAsync(pieces);
            Assert.Equal(text, block.Text);
            Assert.Equal(cited, Describe(block));
        }
    }

    [Fact]
    [Rule("TL-13")]
    public async Task A_long_text_in_many_scripts_is_cut_exactly_where_its_statements_are()
    {
        var random = new Random(20261121);
        string[] words = ["alpha", "Übung", "日本語", "текст", "🚀", "👩‍👩‍👧", "e\u0301te\u0301", "שלום", "12,5", "x[0]"];
        for (var round = 0; round < 200; round++)
        {
            var written = new StringBuilder();
            var expected = new StringBuilder();
            var statements = new List<string>();
            for (var i = 0; i < 12; i++)
            {
                var statement = string.Join(' ', Enumerable.Range(0, random.Next(1, 6)).Select(_ => words[random.Next(words.Length)]).Prepend("S"));
                var isCited = random.Next(2) == 0;
                written.Append(statement).Append(isCited ? $" [{A}.1]" : "").Append(".\n");
                expected.Append(statement).Append(".\n");
                if (isCited)
                {
                    statements.Add(statement);
                }
            }

            var block = await FoldAsync(Randomly(written.ToString(), random));
            Assert.Equal(expected.ToString(), block.Text);
            Assert.Equal(string.Join('|', statements.Select(s => "1:" + s)), Describe(block));
        }
    }

    [Fact]
    public async Task Each_block_counts_from_its_own_beginning_and_what_is_no_answer_is_left_alone()
    {
        ModelEvent[] events =
        [
            new StepStarted(new ThoughtStep()), new StepPiece(new ThoughtSummaryDelta { Content = new TextContent { Text = $"hm [{A}.1]" } }), new StepStopped(),
            new StepStarted(new ModelOutputStep { Content = [] }), new StepPiece(new TextDelta { Text = $"日本 [{A}.1] " }),
            new StepPiece(new ImageDelta { Data = "AAAA", MimeType = "image/png" }), new StepPiece(new TextDelta { Text = $"Two [{A}.2]" }), new StepStopped(),
            new ModelStopped(ModelStopReason.Finished, null),
        ];

        var steps = await StepsAsync(events);

        Assert.Equal($"hm [{A}.1]", ((TextContent)((ThoughtStep)steps[0]).Summary![0]).Text);
        var content = ((ModelOutputStep)steps[1]).Content;
        Assert.Equal(["1:日本", "2:Two"], content.OfType<TextContent>().Select(Describe));
        Assert.IsType<ImageContent>(content[1]);
    }

    [Fact]
    public async Task Citations_of_the_upstream_move_with_the_text()
    {
        var native = new UrlCitation { Url = "https://native.example", StartIndex = Encoding.UTF8.GetByteCount($"日本 [{A}.1]. "), EndIndex = Encoding.UTF8.GetByteCount($"日本 [{A}.1]. Native") };
        ModelEvent[] events =
        [
            new StepStarted(new ModelOutputStep { Content = [] }), new StepPiece(new TextDelta { Text = $"日本 [{A}.1]. Native." }),
            new StepPiece(new TextAnnotationDelta { Annotations = [native] }), new StepStopped(), new ModelStopped(ModelStopReason.Finished, null),
        ];

        var block = Assert.IsType<TextContent>(((ModelOutputStep)(await StepsAsync(events))[0]).Content.Single());

        Assert.Equal("1:日本|https://native.example:Native", Describe(block));
    }

    [Fact]
    public void Without_sources_the_events_are_the_same_ones()
    {
        var events = Stream([new ModelStopped(ModelStopReason.Finished, null)]);
        Assert.Same(events, CitedAnswer.Of(events, [new HistoryTurn([], isSettled: true)]));
    }

    private static string Tag(string call) => CitationMark.Of(call, 1)[..CitationMark.TagLength];

    private static string Describe(TextContent block)
    {
        var bytes = Encoding.UTF8.GetBytes(block.Text);
        var strict = new UTF8Encoding(false, throwOnInvalidBytes: true);
        return string.Join('|', (block.Annotations ?? []).Cast<UrlCitation>().Select(c => $"{c.Url}:{strict.GetString(bytes[c.StartIndex!.Value..c.EndIndex!.Value])}"));
    }

    private static async Task<TextContent> FoldAsync(IReadOnlyList<string> pieces)
    {
        var steps = await StepsAsync([new StepStarted(new ModelOutputStep { Content = [] }), .. pieces.Select(p => new StepPiece(new TextDelta { Text = p })), new StepStopped(), new ModelStopped(ModelStopReason.Finished, null)]);
        return Assert.IsType<TextContent>(Assert.Single(Assert.IsType<ModelOutputStep>(Assert.Single(steps)).Content));
    }

    private static async Task<List<Step>> StepsAsync(IReadOnlyList<ModelEvent> events)
    {
        var result = new HistoryStep(new FunctionResultStep { CallId = "call_a", Result = JsonElement.Parse("\"\"") })
        {
            Sources = [.. Sources("call_a", ""), .. Sources("call_b", "b")],
        };
        var steps = new List<Step>();
        StepAssembler? open = null;
        await foreach (var value in CitedAnswer.Of(Stream(events), [new HistoryTurn([result], isSettled: false)]))
        {
            switch (value)
            {
                case StepStarted started: open = new StepAssembler(started.Shell); break;
                case StepPiece { Delta: TextDelta text }:
                    Assert.False(char.IsHighSurrogate(text.Text[^1]), "A piece ends with half of a character.");
                    open!.Add(text);
                    break;
                case StepPiece piece: open!.Add(piece.Delta); break;
                case StepStopped: steps.Add(open!.Build()); break;
            }
        }

        return steps;
    }

    private static IEnumerable<CitedSource> Sources(string call, string name) =>
        Enumerable.Range(1, 2).Select(i => new CitedSource(CitationMark.Of(call, i), new UrlCitation { Url = $"{name}{i}" }));

    private static async IAsyncEnumerable<ModelEvent> Stream(IReadOnlyList<ModelEvent> events)
    {
        foreach (var value in events)
        {
            await Task.Yield();
            yield return value;
        }
    }

    /// <summary>Whole, at each place, and letter by letter.</summary>
    private static IEnumerable<IReadOnlyList<string>> Cuts(string text)
    {
        yield return [text];
        for (var i = 1; i < text.Length; i++)
        {
            yield return [text[..i], text[i..]];
        }

        yield return [.. text.Select(c => c.ToString())];
    }

    private static List<string> Randomly(string text, Random random)
    {
        var pieces = new List<string>();
        for (var at = 0; at < text.Length;)
        {
            var length = Math.Min(text.Length - at, random.Next(1, 9));
            pieces.Add(text.Substring(at, length));
            at += length;
        }

        return pieces;
    }
}
