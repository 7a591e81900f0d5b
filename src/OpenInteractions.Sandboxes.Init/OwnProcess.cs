namespace OpenInteractions.Sandboxes.Init;

/// <summary>What the init sets of its own process before anything else runs.</summary>
internal static unsafe class OwnProcess
{
    // Hard limits, which nobody below can lift: what is started here has them from here.
    public static void Limit()
    {
        const int Core = 4, Processes = 6, LockedMemory = 8;
        if (Limit(Native.RLIMIT_NOFILE, Environment.GetEnvironmentVariable("OI_OPEN_FILES")))
        {
            Limit(Processes, Environment.GetEnvironmentVariable("OI_PROCESSES"));
            Limit(Core, "0");
            Limit(LockedMemory, "65536");
        }
    }

    private static bool Limit(int resource, string? value)
    {
        if (value is null)
        {
            return false; // not in a sandbox, or held by other means
        }

        var limits = stackalloc ulong[2];
        limits[0] = limits[1] = ulong.Parse(value, System.Globalization.CultureInfo.InvariantCulture);
        if (Native.SetLimit(resource, limits) < 0)
        {
            Console.Error.WriteLine("A limit could not be set.");
            Supervisor.Die(3);
        }

        return true;
    }

    // A signal without a handler does not reach the first process of a namespace; the runtime has handlers for some, and would die of a forged one. SIGCHLD stays,
    // since ignoring it would take the children's statuses away, and so do the real-time ones, one of which the runtime needs and takes from itself only.
    public static void IgnoreSignals()
    {
        const int LastClassic = 31;
        const nint Ignore = 1;
        for (var signal = 1; signal <= LastClassic; signal++)
        {
            if (signal is not (Native.SIGCHLD or Native.SIGKILL or Native.SIGSTOP))
            {
                _ = Native.Signal(signal, Ignore);
            }
        }
    }
}
