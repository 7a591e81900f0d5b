using System.Buffers;
using System.Runtime.InteropServices;
using OpenInteractions.Contracts.Json;

namespace OpenInteractions.Contracts.Tests.Json;

public sealed class PooledBytesTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(1000)]
    [InlineData(70_000)]
    public void It_grows_and_keeps_what_was_written(int piece)
    {
        using var bytes = new PooledBytes();
        var expected = new MemoryStream();
        for (var i = 0; i < 40; i++)
        {
            var next = Enumerable.Repeat((byte)i, piece).ToArray();
            bytes.Write(next);
            expected.Write(next);
        }

        Assert.Equal(expected.ToArray(), bytes.Written.ToArray());
    }

    [Fact]
    public void Room_that_was_asked_for_is_there_and_not_much_more()
    {
        using var bytes = new PooledBytes();

        Assert.True(bytes.GetMemory(3_000_000).Length >= 3_000_000);
        Assert.True(bytes.GetSpan(3_000_000).Length >= 3_000_000);
        Assert.Equal(3_000_000, bytes.Capacity);
    }

    [Fact]
    public void More_than_there_is_room_for_cannot_be_taken()
    {
        using var bytes = new PooledBytes();
        var room = bytes.GetMemory(10).Length;

        Assert.Throws<ArgumentOutOfRangeException>(() => bytes.Advance(room + 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => bytes.Advance(-1));
    }

    [Fact]
    public void Forgetting_keeps_the_room()
    {
        using var bytes = new PooledBytes();
        bytes.Write(new byte[5000]);
        var room = bytes.Capacity;

        bytes.Clear();

        Assert.True(bytes.Written.IsEmpty);
        Assert.Equal(room, bytes.Capacity);
    }

    [Fact]
    public void Given_back_twice_its_room_is_lent_once()
    {
        var bytes = new PooledBytes();
        bytes.Write(new byte[5000]);
        bytes.Dispose();
        bytes.Dispose();

        using var first = new PooledBytes();
        using var second = new PooledBytes();
        first.Write(new byte[5000]);
        second.Write(new byte[5000]);

        Assert.NotSame(ArrayOf(first), ArrayOf(second));
    }

    [Fact]
    public void A_large_room_is_not_left_to_the_pool()
    {
        var bytes = new PooledBytes();
        bytes.GetMemory(2_000_000);
        bytes.Advance(1);
        var large = ArrayOf(bytes);
        bytes.Dispose();

        var lent = ArrayPool<byte>.Shared.Rent(large.Length);
        Assert.NotSame(large, lent);
        ArrayPool<byte>.Shared.Return(lent);
    }

    private static byte[] ArrayOf(PooledBytes bytes) => MemoryMarshal.TryGetArray(bytes.Written, out var segment) ? segment.Array! : [];
}
