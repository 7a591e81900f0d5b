using OpenInteractions.Sandboxes.Egress;
using static OpenInteractions.Sandboxes.Tests.Egress.EgressPolicyTests;

namespace OpenInteractions.Sandboxes.Tests.Egress;

/// <summary>The proxy's door: requests that name their target, and tunnels.</summary>
public sealed class ProxyDoorTests
{
    [Fact]
    public async Task An_allowed_request_goes_out_written_anew()
    {
        await using var rig = new EgressRig(Rules(["api.example.com"]));

        var answer = await rig.AskAsync("GET http://API.example.com./a?b=c HTTP/1.1\r\nHost: api.example.com\r\nX-Mine: 1\r\nConnection: X-Drop\r\nX-Drop: 2\r\nProxy-Authorization: Basic eA==\r\nTE: trailers\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 200 OK\r\n", answer, StringComparison.Ordinal);
        Assert.EndsWith("ok", answer, StringComparison.Ordinal);
        Assert.Equal("GET /a?b=c HTTP/1.1\r\nHost: api.example.com\r\nX-Mine: 1\r\nConnection: close\r\n\r\n", Assert.Single(rig.Requests));
        var record = Assert.Single(rig.Records);
        Assert.Equal((EgressDecision.Allowed, "api.example.com", 80, "api.example.com", "GET", "/a", 200, null), (record.Decision, record.Host, record.Port, record.Rule, record.Method, record.Path, record.Status, record.Reason));
        Assert.NotNull(record.Address);
        Assert.True(record is { BytesIn: > 40, BytesOut: > 100 });
    }

    [Theory]
    [InlineData("other.example.com")]
    [InlineData("api.example.com.evil.org")]
    [InlineData("93.184.216.34")]
    [InlineData("2130706433")]
    [InlineData("0x7f.1")]
    [InlineData("127.0.0.1")]
    [InlineData("[::1]")]
    [InlineData("[::ffff:169.254.169.254]")]
    [InlineData("user@api.example.com")]
    [InlineData("api.example.com:8080")]
    public async Task What_no_rule_allows_is_refused_at_both_forms(string authority)
    {
        await using var rig = new EgressRig(Rules(["api.example.com"]));

        var plain = await rig.AskAsync($"GET http://{authority}/ HTTP/1.1\r\nHost: {authority}\r\n\r\n");
        var tunnel = await rig.AskAsync($"CONNECT {(authority.EndsWith(":8080", StringComparison.Ordinal) ? authority : authority + ":443")} HTTP/1.1\r\nHost: {authority}\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 403 ", plain, StringComparison.Ordinal);
        Assert.Contains("Egress refused: ", plain, StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 403 ", tunnel, StringComparison.Ordinal);
        Assert.Empty(rig.Dialled);
        Assert.All(rig.Records, r => Assert.Equal((EgressDecision.Refused, 403), (r.Decision, r.Status)));
        Assert.Equal(2, rig.Records.Count);
    }

    [Theory]
    [InlineData("10.0.0.1")]
    [InlineData("169.254.169.254")]
    [InlineData("100.100.100.200")]
    [InlineData("198.18.0.1")]
    [InlineData("::1")]
    [InlineData("64:ff9b::7f00:1")]
    public async Task An_allowed_name_that_leads_to_a_private_address_is_refused(string address)
    {
        await using var rig = new EgressRig(Rules(["api.example.com"]));
        rig.Name("api.example.com", [EgressRig.Public, address]);

        var plain = await rig.AskAsync("GET http://api.example.com/ HTTP/1.1\r\nHost: api.example.com\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 403 ", plain, StringComparison.Ordinal);
        Assert.DoesNotContain(address, plain, StringComparison.Ordinal);
        Assert.Empty(rig.Dialled);
        Assert.Equal(EgressDecision.Refused, Assert.Single(rig.Records).Decision);
    }

    [Fact]
    public async Task A_name_that_changes_its_mind_is_asked_once_per_request_and_judged_each_time()
    {
        await using var rig = new EgressRig(Rules(["api.example.com"]));
        rig.Name("api.example.com", [EgressRig.Public], ["127.0.0.1"]);
        using var inside = await rig.ConnectAsync();

        await inside.SendAsync("GET http://api.example.com/1 HTTP/1.1\r\nHost: api.example.com\r\n\r\n");
        var first = await inside.ReadMessageAsync();
        await inside.SendAsync("GET http://api.example.com/2 HTTP/1.1\r\nHost: api.example.com\r\n\r\n");
        var second = await inside.ReadMessageAsync();

        Assert.StartsWith("HTTP/1.1 200", first, StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 403", second, StringComparison.Ordinal);
        Assert.Equal(EgressRig.Public, Assert.Single(rig.Dialled).Address.ToString());
    }

    [Fact]
    public async Task A_redirect_is_handed_back_and_not_followed()
    {
        await using var rig = new EgressRig(Rules(["api.example.com"])) { Answer = (_, s) => EgressRig.Write(s, "HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n") };

        var answer = await rig.AskAsync("GET http://api.example.com/ HTTP/1.1\r\nHost: api.example.com\r\n\r\n");

        Assert.Contains("Location: http://169.254.169.254/", answer, StringComparison.Ordinal);
        Assert.Single(rig.Dialled);
    }

    public static TheoryData<string> Smuggled => new()
    {
        "POST http://api.example.com/ HTTP/1.1\r\nHost: api.example.com\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST http://api.example.com/ HTTP/1.1\r\nHost: api.example.com\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
        "POST http://api.example.com/ HTTP/1.1\r\nHost: api.example.com\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        "POST http://api.example.com/ HTTP/1.1\r\nHost: api.example.com\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
        "POST http://api.example.com/ HTTP/1.0\r\nHost: api.example.com\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST http://api.example.com/ HTTP/1.1\r\nHost: api.example.com\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx",
        "POST http://api.example.com/ HTTP/1.1\r\nHost: api.example.com\r\nContent-Length: +1\r\n\r\nx",
        "POST http://api.example.com/ HTTP/1.1\r\nHost: api.example.com\r\nContent-Length: 1, 1\r\n\r\nx",
        "GET http://api.example.com/ HTTP/1.1\r\nHost: api.example.com\r\nX: a\r\n b\r\n\r\n",
        "GET http://api.example.com/ HTTP/1.1\nHost: api.example.com\n\n",
        "GET http://api.example.com/ HTTP/1.1\r\nHost: api.example.com\r\nX: a\nY: b\r\n\r\n",
        "GET http://api.example.com/ HTTP/1.1\r\nHost: api.example.com\r\nX: a\rY: b\r\n\r\n",
        "GET http://api.example.com/ HTTP/1.1\r\nHost: api.example.com\r\nX: a\0b\r\n\r\n",
        "GET http://api.example.com/ HTTP/1.1\r\nHost: api.example.com\r\nHost: api.example.com\r\n\r\n",
        "GET http://api.example.com/ HTTP/1.1\r\nX: y\r\n\r\n",
        "GET  http://api.example.com/ HTTP/1.1\r\nHost: api.example.com\r\n\r\n",
        "GET http://api.example.com/ HTTP/2.0\r\nHost: api.example.com\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: api.example.com\r\n\r\n",
        "GET https://api.example.com/ HTTP/1.1\r\nHost: api.example.com\r\n\r\n",
        "CONNECT api.example.com:443 HTTP/1.1\r\nHost: api.example.com\r\nContent-Length: 3\r\n\r\nabc",
    };

    [Theory, MemberData(nameof(Smuggled))]
    public async Task What_two_parsers_read_in_two_ways_is_not_sent(string request)
    {
        await using var rig = new EgressRig(Rules(["api.example.com"]));

        var answer = await rig.AskAsync(request);

        Assert.StartsWith("HTTP/1.1 400 ", answer, StringComparison.Ordinal);
        Assert.Equal(1, answer.Split("HTTP/1.1 ").Length - 1);
        Assert.Empty(rig.Requests);
        Assert.Equal((EgressDecision.Refused, 400), (Assert.Single(rig.Records).Decision, rig.Records.Single().Status));
    }

    [Theory]
    [InlineData("-1\r\nx")]
    [InlineData("0x1\r\nx\r\n0\r\n\r\n")]
    [InlineData("1 \r\nx\r\n0\r\n\r\n")]
    [InlineData("fffffffff\r\nx")]
    [InlineData("1\nx\r\n0\r\n\r\n")]
    [InlineData("1\r\nxyz\r\n0\r\n\r\n")]
    public async Task A_bad_chunk_never_becomes_a_whole_request(string body)
    {
        await using var rig = new EgressRig(Rules(["api.example.com"]));

        var answer = await rig.AskAsync($"POST http://api.example.com/ HTTP/1.1\r\nHost: api.example.com\r\nTransfer-Encoding: chunked\r\n\r\n{body}");

        Assert.StartsWith("HTTP/1.1 400 ", answer, StringComparison.Ordinal);
        Assert.DoesNotContain(rig.Requests, r => r.EndsWith("0\r\n\r\n", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Host_and_target_have_to_agree()
    {
        await using var rig = new EgressRig(Rules(["*"]));

        Assert.StartsWith("HTTP/1.1 403", await rig.AskAsync("GET http://a.example/ HTTP/1.1\r\nHost: b.example\r\n\r\n"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 403", await rig.AskAsync("CONNECT a.example:443 HTTP/1.1\r\nHost: b.example:443\r\n\r\n"), StringComparison.Ordinal);
        Assert.Empty(rig.Dialled);
    }

    [Fact]
    public async Task A_chunked_body_arrives_without_extensions_and_trailers()
    {
        await using var rig = new EgressRig(Rules(["api.example.com"]));

        await rig.AskAsync("POST http://api.example.com/ HTTP/1.1\r\nHost: api.example.com\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n0\r\nX-Trailer: 1\r\n\r\n");

        Assert.EndsWith("Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", Assert.Single(rig.Requests), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")]
    [InlineData("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\nContent-Length: 0\n\n")]
    [InlineData("nonsense\r\n\r\n")]
    [InlineData("")]
    public async Task An_answer_that_is_no_plain_HTTP_becomes_a_502(string answer)
    {
        await using var rig = new EgressRig(Rules(["api.example.com"])) { Answer = (_, s) => EgressRig.Write(s, answer) };

        var got = await rig.AskAsync("GET http://api.example.com/ HTTP/1.1\r\nHost: api.example.com\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 502 ", got, StringComparison.Ordinal);
        Assert.Equal(502, Assert.Single(rig.Records).Status);
    }

    [Fact]
    public async Task An_answer_that_is_cut_never_looks_whole()
    {
        await using var rig = new EgressRig(Rules(["api.example.com"])) { Answer = (_, s) => EgressRig.Write(s, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel") };

        var got = await rig.AskAsync("GET http://api.example.com/ HTTP/1.1\r\nHost: api.example.com\r\n\r\n");

        Assert.DoesNotContain("0\r\n\r\n", got, StringComparison.Ordinal);
        Assert.DoesNotContain("502", got, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_head_without_end_is_refused_at_its_bound()
    {
        await using var rig = new EgressRig(Rules(["api.example.com"]));
        using var inside = await rig.ConnectAsync();

        await inside.SendAsync("GET http://api.example.com/ HTTP/1.1\r\nX: " + new string('a', 32 * 1024));

        Assert.StartsWith("HTTP/1.1 400 ", await inside.ReadAllAsync(), StringComparison.Ordinal);
        Assert.Empty(rig.Dialled);
    }

    [Fact]
    public async Task A_websocket_is_told_to_take_a_tunnel()
    {
        await using var rig = new EgressRig(Rules(["api.example.com"]));

        Assert.Contains("use CONNECT", await rig.AskAsync("GET http://api.example.com/ HTTP/1.1\r\nHost: api.example.com\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"), StringComparison.Ordinal);
        Assert.Empty(rig.Dialled);
    }

    [Fact]
    public async Task A_tunnel_that_is_half_closed_still_brings_the_answer()
    {
        await using var rig = new EgressRig(Rules(["api.example.com"]));
        using var inside = await rig.ConnectAsync();

        await inside.SendAsync("CONNECT api.example.com:80 HTTP/1.1\r\nHost: api.example.com:80\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 200 ", await inside.ReadMessageAsync(), StringComparison.Ordinal);
        await inside.SendAsync("GET / HTTP/1.1\r\nHost: api.example.com\r\nUpgrade: websocket\r\n\r\n");
        inside.EndSending();

        Assert.EndsWith("ok", await inside.ReadAllAsync(), StringComparison.Ordinal);
        await inside.CutAsync();
        Assert.Equal((EgressDecision.Allowed, "CONNECT"), (Assert.Single(rig.Records).Decision, rig.Records.Single().Method));
    }

    [Fact]
    [Rule("EN-9")]
    public async Task New_rules_cut_what_is_open_under_old_ones_and_leave_the_rest()
    {
        await using var rig = new EgressRig(Rules(["api.example.com", "other.example.com"]));
        rig.Answer = (_, _) => Task.Delay(Timeout.InfiniteTimeSpan, rig.Gone);
        using var gone = await TunnelAsync(rig, "api.example.com");
        using var stays = await TunnelAsync(rig, "other.example.com");

        rig.Environment.Replace(EgressPolicy.From(Rules(["other.example.com"]), rig.Options));

        await gone.CutAsync();
        Assert.False(stays.Served.IsCompleted);
        Assert.StartsWith("HTTP/1.1 403", await rig.AskAsync("GET http://api.example.com/ HTTP/1.1\r\nHost: api.example.com\r\n\r\n"), StringComparison.Ordinal);
        Assert.Contains(rig.Records, r => r.Reason == "its rule is gone");
    }

    [Fact]
    public async Task A_port_that_the_operator_lists_is_open_for_its_host_alone()
    {
        await using var rig = new EgressRig(Rules(["*"]), new EgressOptions { Ports = { "git.example.com:8443" } });

        Assert.StartsWith("HTTP/1.1 200", await rig.AskAsync("GET http://git.example.com:8443/ HTTP/1.1\r\nHost: git.example.com:8443\r\n\r\n"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 403", await rig.AskAsync("GET http://api.example.com:8443/ HTTP/1.1\r\nHost: api.example.com:8443\r\n\r\n"), StringComparison.Ordinal);
    }

    private static async Task<Inside> TunnelAsync(EgressRig rig, string name)
    {
        var inside = await rig.ConnectAsync();
        await inside.SendAsync($"CONNECT {name}:80 HTTP/1.1\r\nHost: {name}:80\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 200 ", await inside.ReadMessageAsync(), StringComparison.Ordinal);
        await inside.SendAsync("GET / HTTP/1.1\r\n\r\n");
        await rig.RequestAsync();
        return inside;
    }
}
