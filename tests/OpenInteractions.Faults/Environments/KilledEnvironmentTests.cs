using System.Collections.Concurrent;
using System.Text;
using OpenInteractions.Testing;
using OpenInteractions.Testing.Client;

namespace OpenInteractions.Faults.Tests.Environments;

/// <summary>The server is killed (<c>kill -9</c>) while environments are made, copied, filled, stopped and deleted: what was acknowledged is so, and nothing else is left.</summary>
public sealed class KilledEnvironmentTests
{
    private static readonly (string Name, string Value)[] Small =
    [
        ("OpenInteractions__Environments__DiskBytes", "67108864"), ("OpenInteractions__Environments__MemoryBytes", "268435456"),
        ("OpenInteractions__Environments__MaxLive", "2"), // so that stops and starts never end
    ];

    [SandboxTheory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(20)]
    public async Task What_was_acknowledged_is_there_after_a_kill_and_nothing_else_is_left(int acknowledged)
    {
        await using var server = await ServerProcess.StartAsync(Small);
        var traces = new Traces(server.DataDirectory);
        var origin = await CreateAsync(server, "{}");
        await UploadAsync(server, origin, "workspace/origin.txt", "origin");
        var known = new Known(acknowledged);
        var work = new[]
        {
            FillAsync(server, origin, "a", known), FillAsync(server, await CreateAsync(server, "{}"), "b", known), FillAsync(server, await CreateAsync(server, "{}"), "c", known),
            MakeAsync(server, $$"""{"from_environment":"{{origin}}"}""", known), MakeAsync(server, """{"sources":[{"type":"inline","target":"s.txt","content":"source"}]}""", known),
        };

        await known.Enough.OrTimeout("acknowledged work");
        await server.KillAsync();
        await Task.WhenAll(work); // each ends with its connection

        Assert.True(await traces.AreGoneAsync(), string.Join('\n', traces.Find()));
        await server.StartAgainAsync();
        foreach (var ((environment, path), content) in known.Files)
        {
            Assert.Equal(content, (await ReadAsync(server, environment, path)).Ok().Text);
        }

        foreach (var (id, status) in known.Made.Select(id => (id, 200)).Concat(known.Deleted.Select(id => (id, 404))))
        {
            Assert.Equal(status, (await server.Client.SendAsync(HttpMethod.Get, $"environments/{id}")).Status);
        }

        Assert.Equal("origin", (await ReadAsync(server, origin, "workspace/origin.txt")).Ok().Text);

        Assert.Equal(0, await server.StopAsync());
        Assert.Empty(traces.Find());
        Assert.Empty(traces.Groups());
        Assert.Empty(Directory.GetFileSystemEntries($"{server.DataDirectory}/sandboxes/live"));
        Assert.DoesNotContain(Directory.GetFiles($"{server.DataDirectory}/sandboxes/disks"), f => f.EndsWith(".new", StringComparison.Ordinal));
        Assert.DoesNotContain(known.Deleted, id => File.Exists($"{server.DataDirectory}/sandboxes/disks/{id}.img"));
    }

    [SandboxFact]
    public async Task An_upload_goes_on_after_a_kill_where_it_was_acknowledged()
    {
        await using var server = await ServerProcess.StartAsync(Small);
        var environment = await CreateAsync(server, "{}");
        var start = server.Client.Request(HttpMethod.Put, $"/upload/v1/environments/{environment}/files/workspace/big.txt", content: null);
        start.Headers.Add("X-Goog-Upload-Protocol", "resumable");
        start.Headers.Add("X-Goog-Upload-Command", "start");
        var path = new Uri((await server.Client.SendAsync(start)).Ok().Header("x-goog-upload-url")!).PathAndQuery;
        var (first, second) = (Encoding.ASCII.GetBytes(new string('1', 3_000_000)), Encoding.ASCII.GetBytes(new string('2', 1_000_000)));
        (await server.Client.SendUploadAsync(path, "upload", first, 0)).Ok();

        await server.KillAsync();
        await server.StartAgainAsync();

        var kept = (await server.Client.SendUploadAsync(path, "query", [])).Ok();
        Assert.Equal("3000000", kept.Header("x-goog-upload-size-received"));
        (await server.Client.SendUploadAsync(path, "upload, finalize", second, 3_000_000)).Ok();
        await server.KillAsync();
        await server.StartAgainAsync();
        Assert.Equal("final", (await server.Client.SendUploadAsync(path, "upload, finalize", second, 3_000_000)).Ok().Header("x-goog-upload-status"));
        Assert.Equal(Encoding.ASCII.GetString([.. first, .. second]), (await ReadAsync(server, environment, "workspace/big.txt")).Ok().Text);
    }

    private static async Task<string> CreateAsync(ServerProcess server, string body) => (await server.Client.PostAsync("environments", body)).Ok().Json.GetProperty("id").GetString()!;

    private static async Task UploadAsync(ServerProcess server, string environment, string path, string content)
    {
        var request = server.Client.Request(HttpMethod.Put, $"/upload/v1/environments/{environment}/files/{path}", new ByteArrayContent(Encoding.UTF8.GetBytes(content)));
        (await server.Client.SendAsync(request)).Ok();
    }

    private static Task<Answer> ReadAsync(ServerProcess server, string environment, string path) => server.Client.SendAsync(HttpMethod.Get, $"environments/{environment}/files/{path}?alt=media");

    private static Task FillAsync(ServerProcess server, string environment, string name, Known known) => UntilKilledAsync(async i =>
    {
        var content = new string((char)('a' + (i % 26)), 1 + (i * 20_011 % 200_000));
        await UploadAsync(server, environment, $"workspace/{name}/{i}.txt", content);
        known.Files[(environment, $"workspace/{name}/{i}.txt")] = content;
        known.Count();
    });

    private static Task MakeAsync(ServerProcess server, string body, Known known) => UntilKilledAsync(async i =>
    {
        var made = await CreateAsync(server, body);
        known.Made.Add(made);
        if (i % 3 == 2 && known.Made.TryTake(out var gone))
        {
            // From now on it may be there or not; acknowledged, it is not.
            (await server.Client.SendAsync(HttpMethod.Delete, $"environments/{gone}")).Ok();
            known.Deleted.Add(gone);
        }

        known.Count();
    });

    private static async Task UntilKilledAsync(Func<int, Task> step)
    {
        try
        {
            for (var i = 0; ; i++)
            {
                await step(i);
            }
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or TaskCanceledException)
        {
            // The server was killed.
        }
    }

    private sealed class Known(int enough)
    {
        private readonly TaskCompletionSource _enough = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _count;

        public Task Enough => _enough.Task;

        public ConcurrentDictionary<(string Environment, string Path), string> Files { get; } = new();

        public ConcurrentBag<string> Made { get; } = [];

        public ConcurrentBag<string> Deleted { get; } = [];

        public void Count()
        {
            if (Interlocked.Increment(ref _count) == enough)
            {
                _enough.SetResult();
            }
        }
    }
}

/// <summary>What this machine lacks for sandboxes.</summary>
internal static class SandboxObstacle
{
    public static string? Found { get; } =
        !Environment.IsPrivilegedProcess ? "Only root can try what a server does that is root."
        : !File.Exists("/dev/loop-control") ? "There are no loop devices."
        : Array.Find(["bwrap", "mkfs.ext4", "setpriv"], t => !Array.Exists(["/usr/bin", "/usr/sbin", "/bin", "/sbin"], p => File.Exists($"{p}/{t}"))) is { } tool ? $"'{tool}' is not installed." : null;
}

/// <summary>A test that needs sandboxes.</summary>
internal sealed class SandboxFactAttribute : FactAttribute
{
    public SandboxFactAttribute() => Skip = SandboxObstacle.Found;
}

/// <summary>A theory that needs sandboxes.</summary>
internal sealed class SandboxTheoryAttribute : TheoryAttribute
{
    public SandboxTheoryAttribute() => Skip = SandboxObstacle.Found;
}
