using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using OpenInteractions.Contracts.Environments;
using OpenInteractions.Contracts.Json;
using OpenInteractions.Engine.Credentials;
using OpenInteractions.Engine.Diagnostics;
using OpenInteractions.Engine.Environments;
using OpenInteractions.Engine.Interactions;
using OpenInteractions.Engine.Secrets;
using OpenInteractions.Sandboxes.Egress;
using OpenInteractions.Sandboxes.Linux;
using OpenInteractions.Sandboxes.Tests.Engine;
using OpenInteractions.Sandboxes.Tests.Init;
using OpenInteractions.Testing.Environments;

namespace OpenInteractions.Sandboxes.Tests.Environments;

/// <summary>Environments over the real engine, with a clock and a store of the test's own.</summary>
internal sealed class EnvironmentRig : IAsyncDisposable
{
    public const string Project = "p";
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("oi-environments-");
    private readonly IEnumerable<IEnvironmentSource> _sources;
    private readonly World _world;
    private SandboxHost _host;

    /// <summary>What an environment meets outside: ways out, secrets, and what the operator says of both.</summary>
    public sealed record World(ISandboxNetworks? Networks = null, ICredentials? Credentials = null, EgressOptions? Egress = null);

    public EnvironmentRig(Action<EnvironmentOptions>? adjust = null, IEnumerable<IEnvironmentSource>? sources = null, World? world = null)
    {
        _world = world ?? new World();
        Options = new EnvironmentOptions { DiskBytes = 64 << 20, MemoryBytes = 160 << 20, Processes = 80, Processors = 0.8, TemporaryBytes = 16 << 20, WarmStart = false };
        adjust?.Invoke(Options);
        Checkpoints = new MemoryCheckpointStore(Store);
        _sources = [new InlineSource(), .. sources ?? []];
        (_host, Environments, Keeper) = Begin();
    }

    public ManualTime Time { get; } = new();

    public MemoryEnvironmentStore Store { get; } = new();

    public MemoryCheckpointStore Checkpoints { get; }

    public EnvironmentOptions Options { get; }

    public EngineInstruments Instruments { get; } = new();

    public HostEnvironments Environments { get; private set; }

    public EnvironmentKeeper Keeper { get; private set; }

    public TriedEngine Engine => (TriedEngine)_host.Engine;

    public string Disks => $"{_directory.FullName}/s/disks";

    public static EnvironmentSpec Inline(string target, string content, string? encoding = null) =>
        new() { Type = "remote", Sources = [new EnvironmentSource { Type = "inline", Target = target, Content = content, Encoding = encoding }] };

    public Task<StoredEnvironment> CreateAsync(EnvironmentSpec? spec = null, string? forkOf = null, string? fromInteraction = null) =>
        Environments.CreateAsync(Project, new EnvironmentRequest { Spec = spec, ForkOf = forkOf, FromInteraction = fromInteraction }, "environment", Within.Time);

    public async Task<string> RunAsync(string id, string line)
    {
        await using var use = await Environments.EnterAsync(Project, id, Within.Time);
        return await RunAsync(await use.SandboxAsync(Within.Time), line);
    }

    public static async Task<string> RunAsync(ISandbox sandbox, string line)
    {
        var finished = await Finished.OfAsync(await sandbox.StartAsync(new CommandSpec { Arguments = ["bash", "-c", line], Timeout = TimeSpan.FromSeconds(30) }, Within.Time));
        return finished.Output + finished.Error;
    }

    public async Task<StoredEnvironment> RowAsync(string id) => (await Store.GetAsync(Project, id, Within.Time))!;

    /// <summary>Another server on the same directory and store; the one before is stopped first, or only forgotten.</summary>
    public async Task RestartAsync()
    {
        await EndAsync();
        (_host, Environments, Keeper) = Begin();
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        Instruments.Dispose();
        HostProcess.Run("rm", "-rf", "--", _directory.FullName);
    }

    private async Task EndAsync()
    {
        await Keeper.StopAsync(Within.Time);
        Keeper.Dispose();
        Environments.Dispose();
        _host.Dispose();
    }

    private (SandboxHost Host, HostEnvironments Environments, EnvironmentKeeper Keeper) Begin()
    {
        var host = new SandboxHost($"{_directory.FullName}/s", () => "host-1", () => new TriedEngine(HostProgram.Engine($"{_directory.FullName}/s", [])));
        var environments = new HostEnvironments(
            host, Store, Checkpoints, new SecretBox(() => new byte[SecretBox.KeySize]), new InteractionId(Time), _sources, Microsoft.Extensions.Options.Options.Create(Options), Instruments, Time,
            NullLogger<HostEnvironments>.Instance, _world.Networks, new NetworkRuleReader(Microsoft.Extensions.Options.Options.Create(_world.Egress ?? new EgressOptions())), credentials: _world.Credentials);
        return (host, environments, new EnvironmentKeeper(environments, new EnvironmentUploads(host, Microsoft.Extensions.Options.Options.Create(Options), Time), host, Store, Time, NullLogger<EnvironmentKeeper>.Instance));
    }
}

/// <summary>The engine without its trial of walls, which has tests of its own and takes seconds.</summary>
internal sealed class TriedEngine(BubblewrapEngine engine) : ISandboxEngine, IDisposable
{
    public string Name => engine.Name;

    public PreflightReport Report { get; set; } = new("bubblewrap", []);

    public int Used { get; set; }

    public Exception? SnapshotFault { get; set; }

    public BubblewrapEngine Inner => engine;

    public Task<PreflightReport> PreflightAsync(CancellationToken cancellationToken) => Task.FromResult(Report);

    public Task CreateDiskAsync(string disk, int slot, long bytes, CancellationToken cancellationToken) => engine.CreateDiskAsync(disk, slot, bytes, cancellationToken);

    public Task ExpectAsync(SandboxSpec? like, long bytes, CancellationToken cancellationToken) => engine.ExpectUncheckedAsync(like, bytes, cancellationToken);

    public Task ForkDiskAsync(string source, string disk, int slot, CancellationToken cancellationToken) => engine.ForkDiskAsync(source, disk, slot, cancellationToken);

    public Task<long?> SnapshotDiskAsync(string source, string disk, long limit, CancellationToken cancellationToken) =>
        SnapshotFault is { } fault ? Task.FromException<long?>(fault) : engine.SnapshotDiskAsync(source, disk, limit, cancellationToken);

    public Task<bool> DeleteDiskAsync(string disk, CancellationToken cancellationToken) => engine.DeleteDiskAsync(disk, cancellationToken);

    public IReadOnlyList<string> Disks() => engine.Disks();

    public long? GenerationOf(string disk) => engine.GenerationOf(disk);

    public Task SetGenerationAsync(string disk, long generation, CancellationToken cancellationToken) => engine.SetGenerationAsync(disk, generation, cancellationToken);

    public Task ExportDiskAsync(string disk, Stream target, CancellationToken cancellationToken) => engine.ExportDiskAsync(disk, target, cancellationToken);

    public Task ImportDiskAsync(string disk, int slot, Stream source, CancellationToken cancellationToken) => engine.ImportDiskAsync(disk, slot, source, cancellationToken);

    public int UsedPercent() => Used;

    public async Task<ISandbox> StartAsync(SandboxSpec spec, CancellationToken cancellationToken) => await engine.StartUncheckedAsync(spec, cancellationToken);

    public Task<IReadOnlyList<string>> ReapAsync(CancellationToken cancellationToken) => engine.ReapAsync(cancellationToken);

    public void Dispose() => engine.Dispose();
}
