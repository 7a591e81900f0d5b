using System.IO.Compression;
using System.Text;
using OpenInteractions.Tools.UrlContext;

namespace OpenInteractions.Tools.Tests.UrlContext;

/// <summary>Sites that lie, stall, or lead where callers may not go.</summary>
public sealed class HostileSiteTests
{
    private const int Limit = 100_000;

    [Theory]
    [InlineData("file:///etc/passwd")]
    [InlineData("ftp://93.184.216.34/a")]
    [InlineData("gopher://93.184.216.34/")]
    [InlineData("data:text/html,hi")]
    [InlineData("http://user:secret@93.184.216.34/")]
    [InlineData("http://10.0.0.1/")]
    [InlineData("http://169.254.169.254/latest/meta-data/")]
    [InlineData("http://[::1]/")]
    [InlineData("http://[::ffff:10.0.0.1]/")]
    [InlineData("http://0x7f000001/")]
    [InlineData("http://2130706433/")]
    [InlineData("http://localhost/")]
    [InlineData("http://127.0.0.1.nip.io:99999999/", "error")]
    [InlineData("not an address", "error")]
    [InlineData("/relative", "unsafe")]
    public async Task What_callers_may_not_reach_is_unsafe_and_nothing_is_sent(string url, string status = "unsafe")
    {
        await using var rig = new PageRig(loopback: false);

        var answer = await rig.ReadAsync(url);

        Assert.Equal((status, url, true), (answer.Status, answer.Url, answer.Step.IsError));
        Assert.DoesNotContain("secret", answer.Text.Replace(url, "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://10.0.0.1/")]
    [InlineData("http://169.254.169.254/latest/")]
    [InlineData("http://[fd00::1]/")]
    [InlineData("file:///etc/passwd")]
    public async Task A_redirect_to_where_callers_may_not_go_is_unsafe(string target)
    {
        await using var site = new Site().On("/a", Site.Redirect(target));
        await using var rig = new PageRig();

        var answer = await rig.ReadAsync($"{site.Url}/a");

        Assert.Equal(("unsafe", $"{site.Url}/a"), (answer.Status, answer.Url));
    }

    [Fact]
    public async Task A_redirect_is_followed_and_the_page_is_named_by_where_it_was_found()
    {
        await using var site = new Site().On("/a", Site.Redirect("/b?x=1")).Page("/b?x=1", "B", "text/plain");
        await using var rig = new PageRig();

        var answer = await rig.ReadAsync($"{site.Url}/a");

        Assert.Equal(("success", $"{site.Url}/b?x=1", "B"), (answer.Status, answer.Url, answer.Body));
    }

    [Fact]
    public async Task A_ring_of_redirects_is_an_error()
    {
        await using var site = new Site().On("/a", Site.Redirect("/b")).On("/b", Site.Redirect("/a"));
        await using var rig = new PageRig();

        var answer = await rig.ReadAsync($"{site.Url}/a");

        Assert.Equal("error", answer.Status);
        Assert.Contains("redirects more than", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_that_leads_elsewhere_the_second_time_is_refused_the_second_time()
    {
        var answers = new Queue<string[]>([["93.184.216.34"], ["93.184.216.34"], ["10.0.0.1"]]); // for robots.txt, the first page, and then
        await using var site = new Site().Page("/a", "A", "text/plain").Page("/b", "B", "text/plain");
        await using var rig = new PageRig(guard: PageRig.GuardOf(_ => answers.Dequeue(), site.Address));

        var first = await rig.ReadAsync("http://rebind.example/a");
        var second = await rig.ReadAsync("http://rebind.example/b");

        Assert.Equal(("success", "unsafe"), (first.Status, second.Status));
        Assert.Equal(["/a"], site.Paths);
    }

    [Fact]
    public async Task A_name_with_public_and_private_addresses_is_unsafe()
    {
        await using var site = new Site().Page("/a", "A", "text/plain");
        await using var rig = new PageRig(guard: PageRig.GuardOf(_ => ["93.184.216.34", "10.0.0.1"], site.Address));

        var answer = await rig.ReadAsync("http://mixed.example/a");

        Assert.Equal("unsafe", answer.Status);
        Assert.Empty(site.Requests);
    }

    [Fact]
    public async Task A_slow_body_ends_with_the_time_for_the_page()
    {
        var time = new ManualTime();
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var site = new Site().On("/a", async (_, stream, gone) =>
        {
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 100\r\n\r\nslow"u8.ToArray(), gone);
            begun.SetResult();
            await Task.Delay(Timeout.Infinite, gone);
        });
        await using var rig = new PageRig(new UrlContextOptions { Robots = RobotsPolicy.Ignore }, time);

        var reading = rig.ReadAsync($"{site.Url}/a");
        await begun.Task.OrTimeout("the beginning of the body");
        time.Advance(TimeSpan.FromSeconds(30));
        var answer = await reading.OrTimeout("the end of a slow page");

        Assert.Equal("error", answer.Status);
        Assert.Contains("longer than 30 seconds", answer.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    [InlineData("deflate")]
    [InlineData("raw deflate")]
    [InlineData("gzip, br")]
    public async Task A_packed_page_is_unpacked(string encoding)
    {
        var text = string.Concat(Enumerable.Range(0, 2000).Select(i => $"line {i}\n"));
        var body = encoding == "gzip, br" ? Pack(Pack(Encoding.UTF8.GetBytes(text), "gzip"), "br") : Pack(Encoding.UTF8.GetBytes(text), encoding);
        await using var site = new Site().On("/a", Site.Answer(body, "text/plain", $"Content-Encoding: {encoding.Replace("raw ", "", StringComparison.Ordinal)}\r\n"));
        await using var rig = new PageRig();

        Assert.Equal(text.Trim(), (await rig.ReadAsync($"{site.Url}/a")).Body);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    [InlineData("deflate")]
    public async Task A_page_that_unfolds_without_end_is_an_error_at_the_limit(string encoding)
    {
        var bomb = Pack(new byte[100_000_000], encoding);
        Assert.True(bomb.Length < Limit * 2, $"{bomb.Length}");
        await using var site = new Site().On("/a", Site.Answer(bomb, "text/plain", $"Content-Encoding: {encoding}\r\n"));
        await using var rig = new PageRig(new UrlContextOptions { MaxPageBytes = Limit * 2 });

        var answer = await rig.ReadAsync($"{site.Url}/a");

        Assert.Equal("error", answer.Status);
        Assert.Contains("more than 200000 bytes", answer.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gzip", "not gzip at all")]
    [InlineData("zstd", "x")]
    [InlineData("gzip, gzip, gzip", "x")]
    public async Task A_page_that_is_not_packed_as_it_says_is_an_error(string encoding, string body)
    {
        await using var site = new Site().Page("/a", body, "text/plain", $"Content-Encoding: {encoding}\r\n");
        await using var rig = new PageRig();

        var answer = await rig.ReadAsync($"{site.Url}/a");

        Assert.Equal("error", answer.Status);
        Assert.Contains("compressed", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_without_end_is_an_error_at_the_limit()
    {
        await using var site = new Site().On("/a", async (_, stream, gone) =>
        {
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n"u8.ToArray(), gone);
            byte[] chunk = [.. "1000\r\n"u8, .. new byte[0x1000], .. "\r\n"u8];
            while (true)
            {
                await stream.WriteAsync(chunk, gone);
            }
        });
        await using var rig = new PageRig(new UrlContextOptions { MaxPageBytes = Limit });

        var answer = await rig.ReadAsync($"{site.Url}/a").OrTimeout("the end of an endless page");

        Assert.Equal("error", answer.Status);
        Assert.Contains($"more than {Limit} bytes", answer.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Content-Length: 5000\r\n", "connection broke")]
    [InlineData("Content-Length: 100001\r\n", "more than 100000 bytes")]
    [InlineData("Transfer-Encoding: chunked\r\n", "connection broke")]
    public async Task A_body_that_is_shorter_than_it_says_is_an_error(string header, string words)
    {
        await using var site = new Site().On("/a", Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n{header}\r\n10\r\nshort"));
        await using var rig = new PageRig(new UrlContextOptions { MaxPageBytes = Limit });

        var answer = await rig.ReadAsync($"{site.Url}/a");

        Assert.Equal("error", answer.Status);
        Assert.Contains(words, answer.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nX: ")]
    [InlineData("garbage")]
    [InlineData("")]
    public async Task An_answer_that_is_no_http_is_an_error(string answer)
    {
        await using var site = new Site().On("/a", Encoding.ASCII.GetBytes(answer));
        await using var rig = new PageRig(new UrlContextOptions { Robots = RobotsPolicy.Ignore });

        Assert.Equal("error", (await rig.ReadAsync($"{site.Url}/a")).Status);
    }

    [Fact]
    public async Task Nobody_at_the_other_end_is_an_error()
    {
        string url;
        await using (var site = new Site())
        {
            url = site.Url;
        }

        await using var rig = new PageRig();

        var answer = await rig.ReadAsync(url);

        Assert.Equal("error", answer.Status);
        Assert.Contains("could not be reached", answer.Text, StringComparison.Ordinal);
    }

    private static byte[] Pack(byte[] plain, string encoding)
    {
        using var packed = new MemoryStream();
        using (Stream packing = encoding switch
        {
            "gzip" => new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true),
            "br" => new BrotliStream(packed, CompressionLevel.Fastest, leaveOpen: true),
            "deflate" => new ZLibStream(packed, CompressionLevel.Optimal, leaveOpen: true),
            _ => new DeflateStream(packed, CompressionLevel.Optimal, leaveOpen: true),
        })
        {
            packing.Write(plain);
        }

        return packed.ToArray();
    }
}
