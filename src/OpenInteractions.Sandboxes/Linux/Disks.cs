using System.Globalization;
using OpenInteractions.Sandboxes.Policy;

namespace OpenInteractions.Sandboxes.Linux;

/// <summary>Disks: with root a sparse image each, which cannot grow beyond its size whatever is done inside; without, a directory.</summary>
internal sealed class Disks(SandboxDirectory directory) : IDisposable
{
    private const long Smallest = 16L * 1024 * 1024;
    private readonly SemaphoreSlim _making = new(1);
    private readonly SpareDisk _spare = new();

    public async Task CreateAsync(string disk, int slot, long bytes, CancellationToken cancellationToken)
    {
        Refuse(bytes < Smallest, $"A disk has {Smallest} bytes at least.");
        RefuseExisting(disk);
        var making = $"{directory.Disks}/{disk}.new";
        await DiscardAsync(disk);
        if (!Native.IsRoot)
        {
            foreach (var part in (string[])["workspace", "home", "tmp"])
            {
                Directory.CreateDirectory($"{making}/{part}");
            }

            await KeepAsync(disk, slot, making, cancellationToken);
            return;
        }

        _ = Uid(slot);
        try
        {
            // Each disk begins as the same one, which is given to its uid when it is mounted first: making a file system takes longer than copying the few blocks of an empty one.
            var template = await TemplateAsync(bytes, cancellationToken);
            if (!_spare.TryTake(template, making))
            {
                await Task.Run(() => SparseCopy.Copy(template, making, cancellationToken), cancellationToken);
            }

            await KeepAsync(disk, slot, making, cancellationToken);
            _spare.Prepare(template);
        }
        catch
        {
            File.Delete(making);
            throw;
        }
    }

    public async Task ForkAsync(string source, string disk, int slot, CancellationToken cancellationToken)
    {
        RefuseMissing(source);
        RefuseExisting(disk);
        await DiscardAsync(disk);
        var making = $"{directory.Disks}/{disk}.new";
        try
        {
            await CopyAsync(source, making, cancellationToken);
            await AdoptAsync(disk, making, directory.SlotOf(source), slot);
            await KeepAsync(disk, slot, making, cancellationToken);
        }
        catch
        {
            await DiscardAsync(disk);
            throw;
        }
    }

    /// <summary>Writes the image of a disk.</summary>
    public async Task ExportAsync(string disk, Stream target, CancellationToken cancellationToken)
    {
        RefuseMissing(disk);
        Refuse(!Native.IsRoot, "Without root a disk is a directory, of which no image is sent.");
        await DiskImage.WriteAsync(directory.Disk(disk), directory.SlotOf(disk), target, cancellationToken);
    }

    /// <summary>Makes a disk of an image, whoever has written it: the file system is checked before the kernel sees it.</summary>
    public async Task ImportAsync(string disk, int slot, Stream source, CancellationToken cancellationToken)
    {
        RefuseExisting(disk);
        Refuse(!Native.IsRoot, "Without root a disk is a directory, and no image can be taken.");
        await DiscardAsync(disk);
        var making = $"{directory.Disks}/{disk}.new";
        try
        {
            var old = await DiskImage.ReadAsync(source, making, cancellationToken);
            ImageFiles.CheckHead(making);
            await Tool.RunAsync(["/bin/sh", "-c", "e2fsck -f -p \"$1\" >/dev/null 2>&1 || [ $? -eq 1 ]", "oi-check", making], cancellationToken);
            await AdoptAsync(disk, making, old, slot);
            await KeepAsync(disk, slot, making, cancellationToken);
        }
        catch
        {
            await DiscardAsync(disk);
            throw;
        }
    }

    /// <summary>Copies a disk as it is at one moment, also below a sandbox. What is written there meanwhile waits, but not for the way of the copy to the disk.</summary>
    /// <returns>Bytes that it takes on the host; null when these are more than the limit, and nothing was copied.</returns>
    public async Task<long?> SnapshotAsync(string source, string disk, long limit, CancellationToken cancellationToken)
    {
        RefuseMissing(source);
        RefuseExisting(disk);
        await DiscardAsync(disk);
        var making = $"{directory.Disks}/{disk}.new";
        try
        {
            long bytes;
            await using (var held = await FrozenDisk.HoldAsync(directory, source, $"freeze-{disk}", cancellationToken))
            {
                bytes = await BytesAsync(directory.Disk(source), cancellationToken);
                if (bytes > limit)
                {
                    return null;
                }

                await CopyAsync(source, making, cancellationToken);
            }

            await FlushAsync(making, cancellationToken);
            await KeepAsync(disk, directory.SlotOf(source), making, CancellationToken.None);
            await FlushAsync(directory.Owner(disk), CancellationToken.None);
            await FlushAsync(directory.Disks, CancellationToken.None);
            return bytes;
        }
        catch
        {
            await DiscardAsync(disk);
            if (!await DeleteAsync(disk))
            {
                File.Delete(directory.Owner(disk));
            }

            throw;
        }
    }

    /// <summary>Deletes a disk as soon as the kernel has let go of it.</summary>
    public async Task<bool> DeleteWhenFreeAsync(string disk, CancellationToken cancellationToken)
    {
        await LoopDevices.WaitUntilFreeAsync(directory.Disk(disk), cancellationToken);
        return await DeleteAsync(disk);
    }

    public async Task<bool> DeleteAsync(string disk)
    {
        if (!Path.Exists(directory.Disk(disk)))
        {
            return false;
        }

        // Its name first: what is half deleted is no disk any more.
        var gone = $"{directory.Disks}/{disk}.new";
        if (Native.IsRoot)
        {
            File.Move(directory.Disk(disk), gone, overwrite: true);
        }
        else
        {
            Directory.Move(directory.Disk(disk), gone);
        }

        File.Delete(directory.Owner(disk));
        File.Delete(directory.Generation(disk));
        await DiscardAsync(disk);
        return true;
    }

    /// <summary>Gives an image another name, whoever uses it: its slot is there first, so that it is whole under each of them.</summary>
    public void Rename(string disk, string name)
    {
        RefuseExisting(name);
        File.Copy(directory.Owner(disk), directory.Owner(name), overwrite: true);
        File.Move(directory.Disk(disk), directory.Disk(name));
        File.Delete(directory.Owner(disk));
    }

    /// <summary>Those that are whole: a disk's slot is kept before it gets its name.</summary>
    public IReadOnlyList<string> Names() =>
        [.. Directory.GetFiles(directory.Disks, "*.slot").Select(p => Path.GetFileNameWithoutExtension(p)).Where(d => Path.Exists(directory.Disk(d))).Order(StringComparer.Ordinal)];

    public long? GenerationOf(string disk) => !Path.Exists(directory.Disk(disk)) ? null
        : File.Exists(directory.Generation(disk)) && long.TryParse(File.ReadAllText(directory.Generation(disk)), NumberStyles.None, CultureInfo.InvariantCulture, out var generation) ? generation
        : 0;

    public void SetGeneration(string disk, long generation)
    {
        var next = $"{directory.Generation(disk)}.new";
        using (var file = new FileStream(next, FileMode.Create, FileAccess.Write))
        {
            file.Write(System.Text.Encoding.ASCII.GetBytes(generation.ToString(CultureInfo.InvariantCulture)));
            file.Flush(flushToDisk: true);
        }

        File.Move(next, directory.Generation(disk), overwrite: true);
    }

    /// <summary>Removes what was being made, or deleted, when a server died.</summary>
    public async Task<IReadOnlyList<string>> SweepAsync()
    {
        var half = Directory.GetFileSystemEntries(directory.Disks).Where(p => p.EndsWith(".new", StringComparison.Ordinal) || p.EndsWith(".files", StringComparison.Ordinal)).ToList();
        half.AddRange(Directory.GetFiles(directory.Disks, "*.slot").Concat(Directory.GetFiles(directory.Disks, "*.generation")).Where(p => !Path.Exists(directory.Disk(Path.GetFileNameWithoutExtension(p)))));
        foreach (var path in half)
        {
            await RemoveAsync(path);
        }

        return [.. half.Select(path => $"half a disk: {path}")];
    }

    public void RefuseMissing(string disk)
    {
        if (!Path.Exists(directory.Disk(disk)) || !File.Exists(directory.Owner(disk)))
        {
            throw new SandboxException(SandboxErrorKind.Invalid, $"There is no disk '{disk}'.");
        }
    }

    public void Dispose()
    {
        _spare.Dispose();
        _making.Dispose();
    }

    public static int Uid(int slot)
    {
        const int First = 200_000, Slots = 65_536;
        Refuse(slot is < 0 or >= Slots, $"A uid slot is 0 to {Slots - 1}.");
        return First + slot;
    }

    /// <summary>An empty disk of a size.</summary>
    private async Task<string> TemplateAsync(long bytes, CancellationToken cancellationToken)
    {
        var path = $"{directory.Roots}/empty-{bytes}.img";
        await _making.WaitAsync(cancellationToken);
        try
        {
            if (File.Exists(path))
            {
                return path;
            }

            var (files, half) = ($"{path}.files", $"{path}.half");
            await RemoveAsync(files);
            File.Delete(half);
            foreach (var place in (string[])["work", "upper/etc", "upper/workspace", "upper/home/agent", "upper/.agents"])
            {
                Directory.CreateDirectory($"{files}/{place}");
            }

            await using (var image = new FileStream(half, FileMode.CreateNew, FileAccess.Write))
            {
                image.SetLength(bytes);
            }

            await Tool.RunAsync(["mkfs.ext4", "-q", "-F", "-m", "0", "-E", "lazy_itable_init=1,lazy_journal_init=1,root_owner=0:0", "-d", files, half], cancellationToken);
            File.Move(half, path);
            await RemoveAsync(files);
            return path;
        }
        finally
        {
            _making.Release();
        }
    }

    // Files of the old slot become files of the new one. What came from elsewhere is looked at, whoever it belongs to.
    private async Task AdoptAsync(string disk, string making, int old, int slot)
    {
        if (!Native.IsRoot)
        {
            return;
        }

        var stage = directory.MakeStage($"fork-{disk}", directory.HostRoot);
        try
        {
            await LaunchThread.AdoptAsync(stage, making, Uid(old), Uid(slot));
            await LoopDevices.WaitUntilFreeAsync(making, CancellationToken.None);
        }
        finally
        {
            directory.RemoveStage($"fork-{disk}");
        }
    }

    private async Task CopyAsync(string source, string making, CancellationToken cancellationToken)
    {
        if (Native.IsRoot)
        {
            await Task.Run(() => SparseCopy.Copy(directory.Disk(source), making, cancellationToken), cancellationToken);
        }
        else
        {
            await Tool.RunAsync(["cp", "-a", "--sparse=always", "--reflink=auto", "--", directory.Disk(source), making], cancellationToken);
        }
    }

    private static async Task<long> BytesAsync(string path, CancellationToken cancellationToken) => File.Exists(path)
        ? await Task.Run(() => SparseCopy.DataBytes(path), cancellationToken)
        : long.Parse((await Tool.RunAsync(["du", "-s", "--block-size=1", "--", path], cancellationToken)).Split('\t')[0], CultureInfo.InvariantCulture);

    // A file or the names of a directory; of a disk that is a directory all of its file system, since it may have any number of files.
    private async Task FlushAsync(string path, CancellationToken cancellationToken)
    {
        if (Directory.Exists(path) && path != directory.Disks)
        {
            await Tool.RunAsync(["sync", "-f", "--", path], cancellationToken);
            return;
        }

        await Task.Run(
            () =>
            {
                var file = NativeMounts.Open(path, NativeMounts.O_RDONLY | NativeMounts.O_CLOEXEC);
                var flushed = file >= 0 && NativeMounts.Flush(file) == 0;
                var error = System.Runtime.InteropServices.Marshal.GetLastPInvokeError();
                _ = file >= 0 ? NativeMounts.Close(file) : 0;
                if (!flushed)
                {
                    throw LaunchThread.Failure("A copy of a disk could not be made durable", error);
                }
            },
            cancellationToken);
    }

    private async Task KeepAsync(string disk, int slot, string making, CancellationToken cancellationToken)
    {
        await File.WriteAllTextAsync(directory.Owner(disk), Text(slot), cancellationToken);
        if (File.Exists(making))
        {
            File.Move(making, directory.Disk(disk));
        }
        else
        {
            Directory.Move(making, directory.Disk(disk));
        }
    }

    private void RefuseExisting(string disk)
    {
        if (Path.Exists(directory.Disk(disk)))
        {
            throw new SandboxException(SandboxErrorKind.Conflict, $"There is a disk '{disk}' already.");
        }
    }

    private Task DiscardAsync(string disk) => RemoveAsync($"{directory.Disks}/{disk}.new");

    // By programs made for it: what hostile hands have piled up may be deeper than a path is long, and have names that are no text. Neither follows a link.
    private static async Task RemoveAsync(string path)
    {
        if (Directory.Exists(path) && !Native.IsRoot)
        {
            try
            {
                await Tool.RunAsync(["chmod", "-R", "u+rwX", "--", path], CancellationToken.None);
            }
            catch (SandboxException)
            {
                // What it could not change may still go; if not, rm says so.
            }
        }

        await Tool.RunAsync(["rm", "-rf", "--", path], CancellationToken.None);
    }

    private static void Refuse(bool wrong, string why)
    {
        if (wrong)
        {
            throw new SandboxException(SandboxErrorKind.Invalid, why);
        }
    }

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}
