using System.Buffers.Binary;
using System.Diagnostics;
using System.Runtime.InteropServices;
using OpenInteractions.Sandboxes.Policy;

namespace OpenInteractions.Sandboxes.Linux;

/// <summary>
/// Starts the sandbox of a server that is root. A thread of its own leaves the server's mount namespace, and its network namespace where there are doors, makes there what the
/// sandbox needs, starts it, and ends: what it started keeps both, and with its last process all of it is gone. The programs of the system do the same, and take three
/// times as long for it.
/// </summary>
internal static unsafe class LaunchThread
{
    private const nuint LoopGetFree = 0x4C82, LoopConfigure = 0x4C0A;
    private const int MaxTries = 64;

    public static Task<Process> StartAsync(LaunchPlan plan) => ApartAsync(
        "sandbox start",
        () =>
        {
            Prepare(plan);
            return Process.Start(Tool.Start(LaunchCommand.For(plan)))!;
        });

    /// <summary>Looks at the image of a disk, and gives the files of one uid to another where these differ.</summary>
    /// <param name="stage">A stage that nobody else has.</param>
    /// <param name="image">The image; nobody has it mounted.</param>
    /// <param name="old">Whose files it has.</param>
    /// <param name="uid">Whose they become.</param>
    /// <exception cref="SandboxException">It is not laid out as disks are.</exception>
    public static Task AdoptAsync(string stage, string image, int old, int uid) => ApartAsync(
        "disk adoption",
        () =>
        {
            Leave(withNetwork: false, stage);
            MountImage(image);
            try
            {
                Adopt(old, uid);
            }
            finally
            {
                // At once or a moment later: a program that another thread starts just now holds what is open here until it is that program. Who needs the image waits for its device.
                Check(NativeMounts.Unmount("disk", NativeMounts.MNT_DETACH), "The disk could not be let go");
            }

            return true;
        });

    // What it does to its namespaces ends with the thread.
    private static Task<T> ApartAsync<T>(string name, Func<T> work)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() =>
        {
            try
            {
                done.SetResult(work());
            }
            catch (Exception e)
            {
                done.SetException(e);
            }
        }, maxStackSize: 256 * 1024) { IsBackground = true, Name = name }.Start();
        return done.Task;
    }

    private static void Leave(bool withNetwork, string stage)
    {
        Check(NativeMounts.Unshare(NativeMounts.CLONE_NEWNS | (withNetwork ? NativeMounts.CLONE_NEWNET : 0)), "A namespace could not be made");
        Check(NativeMounts.Mount("none", "/", null, NativeMounts.MS_REC | NativeMounts.MS_PRIVATE, null), "Mounts could not be made private");
        // Of this thread alone, as of now. Names in mount options are relative: the sandbox can read them, and the host's paths are none of its business.
        Check(NativeMounts.ChangeDirectory(stage), "The stage could not be entered");
    }

    private static void Prepare(LaunchPlan plan)
    {
        Leave(plan.HasDoors, plan.Stage);
        MountImage(plan.Disk);
        using (var image = ImageFiles.At("disk"))
        {
            image.Check("disk", plan.Uid);
            if (!image.IsAdopted)
            {
                image.Give(plan.Uid);
                image.WriteUsers(plan.Uid); // the last: a start that was cut is made again
            }
        }

        Check(NativeMounts.Mount("overlay", "root", "overlay", NativeMounts.MS_NOSUID | NativeMounts.MS_NODEV, "lowerdir=base:lower,upperdir=disk/upper,workdir=disk/work"), "The root file system could not be put together");
        using (var root = ImageFiles.At("root"))
        {
            // Upon these something is mounted, with a path: none of them may lead elsewhere.
            foreach (var place in (string[])["/proc", "/dev", "/tmp", LaunchCommand.Trust, .. plan.Shown.Select(s => s.To), .. LaunchCommand.RuntimeParts(plan).Select(p => p.To)])
            {
                root.RequirePlace(place);
            }
        }

        if (plan.HasDoors)
        {
            LocalNetwork.Make();
            // Root's, in memory, and in reach of the server: a sandbox that was started beforehand gets another authority before its first command.
            Check(NativeMounts.Mount("tmpfs", "root" + LaunchCommand.Trust, "tmpfs", NativeMounts.MS_NOSUID | NativeMounts.MS_NODEV | NativeMounts.MS_NOEXEC, "mode=0755,size=8m"), "Certificates have no place");
            File.Copy(LaunchCommand.StagedAuthorities, "root" + LaunchCommand.Authorities);
            File.Copy(LaunchCommand.StagedAuthority, "root" + LaunchCommand.Authority);
        }
    }

    private static void Adopt(int old, int uid)
    {
        using var image = ImageFiles.At("disk");
        image.Check("disk", old);
        if (old == uid || !image.IsAdopted)
        {
            return;
        }

        // Below a directory that was looked at; no link is followed on the way.
        using var chown = Process.Start(Tool.Start(["chown", "-R", "-h", "-P", $"--from={old}:{old}", "--", $"{uid}:{uid}", "disk/upper"]))!;
        chown.StandardInput.Close();
        var said = chown.StandardError.ReadToEnd();
        chown.WaitForExit();
        if (chown.ExitCode != 0)
        {
            throw new SandboxException(SandboxErrorKind.Refused, $"The files of a disk could not be given to the uid {uid}: {Connection.Errors.Shown(said.Trim())}");
        }

        image.WriteUsers(uid);
    }

    private static void MountImage(string image)
    {
        var file = NativeMounts.Open(image, NativeMounts.O_RDWR | NativeMounts.O_CLOEXEC);
        Check(file, "The disk could not be opened");
        var control = NativeMounts.Open("/dev/loop-control", NativeMounts.O_RDWR | NativeMounts.O_CLOEXEC);
        var device = -1;
        try
        {
            Check(control, "Loop devices cannot be had");
            for (var i = 0; ; i++)
            {
                var number = NativeMounts.Control(control, LoopGetFree, 0);
                Check(number, "There is no free loop device");
                device = NativeMounts.Open($"/dev/loop{number}", NativeMounts.O_RDWR | NativeMounts.O_CLOEXEC);
                Check(device, $"/dev/loop{number} could not be opened");
                if (Attach(device, file))
                {
                    // Of its errors the image itself may say that the kernel is to panic.
                    Check(NativeMounts.Mount($"/dev/loop{number}", "disk", "ext4", NativeMounts.MS_NOSUID | NativeMounts.MS_NODEV | NativeMounts.MS_NOATIME, "errors=remount-ro"), "The disk could not be mounted");
                    return;
                }

                // Somebody else took it between the two calls.
                var error = Marshal.GetLastPInvokeError();
                _ = NativeMounts.Close(device);
                device = -1;
                if (error != NativeMounts.EBUSY || i == MaxTries)
                {
                    throw Failure("The disk could not be attached", error);
                }
            }
        }
        finally
        {
            foreach (var fd in (int[])[device, control, file])
            {
                _ = fd >= 0 ? NativeMounts.Close(fd) : 0;
            }
        }
    }

    // struct loop_config: descriptor, block size, struct loop_info64, reserved. The device lets go of the file with its last user. What the sandbox writes goes to the file
    // past the host's own cache, where the file system can: it would stand in memory twice, and a disk that is being filled would push out what its neighbours need.
    private static bool Attach(int device, int file)
    {
        const int Size = 304, FlagsAt = 8 + 52, AutoClear = 4, DirectIo = 16;
        var config = stackalloc byte[Size];
        new Span<byte>(config, Size).Clear();
        BinaryPrimitives.WriteInt32LittleEndian(new Span<byte>(config, 4), file);
        BinaryPrimitives.WriteInt32LittleEndian(new Span<byte>(config + FlagsAt, 4), AutoClear | DirectIo);
        return NativeMounts.Control(device, LoopConfigure, (nint)config) == 0;
    }

    public static void Check(int result, string otherwise)
    {
        if (result < 0)
        {
            throw Failure(otherwise, Marshal.GetLastPInvokeError());
        }
    }

    public static SandboxException Failure(string what, int error) => new(SandboxErrorKind.Refused, $"{what}: {Connection.Errors.Say(error)}.", error);
}
