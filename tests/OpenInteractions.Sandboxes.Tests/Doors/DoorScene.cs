using OpenInteractions.Contracts.Environments;
using OpenInteractions.Contracts.Json;
using OpenInteractions.Sandboxes.Egress;
using OpenInteractions.Sandboxes.Linux;
using OpenInteractions.Sandboxes.Tests.Attacks;
using OpenInteractions.Sandboxes.Tests.Egress;
using OpenInteractions.Sandboxes.Tests.Engine;
using OpenInteractions.Sandboxes.Tests.Init;

namespace OpenInteractions.Sandboxes.Tests.Doors;

/// <summary>An engine, and a world outside whose servers listen on loopback, which the test's own guard lets pass.</summary>
internal sealed class DoorScene(string directory, IEnumerable<string> accept) : IAsyncDisposable
{
    private const long DiskBytes = 64 * 1024 * 1024;
    private readonly List<DoorRoom> _rooms = [];
    private int _slot = 20;

    public BubblewrapEngine Engine { get; } = HostProgram.Engine(directory, accept);

    public EgressRig Rig { get; private set; } = new();

    /// <summary>Another world: nothing of what an earlier test said or saw.</summary>
    public async Task NextAsync(EgressOptions? options = null)
    {
        foreach (var room in _rooms)
        {
            await room.Sandbox.DisposeAsync();
            await room.Network.DisposeAsync();
            await Engine.DeleteDiskAsync(room.Sandbox.Id, Within.Time);
        }

        _rooms.Clear();
        await Rig.DisposeAsync();
        Rig = new EgressRig(options: options);
    }

    public async Task<DoorRoom> EnterAsync(StringOr<NetworkRules>? rules, params (string Variable, string Credential)[] credentials)
    {
        var slot = ++_slot;
        var network = Rig.Networks.Open(Spec(rules, $"env-{slot}", credentials));
        var spec = new SandboxSpec { Id = $"d{slot}", Disk = $"d{slot}", Slot = slot, Limits = Scene.Limits with { OpenFiles = 1024 }, Network = network };
        if (slot % 2 == 0)
        {
            await Engine.ExpectUncheckedAsync(spec, DiskBytes, Within.Time); // every second one was started before it had rules
        }

        await Engine.CreateDiskAsync(spec.Disk, slot, DiskBytes, Within.Time);
        var sandbox = await Engine.StartUncheckedAsync(spec, Within.Time);
        var room = new DoorRoom(sandbox, network);
        _rooms.Add(room);
        return room;
    }

    public static SandboxNetworkSpec Spec(StringOr<NetworkRules>? rules, string environment = "env", params (string Variable, string Credential)[] credentials) => new()
    {
        Project = EgressRig.Project, EnvironmentId = environment, Rules = rules, CredentialVariables = credentials.ToDictionary(c => c.Variable, c => c.Credential),
    };

    public async ValueTask DisposeAsync()
    {
        await NextAsync();
        await Rig.DisposeAsync();
        Engine.Dispose();
    }
}

/// <summary>A sandbox with its way out.</summary>
internal sealed record DoorRoom(LinuxSandbox Sandbox, ISandboxNetwork Network)
{
    /// <summary>Runs a line of bash.</summary>
    public Task<Finished> RunAsync(string line, int seconds = 30) => RunAsync(["bash", "-c", line], seconds);

    /// <summary>Runs a program of Python.</summary>
    public Task<Finished> PythonAsync(string program, int seconds = 30) => RunAsync(["/usr/bin/python3", "-c", program], seconds);

    public Task<ISandboxCommand> StartAsync(params string[] arguments) => Sandbox.StartAsync(new CommandSpec { Arguments = arguments, Timeout = TimeSpan.FromSeconds(60) }, Within.Time);

    private async Task<Finished> RunAsync(string[] arguments, int seconds) => await Finished.OfAsync(await Sandbox.StartAsync(
        new CommandSpec { Arguments = arguments, Timeout = TimeSpan.FromSeconds(seconds), OutputLimit = 512 * 1024 }, Within.Time));
}
