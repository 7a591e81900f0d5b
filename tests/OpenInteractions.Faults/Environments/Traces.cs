using System.Security.Cryptography;
using System.Text;

namespace OpenInteractions.Faults.Tests.Environments;

/// <summary>What sandboxes of a data directory leave on this machine.</summary>
internal sealed class Traces(string dataDirectory)
{
    private readonly string _sandboxes = $"{dataDirectory}/sandboxes";

    /// <summary>Everything that is there, by name.</summary>
    public IReadOnlyList<string> Find() => [.. Processes(), .. Devices(), .. Mounts()];

    /// <summary>Control groups of sandboxes, which a dead server leaves empty until the next start.</summary>
    public IReadOnlyList<string> Groups()
    {
        var name = $"openinteractions-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(_sandboxes)))[..12]}";
        var own = File.ReadAllLines("/proc/self/mountinfo").Select(l => l.Split(' ')).Where(l => l[Array.IndexOf(l, "-") + 1] is "cgroup" or "cgroup2").Select(l => l[4]);
        return [.. own.SelectMany(mount => Search(mount, name, depth: 4)).SelectMany(d => Directory.GetDirectories(d, "env-*"))];
    }

    public async Task<bool> AreGoneAsync()
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        for (var i = 0; i < 3000 && Find().Count > 0; i++)
        {
            await timer.WaitForNextTickAsync();
        }

        return Find().Count == 0;
    }

    private static IEnumerable<string> Search(string directory, string name, int depth)
    {
        string[] below;
        try
        {
            below = Directory.GetDirectories(directory);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            yield break;
        }

        foreach (var path in below)
        {
            if (Path.GetFileName(path) == name)
            {
                yield return path;
            }
            else if (depth > 0)
            {
                foreach (var found in Search(path, name, depth - 1))
                {
                    yield return found;
                }
            }
        }
    }

    private IEnumerable<string> Processes() =>
        from process in Directory.GetDirectories("/proc")
        where Path.GetFileName(process).All(char.IsAsciiDigit)
        let line = Read($"{process}/cmdline")
        where line.Contains(_sandboxes + "/", StringComparison.Ordinal)
        select $"process {line.Replace('\0', ' ')}";

    private IEnumerable<string> Devices() =>
        from device in Directory.GetDirectories("/sys/block", "loop*")
        let file = Read($"{device}/loop/backing_file").Trim()
        where file.StartsWith(_sandboxes, StringComparison.Ordinal)
        select $"device of {file}";

    private IEnumerable<string> Mounts() => File.ReadAllLines("/proc/self/mountinfo").Where(l => l.Contains(_sandboxes, StringComparison.Ordinal));

    private static string Read(string path)
    {
        try
        {
            return File.Exists(path) ? File.ReadAllText(path) : "";
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
