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

    public static Task<Process> StartAsync(LaunchPlan plan)
    {
        var started = new TaskCompletionSource<Process>(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() =>
        {
            try
            {
                Prepare(plan);
                started.SetResult(Process.Start(Tool.Start(LaunchCommand.For(plan)))!);
            }
            catch (Exception e)
            {
                started.SetException(e);
            }
        }, maxStackSize: 256 * 1024) { IsBackground = true, Name = "sandbox start" }.Start();
        return started.Task;
    }

    private static void Prepare(LaunchPlan plan)
    {
        Check(NativeMounts.Unshare(NativeMounts.CLONE_NEWNS | (plan.HasDoors ? NativeMounts.CLONE_NEWNET : 0)), "A namespace could not be made");
        Check(NativeMounts.Mount("none", "/", null, NativeMounts.MS_REC | NativeMounts.MS_PRIVATE, null), "Mounts could not be made private");
        // Of this thread alone, as of now. Names in mount options are relative: the sandbox can read them, and the host's paths are none of its business.
        Check(NativeMounts.ChangeDirectory(plan.Stage), "The stage could not be entered");
        MountImage(plan.Disk);
        Adopt(plan.Uid);
        Check(NativeMounts.Mount("overlay", "root", "overlay", NativeMounts.MS_NOSUID | NativeMounts.MS_NODEV, "lowerdir=base:lower,upperdir=disk/upper,workdir=disk/work"), "The root file system could not be put together");
        if (plan.HasDoors)
        {
            LocalNetwork.Make();
            // Root's, in memory, and in reach of the server: a sandbox that was started beforehand gets another authority before its first command.
            Check(NativeMounts.Mount("tmpfs", "root" + LaunchCommand.Trust, "tmpfs", NativeMounts.MS_NOSUID | NativeMounts.MS_NODEV | NativeMounts.MS_NOEXEC, "mode=0755,size=8m"), "Certificates have no place");
            File.Copy(LaunchCommand.StagedAuthorities, "root" + LaunchCommand.Authorities);
            File.Copy(LaunchCommand.StagedAuthority, "root" + LaunchCommand.Authority);
        }
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
                    Check(NativeMounts.Mount($"/dev/loop{number}", "disk", "ext4", NativeMounts.MS_NOSUID | NativeMounts.MS_NODEV | NativeMounts.MS_NOATIME, null), "The disk could not be mounted");
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

    /// <summary>Gives a disk that was never used to its uid. What is above these directories is root's, so nobody inside can have put a link in their place.</summary>
    private static void Adopt(int uid)
    {
        const string Users = "disk/upper/etc/passwd";
        if (File.Exists(Users))
        {
            return;
        }

        foreach (var directory in (string[])["disk/upper/workspace", "disk/upper/home/agent", "disk/upper/.agents"])
        {
            Check(Native.ChangeOwner(directory, (uint)uid, (uint)uid), $"The uid {uid} cannot be given files. In a container, map the uids 200000 to 265535 into it");
        }

        File.WriteAllText("disk/upper/etc/group", RootFiles.Group(uid));
        File.WriteAllText(Users, RootFiles.Passwd(uid)); // the last: a start that was cut is made again
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
