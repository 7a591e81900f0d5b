using System.Collections.Concurrent;
using System.Diagnostics;
using OpenInteractions.Sandboxes.Frames;
using OpenInteractions.Sandboxes.Policy;
using OpenInteractions.Sandboxes.Roots;

namespace OpenInteractions.Sandboxes.Linux;

/// <summary>Sandboxes by bubblewrap: with root in the strong form, without root in the one that a user namespace allows. Or, with root, by a runtime of the OCI in the place of bwrap.</summary>
internal sealed class BubblewrapEngine : ISandboxEngine, IDisposable
{
    private static readonly TimeSpan TimeToStart = TimeSpan.FromSeconds(20);

    // What failed on a machine at the end of its strength must not fail until the next start of the server.
    private static readonly TimeSpan TimeToTryAgain = TimeSpan.FromMinutes(1);

    // Boot parameters, kernel addresses, memory, keys of the host: a sandbox needs none of them.
    private static readonly string[] Telling =
    [
        "/proc/cmdline", "/proc/config.gz", "/proc/iomem", "/proc/ioports", "/proc/kallsyms", "/proc/kcore", "/proc/key-users", "/proc/keys", "/proc/kmsg", "/proc/kpagecount",
        "/proc/kpageflags", "/proc/latency_stats", "/proc/modules", "/proc/mtrr", "/proc/pagetypeinfo", "/proc/sched_debug", "/proc/slabinfo", "/proc/sysrq-trigger", "/proc/timer_list",
        "/proc/timer_stats", "/proc/vmallocinfo", "/proc/version_signature",
    ];

    // Each one is a mount at each start. What only root may open needs none: nobody inside is the host's root.
    private static readonly string[] Masked =
        [.. Telling.Where(f => File.Exists(f) && (File.GetUnixFileMode(f) & (UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute)) != 0)];

    private readonly ConcurrentDictionary<string, SandboxSpec> _live = new();
    private readonly SemaphoreSlim _preparing = new(1);
    private readonly SemaphoreSlim _trying = new(1); // not the same: the trial starts sandboxes, which prepare
    private readonly SandboxOptions _options;
    private readonly SandboxDirectory _directory;
    private readonly ControlGroups _groups;
    private readonly Disks _disks;
    private readonly RootCatalog _roots;
    private readonly SpareSandbox _spare;
    private bool _prepared;
    private PreflightReport? _report;
    private long _tried;
    private int _isDisposed;

    public BubblewrapEngine(SandboxOptions options)
    {
        _options = options;
        _directory = new SandboxDirectory(options.Directory);
        _groups = new ControlGroups(_directory.Root);
        _disks = new Disks(_directory);
        _roots = new RootCatalog(_directory.Root, options.RootFileSystem);
        _spare = new SpareSandbox(_disks, _roots, StartOwnAsync, Adopt);
    }

    public string Name => _options.Engine == SandboxEngine.Oci ? $"oci ({Path.GetFileName(_options.OciRuntime)})" : "bubblewrap";

    /// <summary>What makes the walls.</summary>
    public string Program => _options.Engine == SandboxEngine.Oci ? _options.OciRuntime : "bwrap";

    public ControlGroups Groups => _groups;

    public SandboxDirectory Directory => _directory;

    public async Task<PreflightReport> PreflightAsync(CancellationToken cancellationToken)
    {
        await _trying.WaitAsync(cancellationToken);
        try
        {
            if (_report is null || (!_report.CanStart && Environment.TickCount64 - _tried > TimeToTryAgain.TotalMilliseconds))
            {
                _report = await new Preflight(this, _options).TryAllAsync(cancellationToken);
                _tried = Environment.TickCount64;
            }

            return _report;
        }
        finally
        {
            _trying.Release();
        }
    }

    public async Task CreateDiskAsync(string disk, int slot, long bytes, CancellationToken cancellationToken)
    {
        SandboxNames.Checked(disk, "disk");
        await PrepareAsync(cancellationToken);
        if (!await _spare.TryTakeDiskAsync(disk, slot, bytes, cancellationToken))
        {
            await _disks.CreateAsync(disk, slot, bytes, cancellationToken);
        }
    }

    public async Task ForkDiskAsync(string source, string disk, int slot, CancellationToken cancellationToken)
    {
        SandboxNames.Checked(source, "disk");
        SandboxNames.Checked(disk, "disk");
        await PrepareAsync(cancellationToken);
        await _spare.LetGoAsync(source);
        RefuseUsed(source);
        await LoopDevices.WaitUntilFreeAsync(_directory.Disk(source), cancellationToken); // until then the kernel still writes to it
        await _disks.ForkAsync(source, disk, slot, cancellationToken);
        _roots.Copy(source, disk);
    }

    public async Task<long?> SnapshotDiskAsync(string source, string disk, long limit, CancellationToken cancellationToken)
    {
        SandboxNames.Checked(source, "disk");
        SandboxNames.Checked(disk, "disk");
        await PrepareAsync(cancellationToken);
        var bytes = await _disks.SnapshotAsync(source, disk, limit, cancellationToken);
        if (bytes is not null)
        {
            _roots.Copy(source, disk);
        }

        return bytes;
    }

    public async Task<bool> DeleteDiskAsync(string disk, CancellationToken cancellationToken)
    {
        SandboxNames.Checked(disk, "disk");
        await _spare.LetGoAsync(disk);
        RefuseUsed(disk);
        var deleted = await _disks.DeleteWhenFreeAsync(disk, cancellationToken);
        await _roots.ForgetAsync(disk);
        return deleted;
    }

    public IReadOnlyList<string> Disks() => [.. _disks.Names().Where(d => d != SpareSandbox.Disk)];

    public long? GenerationOf(string disk) => _disks.GenerationOf(SandboxNames.Checked(disk, "disk"));

    public Task SetGenerationAsync(string disk, long generation, CancellationToken cancellationToken)
    {
        _disks.SetGeneration(SandboxNames.Checked(disk, "disk"), generation);
        return Task.CompletedTask;
    }

    public async Task ExportDiskAsync(string disk, Stream target, CancellationToken cancellationToken)
    {
        RefuseUsed(SandboxNames.Checked(disk, "disk"));
        await _disks.ExportAsync(disk, target, cancellationToken);
    }

    public async Task ImportDiskAsync(string disk, int slot, Stream source, CancellationToken cancellationToken)
    {
        SandboxNames.Checked(disk, "disk");
        await PrepareAsync(cancellationToken);
        await _disks.ImportAsync(disk, slot, source, cancellationToken);
    }

    public int UsedPercent()
    {
        // What root alone may take is not free for others: on a machine that is shared, that is the last reserve.
        var drive = new DriveInfo(_directory.Root);
        return drive.TotalSize <= 0 ? 0 : (int)Math.Round(100.0 * (drive.TotalSize - drive.AvailableFreeSpace) / drive.TotalSize);
    }

    public async Task ExpectAsync(SandboxSpec? like, long bytes, CancellationToken cancellationToken)
    {
        if (like is null || (await PreflightAsync(cancellationToken)).CanStart)
        {
            await ExpectUncheckedAsync(like, bytes, cancellationToken);
        }
    }

    /// <summary>Begins without asking the preflight.</summary>
    public async Task ExpectUncheckedAsync(SandboxSpec? like, long bytes, CancellationToken cancellationToken)
    {
        if (like is null)
        {
            await _spare.EndAllAsync();
        }
        else if (Native.IsRoot && _options.Engine == SandboxEngine.Bubblewrap)
        {
            await PrepareAsync(cancellationToken);
            await _spare.PrepareAsync(like, bytes, cancellationToken);
        }
    }

    public async Task<ISandbox> StartAsync(SandboxSpec spec, CancellationToken cancellationToken)
    {
        RefuseMissing(await PreflightAsync(cancellationToken));
        return await StartUncheckedAsync(spec, cancellationToken);
    }

    /// <summary>Starts without asking the preflight, which starts some itself.</summary>
    public async Task<LinuxSandbox> StartUncheckedAsync(SandboxSpec spec, CancellationToken cancellationToken)
    {
        SpecCheck.Check(spec);
        return await _spare.TryTakeAsync(spec, cancellationToken) ?? await StartOwnAsync(spec, cancellationToken);
    }

    /// <summary>Starts the process of a sandbox whose frames another host reads.</summary>
    /// <param name="spec">What it gets. Of its network only whether there is one, and the authority.</param>
    /// <param name="cancellationToken">Ends the start; nothing is left of it.</param>
    public async Task<LaunchedInit> LaunchInitAsync(SandboxSpec spec, CancellationToken cancellationToken)
    {
        RefuseMissing(await PreflightAsync(cancellationToken));
        SpecCheck.Check(spec);
        return await BeginAsync(spec, Task.FromResult, cancellationToken);
    }

    private Task<LinuxSandbox> StartOwnAsync(SandboxSpec spec, CancellationToken cancellationToken) => BeginAsync(spec, init => GreetAsync(spec, init, cancellationToken), cancellationToken);

    private async Task<T> BeginAsync<T>(SandboxSpec spec, Func<LaunchedInit, Task<T>> begin, CancellationToken cancellationToken)
    {
        await PrepareAsync(cancellationToken);
        _disks.RefuseMissing(spec.Disk);
        if (Native.IsRoot && _directory.SlotOf(spec.Disk) != spec.Slot)
        {
            throw new SandboxException(SandboxErrorKind.Invalid, $"The disk '{spec.Disk}' belongs to slot {_directory.SlotOf(spec.Disk)}.");
        }

        Claim(spec);
        try
        {
            await LoopDevices.WaitUntilFreeAsync(_directory.Disk(spec.Disk), cancellationToken);
            return await begin(await LaunchAsync(spec, cancellationToken));
        }
        catch
        {
            _live.TryRemove(spec.Id, out _);
            throw;
        }
    }

    public async Task<IReadOnlyList<string>> ReapAsync(CancellationToken cancellationToken) =>
        [.. await new Reaping(_directory, _groups, _disks, IsLive).ReapAsync(), .. (await _roots.PruneAsync()).Select(id => $"root file system {id}, which no disk has")];

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 1)
        {
            return;
        }

        _spare.DisposeAsync().AsTask().GetAwaiter().GetResult();
        _groups.Remove();
        _disks.Dispose();
        _directory.Dispose();
        _preparing.Dispose();
        _trying.Dispose();
    }

    private async Task<LaunchedInit> LaunchAsync(SandboxSpec spec, CancellationToken cancellationToken)
    {
        var system = spec.RootFileSystem is { } given ? new RootUse("path", given, null) : _roots.Take(spec.Disk);
        try
        {
            return await LaunchAsync(spec, system, cancellationToken);
        }
        catch
        {
            system.Dispose();
            throw;
        }
    }

    private async Task<LaunchedInit> LaunchAsync(SandboxSpec spec, RootUse system, CancellationToken cancellationToken)
    {
        var (root, shown) = await RootFiles.ShowAsync(_directory, system.Files, cancellationToken);
        var group = _groups.Make(spec.Id, spec.Limits);
        var plan = new LaunchPlan
        {
            Privileged = Native.IsRoot,
            Uid = Native.IsRoot ? Linux.Disks.Uid(spec.Slot) : RootFiles.UnprivilegedUid,
            Limits = spec.Limits,
            Stage = _directory.MakeStage(spec.Id, root),
            Disk = _directory.Disk(spec.Disk),
            Base = _directory.Base,
            Root = root,
            Shown = shown,
            Runtime = RootFiles.Runtime,
            Filter = _directory.Filter,
            ControlGroups = group.JoinFiles,
            CountsProcesses = _groups.Has("pids"),
            Masked = Masked,
            HasDoors = spec.Network is not null,
            Oci = _options.Engine == SandboxEngine.Oci ? new OciLaunch(_options.OciRuntime, _directory.States, spec.Id, _groups.PathOf(spec.Id)) : null,
        };
        if (plan.Oci is { } oci)
        {
            await OciStates.ForgetAsync(oci);
            await File.WriteAllBytesAsync($"{plan.Stage}/{SandboxDirectory.Bundle}", OciBundle.Write(plan, oci, Processors.Own), cancellationToken);
        }

        if (spec.Network is { } network)
        {
            WriteTrust($"{plan.Stage}/{LaunchCommand.StagedAuthorities}", $"{plan.Stage}/{LaunchCommand.StagedAuthority}", network);
        }

        Process process;
        try
        {
            process = await LaunchAsync(plan);
        }
        catch
        {
            // Nothing runs in it: what was made for it goes again.
            await group.KillAsync();
            _directory.RemoveStage(spec.Id);
            throw;
        }

        return new LaunchedInit(process, group, () =>
        {
            _directory.RemoveStage(spec.Id);
            system.Dispose();
            _live.TryRemove(spec.Id, out _);
        });
    }

    private static async Task<LinuxSandbox> GreetAsync(SandboxSpec spec, LaunchedInit init, CancellationToken cancellationToken)
    {
        var sandbox = new LinuxSandbox(spec, init);
        try
        {
            await sandbox.Greeted.WaitAsync(TimeToStart, cancellationToken);
            return sandbox;
        }
        catch (Exception e) when (e is SandboxException or TimeoutException)
        {
            await sandbox.DisposeAsync();
            throw new SandboxException(SandboxErrorKind.Refused, $"The sandbox did not start{(e is TimeoutException ? " in time" : "")}: {sandbox.Errors}");
        }
        catch (OperationCanceledException)
        {
            await sandbox.DisposeAsync();
            throw;
        }
    }

    private static async Task<Process> LaunchAsync(LaunchPlan plan)
    {
        try
        {
            return plan.Privileged ? await LaunchThread.StartAsync(plan) : Process.Start(Tool.Start(LaunchCommand.For(plan)))!;
        }
        catch (Exception e) when (e is System.ComponentModel.Win32Exception or IOException or UnauthorizedAccessException or SandboxException { Errno: not 0 })
        {
            throw new SandboxException(SandboxErrorKind.Refused, $"The sandbox did not start: {e.Message}");
        }
    }

    private async Task PrepareAsync(CancellationToken cancellationToken)
    {
        await _preparing.WaitAsync(cancellationToken);
        try
        {
            if (!_prepared)
            {
                await RootFiles.PrepareAsync(_directory, cancellationToken);
                _prepared = true;
            }
        }
        finally
        {
            _preparing.Release();
        }
    }

    private void Claim(SandboxSpec spec)
    {
        lock (_live)
        {
            RefuseTaken(spec, spec.Id);
            _live[spec.Id] = spec;
        }
    }

    private static void RefuseMissing(PreflightReport report)
    {
        if (!report.CanStart)
        {
            throw new SandboxException(SandboxErrorKind.Refused, string.Join(' ', report.Checks.Where(c => c.State == PreflightState.Missing).Select(c => $"{c.Name}: {c.Finding} {c.Remedy}")));
        }
    }

    // Its stage and its control group keep the name that they were made with.
    private void Adopt(LinuxSandbox sandbox, SandboxSpec spec)
    {
        var name = sandbox.Id;
        lock (_live)
        {
            RefuseTaken(spec, except: name);
            _live[name] = spec;
        }

        if (spec.Network is { } network)
        {
            // Whoever started it is still in the namespace where its root file system was put together.
            WriteTrust($"/proc/{sandbox.HostPid}/root{_directory.Stage(name)}/root{LaunchCommand.Authorities}", $"/proc/{sandbox.HostPid}/root{_directory.Stage(name)}/root{LaunchCommand.Authority}", network);
        }

        sandbox.Become(spec);
    }

    private static void WriteTrust(string authorities, string authority, ISandboxNetwork network)
    {
        File.WriteAllText(authorities, RootFiles.Trusted + network.Authority);
        File.WriteAllText(authority, network.Authority);
    }

    private bool IsLive(string name) => _live.ContainsKey(name) || _live.Values.Any(s => s.Disk == name);

    private void RefuseTaken(SandboxSpec spec, string except)
    {
        if (_live.ContainsKey(spec.Id) || _live.Any(l => l.Key != except && (l.Value.Id == spec.Id || l.Value.Disk == spec.Disk || l.Value.Slot == spec.Slot)))
        {
            throw new SandboxException(SandboxErrorKind.Conflict, "A sandbox of that name, on that disk or with that slot is live already.");
        }
    }

    private void RefuseUsed(string disk)
    {
        if (_live.Values.Any(s => s.Disk == disk))
        {
            throw new SandboxException(SandboxErrorKind.Conflict, $"A sandbox uses the disk '{disk}'. Stop it first.");
        }
    }
}
