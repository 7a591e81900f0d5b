using OpenInteractions.Engine.Outbound;
using OpenInteractions.Sandboxes.Egress;
using OpenInteractions.Testing;

namespace OpenInteractions.Sandboxes.Tests.Egress;

/// <summary>A credential takes as trusted domain what an allowlist takes, and nothing else: one that egress could not read would never be sent, in silence.</summary>
public sealed class DomainPatternTests
{
    private static readonly string[] Pieces =
    [
        "example", "com", "a_b", "bücher", "BÜCHER", "東京", "①②⑦", "xn--bcher-kva", "-a", "a-", "", "1", "0x7f", "127", "0177", "256", "９３", "𝐚", "a b", "%", "\0", "é\u0301", new('l', 63), new('l', 64),
    ];

    [Theory]
    [InlineData("example.com")]
    [InlineData("*.example.com")]
    [InlineData("EXAMPLE.Com.")]
    [InlineData("example。com")]
    [InlineData("93.184.216.34")]
    [InlineData("2606:4700::1111")]
    [InlineData("[2606:4700::1111]")]
    public void A_pattern_of_an_allowlist_is_taken(string pattern) => Assert.Null(DomainPattern.FaultOf(pattern));

    [Theory]
    [InlineData("")]
    [InlineData("*.")]
    [InlineData("*.*.example.com")]
    [InlineData("*example.com")]
    [InlineData("a.*.example.com")]
    [InlineData("https://example.com")]
    [InlineData("example.com:443")]
    [InlineData("example.com/path")]
    [InlineData("user@example.com")]
    [InlineData("2130706433")]
    [InlineData("0x7f.1")]
    [InlineData("127.0.0.1.")]
    [InlineData("[::ffff:127.0.0.1]")]
    [InlineData("[fe80::1%eth0]")]
    [InlineData("[::1")]
    [InlineData("*.1.2.3.4")]
    [InlineData("*.[::1]")]
    public void What_an_allowlist_does_not_take_is_refused_with_a_reason(string pattern) => Assert.NotEmpty(DomainPattern.FaultOf(pattern)!);

    [Fact]
    public void Both_take_the_same()
    {
        var random = new Random((int)PropertySeed.Seed);
        var (taken, refused) = (0, 0);
        for (var n = 0; n < 20_000; n++)
        {
            var separator = random.Next(20) == 0 ? "。" : ".";
            var pattern = (random.Next(3) == 0 ? "*." : "") + string.Join(separator, Enumerable.Range(0, random.Next(1, 5)).Select(_ => Pieces[random.Next(Pieces.Length)])) + (random.Next(10) == 0 ? "." : "");

            var byEgress = HostPattern.Read(pattern, out _) is not null;
            var byCredentials = DomainPattern.FaultOf(pattern) is null;

            Assert.True(byEgress == byCredentials, $"Egress {(byEgress ? "takes" : "refuses")} '{pattern}', and credentials do not (seed {PropertySeed.Seed}).");
            taken += byEgress ? 1 : 0;
            refused += byEgress ? 0 : 1;
        }

        Assert.True(taken > 500 && refused > 500, $"{taken} were taken and {refused} refused.");
    }
}
