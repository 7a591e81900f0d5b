using System.Net;
using OpenInteractions.Contracts.Errors;
using OpenInteractions.Engine.Outbound;
using OpenInteractions.Testing.Outbound;

namespace OpenInteractions.Engine.Tests.Outbound;

public sealed class OutboundGuardTests
{
    public static TheoryData<string> Spellings => [.. HostileAddresses.Spellings];

    [Theory]
    [MemberData(nameof(Spellings))]
    public async Task An_address_that_is_not_public_is_refused_however_it_is_spelled(string url)
    {
        await using var client = new GuardedClient();

        // Some of these are not even taken for an address by the platform; then nothing can be sent either.
        if (Uri.TryCreate(url, UriKind.Absolute, out var uri))
        {
            if (uri.Scheme is "http" or "https")
            {
                var refused = await Assert.ThrowsAsync<OutboundRefusedException>(() => client.GetAsync(url));
                Assert.Contains("refused", refused.Message, StringComparison.Ordinal);
            }
            else
            {
                await Assert.ThrowsAnyAsync<Exception>(() => client.GetAsync(url));
            }
        }
        else
        {
            Assert.Throws<ApiException>(() => client.Guard.Require(url, "tools[0].url"));
        }

        Assert.Empty(client.Dialled);
        Assert.Empty(client.Requests);
    }

    [Fact]
    public void There_are_enough_spellings() => Assert.InRange(Spellings.Count, 60, int.MaxValue);

    [Theory]
    [InlineData("http://127.0.0.1/")]
    [InlineData("http://0x7f.1/")]
    [InlineData("http://[::1]/")]
    [InlineData("http://user:secret@example.com/")]
    [InlineData("ftp://example.com/")]
    [InlineData("/mcp")]
    [InlineData("http://127.0.0.1.1/")]
    public async Task What_is_wrong_at_sight_is_told_before_anything_is_resolved(string url)
    {
        await using var client = new GuardedClient();

        var wrong = Assert.Throws<ApiException>(() => client.Guard.Require(url, "tools[0].url"));

        Assert.Equal((ErrorCode.InvalidRequest, "tools[0].url"), (wrong.Code, wrong.Field));
        Assert.Equal(0, client.Lookups);
        Assert.DoesNotContain("secret", wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_public_name_is_reached()
    {
        await using var client = new GuardedClient().Name("example.com", ["93.184.216.34"]);

        using var answer = await client.GetAsync("http://example.com/page");

        Assert.Equal("ok", await answer.Content.ReadAsStringAsync());
        Assert.Equal(IPEndPoint.Parse("93.184.216.34:80"), Assert.Single(client.Dialled));
    }

    [Theory]
    [InlineData("93.184.216.34", "10.0.0.1")]
    [InlineData("10.0.0.1", "93.184.216.34")]
    [InlineData("2606:4700::1111", "::1")]
    [InlineData("93.184.216.34", "::ffff:169.254.169.254")]
    public async Task A_name_that_leads_to_public_and_private_addresses_is_refused(string one, string other)
    {
        await using var client = new GuardedClient().Name("mixed.example", [one, other]);

        await Assert.ThrowsAsync<OutboundRefusedException>(() => client.GetAsync("http://mixed.example/"));

        Assert.Empty(client.Dialled);
    }

    [Fact]
    public async Task A_name_that_answers_differently_the_second_time_is_asked_only_once_for_a_connection()
    {
        await using var client = new GuardedClient().Name("rebound.example", ["93.184.216.34"], ["127.0.0.1"]);

        using var first = await client.GetAsync("http://rebound.example/");

        Assert.Equal(1, client.Lookups);
        Assert.Equal(IPAddress.Parse("93.184.216.34"), Assert.Single(client.Dialled).Address);
        await Assert.ThrowsAsync<OutboundRefusedException>(() => client.GetAsync("http://rebound.example/"));
        Assert.Equal((2, 1), (client.Lookups, client.Dialled.Count));
    }

    [Fact]
    public async Task A_private_name_and_one_that_does_not_exist_are_refused_in_the_same_words()
    {
        await using var client = new GuardedClient().Name("inside.example", ["10.1.2.3"]).Name("nowhere.example", Array.Empty<string>());

        var inside = await Assert.ThrowsAsync<OutboundRefusedException>(() => client.GetAsync("http://inside.example/"));
        var nowhere = await Assert.ThrowsAsync<OutboundRefusedException>(() => client.GetAsync("http://nowhere.example/"));

        Assert.Equal(nowhere.Message.Replace("nowhere", "inside", StringComparison.Ordinal), inside.Message);
        Assert.Contains("OpenInteractions:Outbound:AllowedNetworks", inside.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("10.1", inside.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("10.1.0.0/16", "http://10.1.2.3/", "http://10.2.0.1/")]
    [InlineData("127.0.0.1/32", "http://127.0.0.1:9/", "http://127.0.0.2/")]
    [InlineData("127.0.0.1/32", "http://[::ffff:127.0.0.1]/", "http://[::1]/")]
    [InlineData("fd00::/8", "http://[fd12::1]/", "http://[fc00::1]/")]
    public async Task The_operator_opens_single_networks(string network, string open, string closed)
    {
        await using var client = new GuardedClient(allowed: network);

        using var answer = await client.GetAsync(open);

        Assert.True(answer.IsSuccessStatusCode);
        await Assert.ThrowsAsync<OutboundRefusedException>(() => client.GetAsync(closed));
        Assert.Single(client.Dialled);
    }

    [Theory]
    [InlineData("https://public.example/x.png", false)]
    [InlineData("https://93.184.216.34/x.png", false)]
    [InlineData("https://unknown.example/x.png", false)] // whoever fetches it may know it
    [InlineData("http://inside.example/x.png", true)]
    [InlineData("http://both.example/x.png", true)]
    [InlineData("http://169.254.169.254/x.png", true)]
    [InlineData("http://localhost:22/x.png", true)]
    [InlineData("http://a.localhost/x.png", true)]
    [InlineData("http://metadata/x.png", true)]
    [InlineData("http://metadata.google.internal./x.png", true)]
    [InlineData("http://printer.local/x.png", true)]
    public async Task An_address_that_somebody_else_is_to_fetch_leads_nowhere_inside(string url, bool isRefused)
    {
        await using var client = new GuardedClient().Name("public.example", ["93.184.216.34"]).Name("inside.example", ["10.1.2.3"]).Name("both.example", ["93.184.216.34", "10.1.2.3"])
            .Name("localhost", ["127.0.0.1"]).Name("unknown.example", Array.Empty<string>()).Name("a.localhost", Array.Empty<string>()).Name("metadata", Array.Empty<string>())
            .Name("metadata.google.internal.", Array.Empty<string>()).Name("printer.local", Array.Empty<string>());

        Assert.Equal(isRefused, await client.Guard.FindFaultAsync(new Uri(url), default) is not null);
        Assert.Empty(client.Dialled);
    }
}
