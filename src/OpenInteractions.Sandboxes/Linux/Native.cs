using System.Runtime.InteropServices;

namespace OpenInteractions.Sandboxes.Linux;

/// <summary>The C library, where .NET has no word for it.</summary>
internal static partial class Native
{
    public const int SIGKILL = 9;

    public static bool IsRoot => GetEffectiveUserId() == 0;

    [LibraryImport("libc.so.6", EntryPoint = "kill", SetLastError = true)]
    public static partial int Kill(int pid, int signal);

    [LibraryImport("libc.so.6", EntryPoint = "geteuid")]
    private static partial uint GetEffectiveUserId();
}
