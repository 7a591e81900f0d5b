namespace OpenInteractions.Sandboxes.Roots;

/// <summary>What a built root file system holds: the tools that agents are told of, as far as Debian and its kin have them.</summary>
internal static class ToolSet
{
    /// <summary>Without these no sandbox starts: a shell, setpriv, and the libraries that the init's runtime loads.</summary>
    public static IReadOnlyList<string> Needed { get; } = ["bash", "coreutils", "util-linux", "libstdc++6", "libgcc-s1", "zlib1g", "perl-base", "procps", "ca-certificates"];

    public static IReadOnlyList<string> Standard { get; } =
    [
        "python3", "python3-numpy", "python3-pandas", "python3-requests", "python3-bs4", "python3-yaml", "python3-matplotlib", "python3-pip", "python3-venv", "nodejs", "npm",
        "git", "curl", "wget", "jq", "ripgrep", "fd-find", "rsync", "unzip", "zip", "xz-utils", "bzip2", "gawk", "bc", "tree", "lsof", "htop", "iproute2", "file", "less", "patch", "sqlite3",
    ];

    /// <summary>What is run in a sandbox before a root file system gets its name.</summary>
    public const string MinimalTrial = "test -x /bin/sh && ls / >/dev/null && id -u";

    public const string StandardTrial = MinimalTrial
        + " && python3 -c 'import numpy, pandas, requests, bs4, yaml, matplotlib' && node --version && npm --version && git --version"
        + " && for tool in curl wget jq rg fd rsync unzip gawk bc tree lsof htop ip ps file sqlite3; do command -v $tool >/dev/null || { echo missing: $tool; exit 1; }; done";
}
