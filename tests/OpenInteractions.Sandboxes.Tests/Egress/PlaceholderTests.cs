using System.Text;
using OpenInteractions.Contracts.Environments;
using OpenInteractions.Sandboxes.Egress;
using OpenInteractions.Sandboxes.Tests.Init;
using OpenInteractions.Sandboxes.Egress.Secrets;
using static OpenInteractions.Sandboxes.Tests.Egress.EgressPolicyTests;

namespace OpenInteractions.Sandboxes.Tests.Egress;

/// <summary>Placeholders and what stands behind them.</summary>
public sealed class PlaceholderTests
{
    private const string Secret = "s3cret/with space&more";
    private const string Mark = "__GEMINI_CRED_key__";

    [Theory]
    [InlineData("GET", "/a", "X-Key: " + Mark + "\r\n", "", "X-Key: s3cret/with space&more\r\n")]
    [InlineData("GET", "/a", "Authorization: Basic dXNlcjpfX0dFTUlOSV9DUkVEX2tleV9f\r\n", "", "Authorization: Basic dXNlcjpzM2NyZXQvd2l0aCBzcGFjZSZtb3Jl\r\n")]
    [InlineData("GET", "/a?k=" + Mark + "&x=1", "", "", "GET /a?k=s3cret%2Fwith%20space%26more&x=1 HTTP/1.1\r\n")]
    [InlineData("POST", "/a", "Content-Type: application/json\r\n", "{\"k\":\"" + Mark + "\"}", "\r\n\r\n{\"k\":\"s3cret/with space&more\"}")]
    [InlineData("POST", "/a", "Content-Type: application/x-www-form-urlencoded\r\n", "k=" + Mark, "\r\n\r\nk=s3cret%2Fwith%20space%26more")]
    [Rule("CR-3")]
    public async Task It_is_replaced_where_it_may_be(string method, string target, string header, string body, string sent)
    {
        await using var rig = Rig(SecretPlaces.Header | SecretPlaces.Query | SecretPlaces.Body);

        var answer = await AskAsync(rig, method, target, header, body);

        Assert.StartsWith("HTTP/1.1 200", answer, StringComparison.Ordinal);
        var request = Assert.Single(rig.Requests);
        Assert.Contains(sent, request, StringComparison.Ordinal);
        Assert.DoesNotContain("GEMINI_CRED", request, StringComparison.Ordinal);
        var record = await rig.NextRecordAsync();
        Assert.Equal(("key", EgressDecision.Allowed), (Assert.Single(record.Credentials), record.Decision));
    }

    [Fact]
    public async Task In_chunks_it_is_replaced_wherever_they_cut_it()
    {
        await using var rig = Rig(SecretPlaces.Body);
        using var inside = await rig.ConnectAsync();
        var chunks = string.Concat(("k=" + Mark).Select(c => $"1\r\n{c}\r\n"));

        await inside.SendAsync($"POST http://api.example.com/ HTTP/1.1\r\nHost: api.example.com\r\nTransfer-Encoding: chunked\r\n\r\n{chunks}0\r\n\r\n");
        await inside.ReadMessageAsync();

        Assert.EndsWith("k=" + Secret, Assert.Single(rig.Requests), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET", "/" + Mark, "", "")]
    [InlineData("GET", "/%5f%5fGEMINI_CRED_key__", "", "")]
    [InlineData("GET", "/?k=%5F_GEMINI_CRED_key__", "", "")]
    [InlineData("GET", "/?k=" + Mark, "", "")]
    [InlineData("GET", "/", Mark + ": 1\r\n", "")]
    [InlineData("GET", "/", "X-Key: __GEMINI_CRED_other__\r\n", "")]
    [InlineData("GET", "/", "X-Key: __GEMINI_CRED_key\r\n", "")]
    [InlineData("GET", "/", "X-Key: __gemini_cred_key__\r\n", "")]
    [InlineData("GET", "/", "Proxy-Authorization: " + Mark + "\r\n", "")]
    [InlineData("POST", "/", "", "k=" + Mark)]
    [Rule("CR-3")]
    public async Task Anywhere_else_the_request_is_refused_and_not_sent(string method, string target, string header, string body)
    {
        await using var rig = Rig(SecretPlaces.Header);

        var answer = await AskAsync(rig, method, target, header, body);

        Assert.StartsWith("HTTP/1.1 403", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", answer, StringComparison.Ordinal);
        Assert.Empty(rig.Dialled);
        Assert.Equal(EgressDecision.BlockedPlaceholder, Assert.Single(rig.Records).Decision);
    }

    [Theory]
    [InlineData("X-Key: " + Mark + "\r\n", "")]
    [InlineData("Authorization: Basic dXNlcjpfX0dFTUlOSV9DUkVEX2tleV9f\r\n", "")]
    [InlineData("", "k=" + Mark)]
    public async Task To_a_domain_that_is_not_trusted_it_is_refused(string header, string body)
    {
        await using var rig = Rig(SecretPlaces.Header | SecretPlaces.Body);

        var answer = await AskAsync(rig, "POST", "/", header, body, "evil.org");

        Assert.StartsWith("HTTP/1.1 403", answer, StringComparison.Ordinal);
        Assert.Empty(rig.Dialled);
        Assert.Equal(EgressDecision.BlockedPlaceholder, Assert.Single(rig.Records).Decision);
    }

    [Fact]
    public async Task Behind_the_bound_of_a_body_it_is_found_and_the_request_never_ends_outside()
    {
        await using var rig = new EgressRig(Rules(["*"]), Plain);
        using var inside = await rig.ConnectAsync();
        var whole = new string('a', 70_000) + Mark;

        await inside.SendAsync($"POST http://evil.org/ HTTP/1.1\r\nHost: evil.org\r\nContent-Length: {whole.Length}\r\n\r\n{whole}");
        var answer = await inside.ReadMessageAsync();

        Assert.StartsWith("HTTP/1.1 403", answer, StringComparison.Ordinal);
        Assert.DoesNotContain(rig.Requests, r => r.Contains("GEMINI", StringComparison.Ordinal));
        Assert.Equal(EgressDecision.BlockedPlaceholder, Assert.Single(rig.Records).Decision);
    }

    [Fact]
    public void A_watch_finds_it_at_every_cut()
    {
        var data = Encoding.ASCII.GetBytes("abc" + Mark + "def");
        for (var cut = 1; cut < data.Length; cut++)
        {
            Assert.Throws<EgressRefusedException>(() =>
            {
                var watch = new PlaceholderWatch();
                watch.Look(data.AsSpan(0, cut));
                watch.Look(data.AsSpan(cut));
            });
        }

        Assert.Throws<EgressRefusedException>(() =>
        {
            var watch = new PlaceholderWatch();
            foreach (var one in data)
            {
                watch.Look([one]);
            }
        });
    }

    [Fact]
    public async Task A_trusted_domain_is_reached_by_https_with_the_placeholder_replaced()
    {
        await using var rig = new EgressRig(Rules(["*"]), null, null, "key");
        rig.Secrets["key"] = new ValueSecret(Secret, SecretPlaces.Header, ["api.example.com"]);
        using var inside = await rig.ConnectToNameAsync("api.example.com");
        await using var tls = await inside.SecureAsync("api.example.com", rig.AuthorityPem);

        await EgressRig.Write(tls, $"GET / HTTP/1.1\r\nHost: api.example.com\r\nX-Key: {Mark}\r\n\r\n");
        await Inside.ReadMessageAsync(tls, Within.Time);

        Assert.Contains("X-Key: " + Secret + "\r\n", Assert.Single(rig.Requests), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_TLS_it_is_refused_unless_the_operator_says_so()
    {
        await using var rig = new EgressRig(Rules(["*"]), null, null, "key");
        rig.Secrets["key"] = new ValueSecret(Secret, SecretPlaces.Header, ["api.example.com"]);

        Assert.Contains("Use https", await rig.AskAsync($"GET http://api.example.com/ HTTP/1.1\r\nHost: api.example.com\r\nX-Key: {Mark}\r\n\r\n"), StringComparison.Ordinal);
        Assert.Empty(rig.Dialled);
    }

    [Fact]
    public async Task Nobody_is_trusted_by_a_star_or_by_an_empty_list()
    {
        foreach (string[] domains in (string[][])[["*"], []])
        {
            await using var rig = new EgressRig(Rules(["*"]), Plain, null, "key");
            rig.Secrets["key"] = new ValueSecret(Secret, SecretPlaces.Header, domains);

            Assert.StartsWith("HTTP/1.1 403", await AskAsync(rig, "GET", "/", $"X-Key: {Mark}\r\n", ""), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_server_that_echoes_the_secret_shows_stars_in_headers_and_body()
    {
        await using var rig = new EgressRig(Rules([], Entry("api.example.com", ("X-Inner", "Bearer transform-secret")) with { Credential = "token" }), Plain);
        rig.Secrets["token"] = new HeaderSecret("Authorization", "Bearer", "s3cret-token");
        const string Body = "you sent s3cret-token and transform-secret, and s3cret-toke is something else; s3cret-tokes3cret-token";
        rig.Answer = async (_, s) =>
        {
            await EgressRig.Write(s, $"HTTP/1.1 200 s3cret-token\r\nX-Echo: <s3cret-token>\r\ns3cret-token: x\r\nLocation: /?t=s3cret-token\r\nContent-Length: {Body.Length}\r\n\r\n");
            foreach (var c in Body)
            {
                await EgressRig.Write(s, c.ToString());
            }
        };

        var answer = await rig.AskAsync("GET http://api.example.com/ HTTP/1.1\r\nHost: api.example.com\r\nAccept-Encoding: gzip\r\nRange: bytes=0-3\r\n\r\n");

        Assert.DoesNotContain("s3cret-token", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("transform-secret", answer, StringComparison.Ordinal);
        Assert.EndsWith("you sent ************ and ****************, and s3cret-toke is something else; s3cret-toke************", answer, StringComparison.Ordinal);
        Assert.Contains("X-Echo: <************>", answer, StringComparison.Ordinal);
        var sent = Assert.Single(rig.Requests);
        Assert.Contains("Accept-Encoding: identity\r\n", sent, StringComparison.Ordinal);
        Assert.DoesNotContain("gzip", sent, StringComparison.Ordinal);
        Assert.DoesNotContain("Range", sent, StringComparison.Ordinal);
    }

    [Fact]
    public void A_secret_is_found_at_every_cut_and_where_secrets_overlap()
    {
        byte[][] secrets = ["aab"u8.ToArray(), "abcd"u8.ToArray(), "aabcdx"u8.ToArray()];
        var data = Encoding.ASCII.GetBytes("aaab.aabcd.aabcdx.abc.aa");
        for (var cut = 0; cut <= data.Length; cut++)
        {
            for (var second = cut; second <= data.Length; second++)
            {
                var scrubber = new Scrubber(secrets);
                byte[] all = [.. scrubber.Next(data.AsMemory(0, cut)).ToArray(), .. scrubber.Next(data.AsMemory(cut, second - cut)).ToArray(), .. scrubber.Next(data.AsMemory(second)).ToArray(), .. scrubber.End().ToArray()];

                Assert.Equal("a***.*****.******.abc.aa", Encoding.ASCII.GetString(all));
            }
        }
    }

    [Fact]
    public async Task An_answer_that_cannot_be_searched_is_not_passed_on()
    {
        await using var rig = new EgressRig(Rules([], Entry("api.example.com", ("X-Inner", "transform-secret"))), Plain) { Answer = (_, s) => EgressRig.Write(s, "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc") };

        Assert.StartsWith("HTTP/1.1 502", await rig.AskAsync("GET http://api.example.com/ HTTP/1.1\r\nHost: api.example.com\r\n\r\n"), StringComparison.Ordinal);
    }

    private static EgressOptions Plain => new() { PlainSecrets = true };

    private static EgressRig Rig(SecretPlaces places)
    {
        var rig = new EgressRig(Rules(["*"]), Plain, null, "key");
        rig.Secrets["key"] = new ValueSecret(Secret, places, ["*.example.com"]);
        return rig;
    }

    private static async Task<string> AskAsync(EgressRig rig, string method, string target, string header, string body, string host = "api.example.com")
    {
        using var inside = await rig.ConnectAsync();
        await inside.SendAsync($"{method} http://{host}{target} HTTP/1.1\r\nHost: {host}\r\n{header}{(body.Length > 0 ? $"Content-Length: {body.Length}\r\n" : "")}\r\n{body}");
        return await inside.ReadMessageAsync();
    }
}
