using OpenInteractions.Storage.Postgres;

namespace OpenInteractions.Storage.Tests.Postgres;

public sealed class PostgresTextTests
{
    [Fact]
    public void Every_text_of_the_characters_around_the_escape_survives_without_zeros_and_in_the_same_order()
    {
        var alphabet = new[] { "\0", "\u0001", "\u0002", "0", "1", "a" };
        var texts = Enumerable.Range(0, 5)
            .Aggregate(new[] { "" }.AsEnumerable(), (shorter, _) => shorter.SelectMany(text => alphabet.Select(letter => text + letter)).Append(""))
            .Distinct().Order(StringComparer.Ordinal).ToArray();

        var written = texts.Select(text => PostgresText.Encode(text)!).ToArray();

        Assert.DoesNotContain(written, text => text.Contains('\0', StringComparison.Ordinal));
        Assert.Equal(texts, written.Select(PostgresText.Decode));
        Assert.Equal(written.Order(StringComparer.Ordinal), written);
    }
}
