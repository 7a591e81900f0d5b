using OpenInteractions.Engine.Outbound;

namespace OpenInteractions.Engine.Tests.Outbound;

/// <summary>One host has one form, and what can be read in two ways has none.</summary>
public sealed class CanonicalHostTests
{
    [Theory]
    [InlineData("example.com", "example.com")]
    [InlineData("EXAMPLE.Com.", "example.com")]
    [InlineData("bücher.example", "xn--bcher-kva.example")]
    [InlineData("BÜCHER.example", "xn--bcher-kva.example")]
    [InlineData("example。com", "example.com")]
    [InlineData("ｅｘａｍｐｌｅ．com", "example.com")]
    [InlineData("a_b.example", "a_b.example")]
    public void A_name_has_one_form(string text, string name)
    {
        var host = CanonicalHost.Read(text, out var fault);

        Assert.Equal((name, ""), (host?.Name, fault));
        Assert.Null(host!.Address);
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("a..b")]
    [InlineData("a.b..")]
    [InlineData(".a")]
    [InlineData("user@example.com")]
    [InlineData("user:pass@example.com")]
    [InlineData("example.com\0.evil.org")]
    [InlineData("exa mple.com")]
    [InlineData("example.com\r\nX: y")]
    [InlineData("example.com/path")]
    [InlineData("example.com\\@evil.org")]
    [InlineData("example.com#x")]
    [InlineData("example%2ecom")]
    [InlineData("-a.example")]
    [InlineData("a-.example")]
    [InlineData("①②⑦.example")]
    [InlineData("aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffgggg.example")]
    public void What_is_no_name_is_refused(string text)
    {
        Assert.Null(CanonicalHost.Read(text, out var fault));
        Assert.NotEmpty(fault);
    }

    [Fact]
    public void A_name_of_254_characters_is_too_long() => Assert.Null(CanonicalHost.Read(string.Join('.', Enumerable.Repeat("abcde", 43))[..254], out _));

    [Theory]
    [InlineData("2130706433")]
    [InlineData("0x7f000001")]
    [InlineData("0x7f.1")]
    [InlineData("0177.0.0.1")]
    [InlineData("127.1")]
    [InlineData("127.0.1")]
    [InlineData("127.0.0.1.")]
    [InlineData("127.0.0.01")]
    [InlineData("１２７.0.0.1")]
    [InlineData("127。0。0。1")]
    [InlineData("1.2.3.4.5")]
    [InlineData("256.256.256.256")]
    [InlineData("example.0x1")]
    [InlineData("[::ffff:127.0.0.1]")]
    [InlineData("[0:0:0:0:0:0:0:1]")]
    [InlineData("[fe80::1%eth0]")]
    [InlineData("[fe80::1%25eth0]")]
    [InlineData("[::1")]
    [InlineData("[[::1]]")]
    public void An_address_in_an_unusual_form_is_no_host_at_all(string text) => Assert.Null(CanonicalHost.Read(text, out _));

    [Theory]
    [InlineData("93.184.216.34")]
    [InlineData("2606:4700::1111")]
    public void An_address_is_known_as_one_and_passes_no_wildcard(string text)
    {
        var host = CanonicalHost.Read(text, out _)!;

        Assert.NotNull(host.Address);
        Assert.False(HostPattern.All.Matches(host));
        Assert.True(HostPattern.Read(text, out _)!.Matches(host));
    }

    [Theory]
    [InlineData("example.com")]
    [InlineData("*.example.com")]
    [InlineData("EXAMPLE.Com.")]
    [InlineData("example。com")]
    [InlineData("[2606:4700::1111]")]
    [InlineData("*")]
    public void A_pattern_is_a_host_or_all_names_below_one_or_all(string pattern) => Assert.NotNull(HostPattern.Read(pattern, out _));

    [Theory]
    [InlineData("")]
    [InlineData("*.")]
    [InlineData("**")]
    [InlineData("*.*.example.com")]
    [InlineData("*example.com")]
    [InlineData("a.*.example.com")]
    [InlineData("https://example.com")]
    [InlineData("example.com:443")]
    [InlineData("*.1.2.3.4")]
    [InlineData("*.[::1]")]
    public void Anything_else_is_no_pattern_and_is_told_why(string pattern)
    {
        Assert.Null(HostPattern.Read(pattern, out var fault));
        Assert.NotEmpty(fault);
    }
}
