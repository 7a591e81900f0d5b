using System.Diagnostics;
using System.Runtime.InteropServices;

namespace OpenInteractions.Testing;

/// <summary>Signals to processes that a test has started.</summary>
internal static partial class Signals
{
    public const int Terminate = 15;
    public const int Continue = 18;
    public const int Stop = 19;

    public static void Send(Process process, int signal)
    {
        if (Kill(process.Id, signal) != 0)
        {
            throw new InvalidOperationException($"The process {process.Id} could not be signalled.");
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
