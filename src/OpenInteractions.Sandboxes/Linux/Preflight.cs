using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using OpenInteractions.Sandboxes.Frames;

namespace OpenInteractions.Sandboxes.Linux;

/// <summary>Tries each wall and limit in a sandbox made for it, and looks from outside where that can be seen.</summary>
internal sealed class Preflight(BubblewrapEngine engine, SandboxOptions options)
{
    private const long Megabyte = 1024 * 1024;
    private const string Probe = "oi-preflight";
    private const int ProbeSlot = 65_535;
    private readonly List<PreflightCheck> _checks = [];

    /// <summary>Limits that an operator can do without.</summary>
    public static IReadOnlyList<string> MayBeGivenUp { get; } = ["processes", "memory", "cpu", "disk", "temporary", "open_files"];

    public async Task<PreflightReport> TryAllAsync(CancellationToken cancellationToken)
    {
        foreach (var (tool, package) in (ValueTuple<string, string>[])[(engine.Program, engine.Program == "bwrap" ? "bubblewrap" : "runc"), ("setpriv", "util-linux"), ("unshare", "util-linux"), ("ip", "iproute2"), ("mkfs.ext4", "e2fsprogs")])
        {
            if (!File.Exists(tool) && !Tool.Exists(tool))
            {
                Add("programs", holds: false, $"'{tool}' was not found.", $"Install it: apt-get install {package}.", mayBeGivenUp: false);
                return Report();
            }
        }

        await engine.DeleteDiskAsync(Probe, cancellationToken);
        await engine.CreateDiskAsync(Probe, ProbeSlot, 32 * Megabyte, cancellationToken);
        try
        {
            var limits = new SandboxLimits { MemoryBytes = 96 * Megabyte, Processes = 48, Processors = 0.5, TemporaryBytes = 4 * Megabyte, OpenFiles = 256 };
            await using var sandbox = await StartAsync(new SandboxSpec { Id = Probe, Disk = Probe, Slot = ProbeSlot, Limits = limits }, cancellationToken);
            await TryWallsAsync(sandbox, cancellationToken);
            await TryLimitsAsync(sandbox, cancellationToken);
        }
        catch (SandboxException e)
        {
            Add("start", holds: false, e.Message, Native.IsRoot
                ? "The server needs what root has in a normal system: mounts, namespaces and loop devices. In a container that means CAP_SYS_ADMIN and /dev/loop-control."
                : "Allow user namespaces: sysctl kernel.unprivileged_userns_clone=1, and on Ubuntu 24.04 the AppArmor profile bwrap-userns-restrict of apparmor-profiles. Or run the server as root.", mayBeGivenUp: false);
        }
        finally
        {
            await engine.DeleteDiskAsync(Probe, cancellationToken);
        }

        return Report();
    }

    // With doors, which take more than a sandbox without them; where they cannot be had, sandboxes without a network start all the same.
    private async Task<LinuxSandbox> StartAsync(SandboxSpec spec, CancellationToken cancellationToken)
    {
        const string Says = "Programs reach the doors of the network without settings.";
        try
        {
            var sandbox = await engine.StartUncheckedAsync(spec with { Network = new NoWayOut() }, cancellationToken);
            Add("doors", sandbox.Doors.HasFlag(Doors.Transparent), Says,
                "They are told of a proxy instead. In a container, let the server write /proc/sys/net/ipv4/ip_unprivileged_port_start of a network namespace that it makes.", isNeeded: false);
            return sandbox;
        }
        catch (SandboxException e)
        {
            var sandbox = await engine.StartUncheckedAsync(spec, cancellationToken);
            Add("doors", holds: false, $"{Says} {e.Message}", "Environments with a network will not start. Allow user namespaces with networks of their own to unshare, or run the server as root.", isNeeded: false);
            return sandbox;
        }
    }

    private PreflightReport Report() => new(engine.Name, _checks);

    private async Task TryWallsAsync(LinuxSandbox sandbox, CancellationToken cancellationToken)
    {
        var status = await RunAsync(sandbox, "grep -E '^(Uid|CapEff|CapBnd|CapAmb|NoNewPrivs|Seccomp):' /proc/self/status; id -u", cancellationToken);
        var uid = Native.IsRoot ? Disks.Uid(ProbeSlot) : RootFiles.UnprivilegedUid;
        Add("uid", status.TrimEnd().EndsWith($"\n{uid}", StringComparison.Ordinal), $"Commands run as uid {uid}.", "Report this with the version of setpriv: the uid was not changed.", mayBeGivenUp: false);
        var none = new string('0', 16);
        Add("capabilities", status.Contains($"CapEff:\t{none}", StringComparison.Ordinal) && status.Contains($"CapBnd:\t{none}", StringComparison.Ordinal) && status.Contains("NoNewPrivs:\t1", StringComparison.Ordinal),
            "Commands have no capability, and cannot gain one.", "Report this with the version of bwrap: capabilities were left.", mayBeGivenUp: false);
        var refused = await RunAsync(sandbox, "unshare -r true 2>&1; unshare -n true 2>&1; mount -t tmpfs x /tmp 2>&1; chroot / true 2>&1; true", cancellationToken);
        Add("seccomp", status.Contains("Seccomp:\t2", StringComparison.Ordinal) && refused.Split('\n').Count(l => l.Contains("not permitted", StringComparison.Ordinal)) >= 3,
            "The filter of system calls refuses namespaces and mounts.", "The kernel needs CONFIG_SECCOMP_FILTER.", mayBeGivenUp: false);
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);
        var reached = await RunAsync(sandbox, $"(exec 3<>/dev/tcp/127.0.0.1/{port}) 2>/dev/null && echo reached; cat /proc/net/route | wc -l", cancellationToken);
        Add("network", reached.Trim() is "0" or "1" && !listener.Pending(), "Services of the host cannot be reached, and there is no route.", "The kernel needs network namespaces.", mayBeGivenUp: false);
        // Directories of a root file system of its own are there, and empty; ours is nowhere.
        var ours = engine.Directory.Root.Replace("'", "'\\''", StringComparison.Ordinal);
        var seen = await RunAsync(
            sandbox, $"for d in /root /sys /boot '{ours}'; do ls -A \"$d\" 2>/dev/null; done; cat /etc/shadow 2>/dev/null; (echo x >/usr/oi-probe) 2>/dev/null && echo written; ls -d /proc/[0-9]* | wc -l", cancellationToken);
        Add("files", int.TryParse(seen.Trim(), CultureInfo.InvariantCulture, out var processes) && processes < 10 && !File.Exists("/usr/oi-probe"),
            "Files and processes of the host are not there.", "Report this with the version of bwrap.", mayBeGivenUp: false);
    }

    private async Task TryLimitsAsync(LinuxSandbox sandbox, CancellationToken cancellationToken)
    {
        const string Delegate = "Give the server a control group: Delegate=yes in its systemd unit, or in a container a writable cgroup.";
        var forks = await RunAsync(sandbox, "for i in $(seq 80); do sleep 3 & done 2>&1; kill $(jobs -p) 2>/dev/null; true", cancellationToken);
        Add("processes", forks.Contains("fork", StringComparison.Ordinal) || sandbox.Group.ForksRefused > 0, "More processes than allowed are refused.", Delegate);
        await RunAsync(sandbox, "head -c 300000000 /dev/zero | tail >/dev/null", cancellationToken);
        Add("memory", sandbox.Group.MemoryKills > 0, "Whoever takes more memory than allowed is killed.", Delegate);
        Add("cpu", engine.Groups.Has("cpu"), "Processor time is shared out by a quota.", Delegate);
        await RunAsync(sandbox, "head -c 64000000 /dev/zero >/workspace/big 2>/dev/null; sync -f /workspace", cancellationToken);
        var size = (await RunAsync(sandbox, "stat -c %s /workspace/big; rm -f /workspace/big", cancellationToken)).Trim();
        Add("disk", long.TryParse(size, CultureInfo.InvariantCulture, out var bytes) && bytes < 33 * Megabyte, "A disk that is full is full for its sandbox alone.",
            "Only a server that is root can mount images. Otherwise put the directory of sandboxes on a file system of its own, so that nothing else suffers.");
        var temporary = (await RunAsync(sandbox, "head -c 9000000 /dev/zero >/tmp/big 2>/dev/null; stat -c %s /tmp/big; rm -f /tmp/big", cancellationToken)).Trim();
        Add("temporary", long.TryParse(temporary, CultureInfo.InvariantCulture, out bytes) && bytes <= 4 * Megabyte, "Temporary files have a bound.", "bwrap 0.6 or later is needed.");
        Add("open_files", (await RunAsync(sandbox, "ulimit -Hn", cancellationToken)).Trim() == "256", "Open files have a bound.", "Report this: the init could not set it.");
    }

    private static async Task<string> RunAsync(LinuxSandbox sandbox, string line, CancellationToken cancellationToken)
    {
        const int MaxOutput = 64 * 1024;
        var command = await sandbox.StartAsync(new CommandSpec { Arguments = ["bash", "-c", line], Timeout = TimeSpan.FromSeconds(20), OutputLimit = MaxOutput }, cancellationToken);
        var output = new StringBuilder();
        await foreach (var piece in command.ReadOutputAsync(cancellationToken))
        {
            output.Append(piece.IsError ? "" : Encoding.UTF8.GetString(piece.Data.Span));
        }

        await command.Result.WaitAsync(cancellationToken);
        return output.ToString();
    }

    private void Add(string name, bool holds, string whenItHolds, string remedy, bool mayBeGivenUp = true, bool isNeeded = true)
    {
        var accepted = !holds && (!isNeeded || (mayBeGivenUp && options.Accept.Contains(name, StringComparer.OrdinalIgnoreCase)));
        _checks.Add(new PreflightCheck(name,
            holds ? PreflightState.Enforced : accepted ? PreflightState.Degraded : PreflightState.Missing,
            holds ? whenItHolds : $"Tried, and it does not hold: {whenItHolds}",
            holds ? "" : mayBeGivenUp && isNeeded ? $"{remedy} Or do without it: {SandboxOptions.Section}:{nameof(SandboxOptions.Accept)} with '{name}'." : remedy));
    }

    /// <summary>A network that nobody gets out of.</summary>
    private sealed class NoWayOut : ISandboxNetwork
    {
        public IReadOnlyDictionary<string, string> Variables { get; } = new Dictionary<string, string>();

        public string? Authority => null;

        public void Replace(SandboxNetworkSpec spec) => throw new NotSupportedException();

        public Task ServeAsync(SandboxConnection connection, CancellationToken cancellationToken) => Task.CompletedTask;

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
