using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using OpenInteractions.Sandboxes.Policy;

namespace OpenInteractions.Sandboxes.Linux;

/// <summary>Root file systems: what the server adds to each, and the one that shows the host's programs. Made anew by each server, since init and runtime may be newer.</summary>
internal static class RootFiles
{
    private static readonly string[] Places =
        ["proc", "dev", "tmp", "var/tmp", "run", "usr", "etc/oi", "opt/oi/init", "opt/oi/dotnet/host", "opt/oi/dotnet/shared/Microsoft.NETCore.App", "workspace", "home/agent"];

    // Of the host's settings only what programs need to run, and nothing that says anything about the host.
    private static readonly string[] Settings = ["ld.so.cache", "ld.so.conf", "ld.so.conf.d", "nsswitch.conf", "services", "protocols", "alternatives", "ssl/certs", "mime.types", "localtime"];

    // Of Debian and its kin, of Red Hat and its kin, of SUSE, of Alpine.
    private static readonly string[] Bundles =
        ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem", "/etc/ssl/cert.pem"];

    private const string Usual = "/etc/ssl/certs/ca-certificates.crt";

    // What is bound of another root file system; where bin and its like are links, those are made. /opt has ours.
    private static readonly string[] Parts = ["usr", "bin", "sbin", "lib", "lib32", "lib64", "libx32", "var/lib"];

    public const int UnprivilegedUid = 1000;

    public static string Runtime => Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../.."));

    /// <summary>The authorities that the host trusts, as PEM; empty where it keeps them in another place.</summary>
    public static string Trusted { get; } = Array.Find(Bundles, File.Exists) is { } bundle ? File.ReadAllText(bundle) : "";

    public static string Passwd(int uid) => $"root:x:0:0:root:/root:/usr/sbin/nologin\nagent:x:{uid}:{uid}:agent:{LaunchCommand.Home}:/bin/bash\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n";

    public static string Group(int uid) => $"root:x:0:\nagent:x:{uid}:\nnogroup:x:65534:\n";

    public static async Task PrepareAsync(SandboxDirectory directory, CancellationToken cancellationToken)
    {
        if (Directory.Exists(directory.Roots))
        {
            Directory.Delete(directory.Roots, recursive: true);
        }

        Directory.CreateDirectory(directory.Roots);
        await FillAsync(directory.Base, cancellationToken);
        await FillAsync(directory.HostRoot, cancellationToken);
        Link("", directory.HostRoot);
        foreach (var setting in Settings.Where(s => Path.Exists($"/etc/{s}")))
        {
            Directory.CreateDirectory(Path.GetDirectoryName($"{directory.HostRoot}/etc/{setting}")!);
            await Tool.RunAsync(["cp", "-a", "--no-preserve=ownership", "--", $"/etc/{setting}", $"{directory.HostRoot}/etc/{setting}"], cancellationToken);
        }

        Trust(directory.HostRoot);
        // Above a built one, whose own list is below it then.
        Directory.CreateDirectory($"{directory.Base}/etc/ssl/certs");
        File.CreateSymbolicLink($"{directory.Base}{Usual}", LaunchCommand.Authorities);
        await File.WriteAllBytesAsync(directory.Filter, SeccompFilter.Assemble(Processors.Own), cancellationToken);
    }

    /// <summary>How a root file system is shown: what is at the root of the sandbox, and what is bound into that.</summary>
    /// <param name="directory">The directory of sandboxes.</param>
    /// <param name="files">Its files; null for the host's programs.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public static async Task<(string Root, IReadOnlyList<(string From, string To)> Shown)> ShowAsync(SandboxDirectory directory, string? files, CancellationToken cancellationToken)
    {
        if (files is null)
        {
            return (directory.HostRoot, [("/usr", "/usr")]);
        }

        // As root, an overlay puts ours above it. Without root there is none: a directory of ours has its settings, and places to bind its programs to.
        return Native.IsRoot ? (files, []) : (await ViewAsync(directory, files, cancellationToken), [.. Parts.Where(p => IsDirectory($"{files}/{p}")).Select(p => ($"{files}/{p}", $"/{p}"))]);
    }

    private static async Task<string> ViewAsync(SandboxDirectory directory, string files, CancellationToken cancellationToken)
    {
        var view = $"{directory.Roots}/view-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(files)))[..16]}";
        if (Directory.Exists(view))
        {
            return view;
        }

        var making = $"{view}.{Guid.NewGuid():N}";
        Directory.CreateDirectory(making);
        try
        {
            await Tool.RunAsync(["cp", "-a", "--no-preserve=ownership", "--", $"{files}/etc", making], cancellationToken);
        }
        catch (SandboxException)
        {
            // What only root may read there is left out.
        }

        foreach (var place in (string[])["passwd", "group", "hosts", "hostname", "resolv.conf"])
        {
            File.Delete($"{making}/etc/{place}"); // some are links in images of containers
        }

        await FillAsync(making, cancellationToken);
        Link(files, making);
        foreach (var part in Parts.Where(p => IsDirectory($"{files}/{p}")))
        {
            Directory.CreateDirectory($"{making}/{part}");
        }

        Trust(making);
        try
        {
            Directory.Move(making, view);
        }
        catch (IOException) when (Directory.Exists(view))
        {
            Directory.Delete(making, recursive: true); // another start was faster
        }

        return view;
    }

    private static async Task FillAsync(string root, CancellationToken cancellationToken)
    {
foreach (var place in Places)
        {
            Directory.CreateDirectory($"{root}/{place}");
        }

        foreach (var place in (string[])["tmp", "var/tmp"])
        {
            File.SetUnixFileMode($"{root}/{place}", (UnixFileMode)0x3FF); // 01777
        }

        foreach (var file in Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "sandbox-init")))
        {
            File.Copy(file, $"{root}/opt/oi/init/{Path.GetFileName(file)}");
        }

        await File.WriteAllTextAsync($"{root}/opt/oi/dotnet/dotnet", "", cancellationToken);
        await File.WriteAllTextAsync($"{root}/etc/passwd", Passwd(UnprivilegedUid), cancellationToken);
        await File.WriteAllTextAsync($"{root}/etc/group", Group(UnprivilegedUid), cancellationToken);
        await File.WriteAllTextAsync($"{root}/etc/hosts", "127.0.0.1 localhost sandbox\n::1 localhost\n", cancellationToken);
        await File.WriteAllTextAsync($"{root}/etc/hostname", "sandbox\n", cancellationToken);
        await File.WriteAllTextAsync($"{root}/etc/resolv.conf", $"nameserver 198.18.0.2\noptions timeout:3 attempts:2\n", cancellationToken);
        await File.WriteAllTextAsync(root + LaunchCommand.Authorities, Trusted, cancellationToken);
        await File.WriteAllTextAsync(root + LaunchCommand.Authority, "", cancellationToken);
    }

    private static void Link(string files, string root)
    {
        foreach (var link in (string[])["bin", "sbin", "lib", "lib32", "lib64", "libx32"])
        {
            if (new DirectoryInfo($"{files}/{link}").LinkTarget is { } target)
            {
                File.CreateSymbolicLink($"{root}/{link}", target);
            }
        }
    }

    // Programs that ask nobody's variables find the same here.
    private static void Trust(string root)
    {
        var usual = new FileInfo(root + Usual);
        if (usual is { Exists: true, LinkTarget: null })
        {
            usual.Delete();
            usual.CreateAsSymbolicLink(LaunchCommand.Authorities);
        }
    }

    private static bool IsDirectory(string path) => new DirectoryInfo(path) is { Exists: true, LinkTarget: null };
}
