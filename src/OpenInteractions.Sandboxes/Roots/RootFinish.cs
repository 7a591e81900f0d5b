using OpenInteractions.Sandboxes.Linux;

namespace OpenInteractions.Sandboxes.Roots;

/// <summary>What is done to the packages' files before sandboxes see them.</summary>
internal static class RootFinish
{
    // Settings of this machine that went into it to fetch packages, and what only a booted system needs.
    private static readonly string[] Gone =
    [
        "etc/apt/apt.conf.d/99mmdebstrap", "etc/apt/auth.conf", "etc/apt/auth.conf.d", "etc/apt/sources.list", "etc/apt/sources.list.d", "etc/hostname", "etc/resolv.conf", "etc/machine-id",
        "etc/shadow", "etc/shadow-", "etc/gshadow", "etc/gshadow-", "etc/passwd-", "etc/group-", "var/cache/apt", "var/lib/apt/lists", "var/log",
    ];

    public static async Task RunAsync(string root, CancellationToken cancellationToken)
    {
        await Tool.RunAsync(["rm", "-rf", "--one-file-system", "--", .. Gone.Select(p => $"{root}/{p}")], cancellationToken);
        // Nobody gains anything by them inside; what is not there needs no proof.
        await Tool.RunAsync(["find", root, "-xdev", "-type", "f", "-perm", "/6000", "-exec", "chmod", "ug-s", "--", "{}", "+"], cancellationToken);
        await Tool.RunAsync(["mkdir", "-p", "--", $"{root}/etc", $"{root}/usr/local/bin", $"{root}/var/log", $"{root}/dev", $"{root}/proc", $"{root}/tmp"], cancellationToken);

        // pip and npm install into the home directory, which is on the disk of the environment.
        await File.WriteAllTextAsync($"{root}/etc/pip.conf", "[global]\nbreak-system-packages = true\n", cancellationToken);
        await File.WriteAllTextAsync($"{root}/etc/npmrc", "prefix=${HOME}/.local\nupdate-notifier=false\nfund=false\n", cancellationToken);
        if (File.Exists($"{root}/usr/bin/fdfind") && !Path.Exists($"{root}/usr/local/bin/fd"))
        {
            File.CreateSymbolicLink($"{root}/usr/local/bin/fd", "/usr/bin/fdfind"); // Debian has another 'fd'
        }

        // Made under whatever mask of permissions the operator has: everybody inside reads it.
        File.SetUnixFileMode(root, (UnixFileMode)0x1ED); // 0755
    }

    /// <summary>Versions of the packages that are installed, from the records of dpkg.</summary>
    public static IReadOnlyDictionary<string, string> PackagesOf(string root)
    {
        var packages = new Dictionary<string, string>(StringComparer.Ordinal);
        var status = $"{root}/var/lib/dpkg/status";
        foreach (var record in File.Exists(status) ? File.ReadAllText(status).Split("\n\n", StringSplitOptions.RemoveEmptyEntries) : [])
        {
            var fields = record.Split('\n').Select(l => l.Split(": ", 2)).Where(f => f.Length == 2 && f[0] is "Package" or "Status" or "Version").ToDictionary(f => f[0], f => f[1]);
            if (fields.TryGetValue("Package", out var name) && fields.TryGetValue("Version", out var version) && fields.GetValueOrDefault("Status") == "install ok installed")
            {
                packages[name] = version;
            }
        }

        return packages;
    }
}
