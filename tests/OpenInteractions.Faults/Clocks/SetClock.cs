using System.Globalization;
using OpenInteractions.Testing;

namespace OpenInteractions.Faults.Tests.Clocks;

/// <summary>
/// The wall clock of a server process, which a test sets as somebody with <c>date --set</c> would, for this process alone: libfaketime stands between it and the
/// C library, and reads from a file by how much the time that it tells is wrong. What measures passing time (CLOCK_MONOTONIC) goes on as it does in the kernel.
/// </summary>
internal sealed class SetClock : IDisposable
{
    private static readonly string? Library = Directory.Exists("/usr/lib")
        ? Directory.EnumerateDirectories("/usr/lib", "faketime", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 1, IgnoreInaccessible = true })
            .Select(d => Path.Combine(d, "libfaketimeMT.so.1")).FirstOrDefault(File.Exists)
        : null;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("openinteractions-clock-");

    public SetClock() => Set(TimeSpan.Zero);

    public static bool CanBeSet => Library is not null;

    /// <summary>The environment of the process whose clock it is.</summary>
    public (string Name, string Value)[] Settings =>
    [
        ("LD_PRELOAD", Library!),
        ("FAKETIME_TIMESTAMP_FILE", Offset),
        ("FAKETIME_NO_CACHE", "1"),
        ("FAKETIME_DONT_FAKE_MONOTONIC", "1"),
        ("DONT_FAKE_MONOTONIC", "1"), // its name in older versions
        ("FAKETIME_FORCE_MONOTONIC_FIX", "0"), // otherwise waits with a time-out, which go by that clock, end at once
        ("NO_FAKE_STAT", "1"),
    ];

    private string Offset => Path.Combine(_folder.FullName, "offset");

    /// <summary>From now on it is wrong by so much.</summary>
    public void Set(TimeSpan wrong)
    {
        var fresh = Offset + ".new";
        File.WriteAllText(fresh, wrong.TotalSeconds.ToString("+0;-0", CultureInfo.InvariantCulture) + "\n");
        File.Move(fresh, Offset, overwrite: true); // whole: it is read at every look at the clock
    }

    /// <summary>The time by the server's clock, as it tells it in every answer; that is up to a second old.</summary>
    public static async Task<DateTimeOffset> ReadAsync(ServerProcess server)
    {
        using var http = new HttpClient(new SocketsHttpHandler());
        using var answer = await http.GetAsync(new Uri(server.Address, "/healthz"));
        return answer.Headers.Date!.Value;
    }

    public void Dispose() => _folder.Delete(recursive: true);
}

/// <summary>A test that sets a process's clock; where libfaketime is not installed, it is reported as skipped.</summary>
internal sealed class SetClockFactAttribute : FactAttribute
{
    public SetClockFactAttribute() => Skip = SetClock.CanBeSet ? null : "libfaketime is not installed (Debian's package libfaketime).";
}
