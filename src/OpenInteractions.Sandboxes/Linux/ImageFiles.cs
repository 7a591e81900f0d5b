using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace OpenInteractions.Sandboxes.Linux;

/// <summary>
/// What the host itself reads and writes inside a mounted image. Whoever wrote the image may have been another host, or a program that had all the time in the world: no name in it is followed
/// as a link, none leads out of it, and where it is not laid out as every disk here is, it is refused.
/// </summary>
internal sealed class ImageFiles : IDisposable
{
    private const uint Directory = 0x4000, RegularFile = 0x8000, TypeMask = 0xF000, OthersWrite = 0x12, Sticky = 0x200;
    private const string Users = "upper/etc/passwd", Groups = "upper/etc/group";

    // What belongs to who works inside; all the rest is root's, who alone may put something in its place.
    private static readonly string[] Own = ["upper/workspace", "upper/home/agent", "upper/.agents"];
    private static readonly string[] Roots = ["upper", "work", "upper/etc", "upper/home"];

    private readonly SafeFileHandle _mounted;

    private ImageFiles(SafeFileHandle mounted) => _mounted = mounted;

    /// <summary>Enters what is mounted at a place of the host's own.</summary>
    public static ImageFiles At(string mounted)
    {
        var directory = NativeMounts.Open(mounted, NativeMounts.O_PATH | NativeMounts.O_NOFOLLOW | NativeMounts.O_CLOEXEC);
        LaunchThread.Check(directory, "What was mounted could not be entered");
        return new ImageFiles(new SafeFileHandle(directory, ownsHandle: true));
    }

    /// <summary>Refuses a head of a file system that asks the kernel for more than its own image: a journal elsewhere, or options that the mount did not name.</summary>
    public static void CheckHead(string image)
    {
        const int At = 1024, Length = 1024, Magic = 0xEF53, JournalIsElsewhere = 8;
        var head = new byte[Length];
        using var file = File.OpenHandle(image);
        var read = RandomAccess.Read(file, head, At);
        if (read < Length || BitConverter.ToUInt16(head, 0x38) != Magic)
        {
            throw Refused("it has no file system that is used here");
        }

        if ((BitConverter.ToUInt32(head, 0x60) & JournalIsElsewhere) != 0 || BitConverter.ToUInt32(head, 0xE4) != 0 || head.AsSpan(0x200, 64).ContainsAnyExcept((byte)0))
        {
            throw Refused("its file system names a journal or options of its own");
        }
    }

    /// <summary>Refuses what is laid out in another way than every disk is.</summary>
    /// <param name="mounted">Where it is mounted.</param>
    /// <param name="uid">Whose files it has.</param>
    public void Check(string mounted, int uid)
    {
        foreach (var place in Roots)
        {
            RequireDirectory(place, 0);
        }

        foreach (var place in Own)
        {
            RequireDirectory(place, uid);
        }

        foreach (var place in (string[])[Users, Groups])
        {
            if (TryLook(place, out var file) && (file.Type != RegularFile || file.Uid != 0))
            {
                throw Refused($"'{place}' is no file of root's");
            }
        }

        // In the place of ours.
        if (TryLook("upper/opt", out var programs) && (programs.Type != Directory || TryLook("upper/opt/oi", out _)))
        {
            throw Refused("'upper/opt/oi' is there, which is the server's own");
        }

        // 'upper' itself is what it seems, as of now.
        foreach (var entry in System.IO.Directory.EnumerateFileSystemEntries($"{mounted}/upper").Select(p => $"upper/{Path.GetFileName(p)}").Where(p => !Own.Contains(p)))
        {
            RequireDirectory(entry, 0);
        }
    }

    /// <summary>Whether it was given to a uid.</summary>
    public bool IsAdopted => TryLook(Users, out _);

    /// <summary>Gives the directories of a disk that was never used to its uid.</summary>
    public void Give(int uid)
    {
        foreach (var place in Own)
        {
            using var directory = Open(place, NativeMounts.O_RDONLY | NativeMounts.O_DIRECTORY) ?? throw Refused($"'{place}' is missing");
            LaunchThread.Check(
                NativeMounts.ChangeOwner((int)directory.DangerousGetHandle(), (uint)uid, (uint)uid), $"The uid {uid} cannot be given files. In a container, map the uids 200000 to 265535 into it");
        }
    }

    /// <summary>Says inside who is who. The users come last: with them the disk is somebody's.</summary>
    public void WriteUsers(int uid)
    {
        using var settings = Open("upper/etc", NativeMounts.O_RDONLY | NativeMounts.O_DIRECTORY) ?? throw Refused("'upper/etc' is missing");
        Replace(settings, "group", RootFiles.Group(uid));
        Replace(settings, "passwd", RootFiles.Passwd(uid));
    }

    /// <summary>Refuses where something is to be mounted upon and a link, or nothing, is there.</summary>
    public void RequirePlace(string place)
    {
        using var there = Open(place.TrimStart('/'), NativeMounts.O_PATH) ?? throw Refused($"'{place}' is missing");
        if (Look(there).Type is not (Directory or RegularFile))
        {
            throw Refused($"'{place}' is neither a file nor a directory");
        }
    }

    public void Dispose() => _mounted.Dispose();

    // Beside what is there, which may be a second name of anything, and then in its place.
    private static void Replace(SafeFileHandle directory, string name, string text)
    {
        var (next, at) = ($"{name}.oi", (int)directory.DangerousGetHandle());
        _ = NativeMounts.UnlinkAt(at, next, 0);
        var descriptor = NativeMounts.OpenAt(at, next, NativeMounts.O_WRONLY | NativeMounts.O_CREAT | NativeMounts.O_EXCL | NativeMounts.O_NOFOLLOW | NativeMounts.O_CLOEXEC, 0x1A4);
        LaunchThread.Check(descriptor, "A disk could not be given to its uid");
        using (var file = new SafeFileHandle(descriptor, ownsHandle: true))
        {
            RandomAccess.Write(file, Encoding.ASCII.GetBytes(text), 0);
            LaunchThread.Check(NativeMounts.ChangeMode(descriptor, 0x1A4), "A disk could not be given to its uid");
        }

        LaunchThread.Check(NativeMounts.RenameAt(at, next, at, name), "A disk could not be given to its uid");
    }

    private void RequireDirectory(string place, int uid)
    {
        if (!TryLook(place, out var found))
        {
            throw Refused($"'{place}' is missing");
        }

        // Nobody has used it yet, and it is root's; or it is theirs, who may open it to whom they like.
        var isSound = found.Type == Directory && (found.Uid == 0 ? uid != 0 || (found.Mode & Sticky) != 0 || (found.Mode & OthersWrite) == 0 : found.Uid == uid);
        if (!isSound)
        {
            throw Refused($"'{place}' is no directory{(found.Type == Directory ? " of its owner" : "")}");
        }
    }

    private bool TryLook(string place, out Found found)
    {
        using var there = Open(place, NativeMounts.O_PATH);
        found = there is null ? default : Look(there);
        return there is not null;
    }

    private static unsafe Found Look(SafeFileHandle file)
    {
        const int Size = 256, EmptyPath = 0x1000;
        var stat = stackalloc byte[Size];
        LaunchThread.Check(NativeMounts.StatAt((int)file.DangerousGetHandle(), "", EmptyPath, 0x7FF, stat), "A disk could not be looked at");
        var mode = *(ushort*)(stat + 28);
        return new Found(mode & TypeMask, mode, *(uint*)(stat + 20));
    }

    // Below what is mounted, through no link and into no other mount: the kernel says so, at once for the whole path.
    private unsafe SafeFileHandle? Open(string place, int flags)
    {
        const int NoEntry = 2, CrossesMounts = 18, NoDirectory = 20, Loop = 40;
        const ulong NoXDev = 1, NoMagicLinks = 2, NoSymlinks = 4, Beneath = 8;
        var how = stackalloc ulong[3] { (ulong)(uint)(flags | NativeMounts.O_NOFOLLOW | NativeMounts.O_CLOEXEC), 0, NoXDev | NoMagicLinks | NoSymlinks | Beneath };
        var opened = (int)NativeMounts.OpenBeneath(NativeMounts.OpenAt2, (int)_mounted.DangerousGetHandle(), place, how, 24);
        if (opened >= 0)
        {
            return new SafeFileHandle((nint)opened, ownsHandle: true);
        }

        return Marshal.GetLastPInvokeError() switch
        {
            NoEntry => null,
            CrossesMounts or NoDirectory or Loop => throw Refused($"a part of '{place}' is a link, or no directory"),
            var error => throw LaunchThread.Failure("A disk could not be looked at (this takes Linux 5.6 or later)", error),
        };
    }

    private static SandboxException Refused(string why) => new(SandboxErrorKind.BadDisk, $"The disk is not laid out as disks are here, and is not used: {why}.");

    private readonly record struct Found(uint Type, uint Mode, uint Uid);
}
