using System.Diagnostics;

namespace OpenInteractions.Sandboxes.Tests.Engine;

/// <summary>A <see cref="HostProgram"/> as root, or as a user who may do nothing.</summary>
internal sealed class HostProcess : IDisposable
{
    private const string Nobody = "65534";
    private static readonly string[] Drop = ["--reuid", Nobody, "--regid", Nobody, "--clear-groups", "--bounding-set=-all", "--inh-caps=-all", "--ambient-caps=-all"];

    /// <summary>What a user without privileges does without on any machine; where it has a control group, the limits hold all the same.</summary>
    public static string[] GivenUp => ["memory", "cpu", "disk", "processes"];

    public HostProcess(bool asUser, string what, params string[] more)
    {
        Home = Directory.CreateTempSubdirectory("oi-sandboxes-");
        string[] program = ["dotnet", typeof(HostProcess).Assembly.Location, what, $"{Home.FullName}/s", .. more, .. GivenUp];
        if (asUser && OpenInteractions.Sandboxes.Linux.Native.IsRoot)
        {
            Run("chown", "65534:65534", "--", Home.FullName);
            program = ["setpriv", .. Drop, .. program];
        }

        var start = new ProcessStartInfo(program[0], program.Skip(1)) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment.Clear();
        start.Environment["PATH"] = "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin";
        start.Environment["HOME"] = start.Environment["TMPDIR"] = Home.FullName;
        start.Environment[HostProgram.RuntimeVariable] = Runtime.Value;
        start.Environment["OI_UID"] = OpenInteractions.Sandboxes.Linux.Native.IsRoot ? Nobody : $"{Run("id", "-u").Trim()}";
        Process = Process.Start(start)!;
    }

    /// <summary>The runtime of the OCI that processes begun from here make sandboxes with; null for bwrap.</summary>
    public static AsyncLocal<string?> Runtime { get; } = new();

    public DirectoryInfo Home { get; }

    public Process Process { get; }

    public string Sandboxes => $"{Home.FullName}/s";

    /// <summary>Why nobody can be a user without privileges here; null when somebody can.</summary>
    public static string? CannotBeUser()
    {
        var assembly = typeof(HostProcess).Assembly.Location;
        if (OpenInteractions.Sandboxes.Linux.Native.IsRoot && Run("setpriv", [.. Drop, "sh", "-c", "test -r \"$1\" && echo yes", "sh", assembly]).Trim() != "yes")
        {
            return $"A user without privileges cannot read {Path.GetDirectoryName(assembly)}.";
        }

        string[] tried = ["bwrap", "--ro-bind", "/", "/", "--unshare-user", "--unshare-pid", "--unshare-net", "--disable-userns", "sh", "-c", "echo yes"];
        return Run("setpriv", OpenInteractions.Sandboxes.Linux.Native.IsRoot ? [.. Drop, .. tried] : tried).Trim() == "yes" ? null : "A user without privileges can have no user namespace here (see kernel.unprivileged_userns_clone, or AppArmor).";
    }

    public void Dispose()
    {
        if (!Process.HasExited)
        {
            Process.Kill();
            Process.WaitForExit();
        }

        Process.Dispose();
        Run("rm", "-rf", "--", Home.FullName);
    }

    public static string Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/" })!;
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return output;
    }
}
