using OpenInteractions.Tools.UrlContext;
using OpenInteractions.Tools.UrlContext.Robots;

namespace OpenInteractions.Tools.Tests.UrlContext;

/// <summary>What sites say to robots, and whether it is asked for (RFC 9309).</summary>
public sealed class RobotsTests
{
    [Theory]
    [InlineData("User-agent: *\nDisallow: /private", "/private/a", false)]
    [InlineData("User-agent: *\nDisallow: /private", "/public", true)]
    [InlineData("User-agent: *\nDisallow:", "/a", true)]
    [InlineData("User-agent: *\nDisallow: /", "/", false)]
    [InlineData("User-agent: *\nDisallow: /a\nAllow: /a/b", "/a/b/c", true)]
    [InlineData("User-agent: *\nDisallow: /a\nAllow: /a", "/a", true)]
    [InlineData("User-agent: *\nDisallow: /*.pdf$", "/x/y.pdf", false)]
    [InlineData("User-agent: *\nDisallow: /*.pdf$", "/x/y.pdf?z", true)]
    [InlineData("User-agent: *\nDisallow: /a*b*c", "/a1b2c3", false)]
    [InlineData("User-agent: *\nDisallow: /a*b*c", "/a1c2b3", true)]
    [InlineData("User-agent: *\nDisallow: /*?q=", "/s?q=1", false)]
    [InlineData("user-agent: openinteractions\ndisallow: /\n\nUser-agent: *\nAllow: /", "/a", false)]
    [InlineData("User-agent: *\nDisallow: /\n\nUser-agent: OpenInteractions\nDisallow: /x", "/a", true)]
    [InlineData("User-agent: other\nUser-agent: OpenInteractions\nDisallow: /x", "/x", false)]
    [InlineData("User-agent: other\nDisallow: /", "/x", true)]
    [InlineData("User-agent: OpenInteractions\nDisallow: /x\nUser-agent: other\nDisallow: /y\nUser-agent: OpenInteractions\nDisallow: /z", "/z", false)]
    [InlineData("# a comment\r\nUser-agent: * # all\r\nCrawl-delay: 5\r\nDisallow: /x # not this\r\n", "/x", false)]
    [InlineData("<html>not a robots file: at all</html>", "/x", true)]
    [InlineData("Disallow: /", "/x", true)]
    [InlineData("User-agent: *\nDisallow: *$", "/x", false)]
    public void The_longest_rule_of_the_own_group_decides(string file, string path, bool isAllowed) =>
        Assert.Equal(isAllowed, RobotsRules.Parse(file, "OpenInteractions").Allows(new Uri("https://a.example" + path)));

    [Fact]
    public async Task What_a_site_disallows_is_not_read()
    {
        await using var site = new Site().Page("/robots.txt", "User-agent: *\nDisallow: /private", "text/plain").Page("/private/a", "A", "text/plain").Page("/b", "B", "text/plain");
        await using var rig = new PageRig();

        var refused = await rig.ReadAsync($"{site.Url}/private/a");
        var read = await rig.ReadAsync($"{site.Url}/b");

        Assert.Equal(("error", "success"), (refused.Status, read.Status));
        Assert.Contains("robots.txt", refused.Text, StringComparison.Ordinal);
        Assert.Equal(["/robots.txt", "/b"], site.Requests.Select(r => r.Split(' ')[1]));
    }

    [Fact]
    public async Task A_redirect_does_not_lead_around_the_rules()
    {
        await using var site = new Site().Page("/robots.txt", "User-agent: *\nDisallow: /private", "text/plain").On("/a", Site.Redirect("/private/a")).Page("/private/a", "A", "text/plain");
        await using var rig = new PageRig();

        var refused = await rig.ReadAsync($"{site.Url}/a");

        Assert.Equal("error", refused.Status);
        Assert.Contains("robots.txt", refused.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("404 Not Found", "success")]
    [InlineData("403 Forbidden", "success")]
    [InlineData("503 Unavailable", "error")]
    [InlineData("429 Too Many Requests", "error")]
    public async Task A_site_without_rules_allows_everything_and_one_that_cannot_say_allows_nothing(string status, string expected)
    {
        await using var site = new Site().On("/robots.txt", Site.Answer([], status: status)).Page("/a", "A", "text/plain");
        await using var rig = new PageRig();

        Assert.Equal(expected, (await rig.ReadAsync($"{site.Url}/a")).Status);
    }

    [Fact]
    public async Task Rules_are_kept_up_to_a_bound_and_those_used_last_stay()
    {
        var rules = "User-agent: *\n" + string.Concat(Enumerable.Range(0, 40).Select(i => $"Disallow: /{i}/{new string('x', 10_000)}\n")) + "User-agent: other\nDisallow: /" + new string('y', 50_000);
        await using var site = new Site().Page("/robots.txt", rules, "text/plain");
        await using var rig = new PageRig(guard: PageRig.GuardOf(_ => ["93.184.216.34"], site.Address));
        var robots = rig.Robots;
        var first = new Uri("http://first.example/a");

        for (var i = 0; i < 40; i++)
        {
            Assert.True(await robots.AllowsAsync("project", first, CancellationToken.None));
            await robots.AllowsAsync("project", new Uri($"http://site{i}.example/a"), CancellationToken.None);
        }

        Assert.InRange(robots.KeptBytes, RobotsFiles.MaxKeptBytes / 2, RobotsFiles.MaxKeptBytes);
        Assert.Single(site.Requests, r => r.Contains("first.example", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_file_without_end_is_read_as_far_as_robots_have_to()
    {
        await using var site = new Site().Page("/robots.txt", $"User-agent: *\nDisallow: /a\n{new string('#', 11_000_000)}\nDisallow: /b", "text/plain");
        await using var rig = new PageRig();

        Assert.False(await rig.Robots.AllowsAsync("project", new Uri($"{site.Url}/a"), CancellationToken.None));
        Assert.True(await rig.Robots.AllowsAsync("project", new Uri($"{site.Url}/b"), CancellationToken.None));
    }

    [Fact]
    public void Rules_that_stand_there_again_and_those_of_others_are_not_kept()
    {
        var once = RobotsRules.Parse("User-agent: *\nDisallow: /a", "OpenInteractions");

        var often = RobotsRules.Parse($"User-agent: other\nDisallow: /{new string('x', 1000)}\nUser-agent: *\n{string.Concat(Enumerable.Repeat("Disallow: /a\n", 1000))}", "OpenInteractions");

        Assert.Equal(once.Size, often.Size);
    }

    [Fact]
    public async Task The_rules_are_not_asked_for_when_they_are_to_be_ignored()
    {
        await using var site = new Site().Page("/robots.txt", "User-agent: *\nDisallow: /", "text/plain").Page("/a", "A", "text/plain");
        await using var rig = new PageRig(new UrlContextOptions { Robots = RobotsPolicy.Ignore });

        Assert.Equal("success", (await rig.ReadAsync($"{site.Url}/a")).Status);
        Assert.Single(site.Requests);
    }

    [Fact]
    public async Task The_server_names_itself_as_it_is_set()
    {
        await using var site = new Site().Page("/robots.txt", "User-agent: ExampleBot\nDisallow: /private", "text/plain").Page("/a", "A", "text/plain");
        await using var rig = new PageRig(new UrlContextOptions { UserAgent = "ExampleBot/2.1 (+https://example.com/bot)" });

        await rig.ReadAsync($"{site.Url}/a");
        var refused = await rig.ReadAsync($"{site.Url}/private");

        Assert.All(site.Requests, r => Assert.Contains("User-Agent: ExampleBot/2.1 (+https://example.com/bot)\r\n", r, StringComparison.Ordinal));
        Assert.Equal("error", refused.Status);
    }

    [Theory]
    [InlineData("OpenInteractions/1.0", true)]
    [InlineData("My-Bot", true)]
    [InlineData("Bot/1 (+https://example.com)", true)]
    [InlineData("", false)]
    [InlineData(" ", false)]
    [InlineData("/1.0", false)]
    [InlineData("bot\nX: y", false)]
    [InlineData("böt/1", false)]
    [InlineData("bot/1 (open", false)]
    public void A_name_that_no_site_could_read_is_told_at_the_start(string name, bool isRight)
    {
        var problems = new UrlContextOptions { UserAgent = name }.Problems().ToList();

        Assert.Equal(isRight ? 0 : 1, problems.Count);
        Assert.All(problems, p => Assert.StartsWith("OpenInteractions:Tools:UrlContext:UserAgent: ", p, StringComparison.Ordinal));
    }
}
