using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using OpenInteractions.Contracts.Environments;
using OpenInteractions.Contracts.Steps;
using OpenInteractions.Engine.Agents;
using OpenInteractions.Sandboxes.Tests.Egress;
using OpenInteractions.Sandboxes.Tests.Engine;
using OpenInteractions.Sandboxes.Tests.Environments;
using OpenInteractions.Sandboxes.Tests.Init;
using OpenInteractions.Tools.EnvironmentFiles;

namespace OpenInteractions.Sandboxes.Tests.Tools;

/// <summary>A test that opens pages in the browser of this machine.</summary>
internal sealed class BrowserFactAttribute : FactAttribute
{
    public const string Chromium = "/usr/lib/chromium/chromium";

    public BrowserFactAttribute() => Skip = Obstacle.ForRoot
        ?? (File.Exists(Chromium) ? null : "'chromium' is not installed (Debian's package of that name).")
        ?? (File.Exists("/usr/bin/certutil") ? null : "'certutil' is not installed (Debian's package libnss3-tools).");
}

/// <summary>The browser of an agent's environment.</summary>
public sealed class BrowserTests
{
    private const string Page = """
        <html><head><title>Counting</title></head><body style="background:#00f"><h1>Hello</h1><div id=x></div>
        <script>setTimeout(() => { document.getElementById('x').textContent = 'made by a script: ' + 6 * 7; }, 500)</script></body></html>
        """;

    [BrowserFact]
    public async Task A_page_is_shown_as_it_is_after_its_scripts_ran_and_on_demand_as_a_picture()
    {
        await using var rig = await StartAsync();
        await rig.TextAsync("write_file", new { path = "a.html", content = Page });

        var text = await rig.TextAsync(AgentTools.Browser, new { url = "file:///workspace/a.html" });
        var shown = ToolRig.Payload(await rig.CallAsync(AgentTools.Browser, new { url = "file:///workspace/a.html", screenshot = true, width = 640, height = 480 }));
        var left = await rig.BashAsync("ls -A /tmp /workspace /home/agent | grep -e browser -e pki -e chromium || echo nothing");

        Assert.Equal("Counting\nfile:///workspace/a.html\n\n# Hello\n\nmade by a script: 42", text);
        Assert.Equal(text, shown[0].GetProperty("text").GetString());
        Assert.Equal(("image", "image/png"), (shown[1].GetProperty("type").GetString(), shown[1].GetProperty("mime_type").GetString()));
        var picture = shown[1].GetProperty("data").GetBytesFromBase64();
        Assert.Equal((640, 480), (BinaryPrimitives.ReadInt32BigEndian(picture.AsSpan(16)), BinaryPrimitives.ReadInt32BigEndian(picture.AsSpan(20))));
        Assert.Equal("nothing\n", left);
    }

    [BrowserFact]
    public async Task A_server_of_the_agents_own_is_reached()
    {
        await using var rig = await StartAsync();
        await rig.TextAsync("write_file", new { path = "site/index.html", content = Page });
        await rig.BashAsync("cd /workspace/site; (python3 -m http.server 8765 >/dev/null 2>&1 &); for i in $(seq 100); do curl -s 127.0.0.1:8765 >/dev/null && exit; done");

        Assert.Contains("made by a script: 42", await rig.TextAsync(AgentTools.Browser, new { url = "http://127.0.0.1:8765/" }), StringComparison.Ordinal);
    }

    [BrowserFact]
    public async Task It_goes_through_the_doors_under_the_rules_and_trusts_the_environments_authority()
    {
        await using var world = new EgressRig { Answer = (_, stream) => EgressRig.Write(stream, $"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {Encoding.UTF8.GetByteCount(Page)}\r\nConnection: close\r\n\r\n{Page}") };
        var rules = new NetworkRules
        {
            Allowlist = new NetworkAllowlist([new AllowlistEntry { Domain = "api.example.com", Transform = new([new Dictionary<string, string> { ["X-Added"] = "by-the-rule" }]) }]),
        };
        await using var rig = await StartAsync(new EnvironmentSpec { Type = "remote", Network = new(rules) }, new EnvironmentRig.World(world.Networks, Egress: world.Options));

        var seen = await rig.TextAsync(AgentTools.Browser, new { url = "https://api.example.com/" });
        Assert.True(seen.Contains("made by a script: 42", StringComparison.Ordinal), seen);
        Assert.Contains(world.Requests, r => r.Contains("X-Added: by-the-rule", StringComparison.Ordinal));
        var refused = await rig.ErrorAsync(AgentTools.Browser, new { url = "https://other.example/" });
        Assert.Contains("did not load: ERR_", refused, StringComparison.Ordinal);
        Assert.DoesNotContain(world.Requests, r => r.Contains("other.example", StringComparison.Ordinal));
    }

    [BrowserFact]
    public async Task What_is_no_address_no_size_or_not_for_this_model_is_told()
    {
        await using var rig = await StartAsync(mediaFault: _ => "image input");

        foreach (var url in (string[])["javascript:alert(1)", "data:text/html,x", "chrome://version", "https://u:p@page.example/", "--dump-dom", ""])
        {
            Assert.Contains("'url' is no address", await rig.ErrorAsync(AgentTools.Browser, new { url }), StringComparison.Ordinal);
        }

        Assert.Contains("'width'", await rig.ErrorAsync(AgentTools.Browser, new { url = "file:///workspace/a.html", width = 100_000 }), StringComparison.Ordinal);
        Assert.Contains("does not take image input", await rig.ErrorAsync(AgentTools.Browser, new { url = "file:///workspace/a.html", screenshot = true }), StringComparison.Ordinal);
        Assert.Contains("ERR_FILE_NOT_FOUND", await rig.ErrorAsync(AgentTools.Browser, new { url = "file:///workspace/none.html" }), StringComparison.Ordinal);
    }

    [BrowserFact]
    public async Task A_page_that_never_comes_to_an_end_is_killed_and_a_long_one_is_cut()
    {
        await using var rig = await StartAsync();
        await rig.TextAsync("write_file", new { path = "ring.html", content = "<script>while (true) { }</script>" });
        await rig.TextAsync("write_file", new { path = "long.html", content = "<p>" + new string('x', 300) + "</p><script>for (let i = 0; i < 400; i++) document.body.append(document.querySelector('p').cloneNode(true))</script>" });
        var hasty = new OpenInBrowser(rig.Environment, BrowserFactAttribute.Chromium, _ => null) { Longest = TimeSpan.FromSeconds(5) };

        var killed = await hasty.RunAsync(hasty.CallStep("call_1", JsonSerializer.SerializeToElement(new { url = "file:///workspace/ring.html" })), Within.Time);

        Assert.True(((FunctionResultStep)killed).IsError);
        Assert.Contains("more than 5 seconds", ToolRig.Text(killed), StringComparison.Ordinal);
        // Killed processes are there until their parent has seen it.
        Assert.Equal("0\n", await rig.BashAsync("for i in $(seq 200); do pgrep -f '[c]hromium' >/dev/null || break; sleep 0.05; done; pgrep -fc '[c]hromium' || true"));
        Assert.Matches(@"\[The page goes on: it has 1\d{5} characters\.\]$", await rig.TextAsync(AgentTools.Browser, new { url = "file:///workspace/long.html" }));
    }

    [RootFact]
    public async Task It_is_offered_where_there_is_one_and_not_elsewhere()
    {
        await using var rig = await ToolRig.StartAsync(ToolRig.Empty);

        var there = (await rig.BashAsync("for b in ../lib/chromium/chromium chromium chromium-browser chromium-headless-shell google-chrome google-chrome-stable; do [ -e /usr/bin/$b ] && echo yes; done; :")).Contains("yes", StringComparison.Ordinal);
        Assert.Equal(there, rig.Functions.Any(f => f.Declaration.Name == AgentTools.Browser));
        await using var bare = new PlainInit();
        Assert.Equal(there, await OpenInBrowser.FindAsync(bare.Files, Within.Time) is not null);
    }

    private static Task<ToolRig> StartAsync(EnvironmentSpec? spec = null, EnvironmentRig.World? world = null, Func<Contracts.Content.MediaContent, string?>? mediaFault = null) => ToolRig.StartAsync(
        spec ?? ToolRig.Empty, adjust: null, mediaFault ?? (_ => null),
        new EnvironmentRig(
            options =>
            {
                options.MemoryBytes = 1L << 30;
                options.Processes = 400;
                options.TemporaryBytes = 128 << 20;
            },
            world: world));
}
