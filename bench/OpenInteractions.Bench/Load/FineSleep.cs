using System.Runtime.InteropServices;

namespace OpenInteractions.Bench.Load;

/// <summary>Sleeps for parts of a millisecond without burning the processor that is measured.</summary>
internal static partial class FineSleep
{
    /// <summary>Blocks the thread for this long, below a second; a signal may end it early.</summary>
    public static void For(TimeSpan time)
    {
        var left = new TimeSpec(0, (nint)Math.Min(time.TotalNanoseconds, 999_999_999));
        _ = NanoSleep(in left, 0);
    }

    [LibraryImport("libc", EntryPoint = "nanosleep")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int NanoSleep(in TimeSpec time, nint left);

    /// <summary>A <c>struct timespec</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct TimeSpec(nint Seconds, nint Nanoseconds);
}
