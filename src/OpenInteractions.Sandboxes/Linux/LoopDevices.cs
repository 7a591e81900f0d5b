namespace OpenInteractions.Sandboxes.Linux;

/// <summary>Which files are attached as devices. An image that is mounted twice is an image that is lost.</summary>
internal static class LoopDevices
{
    // The kernel writes what is left first, and a busy disk takes its time.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static IEnumerable<(string Device, string File)> Attached()
    {
        foreach (var device in Directory.Exists("/sys/block") ? Directory.GetDirectories("/sys/block", "loop*") : [])
        {
            if (Read($"{device}/loop/backing_file") is { Length: > 0 } file)
            {
                yield return ($"/dev/{Path.GetFileName(device)}", file);
            }
        }
    }

    /// <summary>The kernel lets go of an image a moment after the last process of its mount namespace ended.</summary>
    public static async Task WaitUntilFreeAsync(string image, CancellationToken cancellationToken)
    {
        if (!Attached().Any(a => a.File == image))
        {
            return;
        }

        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(2));
        var started = Environment.TickCount64;
        while (Attached().Any(a => a.File == image))
        {
            if (Environment.TickCount64 - started > Patience.TotalMilliseconds)
            {
                throw new SandboxException(SandboxErrorKind.Conflict, $"{image} is still mounted somewhere. 'losetup -j' tells where.");
            }

            await timer.WaitForNextTickAsync(cancellationToken);
        }
    }

    private static string? Read(string path)
    {
        try
        {
            return File.Exists(path) ? File.ReadAllText(path).Trim() : null;
        }
        catch (IOException)
        {
            return null; // detached meanwhile
        }
    }
}
