using System.Globalization;

namespace OpenInteractions.Sandboxes.Linux;

/// <summary>
/// What an earlier server left: groups with what is in them, processes whose command line names our directory, and what descends from those, devices with our images,
/// stages, half-made disks. Every mount goes with the last process of its namespace.
/// </summary>
internal sealed class Reaping(SandboxDirectory directory, ControlGroups groups, Disks disks, Func<string, bool> isLive)
{
    public async Task<IReadOnlyList<string>> ReapAsync()
    {
        var found = new List<string>();
        var left = LoopDevices.Attached().Where(a => a.File.StartsWith(directory.Disks + "/", StringComparison.Ordinal) && !isLive(Path.GetFileNameWithoutExtension(a.File))).ToList();
        foreach (var (device, _) in left)
        {
            await FrozenDisk.ReleaseAsync(directory, device); // first of all: what waits for a file system that is held still cannot even be killed
        }

        foreach (var id in groups.Ids().Where(id => !isLive(id)))
        {
            found.Add($"control group of {id} with {await groups.Find(id).KillAsync()} processes");
        }

        found.AddRange(KillProcesses());
        foreach (var (device, file) in LoopDevices.Attached().Where(a => a.File.StartsWith(directory.Disks + "/", StringComparison.Ordinal)).ToList())
        {
            if (!isLive(Path.GetFileNameWithoutExtension(file)))
            {
                await DetachAsync(device, found);
            }
        }

        foreach (var stage in Directory.GetDirectories(directory.Live).Select(p => Path.GetFileName(p)).Where(id => !isLive(id)))
        {
            directory.RemoveStage(stage);
            found.Add($"stage of {stage}");
        }

        found.AddRange(await disks.SweepAsync());
        return found;
    }

    private static async Task DetachAsync(string device, List<string> found)
    {
        try
        {
            await Tool.RunAsync(["losetup", "-d", device], CancellationToken.None);
            found.Add($"device {device}");
        }
        catch (SandboxException)
        {
            // It went by itself between the look and the call.
        }
    }

    private IEnumerable<string> KillProcesses()
    {
        var parents = new List<(int Pid, int Parent)>();
        var ours = new HashSet<int>();
        foreach (var process in Directory.GetDirectories("/proc").Select(p => Path.GetFileName(p)))
        {
            if (!int.TryParse(process, CultureInfo.InvariantCulture, out var pid) || pid == Environment.ProcessId || Read($"/proc/{pid}/stat") is not { } stat)
            {
                continue;
            }

            parents.Add((pid, int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1], CultureInfo.InvariantCulture)));
            var arguments = (Read($"/proc/{pid}/cmdline") ?? "").Split('\0');
            if (arguments.Any(a => a.StartsWith(directory.Live + "/", StringComparison.Ordinal) || a.StartsWith(directory.Disks + "/", StringComparison.Ordinal) || a == directory.Filter)
                && arguments.Any(a => a is "bwrap" or "--bundle" or "oi-sandbox-join" or "oi-sandbox-mount" or "oi-sandbox-open" || a.EndsWith("/bwrap", StringComparison.Ordinal)))
            {
                var stage = arguments.FirstOrDefault(a => a.StartsWith(directory.Live + "/", StringComparison.Ordinal));
                if (stage is null || !isLive(stage[(directory.Live.Length + 1)..].Split('/')[0]))
                {
                    ours.Add(pid);
                }
            }
        }

        while (parents.RemoveAll(p => ours.Contains(p.Parent) && ours.Add(p.Pid)) > 0)
        {
        }

        foreach (var pid in ours)
        {
            _ = Native.Kill(pid, Native.SIGKILL);
            yield return $"process {pid}";
        }
    }

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
