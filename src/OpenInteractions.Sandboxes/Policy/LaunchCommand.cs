using System.Globalization;

namespace OpenInteractions.Sandboxes.Policy;

/// <summary>
/// The command line of a start. As root, in namespaces that <see cref="Linux.LaunchThread"/> has made: join the control groups, bwrap without a user namespace, setpriv to the
/// sandbox's uid, the init. Otherwise: join, a network namespace where there are doors, bwrap with a user namespace, the init. Scripts are constants; whatever differs is an
/// argument of theirs.
/// </summary>
internal static class LaunchCommand
{
    /// <summary>Where commands start, and what survives them together with the home directory.</summary>
    public const string Workspace = "/workspace";

    public const string Home = "/home/agent";

    /// <summary>Where those are that programs trust inside.</summary>
    public const string Trust = "/etc/oi";

    /// <summary>Whom programs trust inside: what the host trusts, and the sandbox's own authority.</summary>
    public const string Authorities = $"{Trust}/ca-certificates.crt";

    /// <summary>The sandbox's own authority alone.</summary>
    public const string Authority = $"{Trust}/authority.crt";

    /// <summary>The names of both in the stage.</summary>
    public const string StagedAuthorities = "authorities", StagedAuthority = "authority";

    private const int FilterDescriptor = 9, AuthoritiesDescriptor = 8, AuthorityDescriptor = 7;

    // $1 … up to "--" are files of control groups; 0 is who writes. Joined before anything else runs, so nothing is outside of them for a moment.
    private const string Join = """
        set -eu
        while [ "$1" != -- ]; do echo 0 >"$1"; shift; done
        shift

        """;

    // What bwrap reads by number: the filter and, without root, whom programs trust, from the stage.
    private const string Enter = """
        cd -- "$1"; filter=$2 trust=$3
        shift 3
        [ "$trust" = no ] || exec 8<authorities 7<authority
        exec 9<"$filter"
        exec "$@"
        """;

    // Without root, the network namespace belongs to a user namespace, and is made before bwrap, since what is set in it takes rights that nothing inside may have: the
    // loopback device, which also has the block of addresses that names resolve to, and ports below 1024 for a process that is nobody. Where the last one is not to be
    // had, the doors on those ports are missing, and the init says so.
    private const string Network = """
        set -eu
        printf 'link set lo up\nroute add local 198.18.0.0/15 dev lo\n' | ip -batch -
        (echo 0 >/proc/sys/net/ipv4/ip_unprivileged_port_start) 2>/dev/null || :

        """;

    /// <summary>The first program inside.</summary>
    public static IReadOnlyList<string> Init { get; } = ["/opt/oi/dotnet/dotnet", "/opt/oi/init/oi-sandbox-init.dll"];

    public static IReadOnlyList<string> For(LaunchPlan plan)
    {
        if (plan.Oci is { } oci)
        {
            return OciBundle.Command(plan, oci);
        }

        var trust = TakesTrust(plan) ? "yes" : "no";
        List<string> command = plan.HasDoors && !plan.Privileged
            ? ["/bin/sh", "-c", Join + "exec \"$@\"", "oi-sandbox-join", .. plan.ControlGroups, "--", "unshare", "--user", "--map-root-user", "--net", "--", "/bin/sh", "-c", Network + Enter, "oi-sandbox-open"]
            : ["/bin/sh", "-c", Join + Enter, "oi-sandbox-join", .. plan.ControlGroups, "--"];
        command.AddRange([plan.Stage, plan.Filter, trust, "bwrap", .. Walls(plan), .. Files(plan), .. Variables(plan), "--seccomp", Text(FilterDescriptor), "--chdir", Workspace, "--"]);
        if (plan.Privileged)
        {
            command.AddRange(["setpriv", "--reuid", Text(plan.Uid), "--regid", Text(plan.Uid), "--clear-groups", "--bounding-set=-all", "--inh-caps=-all", "--ambient-caps=-all", "--"]);
        }

        command.AddRange(Init);
        return command;
    }

    private static IEnumerable<string> Walls(LaunchPlan plan)
    {
        // With doors, the network namespace is there already. bwrap's own has a loopback device and nothing else.
        string[] all = [.. plan.HasDoors ? [] : (string[])["--unshare-net"], "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try", "--hostname", "sandbox", "--new-session", "--as-pid-1", "--clearenv", "--cap-drop", "ALL"];
        // What setpriv needs to give up the rest; it is gone with the change of the uid.
        return plan.Privileged
            ? [.. all, "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID", "--cap-add", "CAP_SETPCAP"]
            : [.. all, "--unshare-user", "--disable-userns", "--uid", Text(plan.Uid), "--gid", Text(plan.Uid)];
    }

    private static List<string> Files(LaunchPlan plan)
    {
        List<string> files = plan.Privileged ? ["--bind", $"{plan.Stage}/root", "/"] : ["--ro-bind", plan.Root, "/"];
        files.AddRange(plan.Shown.SelectMany(s => (string[])["--ro-bind", s.From, s.To]));

        files.AddRange(RuntimeParts(plan).SelectMany(p => (string[])["--ro-bind", p.From, p.To]));

        if (TakesTrust(plan))
        {
            // As data, since the bind of a file would name a path of the host.
            files.AddRange(["--perms", "0444", "--ro-bind-data", Text(AuthoritiesDescriptor), Authorities, "--perms", "0444", "--ro-bind-data", Text(AuthorityDescriptor), Authority]);
        }

        var size = Text(plan.Limits.TemporaryBytes);
        files.AddRange(["--proc", "/proc"]);
        // The null device: a bind of it is as good as no file, and names no path of the host.
        files.AddRange(plan.Masked.SelectMany(file => (string[])["--ro-bind", "/dev/null", file]));
        files.AddRange(["--dev", "/dev", "--perms", "1777", "--size", size, "--tmpfs", "/dev/shm", "--remount-ro", "/dev", "--perms", "1777", "--size", size, "--tmpfs", "/tmp"]);
        if (!plan.Privileged)
        {
            files.AddRange(["--bind", $"{plan.Disk}/workspace", Workspace, "--bind", $"{plan.Disk}/home", Home, "--bind", $"{plan.Disk}/tmp", "/var/tmp", "--remount-ro", "/"]);
        }

        return files;
    }

    // With root they are in the root file system already: see LaunchThread.
    private static bool TakesTrust(LaunchPlan plan) => plan is { HasDoors: true, Privileged: false };

    /// <summary>What the init needs of the host's .NET, and where it is inside.</summary>
    public static IEnumerable<(string From, string To)> RuntimeParts(LaunchPlan plan) =>
        ((string[])["dotnet", "host", "shared/Microsoft.NETCore.App"]).Select(part => ($"{plan.Runtime}/{part}", $"/opt/oi/dotnet/{part}"));

    /// <summary>Variables of the init alone; commands get theirs with each request. Diagnostics would be a socket that commands can talk to.</summary>
    public static IEnumerable<string> InitVariables(LaunchPlan plan) =>
        ["DOTNET_EnableDiagnostics=0", "DOTNET_TieredPGO=0", "DOTNET_EnableWriteXorExecute=0", "DOTNET_LTTng=0", "OI_SESSIONS=/var/tmp/.oi-sessions", "HOME=/home/agent", "PATH=/usr/bin:/bin:/usr/sbin:/sbin", $"OI_DOORS={(plan.HasDoors ? 1 : 0)}",
            // The init sets them before it does anything else, and what it starts has them from it.
            $"OI_OPEN_FILES={Text(plan.Limits.OpenFiles)}", .. plan.CountsProcesses ? (string[])[] : [$"OI_PROCESSES={Text(plan.Limits.Processes)}"]];

    private static IEnumerable<string> Variables(LaunchPlan plan) =>
        InitVariables(plan).SelectMany(v => (string[])["--setenv", v[..v.IndexOf('=', StringComparison.Ordinal)], v[(v.IndexOf('=', StringComparison.Ordinal) + 1)..]]);

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
}
