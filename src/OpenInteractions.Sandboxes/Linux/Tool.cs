using System.Diagnostics;

namespace OpenInteractions.Sandboxes.Linux;

/// <summary>Programs of the system: found once, run with arguments, never through a shell's text.</summary>
internal static class Tool
{
    private static readonly string[] Places = ["/usr/bin", "/usr/sbin", "/bin", "/sbin", "/usr/local/bin", "/usr/local/sbin"];

    public static string Path => string.Join(':', Places);

    public static bool Exists(string name) => Array.Exists(Places, p => File.Exists($"{p}/{name}"));

    public static ProcessStartInfo Start(IReadOnlyList<string> command)
    {
        var program = command[0].Contains('/', StringComparison.Ordinal) ? command[0] : Array.Find(Places, p => File.Exists($"{p}/{command[0]}")) is { } place ? $"{place}/{command[0]}" : command[0];
        var start = new ProcessStartInfo(program, command.Skip(1)) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        // The server's environment holds keys.
        start.Environment.Clear();
        start.Environment["PATH"] = Path;
        start.Environment["LC_ALL"] = "C";
        return start;
    }

    /// <summary>Runs a program to its end.</summary>
    /// <exception cref="SandboxException">It is missing, or failed; the message has its last words.</exception>
    public static async Task<string> RunAsync(IReadOnlyList<string> command, CancellationToken cancellationToken)
    {
        try
        {
            using var process = Process.Start(Start(command))!;
            process.StandardInput.Close();
            var output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
            var error = process.StandardError.ReadToEndAsync(CancellationToken.None);
            try
            {
                await process.WaitForExitAsync(cancellationToken);
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                throw;
            }

            return process.ExitCode == 0 ? await output : throw new SandboxException(SandboxErrorKind.Refused, $"{command[0]} failed: {(await error).Trim()}");
        }
        catch (System.ComponentModel.Win32Exception)
        {
            throw new SandboxException(SandboxErrorKind.Refused, $"'{command[0]}' is not installed. Install bubblewrap, util-linux and e2fsprogs, and start again.");
        }
    }
}
