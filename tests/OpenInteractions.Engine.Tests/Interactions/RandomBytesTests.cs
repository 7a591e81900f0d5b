using OpenInteractions.Engine.Interactions;

namespace OpenInteractions.Engine.Tests.Interactions;

public sealed class RandomBytesTests
{
    [Theory]
    [InlineData(1, 5000)]
    [InlineData(10, 1000)]
    [InlineData(16, 1000)]
    [InlineData(1000, 20)]
    [InlineData(1024, 5)]
    public void Bytes_are_never_given_twice_nor_left_zero(int size, int times)
    {
        var given = new byte[size * times];
        for (var i = 0; i < times; i++)
        {
            RandomBytes.Fill(given.AsSpan(i * size, size));
        }

        // A portion that was given again or cleared would show as long repeats or zeros; by chance there are none of eight bytes.
        var words = given.Length / 8;
        Assert.Equal(words, Enumerable.Range(0, words).Select(i => BitConverter.ToUInt64(given, i * 8)).Distinct().Count());
        Assert.InRange(given.Count(b => b == 0), 0, (given.Length / 128) + 20);
    }

    [Fact]
    public async Task Threads_do_not_share_a_portion()
    {
        var given = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
        {
            var values = new List<ulong>();
            Span<byte> bytes = stackalloc byte[8];
            for (var i = 0; i < 10_000; i++)
            {
                RandomBytes.Fill(bytes);
                values.Add(BitConverter.ToUInt64(bytes));
            }

            return values;
        })));

        Assert.Equal(80_000, given.SelectMany(g => g).Distinct().Count());
    }
}
