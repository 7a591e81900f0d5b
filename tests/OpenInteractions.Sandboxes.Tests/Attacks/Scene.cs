using System.Globalization;
using System.Net;
using System.Net.Sockets;
using OpenInteractions.Contracts.Environments;
using OpenInteractions.Contracts.Json;
using OpenInteractions.Sandboxes.Linux;
using OpenInteractions.Sandboxes.Tests.Egress;
using OpenInteractions.Sandboxes.Tests.Engine;
using OpenInteractions.Sandboxes.Tests.Init;

namespace OpenInteractions.Sandboxes.Tests.Attacks;

/// <summary>A sandbox under attack, a neighbour beside it, and the host with something to steal.</summary>
internal sealed class Scene : IAsyncDisposable
{
    public const string Secret = "the-crown-jewels-8d1f";
    private static readonly string[] Spaces = ["pid", "net", "mnt", "ipc", "uts"];
    private readonly string _mounts = Mounts();
    private readonly EgressRig _outside = new();
    private readonly ISandboxNetwork _network;
    private readonly string _hostName = File.ReadAllText("/proc/sys/kernel/hostname");

    private Scene(BubblewrapEngine engine, string canary, string? root)
    {
        (Engine, Canary, Root) = (engine, canary, root);
        _network = _outside.Networks.Open(new SandboxNetworkSpec { Project = EgressRig.Project, EnvironmentId = "victim", Rules = new StringOr<NetworkRules>("disabled") });
        Listener = new TcpListener(IPAddress.Any, 0);
        Listener.Start();
        Abstract = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        Abstract.Bind(new UnixDomainSocketEndPoint($"\0{AbstractName}"));
        Abstract.Listen();
    }

    public static SandboxLimits Limits => new() { MemoryBytes = 160L * 1024 * 1024, Processes = 80, Processors = 0.8, TemporaryBytes = 16L * 1024 * 1024, OpenFiles = 256 };

    public BubblewrapEngine Engine { get; }

    /// <summary>A file of the host that nobody inside may read or change.</summary>
    public string Canary { get; }

    /// <summary>The root file system; null for the host's programs.</summary>
    public string? Root { get; }

    public string AbstractName { get; } = $"oi-attack-{Guid.NewGuid():N}";

    public TcpListener Listener { get; }

    public Socket Abstract { get; }

    public int Port => ((IPEndPoint)Listener.LocalEndpoint).Port;

    public LinuxSandbox Sandbox { get; private set; } = null!;

    public LinuxSandbox Neighbour { get; private set; } = null!;

    public static async Task<Scene> OpenAsync(string directory, IEnumerable<string> accept, string? root = null)
    {
        var engine = HostProgram.Engine(directory, accept);
        var canary = $"{engine.Directory.Root}/canary";
        await File.WriteAllTextAsync(canary, Secret);
        File.SetUnixFileMode(canary, (UnixFileMode)0x1B6); // 0666: the walls hold it, not its mode
        var scene = new Scene(engine, canary, root);
        foreach (var (disk, slot) in (ValueTuple<string, int>[])[("victim", 11), ("neighbour", 12)])
        {
            await engine.DeleteDiskAsync(disk, Within.Time);
            await engine.CreateDiskAsync(disk, slot, 64 * 1024 * 1024, Within.Time);
        }

        scene.Neighbour = await engine.StartUncheckedAsync(new SandboxSpec { Id = "neighbour", Disk = "neighbour", Slot = 12, Limits = Limits, RootFileSystem = root }, Within.Time);
        await scene.FreshAsync();
        return scene;
    }

    /// <summary>A sandbox that lives, with a disk that has room.</summary>
    public async Task FreshAsync()
    {
        if (Sandbox is not null)
        {
            await Sandbox.DisposeAsync();
            await Engine.DeleteDiskAsync("victim", Within.Time);
            await Engine.CreateDiskAsync("victim", 11, 64 * 1024 * 1024, Within.Time);
        }

        // With doors, which take more to make than none; the neighbour has none.
        Sandbox = await Engine.StartUncheckedAsync(new SandboxSpec { Id = "victim", Disk = "victim", Slot = 11, Limits = Limits, Network = _network, RootFileSystem = Root }, Within.Time);
    }

    public async Task<Finished> RunAsync(string line, TimeSpan? timeout = null) => await Finished.OfAsync(await Sandbox.StartAsync(
        new CommandSpec { Arguments = ["bash", "-c", line], Timeout = timeout ?? TimeSpan.FromSeconds(15), OutputLimit = 256 * 1024 }, Within.Time));

    public async Task<string> AskNeighbourAsync() =>
        (await Finished.OfAsync(await Neighbour.StartAsync(new CommandSpec { Arguments = ["bash", "-c", "echo fine; echo x >/workspace/f && cat /workspace/f"], Timeout = TimeSpan.FromSeconds(20) }, Within.Time))).Output;

    /// <summary>What the host sees after an attack.</summary>
    public async Task CheckHostAsync()
    {
        Assert.Equal(Secret, await File.ReadAllTextAsync(Canary));
        Assert.Equal(_mounts, Mounts());
        Assert.Equal(_hostName, await File.ReadAllTextAsync("/proc/sys/kernel/hostname"));
        Assert.False(Listener.Pending(), "Somebody inside reached a service of the host.");
        Assert.False(Abstract.Poll(0, SelectMode.SelectRead), "Somebody inside reached an abstract socket of the host.");
        if (!Sandbox.Ended.IsCompleted)
        {
            CheckProcesses();
        }
    }

    /// <summary>All processes below one, itself included.</summary>
    public static IReadOnlyList<int> Tree(int root)
    {
        var parents = new List<(int Pid, int Parent)>();
        foreach (var name in Directory.GetDirectories("/proc").Select(p => Path.GetFileName(p)))
        {
            if (int.TryParse(name, CultureInfo.InvariantCulture, out var pid) && Read($"/proc/{pid}/stat") is { } stat)
            {
                parents.Add((pid, int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1], CultureInfo.InvariantCulture)));
            }
        }

        var tree = new List<int> { root };
        for (var i = 0; i < tree.Count; i++)
        {
            tree.AddRange(parents.Where(p => p.Parent == tree[i]).Select(p => p.Pid));
        }

        return tree;
    }

    public async ValueTask DisposeAsync()
    {
        await Sandbox.DisposeAsync();
        await Neighbour.DisposeAsync();
        await _network.DisposeAsync();
        await _outside.DisposeAsync();
        Listener.Dispose();
        Abstract.Dispose();
        Engine.Dispose();
    }

    // The first process is bwrap itself, which waits outside; everything below it is inside.
    private void CheckProcesses()
    {
        var uid = OpenInteractions.Sandboxes.Linux.Native.IsRoot ? "200011" : Environment.GetEnvironmentVariable("OI_UID") ?? "65534";
        foreach (var pid in Tree(Sandbox.HostPid).Skip(1))
        {
            if (Read($"/proc/{pid}/status") is not { } text)
            {
                continue; // ended meanwhile
            }

            var status = text.Split('\n').Where(l => l.Contains(':', StringComparison.Ordinal)).ToDictionary(l => l[..l.IndexOf(':', StringComparison.Ordinal)], l => l[(l.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim());
            if (status["State"].StartsWith('Z'))
            {
                continue;
            }

            Assert.Equal(string.Join('\t', uid, uid, uid, uid), status["Uid"]);
            Assert.All((string[])["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"], c => Assert.Equal(new string('0', 16), status[c]));
            Assert.Equal(("1", "2"), (status["NoNewPrivs"], status["Seccomp"]));
            foreach (var space in Spaces)
            {
                if (LinkOf($"/proc/{pid}/ns/{space}") is { } inside)
                {
                    Assert.NotEqual(LinkOf($"/proc/self/ns/{space}"), inside);
                }
            }
        }
    }

    private static string? LinkOf(string path)
    {
        try
        {
            return new FileInfo(path).LinkTarget;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // the init cannot be looked at, not even by its own user
        }
    }

    private static string Mounts() => string.Join('\n', File.ReadAllLines("/proc/self/mountinfo").Select(l => string.Join(' ', l.Split(' ').Skip(2))));

    private static string? Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
