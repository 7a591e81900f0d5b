using System.Diagnostics;
using System.Net;
using OpenInteractions.Contracts.Environments;
using OpenInteractions.Sandboxes.Egress;
using OpenInteractions.Sandboxes.Tests.Init;
using OpenInteractions.Sandboxes.Egress.Secrets;
using OpenInteractions.Sandboxes.Egress.Tls;
using static OpenInteractions.Sandboxes.Tests.Egress.EgressPolicyTests;

namespace OpenInteractions.Sandboxes.Tests.Egress;

/// <summary>The transparent doors, and TLS: passed on untouched, or ended where a rule adds something.</summary>
public sealed class TlsDoorTests
{
    private const string Get = "GET /x?q=1 HTTP/1.1\r\nHost: api.example.com\r\nAuthorization: mine\r\nConnection: close\r\n\r\n";

    [Fact]
    public async Task A_program_that_knows_no_proxy_reaches_an_allowed_name_on_port_80()
    {
        await using var rig = new EgressRig(Rules(["api.example.com"]));
        using var inside = await rig.ConnectToNameAsync("api.example.com", 80);

        await inside.SendAsync("GET /a HTTP/1.1\r\nHost: api.example.com\r\nConnection: close\r\n\r\n");

        Assert.EndsWith("ok", await inside.ReadAllAsync(), StringComparison.Ordinal);
        Assert.StartsWith("GET /a HTTP/1.1\r\nHost: api.example.com\r\n", Assert.Single(rig.Requests), StringComparison.Ordinal);
    }

    [Fact]
    public async Task On_port_80_the_Host_decides()
    {
        await using var rig = new EgressRig(Rules(["api.example.com"]));
        using var inside = await rig.ConnectToNameAsync("api.example.com", 80);

        await inside.SendAsync("GET /a HTTP/1.1\r\nHost: 169.254.169.254\r\nConnection: close\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 403", await inside.ReadAllAsync(), StringComparison.Ordinal);
        Assert.Empty(rig.Dialled);
    }

    [Fact]
    public async Task A_rule_that_adds_nothing_leaves_TLS_between_its_ends()
    {
        await using var rig = new EgressRig(Rules(["api.example.com"]));
        using var inside = await rig.ConnectToNameAsync("api.example.com");

        await using var tls = await inside.SecureAsync("api.example.com", pem: null);
        await EgressRig.Write(tls, Get);

        Assert.EndsWith("ok", await Inside.ReadMessageAsync(tls, Within.Time), StringComparison.Ordinal);
        Assert.Equal("CN=outside", tls.RemoteCertificate!.Issuer);
        Assert.Equal(Get, Assert.Single(rig.Requests));
    }

    [Fact]
    public async Task A_server_name_that_is_not_the_name_of_the_address_is_refused()
    {
        await using var rig = new EgressRig(Rules(["*"]));
        using var inside = await rig.ConnectToNameAsync("api.example.com");

        await Assert.ThrowsAnyAsync<Exception>(() => inside.SecureAsync("other.example.com", pem: null));

        Assert.Contains("another server", (await rig.NextRecordAsync()).Reason, StringComparison.Ordinal);
        Assert.Empty(rig.Dialled);
    }

    [Fact]
    public async Task CONNECT_and_server_name_have_to_agree()
    {
        await using var rig = new EgressRig(Rules(["*"]));
        using var inside = await rig.ConnectAsync();
        await inside.SendAsync("CONNECT api.example.com:443 HTTP/1.1\r\nHost: api.example.com:443\r\n\r\n");
        await inside.ReadMessageAsync();

        await Assert.ThrowsAnyAsync<Exception>(() => inside.SecureAsync("other.example.com", pem: null));

        Assert.Empty(rig.Dialled);
    }

    [Fact]
    public async Task Without_a_server_name_nothing_is_let_out()
    {
        await using var rig = new EgressRig(Rules(["*"]));
        using var inside = await rig.ConnectToNameAsync("api.example.com");

        await Assert.ThrowsAnyAsync<Exception>(() => inside.SecureAsync("", pem: null)); // an empty target sends no name

        Assert.Contains("names no server", (await rig.NextRecordAsync()).Reason, StringComparison.Ordinal);
        Assert.Empty(rig.Dialled);
    }

    [Fact]
    public async Task What_speaks_no_TLS_on_its_port_and_addresses_that_were_not_handed_out_are_refused()
    {
        await using var rig = new EgressRig(Rules(["*"]));
        using var plain = await rig.ConnectToNameAsync("api.example.com");
        await plain.SendAsync(Get);
        await plain.CutAsync();
        using var unknown = await rig.ConnectAsync(EgressOrigin.Transparent(IPAddress.Parse("198.18.77.7"), 443));
        await unknown.CutAsync();

        Assert.Equal([EgressDecision.Refused, EgressDecision.Refused], rig.Records.Select(r => r.Decision));
        Assert.Empty(rig.Dialled);
    }

    [Fact]
    public async Task A_ClientHello_is_read_whatever_pieces_it_comes_in()
    {
        byte[] name = [0, 0, 0, 16, 0, 14, 0, 0, 11, .. "example.com"u8];
        byte[] body = [3, 3, .. new byte[32], 0, 0, 2, 0x13, 1, 1, 0, 0, (byte)(name.Length + 4), .. name, 0xfe, 0x0d, 0, 0];
        byte[] hello = [1, 0, 0, (byte)body.Length, .. body];
        var records = hello.Chunk(7).SelectMany(c => (byte[])[22, 3, 1, 0, (byte)c.Length, .. c]).ToArray();

        var read = await ClientHello.ReadAsync(new MemoryStream(records), Within.Time);

        Assert.Equal(("example.com", true, records.Length), (read.ServerName, read.HidesName, read.Bytes.Length));
        for (var cut = 0; cut < records.Length; cut++)
        {
            await Assert.ThrowsAsync<OpenInteractions.Sandboxes.Egress.Http.HttpFaultException>(() => ClientHello.ReadAsync(new MemoryStream(records[..cut]), Within.Time));
        }
    }

    [Fact]
    [Rule("EN-8")]
    public async Task Where_a_rule_adds_something_TLS_is_ended_the_credential_set_and_the_transform_wins()
    {
        await using var rig = new EgressRig(Rules([], Entry("api.example.com", ("X-Team", "blue"), ("x-Both", "from transform")) with { Credential = "token" }));
        rig.Secrets["token"] = new HeaderSecret("Authorization", "Bearer", "s3cret-token-value");
        using var inside = await rig.ConnectToNameAsync("api.example.com");

        await using var tls = await inside.SecureAsync("api.example.com", rig.AuthorityPem);
        await EgressRig.Write(tls, Get.Replace("mine\r\n", "mine\r\nX-Both: agent\r\nX-Team: red\r\n", StringComparison.Ordinal));
        var answer = await Inside.ReadMessageAsync(tls, Within.Time);

        Assert.StartsWith("HTTP/1.1 200 OK", answer, StringComparison.Ordinal);
        Assert.Equal("CN=OpenInteractions sandbox", tls.RemoteCertificate!.Issuer);
        var sent = Assert.Single(rig.Requests);
        Assert.Contains("Authorization: Bearer s3cret-token-value\r\n", sent, StringComparison.Ordinal);
        Assert.Contains("X-Team: blue\r\n", sent, StringComparison.Ordinal);
        Assert.Contains("x-Both: from transform\r\n", sent, StringComparison.Ordinal);
        Assert.DoesNotContain("mine", sent, StringComparison.Ordinal);
        Assert.DoesNotContain("agent", sent, StringComparison.Ordinal);
        var record = await rig.NextRecordAsync();
        Assert.Equal((443, "GET", "/x", 200, "token"), (record.Port, record.Method, record.Path, record.Status, Assert.Single(record.Credentials)));
        Assert.DoesNotContain("s3cret", record.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    [Rule("CR-4")]
    public async Task On_the_same_header_the_transform_wins_over_the_credential()
    {
        await using var rig = new EgressRig(Rules([], Entry("api.example.com", ("authorization", "Token other")) with { Credential = "token" }), new EgressOptions { PlainSecrets = true });
        rig.Secrets["token"] = new HeaderSecret("Authorization", "Bearer", "s3cret-token-value");

        await rig.AskAsync("GET http://api.example.com/ HTTP/1.1\r\nHost: api.example.com\r\n\r\n");

        Assert.Contains("authorization: Token other\r\n", Assert.Single(rig.Requests), StringComparison.Ordinal);
        Assert.DoesNotContain("Bearer", rig.Requests.Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_TLS_nothing_is_added_unless_the_operator_says_so()
    {
        await using var rig = new EgressRig(Rules([], Entry("api.example.com", ("X-Team", "blue"))));

        Assert.Contains("Use https", await rig.AskAsync("GET http://api.example.com/ HTTP/1.1\r\nHost: api.example.com\r\n\r\n"), StringComparison.Ordinal);
        Assert.Empty(rig.Dialled);
    }

    [Fact]
    public async Task Inside_TLS_the_Host_has_to_agree_too()
    {
        await using var rig = new EgressRig(Rules(["*"], Entry("api.example.com", ("X-Team", "blue"))));
        using var inside = await rig.ConnectToNameAsync("api.example.com");
        await using var tls = await inside.SecureAsync("api.example.com", rig.AuthorityPem);

        await EgressRig.Write(tls, Get.Replace("Host: api", "Host: other", StringComparison.Ordinal));

        Assert.StartsWith("HTTP/1.1 403", await Inside.ReadMessageAsync(tls, Within.Time), StringComparison.Ordinal);
        Assert.Empty(rig.Dialled);
    }

    [Fact]
    public async Task A_server_that_nobody_vouches_for_gets_no_secret()
    {
        await using var rig = new EgressRig(Rules([], Entry("fake.example.com", ("X-Team", "blue"))));
        using var inside = await rig.ConnectToNameAsync("fake.example.com");
        await using var tls = await inside.SecureAsync("fake.example.com", rig.AuthorityPem);

        await EgressRig.Write(tls, Get.Replace("api.", "fake.", StringComparison.Ordinal));

        Assert.StartsWith("HTTP/1.1 502", await Inside.ReadMessageAsync(tls, Within.Time), StringComparison.Ordinal);
        Assert.Empty(rig.Requests);
    }

    [Fact]
    [Rule("CR-5")]
    public async Task A_secret_is_asked_for_at_each_request()
    {
        await using var rig = new EgressRig(Rules([], new AllowlistEntry { Domain = "api.example.com", Credential = "token" }));
        using var inside = await rig.ConnectToNameAsync("api.example.com");
        await using var tls = await inside.SecureAsync("api.example.com", rig.AuthorityPem);
        var get = Get.Replace("Connection: close\r\n", "", StringComparison.Ordinal);

        rig.Secrets["token"] = new HeaderSecret("X-Key", "", "first-value");
        await EgressRig.Write(tls, get);
        await Inside.ReadMessageAsync(tls, Within.Time);
        rig.Secrets["token"] = new HeaderSecret("X-Key", "", "second-value");
        await EgressRig.Write(tls, get);
        await Inside.ReadMessageAsync(tls, Within.Time);
        rig.Secrets.Remove("token");
        await EgressRig.Write(tls, get);
        var refused = await Inside.ReadMessageAsync(tls, Within.Time);

        Assert.StartsWith("HTTP/1.1 403", refused, StringComparison.Ordinal);
        Assert.Equal(["first-value", "second-value"], rig.Requests.Select(r => r.Split("X-Key: ")[1].Split("\r\n")[0]));
    }

    [Fact]
    public async Task Curl_and_openssl_take_the_certificates_of_the_environment()
    {
        await using var rig = new EgressRig(Rules([], Entry("api.example.com", ("X-Team", "blue"))));
        var pem = Path.GetTempFileName();
        await File.WriteAllTextAsync(pem, rig.AuthorityPem);
        var port = rig.OpenDoor();

        var curl = await RunAsync("curl", "-sS", "--http2", "--cacert", pem, "-x", $"http://127.0.0.1:{port}", "https://api.example.com/");
        var openssl = await RunAsync("openssl", "s_client", "-proxy", $"127.0.0.1:{port}", "-connect", "api.example.com:443", "-servername", "api.example.com", "-CAfile", pem, "-verify_return_error", "-verify_hostname", "api.example.com");
        File.Delete(pem);

        Assert.Equal("ok", curl);
        Assert.Contains("Verify return code: 0 (ok)", openssl, StringComparison.Ordinal);
        Assert.Contains("X-Team: blue", Assert.Single(rig.Requests), StringComparison.Ordinal);
    }

    private static async Task<string> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true })!;
        process.StandardInput.Close();
        var errors = process.StandardError.ReadToEndAsync(Within.Time);
        var output = await process.StandardOutput.ReadToEndAsync(Within.Time);
        await process.WaitForExitAsync(Within.Time);
        return output.Length > 0 ? output : await errors;
    }
}
