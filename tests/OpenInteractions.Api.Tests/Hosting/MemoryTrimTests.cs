using OpenInteractions.Server.Features;

namespace OpenInteractions.Api.Tests.Hosting;

public sealed class MemoryTrimTests
{
    private const long Megabyte = 1024 * 1024;

    [Fact]
    public void Memory_is_given_back_once_when_a_burst_is_over()
    {
        using var trim = new MemoryTrim();
        var start = GC.GetTotalAllocatedBytes() + (10 * Megabyte);
        trim.IsDue(start);

        Assert.False(trim.IsDue(start + (200 * Megabyte))); // the burst
        Assert.False(trim.IsDue(start + (300 * Megabyte)));
        Assert.True(trim.IsDue(start + (301 * Megabyte))); // quiet
        Assert.False(trim.IsDue(start + (301 * Megabyte)));
        Assert.False(trim.IsDue(start + (302 * Megabyte)));
    }

    [Fact]
    public void A_server_that_is_never_quiet_is_left_to_the_collector()
    {
        using var trim = new MemoryTrim();
        var start = GC.GetTotalAllocatedBytes();

        Assert.DoesNotContain(true, Enumerable.Range(1, 100).Select(i => trim.IsDue(start + (i * 20 * Megabyte))));
    }

    [Fact]
    public void Little_work_is_not_worth_a_pause()
    {
        using var trim = new MemoryTrim();
        var start = GC.GetTotalAllocatedBytes();

        Assert.DoesNotContain(true, Enumerable.Range(1, 20).Select(i => trim.IsDue(start + (i * Megabyte))));
    }
}
