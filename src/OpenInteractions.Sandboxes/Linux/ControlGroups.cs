using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace OpenInteractions.Sandboxes.Linux;

/// <summary>
/// Control groups of this server's sandboxes: below its own group, in the unified hierarchy where that has the controllers, otherwise in those of version 1. Each
/// sandbox directory has a name of its own there, so that two servers of a machine do not reap each other's.
/// </summary>
internal sealed class ControlGroups
{
    private static readonly string[] Wanted = ["memory", "pids", "cpu"];
    private readonly Dictionary<string, string> _parents = [];
    private readonly string _unifiedParent = "";

    /// <summary>Looks for what there is.</summary>
    /// <param name="directory">The directory of sandboxes, which names the groups.</param>
    public ControlGroups(string directory)
    {
        Name = $"openinteractions-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(directory)))[..12]}";
        var own = File.ReadAllLines("/proc/self/cgroup").Select(l => l.Split(':', 3)).Where(l => l.Length == 3).ToList();
        var mounts = File.ReadAllLines("/proc/self/mountinfo").Select(l => l.Split(' ')).ToList();
        if (own.Find(l => l[0] == "0") is { } unified && mounts.Find(m => TypeOf(m) == "cgroup2") is { } mount && TryUnified(mount[4] + Below(unified[2])))
        {
            (IsUnified, _unifiedParent) = (true, $"{Below(unified[2])}/{Name}");
            return;
        }

        foreach (var controller in Wanted)
        {
            if (own.Find(l => l[1].Split(',').Contains(controller)) is { } line
                && mounts.Find(m => TypeOf(m) == "cgroup" && m[^1].Split(',').Contains(controller)) is { } hierarchy
                && TryMake($"{hierarchy[4]}{Below(line[2])}/{Name}") is { } parent)
            {
                _parents.Add(controller, parent);
            }
        }
    }

    public string Name { get; }

    public bool IsUnified { get; }

    public IEnumerable<string> Parents => _parents.Values.Distinct();

    public bool Has(string controller) => _parents.ContainsKey(controller);

    /// <summary>Makes the groups of a sandbox, with its limits in them.</summary>
    public ControlGroup Make(string id, SandboxLimits limits)
    {
        var group = Find(id);
        foreach (var directory in group.Directories)
        {
            Directory.CreateDirectory(directory);
        }

        group.Limit(limits);
        return group;
    }

    public ControlGroup Find(string id) =>
        new(_parents.ToDictionary(p => p.Key, p => $"{p.Value}/env-{id}"), IsUnified);

    /// <summary>How a runtime of the OCI is told of a group: by its path in the unified hierarchy, otherwise below the server's own in each; null without any.</summary>
    public string? PathOf(string id) => _parents.Count == 0 ? null : IsUnified ? $"{_unifiedParent}/env-{id}" : $"{Name}/env-{id}";

    /// <summary>Groups that are there.</summary>
    public IReadOnlyList<string> Ids() =>
        [.. Parents.SelectMany(p => Directory.GetDirectories(p, "env-*")).Select(d => Path.GetFileName(d)["env-".Length..]).Distinct()];

    /// <summary>Removes the groups that held those of sandboxes, when no sandbox is left.</summary>
    public void Remove()
    {
        foreach (var parent in Parents.Where(p => Directory.Exists(p) && Directory.GetDirectories(p).Length == 0))
        {
            try
            {
                Directory.Delete(parent);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // In use after all; the next server on this directory has the same.
            }
        }
    }

    private bool TryUnified(string own)
    {
        try
        {
            if (!Wanted.All(File.ReadAllText($"{own}/cgroup.controllers").Split([' ', '\n']).Contains))
            {
                return false;
            }

            // Processes live in leaves only: the server moves into one, and the controllers are handed down.
            var leaf = Directory.CreateDirectory($"{own}/srv").FullName;
            foreach (var pid in File.ReadAllLines($"{own}/cgroup.procs"))
            {
                File.WriteAllText($"{leaf}/cgroup.procs", pid);
            }

            File.WriteAllText($"{own}/cgroup.subtree_control", "+memory +pids +cpu");
            var parent = Directory.CreateDirectory($"{own}/{Name}").FullName;
            File.WriteAllText($"{parent}/cgroup.subtree_control", "+memory +pids +cpu");
            foreach (var controller in Wanted)
            {
                _parents.Add(controller, parent);
            }

            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static string? TryMake(string path)
    {
        try
        {
            return Directory.CreateDirectory(path).FullName;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string Below(string path) => path == "/" ? "" : path;

    private static string TypeOf(string[] mount) => mount[Array.IndexOf(mount, "-") + 1];
}

/// <summary>The control groups of one sandbox, by controller.</summary>
internal sealed class ControlGroup(IReadOnlyDictionary<string, string> directories, bool isUnified)
{
    private const int CpuPeriod = 100_000;
    private const int MaxRounds = 200;

    public IEnumerable<string> Directories => directories.Values.Distinct();

    /// <summary>
    /// Where a process joins that has one thread, by writing 0. In version 1 that is the file of single threads: to move a whole process, the kernel waits until no processor
    /// can be in the middle of a fork or exit, which takes several milliseconds for the first controller.
    /// </summary>
    public IReadOnlyList<string> JoinFiles => [.. Directories.Select(d => $"{d}/{(isUnified ? "cgroup.procs" : "tasks")}")];

    public IEnumerable<int> Processes => Directories.SelectMany(d => Lines($"{d}/cgroup.procs")).Select(l => int.Parse(l, CultureInfo.InvariantCulture)).Distinct();

    public long MemoryKills => Counter("memory", isUnified ? "memory.events" : "memory.oom_control", "oom_kill");

    public long ForksRefused => Counter("pids", "pids.events", "max");

    /// <summary>Periods in which somebody had used up the processor time.</summary>
    public long Throttled => Counter("cpu", "cpu.stat", "nr_throttled");

    public void Limit(SandboxLimits limits)
    {
        if (isUnified)
        {
            Set("memory", "memory.max", limits.MemoryBytes);
            Set("memory", "memory.swap.max", 0, mayBeAbsent: true);
            Set("cpu", "cpu.max", $"{(long)(limits.Processors * CpuPeriod)} {CpuPeriod}");
        }
        else
        {
            Set("memory", "memory.limit_in_bytes", limits.MemoryBytes);
            Set("memory", "memory.memsw.limit_in_bytes", limits.MemoryBytes, mayBeAbsent: true);
            Set("cpu", "cpu.cfs_period_us", CpuPeriod);
            Set("cpu", "cpu.cfs_quota_us", (long)(limits.Processors * CpuPeriod));
        }

        Set("pids", "pids.max", limits.Processes);
    }

    /// <summary>Ends whatever is in the groups, and removes them.</summary>
    /// <returns>How many processes there were.</returns>
    public async Task<int> KillAsync()
    {
        var killed = new HashSet<int>();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(2));
        // Nothing new begins, then everything that is there ends: also what forks faster than it is found.
        TrySet("pids", "pids.max", "0");
        for (var round = 0; round < MaxRounds; round++)
        {
            if (isUnified)
            {
                TrySet("pids", "cgroup.kill", "1");
            }

            var left = Processes.ToList();
            foreach (var pid in left)
            {
                _ = Native.Kill(pid, Native.SIGKILL);
            }

            killed.UnionWith(left);
            if (left.Count == 0 && TryRemove())
            {
                break;
            }

            await timer.WaitForNextTickAsync();
        }

        return killed.Count;
    }

    private bool TryRemove()
    {
        try
        {
            foreach (var directory in Directories.Where(Directory.Exists))
            {
                Directory.Delete(directory); // rmdir: its files are the kernel's
            }

            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false; // the kernel is still at it
        }
    }

    private long Counter(string controller, string file, string name) =>
        directories.TryGetValue(controller, out var directory)
            && Lines($"{directory}/{file}").FirstOrDefault(l => l.StartsWith(name + " ", StringComparison.Ordinal)) is { } line
            && long.TryParse(line[(name.Length + 1)..], CultureInfo.InvariantCulture, out var count)
            ? count
            : 0;

    private void Set(string controller, string file, long value, bool mayBeAbsent = false) => Set(controller, file, value.ToString(CultureInfo.InvariantCulture), mayBeAbsent);

    private void Set(string controller, string file, string value, bool mayBeAbsent = false)
    {
        if (directories.TryGetValue(controller, out var directory) && (!mayBeAbsent || File.Exists($"{directory}/{file}")))
        {
            File.WriteAllText($"{directory}/{file}", value);
        }
    }

    private void TrySet(string controller, string file, string value)
    {
        try
        {
            Set(controller, file, value, mayBeAbsent: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // gone meanwhile
        }
    }

    private static string[] Lines(string path)
    {
        try
        {
            return File.ReadAllLines(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
