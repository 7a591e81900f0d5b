using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using OpenInteractions.Contracts.Errors;
using OpenInteractions.Engine.Outbound;
using OpenInteractions.Testing.Outbound;
using OpenInteractions.Tools.Tests.GoogleMaps;
using OpenInteractions.Tools.Tests.GoogleSearch;
using OpenInteractions.Tools.Tests.Mcp;
using OpenInteractions.Tools.Tests.UrlContext;
using OpenInteractions.Tools.UrlContext;

namespace OpenInteractions.Tools.Tests.Outbound;

/// <summary>
/// Every way on which a caller, a model that has read something hostile, or a server that answers with a redirect can steer a request of this one (design 8): none
/// leads to an address that is not public.
/// </summary>
public sealed class OutboundPathsTests
{
    private const string Public = "93.184.216.34";

    private static readonly string[] Clear = ["address", "redirect", "HTTP 307"];

    [Fact]
    public async Task A_page_that_a_model_asks_for() => await NothingIsSentAsync(async (world, url) =>
    {
        await using var rig = new PageRig(guard: world.Guard);
        return Told(await rig.ReadAsync(url));
    });

    [Fact]
    public async Task A_page_that_redirects() => await NothingIsSentAsync(
        async (world, url) =>
        {
            world.RedirectsTo = url;
            await using var rig = new PageRig(new UrlContextOptions { Robots = RobotsPolicy.Ignore }, guard: world.Guard);
            return Told(await rig.ReadAsync("http://public.example/a"));
        });

    [Fact]
    public async Task A_list_for_robots_that_redirects() => await NothingIsSentAsync(async (world, url) =>
    {
        world.RedirectsTo = url;
        await using var rig = new PageRig(guard: world.Guard);
        return Told(await rig.ReadAsync("http://public.example/a"));
    });

    [Fact]
    public async Task A_server_of_MCP_that_a_caller_names() => await NothingIsSentAsync(async (world, url) =>
    {
        await using var rig = new McpRig(guard: world.Guard);
        return (await Assert.ThrowsAsync<ApiException>(() => rig.OpenAsync(McpRig.Declare(url)))).Message;
    });

    [Fact]
    public async Task A_server_of_MCP_that_redirects() => await NothingIsSentAsync(async (world, url) =>
    {
        world.RedirectsTo = url;
        await using var rig = new McpRig(guard: world.Guard);
        return (await Assert.ThrowsAsync<ApiException>(() => rig.OpenAsync(McpRig.Declare("http://public.example/mcp")))).Message;
    });

    [Fact]
    public async Task A_search_engine_that_redirects() => await NothingIsSentToAsync(async (engine, url) =>
    {
        engine.RedirectsTo = url;
        await using var rig = new SearchRig(("Engine", "searxng"), ("Address", engine.Url));
        var (step, _, text) = await rig.SearchForAsync("kyoto");
        Assert.True(step.IsError);
        return text;
    });

    [Fact]
    public async Task A_map_server_that_redirects() => await NothingIsSentToAsync(async (engine, url) =>
    {
        engine.RedirectsTo = url;
        await using var rig = new MapsRig(("NominatimAddress", engine.Url));
        var answer = await rig.FindAsync("Kyoto");
        Assert.True(answer.IsFailed);
        return answer.Text;
    });

    [Theory]
    [InlineData("page")]
    [InlineData("mcp")]
    public async Task A_name_that_leads_to_public_and_private_addresses(string way)
    {
        await using var world = new World();

        Assert.Contains("refused", await ReachAsync(world, way, "http://mixed.example/a"), StringComparison.Ordinal);

        Assert.Empty(world.Dialled);
    }

    [Theory]
    [InlineData("page")]
    [InlineData("mcp")]
    public async Task A_name_that_leads_elsewhere_the_second_time(string way)
    {
        await using var world = new World { RedirectsTo = "http://rebound.example/b" }; // a new connection, because the first one is closed

        Assert.Contains("refused", await ReachAsync(world, way, "http://rebound.example/a"), StringComparison.Ordinal);

        Assert.All(world.Dialled, d => Assert.Equal(IPAddress.Parse(Public), d.Address));
        Assert.NotEmpty(world.Dialled);
    }

    private static async Task<string> ReachAsync(World world, string way, string url)
    {
        if (way == "page")
        {
            await using var pages = new PageRig(new UrlContextOptions { Robots = RobotsPolicy.Ignore }, guard: world.Guard);
            return Told(await pages.ReadAsync(url));
        }

        await using var rig = new McpRig(guard: world.Guard);
        return (await Assert.ThrowsAsync<ApiException>(() => rig.OpenAsync(McpRig.Declare(url)))).Message;
    }

    /// <summary>A request by a caller's address: connections are made to public addresses alone.</summary>
    private static async Task NothingIsSentAsync(Func<World, string, Task<string>> reach)
    {
        foreach (var url in HostileAddresses.Spellings)
        {
            await using var world = new World();

            AssertClear(url, await reach(world, url));

            Assert.All(world.Dialled, d => Assert.Equal(IPAddress.Parse(Public), d.Address));
        }
    }

    /// <summary>A request to a server of the operator's, which stands beside another that must not hear of it.</summary>
    private static async Task NothingIsSentToAsync(Func<World, string, Task<string>> reach)
    {
        await using var decoy = new Site();
        foreach (var url in HostileAddresses.SpellingsAt(((IPEndPoint)decoy.Address).Port))
        {
            await using var engine = new World();

            AssertClear(url, await reach(engine, url));

            Assert.NotEmpty(engine.Heard);
        }

        Assert.Empty(decoy.Requests);
    }

    private static void AssertClear(string url, string told)
    {
        // A redirect to what nobody takes for an address is an answer that gives nothing.
        Assert.True(Clear.Any(c => told.Contains(c, StringComparison.OrdinalIgnoreCase)), $"{url}: {told}");
        Assert.DoesNotContain("Exception", told, StringComparison.Ordinal);
    }

    private static string Told(PageAnswer answer)
    {
        Assert.True(answer.Step.IsError);
        return answer.Text;
    }

    /// <summary>Names that a test knows, a guard that is asked for them, and a server behind every address, which redirects.</summary>
    private sealed class World : IAsyncDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly CancellationTokenSource _gone = new();
        private readonly ConcurrentQueue<IPEndPoint> _dialled = [];
        private readonly ConcurrentQueue<string> _heard = [];
        private readonly Queue<string[]> _rebound = new([[Public], ["10.0.0.1"]]);
        private readonly Task _serving;

        public World()
        {
            _listener.Start();
            Guard = PageRig.GuardOf(Names, _listener.LocalEndpoint, _dialled.Enqueue);
            _serving = ServeAsync();
        }

        public OutboundGuard Guard { get; }

        public string Url => $"http://{_listener.LocalEndpoint}";

        public string RedirectsTo { get; set; } = "/";

        public IReadOnlyCollection<IPEndPoint> Dialled => _dialled;

        public IReadOnlyCollection<string> Heard => _heard;

        public async ValueTask DisposeAsync()
        {
            await _gone.CancelAsync();
            await _serving;
            _listener.Stop();
            _gone.Dispose();
        }

        private string[] Names(string host) => host switch
        {
            "public.example" => [Public],
            "mixed.example" => [Public, "10.0.0.1"],
            "rebound.example" => _rebound.Count > 1 ? _rebound.Dequeue() : _rebound.Peek(),
            "localhost" or "localhost." or "api.localhost" => ["127.0.0.1"],
            _ => [],
        };

        private async Task ServeAsync()
        {
            try
            {
                while (true)
                {
                    using var client = await _listener.AcceptTcpClientAsync(_gone.Token);
                    var stream = client.GetStream();
                    using var reader = new StreamReader(stream, Encoding.Latin1, leaveOpen: true);
                    if (await reader.ReadLineAsync(_gone.Token) is not { } head)
                    {
                        continue;
                    }

                    _heard.Enqueue(head);
                    while (!string.IsNullOrEmpty(await reader.ReadLineAsync(_gone.Token)))
                    {
                        // The rest of the head.
                    }

                    await stream.WriteAsync(Encoding.UTF8.GetBytes($"HTTP/1.1 307 Temporary Redirect\r\nLocation: {RedirectsTo}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"), _gone.Token);
                }
            }
            catch (Exception exception) when (exception is OperationCanceledException or SocketException or IOException || _gone.IsCancellationRequested)
            {
                // The test has ended.
            }
        }
    }
}
