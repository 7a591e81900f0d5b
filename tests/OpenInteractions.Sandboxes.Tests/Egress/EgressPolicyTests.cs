using OpenInteractions.Contracts.Environments;
using OpenInteractions.Contracts.Errors;
using OpenInteractions.Contracts.Json;
using OpenInteractions.Engine.Outbound;
using OpenInteractions.Sandboxes.Egress;

namespace OpenInteractions.Sandboxes.Tests.Egress;

/// <summary>Which rule lets which host pass.</summary>
public sealed class EgressPolicyTests
{
    [Theory]
    [InlineData("example.com", "example.com", true)]
    [InlineData("example.com", "www.example.com", false)]
    [InlineData("*.example.com", "example.com", false)]
    [InlineData("*.example.com", "www.example.com", true)]
    [InlineData("*.example.com", "a.b.example.com", true)]
    [InlineData("*.example.com", "evilexample.com", false)]
    [InlineData("*.example.com", "example.com.evil.org", false)]
    [InlineData("*", "anything.example", true)]
    [InlineData("EXAMPLE.com.", "example.com", true)]
    [Rule("EN-7")]
    public void A_domain_allows(string domain, string host, bool passes) => Assert.Equal(passes, Find(Make(domain), host) is not null);

    [Fact]
    [Rule("EN-7")]
    public void Without_rules_all_names_pass_and_disabled_lets_nothing_pass()
    {
        Assert.Equal("*", Find(EgressPolicy.From(null, new EgressOptions()), "example.com")?.Hosts.Text);
        Assert.Null(Find(EgressPolicy.From(null, new EgressOptions()), "93.184.216.34"));
        Assert.Null(Find(EgressPolicy.From(new StringOr<NetworkRules>("disabled"), new EgressOptions()), "example.com"));
        Assert.Null(Find(EgressPolicy.From(new StringOr<NetworkRules>(new NetworkRules { Allowlist = new NetworkAllowlist(null) }), new EgressOptions()), "example.com"));
        Assert.Null(Find(Make(), "example.com"));
    }

    [Fact]
    public void The_more_specific_rule_wins_wherever_it_stands()
    {
        var policy = Make("*", "*.example.com", "*.a.example.com", "x.a.example.com");

        Assert.Equal(["x.a.example.com", "*.a.example.com", "*.example.com", "*"],
            new[] { "x.a.example.com", "y.a.example.com", "a.example.com", "example.com" }.Select(h => Find(policy, h)!.Hosts.Text));
    }

    [Fact]
    public void A_rule_never_reaches_beyond_the_ceiling()
    {
        var listed = new EgressOptions { Ceiling = EgressCeiling.Allowlist, Allowlist = { "*.example.com", "good.org" } };

        Assert.Null(Find(EgressPolicy.From(Rules(["*"]), new EgressOptions { Ceiling = EgressCeiling.Deny }), "example.com"));
        Assert.Null(Find(EgressPolicy.From(Rules(["*", "evil.org"]), listed), "evil.org"));
        Assert.NotNull(Find(EgressPolicy.From(Rules(["*"]), listed), "www.example.com"));
        Assert.Null(Find(EgressPolicy.From(Rules(["good.org"]), listed), "www.example.com"));
    }

    [Theory]
    [InlineData("https://example.com", "environment.network.allowlist[1].domain")]
    [InlineData("example.com:443", "environment.network.allowlist[1].domain")]
    [InlineData("a.*.com", "environment.network.allowlist[1].domain")]
    [InlineData("**", "environment.network.allowlist[1].domain")]
    [InlineData("*.10.0.0.1", "environment.network.allowlist[1].domain")]
    [InlineData("127.1", "environment.network.allowlist[1].domain")]
    [InlineData("FIRST.example", "environment.network.allowlist[1].domain")]
    public void A_wrong_domain_is_told_with_its_place(string domain, string field)
    {
        var e = Assert.Throws<ApiException>(() => Make("first.example", domain));

        Assert.Equal((ErrorCode.InvalidRequest, field), (e.Code, e.Field));
    }

    [Fact]
    public void A_credential_is_not_sent_to_everybody() =>
        Assert.Equal("environment.network.allowlist[0].credential", Assert.Throws<ApiException>(() => EgressPolicy.From(Rules([], new AllowlistEntry { Domain = "*", Credential = "c" }), new EgressOptions())).Field);

    [Theory]
    [InlineData("X Y", "v")]
    [InlineData("X", "a\r\nY: b")]
    [InlineData("Host", "evil.org")]
    [InlineData("Content-Length", "3")]
    [InlineData("transfer-encoding", "chunked")]
    public void A_header_that_would_change_the_framing_or_the_host_is_refused(string name, string value) =>
        Assert.Equal("environment.network.allowlist[0].transform", Assert.Throws<ApiException>(() => EgressPolicy.From(Rules([], Entry("example.com", (name, value))), new EgressOptions())).Field);

    [Fact]
    public void Of_a_list_of_maps_the_later_one_wins()
    {
        var entry = new AllowlistEntry
        {
            Domain = "example.com",
            Transform = new OneOrMany<IReadOnlyDictionary<string, string>>([new Dictionary<string, string> { ["X-A"] = "1", ["X-B"] = "2" }, new Dictionary<string, string> { ["x-a"] = "3" }]),
        };

        Assert.Equal(["X-A: 3", "X-B: 2"], Find(EgressPolicy.From(Rules([], entry), new EgressOptions()), "example.com")!.Headers.Select(h => $"{h.Key}: {h.Value}").Order());
    }

    internal static StringOr<NetworkRules> Rules(string[] domains, params AllowlistEntry[] entries) =>
        new(new NetworkRules { Allowlist = new NetworkAllowlist([.. domains.Select(d => new AllowlistEntry { Domain = d }), .. entries]) });

    internal static AllowlistEntry Entry(string domain, params (string Name, string Value)[] headers) =>
        new() { Domain = domain, Transform = new OneOrMany<IReadOnlyDictionary<string, string>>(headers.ToDictionary(h => h.Name, h => h.Value)) };

    private static EgressPolicy Make(params string[] domains) => EgressPolicy.From(Rules(domains), new EgressOptions());

    private static EgressRule? Find(EgressPolicy policy, string host) => policy.Find(CanonicalHost.Read(host, out _)!);
}
