using System.Diagnostics;

namespace OpenInteractions.Sandboxes.Linux;

/// <summary>
/// Holds the file system of an image still, so that the image can be copied: everything is written, nothing is half done, and who wants to write waits. A shell holds it, in a mount namespace of
/// its own where the device is mounted once more, and lets go when its input ends: a server that dies holds nothing. With the shell the namespace goes, and the mount with it.
/// </summary>
internal sealed class FrozenDisk : IAsyncDisposable
{
    private const string Held = "held";
    private const int MaxTries = 5;

    // What is frozen must be released whatever happens to the server: no signal ends the shell in between, from the freeze on no failure does, and it stands in the file system, which then has a name
    // even when the stage was tidied away. The device may have changed its file since it was found. What was deleted inside becomes holes first (the journal knows of it after the sync), so that nobody copies it.
    private const string Hold = """
        set -eu
        trap '' HUP INT TERM PIPE
        mount -n -o nosuid,nodev,noatime -- "$1" "$2"
        cd -- "$2"
        IFS= read -r file <"/sys/block/${1##*/}/loop/backing_file"
        [ "$file" = "$3" ]
        sync -f . && fstrim . 2>/dev/null || :
        fsfreeze --freeze .
        set +e
        echo held
        read -r end
        fsfreeze --unfreeze .
        """;

    private const string Release = """
        set -u
        mount -n -o nosuid,nodev,noatime -- "$1" "$2" && cd -- "$2" && fsfreeze --unfreeze .
        """;

    private readonly SandboxDirectory _directory;
    private readonly string _stage;
    private readonly Process _shell;
    private bool _holds;

    private FrozenDisk(SandboxDirectory directory, string stage, Process shell) => (_directory, _stage, _shell) = (directory, stage, shell);

    /// <summary>Holds what is mounted of a disk.</summary>
    /// <returns>Null when nobody has it mounted, or it is a directory.</returns>
    /// <exception cref="SandboxException">It cannot be held.</exception>
    public static async Task<FrozenDisk?> HoldAsync(SandboxDirectory directory, string disk, string stage, CancellationToken cancellationToken)
    {
        var image = directory.Disk(disk);
        for (var tries = 1; LoopDevices.Attached().FirstOrDefault(a => a.File == image) is { Device: { } device }; tries++)
        {
            var place = directory.MakeStage(stage, directory.HostRoot);
            var held = new FrozenDisk(directory, stage, Start(Hold, "oi-sandbox-freeze", device, $"{place}/disk", image));
            try
            {
                held._holds = await held._shell.StandardOutput.ReadLineAsync(cancellationToken) == Held;
                if (held._holds)
                {
                    return held;
                }
            }
            catch
            {
                // Not waited for: the kernel may still be writing what is to be held. With its input closed the shell lets go as soon as it can.
                held._shell.StandardInput.Close();
                held._shell.Dispose();
                directory.RemoveStage(stage);
                throw;
            }

            var said = (await held._shell.StandardError.ReadToEndAsync(cancellationToken)).Trim();
            await held.DisposeAsync();
            if (tries == MaxTries)
            {
                throw new SandboxException(SandboxErrorKind.Refused, $"The disk '{disk}' could not be held still: {Connection.Errors.Shown(said)}");
            }
        }

        return null;
    }

    /// <summary>Lets go of what was held by somebody who was killed with his shell.</summary>
    public static async Task ReleaseAsync(SandboxDirectory directory, string device)
    {
        var stage = $"release-{Path.GetFileName(device)}";
        var place = directory.MakeStage(stage, directory.HostRoot);
        using (var shell = Start(Release, "oi-sandbox-release", device, $"{place}/disk"))
        {
            shell.StandardInput.Close();
            await shell.WaitForExitAsync(CancellationToken.None);
        }

        directory.RemoveStage(stage);
    }

    /// <summary>Lets go, and waits for that.</summary>
    public async ValueTask DisposeAsync()
    {
        _shell.StandardInput.Close();
        await _shell.WaitForExitAsync(CancellationToken.None);
        var isFree = !_holds || _shell.ExitCode == 0;
        _shell.Dispose();
        _directory.RemoveStage(_stage);
        if (!isFree)
        {
            throw new SandboxException(SandboxErrorKind.Refused, "A disk that was held still could not be let go: 'fsfreeze --unfreeze' failed. Its sandbox waits until this server starts again.");
        }
    }

    private static Process Start(string script, string name, params string[] arguments) =>
        Process.Start(Tool.Start(["unshare", "--mount", "--propagation", "private", "--", "/bin/sh", "-c", script, name, .. arguments]))!;
}
