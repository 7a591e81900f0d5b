using OpenInteractions.Providers.Http;
using OpenInteractions.Providers.OpenAI;

namespace OpenInteractions.Providers.Tests.OpenAI;

/// <summary>What is found in text must not depend on where the upstream cut it into pieces.</summary>
public sealed class TextSplittingTests
{
    [Theory]
    [InlineData("ab STOP cd", "STOP", "ab ")]
    [InlineData("ab STSTOP cd", "STOP|XX", "ab ST")]
    [InlineData("aXXb STOP", "STOP|XX", "a")]
    [InlineData("STO", "STOP", "STO")]
    [InlineData("STOP", "STOP", "")]
    [InlineData("nothing here", "STOP", "nothing here")]
    public void A_stop_sequence_is_found_however_the_text_is_cut(string text, string stops, string expected)
    {
        foreach (var pieces in Cuts(text))
        {
            var cutter = new StopSequenceCutter(stops.Split('|'));

            var said = string.Concat(pieces.Select(cutter.Push)) + cutter.Flush();

            Assert.Equal(expected, said);
            Assert.Equal(expected != text, cutter.HasStopped);
        }
    }

    [Theory]
    [InlineData("<think>a < b</think>\n\nanswer", "a < b", "answer")]
    [InlineData("  <think>x</think>y", "x", "y")]
    [InlineData("<think>never closed", "never closed", "")]
    [InlineData("plain </think> text", "", "plain </think> text")]
    [InlineData("<thi", "", "<thi")]
    public void Think_tags_are_found_however_the_text_is_cut(string text, string reasoning, string answer)
    {
        foreach (var pieces in Cuts(text))
        {
            var splitter = new ThinkTagSplitter();

            var parts = pieces.Select(splitter.Push).ToList();
            parts.Add(splitter.Flush());

            Assert.Equal((reasoning, answer), (string.Concat(parts.Select(p => p.Reasoning)), string.Concat(parts.Select(p => p.Answer)).TrimStart('\n')));
        }
    }

    [Theory]
    [InlineData("key sk-proj-abc123 here", "key [redacted] here")]
    [InlineData("see https://user:pw@example.org/x now", "see [url] now")]
    [InlineData("GET https://example.org/v1?key=AIzaSyAbCdEf&alt=sse", "GET https://example.org/v1?key=[redacted]&alt=sse")]
    [InlineData("in organization org-AbCdEf123456 on tokens", "in organization [account] on tokens")]
    [InlineData("Authorization: Bearer abc.def-123", "Authorization: Bearer [redacted]")]
    [InlineData("Unknown parameter: 'user_location'.", "Unknown parameter: 'user_location'.")]
    [InlineData("Invalid 'input[0].content': empty array.", "Invalid 'input[0].content': empty array.")]
    [InlineData("two\nlines", "two lines")]
    public void An_upstreams_words_are_cleaned_for_callers(string said, string passedOn) => Assert.Equal(passedOn, Redaction.Clean(said));

    /// <summary>The text whole, in single characters, and cut once at every place.</summary>
    private static IEnumerable<string[]> Cuts(string text) =>
        Enumerable.Range(0, text.Length + 1).Select(i => new[] { text[..i], text[i..] }).Append([.. text.Select(c => c.ToString())]);
}
