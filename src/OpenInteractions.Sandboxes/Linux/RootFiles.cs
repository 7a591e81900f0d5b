using System.Runtime.InteropServices;
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
        foreach (var root in (string[])[directory.Base, directory.HostRoot])
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

        foreach (var link in (string[])["bin", "sbin", "lib", "lib32", "lib64", "libx32"])
        {
            if (new DirectoryInfo($"/{link}").LinkTarget is { } target)
            {
                File.CreateSymbolicLink($"{directory.HostRoot}/{link}", target);
            }
        }

        foreach (var setting in Settings.Where(s => Path.Exists($"/etc/{s}")))
        {
            Directory.CreateDirectory(Path.GetDirectoryName($"{directory.HostRoot}/etc/{setting}")!);
            await Tool.RunAsync(["cp", "-a", "--no-preserve=ownership", "--", $"/etc/{setting}", $"{directory.HostRoot}/etc/{setting}"], cancellationToken);
        }

        // Programs that ask nobody's variables find the same here.
        var usual = new FileInfo($"{directory.HostRoot}/etc/ssl/certs/ca-certificates.crt");
        if (usual is { Exists: true, LinkTarget: null } && usual.ResolveLinkTarget(returnFinalTarget: true) is null)
        {
            usual.Delete();
            usual.CreateAsSymbolicLink(LaunchCommand.Authorities);
        }

        await File.WriteAllBytesAsync(directory.Filter, SeccompFilter.Assemble(RuntimeInformation.ProcessArchitecture switch
        {
            Architecture.X64 => Processor.X64,
            Architecture.Arm64 => Processor.Arm64,
            var other => throw new SandboxException(SandboxErrorKind.Refused, $"There is no filter of system calls for {other}. Sandboxes need x86-64 or ARM64."),
        }), cancellationToken);
    }
}
