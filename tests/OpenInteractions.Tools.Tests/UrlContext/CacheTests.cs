using System.Text;
using OpenInteractions.Tools.UrlContext;

namespace OpenInteractions.Tools.Tests.UrlContext;

/// <summary>Which pages are taken from memory, and when their sites are asked (RFC 9111).</summary>
public sealed class CacheTests
{
    private readonly ManualTime _time = new();

    [Fact]
    public async Task A_page_that_may_be_kept_is_not_asked_for_again_until_its_time_is_over()
    {
        await using var site = new Site().Page("/a", "A", "text/plain", "Cache-Control: max-age=60\r\n");
        await using var rig = new PageRig(time: _time);

        await rig.ReadAsync($"{site.Url}/a");
        _time.Advance(TimeSpan.FromSeconds(59));
        var kept = await rig.ReadAsync($"{site.Url}/a#other");
        Assert.Equal(("A", $"{site.Url}/a#other", 1), (kept.Body, kept.Url, site.Paths.Count));

        _time.Advance(TimeSpan.FromSeconds(1));
        await rig.ReadAsync($"{site.Url}/a");
        Assert.Equal(2, site.Paths.Count);
    }

    [Theory]
    [InlineData("ETag: \"v1\"\r\n", "If-None-Match: \"v1\"")]
    [InlineData("ETag: W/\"v1\"\r\n", "If-None-Match: W/\"v1\"")]
    [InlineData("Last-Modified: Sat, 21 Nov 2026 09:00:00 GMT\r\n", "If-Modified-Since: Sat, 21 Nov 2026 09:00:00 GMT")]
    [InlineData("ETag: \"v1\"\r\nCache-Control: no-cache, max-age=60\r\n", "If-None-Match: \"v1\"")]
    public async Task A_site_is_asked_whether_its_page_has_changed(string headers, string expected)
    {
        await using var site = new Site().On("/a", head => head.Contains(expected, StringComparison.Ordinal)
            ? Encoding.ASCII.GetBytes("HTTP/1.1 304 Not Modified\r\nConnection: close\r\n\r\n")
            : Site.Answer("A"u8.ToArray(), "text/plain", headers));
        await using var rig = new PageRig(time: _time);

        for (var i = 0; i < 3; i++)
        {
            Assert.Equal("A", (await rig.ReadAsync($"{site.Url}/a")).Body);
        }

        Assert.Equal(3, site.Paths.Count);
        Assert.Equal([false, true, true], site.Requests.Where(r => r.StartsWith("GET /a", StringComparison.Ordinal)).Select(r => r.Contains(expected, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_page_that_has_changed_takes_the_place_of_the_old_one()
    {
        var version = 1;
        await using var site = new Site().On("/a", _ => Site.Answer(Encoding.ASCII.GetBytes($"v{version}"), "text/plain", $"ETag: \"{version}\"\r\n"));
        await using var rig = new PageRig(time: _time);

        await rig.ReadAsync($"{site.Url}/a");
        version = 2;

        Assert.Equal("v2", (await rig.ReadAsync($"{site.Url}/a")).Body);
        await rig.ReadAsync($"{site.Url}/a");
        Assert.Contains("If-None-Match: \"2\"", site.Requests[^1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Cache-Control: no-store, max-age=60\r\nETag: \"v1\"\r\n")]
    [InlineData("Vary: *\r\nETag: \"v1\"\r\nCache-Control: max-age=60\r\n")]
    [InlineData("")]
    public async Task What_may_not_be_kept_or_is_of_no_use_is_not_kept(string headers)
    {
        await using var site = new Site().Page("/a", "A", "text/plain", headers);
        await using var rig = new PageRig(time: _time);

        await rig.ReadAsync($"{site.Url}/a");
        await rig.ReadAsync($"{site.Url}/a");

        Assert.Equal(2, site.Paths.Count);
        Assert.DoesNotContain(site.Requests, r => r.Contains("If-", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_one_project_has_read_another_asks_for_itself()
    {
        await using var site = new Site().Page("/a", "A", "text/plain", "Cache-Control: max-age=60\r\nETag: \"v1\"\r\n");
        await using var rig = new PageRig(time: _time);

        await rig.ReadAsync("one", [$"{site.Url}/a"]);
        await rig.ReadAsync("two", [$"{site.Url}/a"]);

        Assert.Equal(2, site.Paths.Count);
        Assert.DoesNotContain(site.Requests, r => r.Contains("If-None-Match", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Expiry_counts_by_the_clock_of_the_site_and_age_is_taken_off()
    {
        await using var site = new Site()
            .Page("/expires", "A", "text/plain", "Date: Thu, 01 Jan 2015 00:00:00 GMT\r\nExpires: Thu, 01 Jan 2015 00:01:00 GMT\r\n")
            .Page("/aged", "A", "text/plain", "Cache-Control: max-age=60\r\nAge: 50\r\n");
        await using var rig = new PageRig(time: _time);
        string[] both = [$"{site.Url}/expires", $"{site.Url}/aged"];

        await rig.ReadAsync("p", both);
        _time.Advance(TimeSpan.FromSeconds(20));
        await rig.ReadAsync("p", both);

        Assert.Equal(["/aged", "/aged", "/expires"], site.Paths.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task No_site_says_for_longer_than_the_setting_that_it_need_not_be_asked()
    {
        await using var site = new Site().Page("/a", "A", "text/plain", "Cache-Control: max-age=999999999\r\n");
        await using var rig = new PageRig(new UrlContextOptions { MaxCacheAge = TimeSpan.FromMinutes(10) }, _time);

        await rig.ReadAsync($"{site.Url}/a");
        _time.Advance(TimeSpan.FromMinutes(10));
        await rig.ReadAsync($"{site.Url}/a");

        Assert.Equal(2, site.Paths.Count);
    }

    [Fact]
    public async Task A_redirected_page_is_asked_for_again_and_the_mark_of_another_page_proves_nothing()
    {
        var target = "/b";
        await using var site = new Site()
            .On("/a", _ => Site.Redirect(target))
            .Page("/b", "B", "text/plain", "Cache-Control: max-age=60\r\nETag: \"same\"\r\n")
            .On("/c", head => head.Contains("If-None-Match: \"same\"", StringComparison.Ordinal)
                ? Encoding.ASCII.GetBytes("HTTP/1.1 304 Not Modified\r\nConnection: close\r\n\r\n")
                : Site.Answer("C"u8.ToArray(), "text/plain", "ETag: \"same\"\r\n"));
        await using var rig = new PageRig(time: _time);

        Assert.Equal("B", (await rig.ReadAsync($"{site.Url}/a")).Body);
        target = "/c";
        var moved = await rig.ReadAsync($"{site.Url}/a");

        Assert.Equal(("C", $"{site.Url}/c"), (moved.Body, moved.Url));
    }

    [Fact]
    public async Task The_page_that_was_used_longest_ago_goes_when_there_is_no_room()
    {
        await using var site = new Site();
        foreach (var path in (string[])["/a", "/b", "/c"])
        {
            site.Page(path, new string('x', 10_000), "text/plain", "Cache-Control: max-age=600\r\n");
        }

        await using var rig = new PageRig(new UrlContextOptions { CacheBytesPerProject = 50_000, CacheBytes = 1_000_000 }, _time);
        foreach (var path in (string[])["/a", "/b", "/a", "/c", "/a", "/b"])
        {
            await rig.ReadAsync($"{site.Url}{path}");
        }

        Assert.Equal(["/a", "/b", "/c", "/b"], site.Paths);
    }

    [Fact]
    public async Task Without_room_nothing_is_kept()
    {
        await using var site = new Site().Page("/a", "A", "text/plain", "Cache-Control: max-age=600\r\n");
        await using var rig = new PageRig(new UrlContextOptions { CacheBytes = 0 }, _time);

        await rig.ReadAsync($"{site.Url}/a");
        await rig.ReadAsync($"{site.Url}/a");

        Assert.Equal(2, site.Paths.Count);
    }
}
