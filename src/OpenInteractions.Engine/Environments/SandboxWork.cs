using System.Globalization;
using System.Text;
using OpenInteractions.Engine.Sandboxes;

namespace OpenInteractions.Engine.Environments;

/// <summary>What the server itself does in sandboxes. Nothing that comes back is believed beyond what it costs its owner.</summary>
internal static class SandboxWork
{
    private const int MaxOutput = 16 * 1024;

    /// <summary>How long the disk may take.</summary>
    private static readonly TimeSpan DiskPatience = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan CountPatience = TimeSpan.FromSeconds(10);

    /// <summary>Brings what was written onto the disk, so that it is there after a power cut too.</summary>
    public static async Task<bool> SyncAsync(ISandbox sandbox, CancellationToken cancellationToken) =>
        (await RunAsync(sandbox, ["sync", "-f", EnvironmentPaths.Workspace, "/home/agent"], DiskPatience, cancellationToken)).Ok;

    /// <summary>Counts the files that last; null when they cannot be counted in time.</summary>
    public static async Task<(long Files, long Bytes)?> CountAsync(ISandbox sandbox, CancellationToken cancellationToken)
    {
        const string Script = "find /workspace /home/agent -xdev -type f -printf '%s\\n' 2>/dev/null | awk '{n++; s+=$1} END {printf \"%d %.0f\\n\", n, s}'";
        var (ok, output) = await RunAsync(sandbox, ["sh", "-c", Script], CountPatience, cancellationToken);
        return ok && output.Trim().Split(' ') is [var files, var bytes]
            && long.TryParse(files, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && long.TryParse(bytes, NumberStyles.None, CultureInfo.InvariantCulture, out var size)
            ? (count, size)
            : null;
    }

    /// <summary>Runs a program to its end.</summary>
    /// <returns>Whether it ended well, and the beginning of all that it said.</returns>
    public static async Task<(bool Ok, string Output)> RunAsync(ISandbox sandbox, IReadOnlyList<string> arguments, TimeSpan patience, CancellationToken cancellationToken)
    {
        ISandboxCommand command;
        try
        {
            command = await sandbox.StartAsync(new CommandSpec { Arguments = arguments, Environment = CommandSpec.OfSystem, Directory = "/", Timeout = patience, OutputLimit = MaxOutput }, cancellationToken);
        }
        catch (SandboxException exception) when (exception.Kind == SandboxErrorKind.File)
        {
            return (false, $"{arguments[0]} is not there.");
        }

        var output = new StringBuilder();
        await foreach (var piece in command.ReadOutputAsync(cancellationToken))
        {
            output.Append(Encoding.UTF8.GetString(piece.Data.Span));
        }

        var result = await command.Result.WaitAsync(cancellationToken);
        return (result is { ExitCode: 0, Signal: 0 }, output.ToString());
    }
}
