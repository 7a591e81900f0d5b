using System.Text;
using OpenInteractions.Providers.OpenAI;

namespace OpenInteractions.Providers.Tests.OpenAI;

public sealed class CitedTextTests
{
    [Theory]
    [InlineData("")]
    [InlineData("plain", " text", " only")]
    [InlineData("plain ", "naïve ☕", " plain again")]
    [InlineData("🙂🙂", "ü", "x")]
    public void A_position_in_characters_becomes_the_bytes_before_it(params string[] pieces)
    {
        var text = new CitedText();
        foreach (var piece in pieces)
        {
            text.Append(piece);
        }

        var whole = string.Concat(pieces);
        Assert.Equal(whole.Length, text.Length);
        foreach (var partStart in Starts(whole))
        {
            var runes = whole[partStart..].EnumerateRunes().ToList();
            for (var characters = 0; characters <= runes.Count + 2; characters++)
            {
                var expected = Encoding.UTF8.GetByteCount(whole[..partStart]) + runes.Take(characters).Sum(r => r.Utf8SequenceLength);
                Assert.Equal(expected, text.BytesBefore(partStart, characters));
            }
        }
    }

    [Fact]
    public void A_block_that_begins_counts_from_nothing()
    {
        var text = new CitedText();
        text.Append("ü and more");
        text.Clear();
        text.Append("abc");

        Assert.Equal(2, text.BytesBefore(0, 2));
    }

    // Parts begin between characters.
    private static IEnumerable<int> Starts(string text) =>
        Enumerable.Range(0, text.Length + 1).Where(i => i == text.Length || !char.IsLowSurrogate(text[i]));
}
