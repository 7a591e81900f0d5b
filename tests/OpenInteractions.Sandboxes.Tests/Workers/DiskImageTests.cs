using OpenInteractions.Sandboxes.Linux;
using OpenInteractions.Sandboxes.Tests.Engine;
using OpenInteractions.Sandboxes.Tests.Environments;
using OpenInteractions.Sandboxes.Tests.Init;

namespace OpenInteractions.Sandboxes.Tests.Workers;

/// <summary>Disks as they are sent: what arrives is what was sent, and what is no whole and sound image makes no disk.</summary>
public sealed class DiskImageTests
{
    [RootFact]
    public async Task A_disk_that_was_sent_has_its_files_under_the_uid_of_its_new_slot()
    {
        await using var rig = new EnvironmentRig();
        var made = await rig.CreateAsync();
        var sum = await rig.RunAsync(made.Id, "mkdir -p a/b; head -c 5000000 /dev/urandom >a/b/noise; ln -s b a/link; printf x >a/x; chmod 751 a/x; sha256sum a/b/noise");
        await rig.Environments.Local.Live.StopAllAsync();
        var image = await ExportAsync(rig, made.Id);

        await rig.Engine.ImportDiskAsync("copy", 4711, new MemoryStream(image), Within.Time);

        await using var sandbox = await rig.Engine.StartAsync(new SandboxSpec { Id = "copy", Disk = "copy", Slot = 4711 }, Within.Time);
        Assert.Equal(sum + "751 204711\nb\n", await EnvironmentRig.RunAsync(sandbox, "sha256sum a/b/noise; stat -c '%a %u' a/x; readlink a/link"));
        Assert.True(image.Length < 8_000_000); // of a disk of 64 MB
        Assert.Equal(made.Id, Assert.Single(rig.Engine.Disks(), d => d != "copy"));
    }

    [RootFact]
    public async Task An_image_that_is_cut_or_altered_makes_no_disk()
    {
        await using var rig = new EnvironmentRig();
        var made = await rig.CreateAsync();
        await rig.RunAsync(made.Id, "echo x >x");
        await rig.Environments.Local.Live.StopAllAsync();
        var image = await ExportAsync(rig, made.Id);
        var altered = image.ToArray();
        altered[image.Length / 2] ^= 0x55;

        foreach (var bad in new[] { [], image[..1], image[..20], image[..(image.Length / 2)], image[..^30], "nonsense, and more of that"u8.ToArray() })
        {
            await Assert.ThrowsAsync<SandboxException>(() => rig.Engine.ImportDiskAsync("bad", 7, new MemoryStream(bad), Within.Time));
        }

        // What is altered may still be an image by chance, and then a sound one; never a fault, nor half a disk.
        if (await Record.ExceptionAsync(() => rig.Engine.ImportDiskAsync("altered", 7, new MemoryStream(altered), Within.Time)) is { } refused)
        {
            Assert.IsType<SandboxException>(refused);
        }

        Assert.DoesNotContain("bad", rig.Engine.Disks());
        Assert.Empty(Directory.GetFiles(rig.Disks, "*.new"));
    }

    [RootFact]
    public async Task An_image_without_a_sound_file_system_makes_no_disk()
    {
        await using var rig = new EnvironmentRig();
        await rig.CreateAsync();
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllBytesAsync(file, [.. Enumerable.Range(0, 20_000_000).Select(i => (byte)(i * 31))]);
            using var image = new MemoryStream();
            await DiskImage.WriteAsync(file, 3, image, Within.Time);
            image.Position = 0;

            await Assert.ThrowsAsync<SandboxException>(() => rig.Engine.ImportDiskAsync("bad", 7, image, Within.Time));
        }
        finally
        {
            File.Delete(file);
        }

        Assert.DoesNotContain("bad", rig.Engine.Disks());
        Assert.Empty(Directory.GetFiles(rig.Disks, "*.new"));
    }

    private static async Task<byte[]> ExportAsync(EnvironmentRig rig, string disk)
    {
        using var image = new MemoryStream();
        await rig.Engine.ExportDiskAsync(disk, image, Within.Time);
        return image.ToArray();
    }
}
