using System.Diagnostics;
using OpenInteractions.Engine.Storage;
using OpenInteractions.Storage.Sqlite;
using static OpenInteractions.Storage.Tests.Sample;

namespace OpenInteractions.Storage.Tests.Sqlite;

public sealed class DiskFullTests
{
    private static CancellationToken Cancel => CancellationToken.None;

    [SmallDiskFact]
    public async Task On_a_full_disk_changes_fail_whole_and_go_on_when_there_is_room()
    {
        using var disk = SmallDisk.Mount(megabytes: 12);
        var kept = new List<int>();
        await using (var storage = SqliteFixture.Open(disk.Path))
        {
            disk.Fill(megabytes: 4);
            var refused = 0;
            for (var number = 0; refused == 0; number++)
            {
                Assert.True(number < 200, "The disk never was full.");
                try
                {
                    await storage.Interactions.InsertFinishedAsync(Large(number), Cancel);
                    kept.Add(number);
                }
                catch (StoreUnavailableException exception)
                {
                    Assert.Contains("full", exception.Message, StringComparison.Ordinal);
                    refused = number;
                }
            }

            await AssertKeptAsync(storage, kept);
            Assert.Null(await storage.Interactions.GetAsync(Project, Id(refused), Cancel));
            await Assert.ThrowsAsync<StoreUnavailableException>(() => storage.Interactions.InsertFinishedAsync(Large(refused), Cancel));

            disk.MakeRoom();
            await storage.Interactions.InsertFinishedAsync(Large(refused), Cancel);
            kept.Add(refused);
            await storage.Interactions.CheckAsync(Cancel);
            await AssertKeptAsync(storage, kept);
        }

        await using (var reopened = SqliteFixture.Open(disk.Path))
        {
            await AssertKeptAsync(reopened, kept);
        }

        Assert.Equal("ok", Inspection.IntegrityCheck(disk.Path));
    }

    [SmallDiskFact]
    public async Task In_a_group_only_the_change_that_does_not_fit_fails()
    {
        using var disk = SmallDisk.Mount(megabytes: 8);
        await using var storage = SqliteFixture.Open(disk.Path);
        await storage.Interactions.CheckAsync(Cancel);

        var changes = Enumerable.Range(0, 40)
            .Select(number => storage.Interactions.InsertFinishedAsync(
                number == 20 ? Large(number) with { Output = new byte[9_000_000] } : Finished(number), Cancel))
            .ToArray();
        await Task.WhenAll(changes).ContinueWith(_ => { }, TaskScheduler.Default);

        await Assert.ThrowsAsync<StoreUnavailableException>(() => changes[20]);
        Assert.Null(await storage.Interactions.GetAsync(Project, Id(20), Cancel));
        foreach (var number in Enumerable.Range(0, 40).Where(number => number != 20))
        {
            Assert.True(changes[number].IsCompletedSuccessfully, $"change {number}: {changes[number].Exception}");
            Same(Finished(number), await storage.Interactions.GetAsync(Project, Id(number), Cancel));
        }
    }

    private static StoredInteraction Large(int number)
    {
        var output = new byte[200_000];
        new Random(number).NextBytes(output);
        return Finished(number) with { Output = output };
    }

    private static async Task AssertKeptAsync(SqliteStorage storage, List<int> numbers)
    {
        foreach (var number in numbers)
        {
            Assert.True((await storage.Interactions.GetAsync(Project, Id(number), Cancel))!.Output.Span.SequenceEqual(Large(number).Output.Span));
        }
    }
}

/// <summary>A test that needs to mount a small disk of its own; where that is not allowed, it is reported as skipped with the reason.</summary>
internal sealed class SmallDiskFactAttribute : FactAttribute
{
    private static readonly string? Obstacle = SmallDisk.FindObstacle();

    public SmallDiskFactAttribute() => Skip = Obstacle;
}

/// <summary>A tmpfs of a few megabytes.</summary>
internal sealed class SmallDisk : IDisposable
{
    private readonly TemporaryDirectory _mountPoint = new();

    public string Path => _mountPoint.Path;

    private string FillerPath => System.IO.Path.Combine(Path, "filler");

    public static SmallDisk Mount(int megabytes)
    {
        var disk = new SmallDisk();
        var error = Run("mount", "-t", "tmpfs", "-o", $"size={megabytes}m,mode=700", "tmpfs", disk.Path);
        return error is null ? disk : throw new InvalidOperationException(error);
    }

    public static string? FindObstacle()
    {
        try
        {
            using var disk = Mount(megabytes: 1);
            return null;
        }
        catch (Exception exception) when (exception is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            return "A full disk is tested on a tmpfs, which cannot be mounted here: " + exception.Message;
        }
    }

    public void Fill(int megabytes) => File.WriteAllBytes(FillerPath, new byte[megabytes * 1024 * 1024]);

    public void MakeRoom() => File.Delete(FillerPath);

    public void Dispose()
    {
        _ = Run("umount", Path);
        _mountPoint.Dispose();
    }

    private static string? Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? null : error.Trim();
    }
}
