using OpenInteractions.Engine.Storage;
using OpenInteractions.Testing;

namespace OpenInteractions.Engine.Tests.Events;

[Rule("BG-6")]
public sealed class EventPositionTests
{
    [Theory]
    [InlineData("1-1", 1, 1)]
    [InlineData("2-17", 2, 17)]
    [InlineData("9223372036854775807-9223372036854775807", long.MaxValue, long.MaxValue)]
    public void An_event_id_is_epoch_and_number(string text, long epoch, long number)
    {
        Assert.True(EventPosition.TryParse(text, out var position));
        Assert.Equal(new EventPosition(epoch, number), position);
        Assert.Equal(text, position.ToString());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("-")]
    [InlineData("1")]
    [InlineData("1-")]
    [InlineData("-1")]
    [InlineData("0-1")]
    [InlineData("1-0")]
    [InlineData("01-1")]
    [InlineData("1-01")]
    [InlineData("+1-1")]
    [InlineData("1--1")]
    [InlineData(" 1-1")]
    [InlineData("1-1 ")]
    [InlineData("1-1-1")]
    [InlineData("1,0-1")]
    [InlineData("0x1-1")]
    [InlineData("1-9223372036854775808")]
    [InlineData("٣-١")]
    [InlineData("1-1\0")]
    [InlineData("00000000000000000000000000000000000000001-1")]
    public void Anything_else_is_no_event_id(string? text) => Assert.False(EventPosition.TryParse(text, out _));

    [Fact]
    public void Positions_order_by_epoch_then_number()
    {
        EventPosition[] ordered = [default, new(1, 1), new(1, 2), new(1, 10), new(2, 1), new(10, 1)];

        Assert.Equal(ordered, ordered.Reverse().Order());
        Assert.True(ordered[3] < ordered[4] && ordered[4] > ordered[3] && ordered[3] <= ordered[4] && ordered[4] >= ordered[3]);
    }
}
