using System.Text;
using OpenInteractions.Sandboxes.Linux;

namespace OpenInteractions.Sandboxes.Roots;

/// <summary>
/// Root file systems below the directory of sandboxes, and which of them a disk has. A disk stays with the one that it began with, since what was installed into it was compiled for that
/// one's libraries; who began with the host's programs gets a built one as soon as there is one. A built one whose files are used, or that a disk remembers, is not removed.
/// </summary>
/// <param name="directory">The directory of sandboxes.</param>
/// <param name="setting"><c>auto</c>, <c>host</c> or a path.</param>
internal sealed class RootCatalog(string directory, string setting = RootCatalog.Auto)
{
    public const string Auto = "auto", Host = "host";
    public const string Manifest = "manifest.json";
    private const string Removing = ".removing-";
    private readonly string _disks = $"{directory}/disks";

    /// <summary>Where built ones lie, by their ids.</summary>
    public string Systems { get; } = $"{directory}/systems";

    public static bool IsSetting(string setting) => setting is Auto or Host || (Path.IsPathFullyQualified(setting) && Directory.Exists(setting));

    public string Files(string id) => $"{Systems}/{id}/root";

    /// <summary>Those that are whole, the newest first: a name without a dot before it is given to nothing else.</summary>
    public IReadOnlyList<string> Ids() =>
        !Directory.Exists(Systems) ? [] : [.. Directory.GetDirectories(Systems).Select(d => Path.GetFileName(d)).Where(IsThere).OrderDescending(StringComparer.Ordinal)];

    public IReadOnlyList<BuiltRoot> All() => [.. Ids().Select(id => BuiltRoot.Read($"{Systems}/{id}/{Manifest}"))];

    /// <summary>What a disk has, or gets at its next start; without a disk, what a new one gets.</summary>
    public string NameFor(string? disk) => NameOf(Choose(disk));

    /// <summary>What a sandbox on a disk starts with. The files stay until it is disposed of.</summary>
    public RootUse Take(string disk)
    {
        while (Choose(disk) is { } chosen)
        {
            if (Path.IsPathFullyQualified(chosen))
            {
                return new RootUse(NameOf(chosen), chosen, null);
            }

            if (TryHold(chosen) is { } hold)
            {
                Remember(disk, chosen);
                return new RootUse(NameOf(chosen), Files(chosen), hold);
            }
        }

        return new RootUse(Host, null, null);
    }

    /// <summary>A copy of a disk has what its origin has.</summary>
    public void Copy(string from, string to)
    {
        if (Remembered(from) is { } id)
        {
            Remember(to, id);
        }
    }

    /// <summary>A disk that gets another name has what it had.</summary>
    public void Rename(string from, string to)
    {
        if (File.Exists(NoteOf(from)))
        {
            File.Move(NoteOf(from), NoteOf(to), overwrite: true);
        }
    }

    /// <summary>Forgets what a deleted disk had, and removes it where nobody needs it any more.</summary>
    public async Task ForgetAsync(string disk)
    {
        if (Remembered(disk) is null)
        {
            return;
        }

        File.Delete(NoteOf(disk));
        await PruneAsync();
    }

    /// <summary>Removes all but the newest one and those that are used or remembered.</summary>
    /// <returns>The ids of those that went.</returns>
    public async Task<IReadOnlyList<string>> PruneAsync()
    {
        var gone = new List<string>();
        foreach (var id in Ids().Skip(1))
        {
            if (TryRemove(id))
            {
                gone.Add(id);
            }
        }

        foreach (var path in Directory.Exists(Systems) ? Directory.GetDirectories(Systems, $"{Removing}*") : [])
        {
            try
            {
                await Tool.RunAsync(["rm", "-rf", "--one-file-system", "--", path], CancellationToken.None);
            }
            catch (SandboxException)
            {
                // Built by root for a server that is not: the next build removes it.
            }
        }

        return gone;
    }

    private bool TryRemove(string id)
    {
        try
        {
            // Alone with it: a start that has chosen it holds it, and one that comes later finds that it is gone.
            using var alone = new FileStream($"{Systems}/{id}/{Manifest}", FileMode.Open, FileAccess.Read, FileShare.None);
            if (Directory.Exists(_disks) && Directory.GetFiles(_disks, "*.root").Any(note => ReadNote(note) == id && File.Exists(Path.ChangeExtension(note, "slot"))))
            {
                return false;
            }

            Directory.Move($"{Systems}/{id}", $"{Systems}/{Removing}{id}");
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    // Null is the host, a path is the operator's own, everything else the id of a built one.
    private string? Choose(string? disk) => setting switch
    {
        Host => null,
        Auto => disk is not null && Remembered(disk) is { } id && IsThere(id) ? id : Ids() is [var newest, ..] ? newest : null,
        var path => path,
    };

    private static string NameOf(string? chosen) => chosen is null ? Host : Path.IsPathFullyQualified(chosen) ? "path" : $"built {chosen}";

    private FileStream? TryHold(string id)
    {
        try
        {
            // Shared: see TryRemove.
            var hold = new FileStream($"{Systems}/{id}/{Manifest}", FileMode.Open, FileAccess.Read, FileShare.Read);
            if (IsThere(id))
            {
                return hold;
            }

            hold.Dispose();
            return null;
        }
        catch (IOException)
        {
            return null; // it is being removed just now
        }
    }

    private bool IsThere(string id) => SandboxNames.IsName(id) && File.Exists($"{Systems}/{id}/{Manifest}");

    private string NoteOf(string disk) => $"{_disks}/{disk}.root";

    private string? Remembered(string disk) => ReadNote(NoteOf(disk));

    private void Remember(string disk, string id)
    {
        if (Remembered(disk) == id)
        {
            return;
        }

        var next = $"{NoteOf(disk)}.new";
        using (var file = new FileStream(next, FileMode.Create, FileAccess.Write))
        {
            file.Write(Encoding.ASCII.GetBytes(id));
            file.Flush(flushToDisk: true);
        }

        File.Move(next, NoteOf(disk), overwrite: true);
    }

    private static string? ReadNote(string note)
    {
        try
        {
            return File.Exists(note) ? File.ReadAllText(note).Trim() : null;
        }
        catch (IOException)
        {
            return null;
        }
    }
}

/// <summary>What a sandbox has as its system, as long as it lives.</summary>
/// <param name="Name">What it is called in answers: <c>host</c>, <c>built ID</c> or <c>path</c>.</param>
/// <param name="Files">Where its files lie; null for the host's programs.</param>
/// <param name="Hold">Keeps them there.</param>
internal sealed record RootUse(string Name, string? Files, FileStream? Hold) : IDisposable
{
    public void Dispose() => Hold?.Dispose();
}
