using OpenInteractions.Sandboxes.Linux;

namespace OpenInteractions.Sandboxes.Tests.Engine;

/// <summary>What this machine lacks for sandboxes of a server that is root.</summary>
internal static class Obstacle
{
    public static string? ForRoot { get; } =
        !OpenInteractions.Sandboxes.Linux.Native.IsRoot ? "Only root can try what a server does that is root." : Missing("bwrap", "setpriv", "unshare", "mkfs.ext4") ?? (File.Exists("/dev/loop-control") ? null : "There are no loop devices.");

    public const string Runtime = "/usr/bin/runc";

    public static string? ForOci { get; } = ForRoot ?? (File.Exists(Runtime) ? null : "'runc' is not installed (Debian's package of that name).");

    /// <summary>The runtime gets the plan that bwrap gets, so what holds there is tried here in the long form.</summary>
    public static string? ForOciWhole { get; } =
        ForOci ?? (Environment.GetEnvironmentVariable("OPENINTERACTIONS_TEST_LONG") == "1" ? null : "All attacks and doors once more, with a runtime of the OCI: ./test --long.");

    // As root the tests become somebody else for it.
    public static string? ForUser { get; } = Missing("bwrap", "setpriv") ?? HostProcess.CannotBeUser();

    private static string? Missing(params string[] tools) =>
        Array.Find(tools, t => !Tool.Exists(t)) is { } missing ? $"'{missing}' is not installed (Debian's packages bubblewrap, util-linux, e2fsprogs)." : null;
}

/// <summary>A test that needs root and the tools.</summary>
internal sealed class RootFactAttribute : FactAttribute
{
    public RootFactAttribute() => Skip = Obstacle.ForRoot;
}

/// <summary>A theory that needs root and the tools.</summary>
internal sealed class RootTheoryAttribute : TheoryAttribute
{
    public RootTheoryAttribute() => Skip = Obstacle.ForRoot;
}

/// <summary>A theory that needs the tools, and a user without privileges.</summary>
internal sealed class UserTheoryAttribute : TheoryAttribute
{
    public UserTheoryAttribute() => Skip = Obstacle.ForUser;
}

/// <summary>A test that needs root and a runtime of the OCI.</summary>
internal sealed class OciFactAttribute : FactAttribute
{
    public OciFactAttribute() => Skip = Obstacle.ForOci;
}

/// <summary>A theory of everything once more, which needs root, a runtime of the OCI, and time.</summary>
internal sealed class OciTheoryAttribute : TheoryAttribute
{
    public OciTheoryAttribute() => Skip = Obstacle.ForOciWhole;
}
