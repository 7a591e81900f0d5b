using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using OpenInteractions.Bench.Load;

namespace OpenInteractions.Bench.Processes;

/// <summary>What the figures were measured on. Ratios travel between machines, absolute figures do not.</summary>
internal static class Machine
{
    private const int Probes = 100;

    public static string Describe(string dataRoot)
    {
        var cpu = File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[^1].Trim();
        var memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (1024.0 * 1024 * 1024);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"Machine: {Environment.ProcessorCount} × {cpu ?? "unknown CPU"}, {memory:0} GiB, {RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}. Data on {FileSystemOf(dataRoot)}, a durable 4 KiB write takes {SyncMilliseconds(dataRoot):0.00} ms (p50). Load generator, provider, floor and server share these cores.");
    }

    /// <summary>The soft limit of open files, which child processes inherit; the runtime has already raised it to the hard one.</summary>
    public static int OpenFileLimit()
    {
        var line = File.ReadLines("/proc/self/limits").First(entry => entry.StartsWith("Max open files", StringComparison.Ordinal));
        var soft = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[3];
        return int.TryParse(soft, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) ? limit : int.MaxValue;
    }

    private static string FileSystemOf(string directory)
    {
        var mount = DriveInfo.GetDrives()
            .Where(drive => directory.StartsWith(drive.Name, StringComparison.Ordinal))
            .MaxBy(drive => drive.Name.Length);
        return mount?.DriveFormat ?? "an unknown file system";
    }

    private static double SyncMilliseconds(string directory)
    {
        var path = Path.Combine(directory, "sync-probe");
        var page = new byte[4096];
        var samples = new List<double>(Probes);
        using (var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0))
        {
            for (var i = 0; i < Probes; i++)
            {
                var started = Stopwatch.GetTimestamp();
                file.Write(page);
                file.Flush(flushToDisk: true);
                samples.Add(Samples.Milliseconds(started, Stopwatch.GetTimestamp()));
            }
        }

        File.Delete(path);
        return Samples.Median(samples);
    }
}
