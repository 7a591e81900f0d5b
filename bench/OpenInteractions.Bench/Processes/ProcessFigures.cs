using System.Globalization;

namespace OpenInteractions.Bench.Processes;

/// <summary>What the kernel says about one process.</summary>
internal static class ProcessFigures
{
    /// <summary>Linux reports processor time to user space in hundredths of a second on every architecture .NET runs on.</summary>
    private const double TicksPerSecond = 100;

    /// <summary>User and system time of a process so far (<c>/proc/PID/stat</c>, fields 14 and 15).</summary>
    public static TimeSpan Cpu(int pid) => Cpu(pid, fields: 2);

    /// <summary>The same with all its children: those that have ended (fields 16 and 17), and those that run.</summary>
    public static TimeSpan CpuWithChildren(int pid)
    {
        var used = TimeSpan.Zero;
        foreach (var child in File.ReadAllText($"/proc/{pid}/task/{pid}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            try
            {
                used += Cpu(int.Parse(child, CultureInfo.InvariantCulture));
            }
            catch (Exception gone) when (gone is IOException)
            {
                // It has ended in between, and is among the others below.
            }
        }

        return used + Cpu(pid, fields: 4);
    }

    public static MemoryFigures Memory(int pid)
    {
        long Read(string[] lines, string name) =>
            lines.FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal)) is { } line
                ? long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024
                : 0;

        var rollup = File.ReadAllLines($"/proc/{pid}/smaps_rollup");
        return new(Read(rollup, "Rss:"), Read(rollup, "Pss:"), Read(rollup, "Anonymous:"));
    }

    private static TimeSpan Cpu(int pid, int fields)
    {
        var stat = File.ReadAllText($"/proc/{pid}/stat");
        // The second field is the name in parentheses and may contain spaces.
        var ticks = stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[11..(11 + fields)].Sum(field => long.Parse(field, CultureInfo.InvariantCulture));
        return TimeSpan.FromSeconds(ticks / TicksPerSecond);
    }
}

/// <summary>Memory of a process in bytes.</summary>
/// <param name="Resident">Everything mapped and present, shared pages counted in full: the figure that is judged.</param>
/// <param name="Proportional">The same with shared pages divided among those who share them.</param>
/// <param name="Anonymous">Heap and stacks only.</param>
internal readonly record struct MemoryFigures(long Resident, long Proportional, long Anonymous);
