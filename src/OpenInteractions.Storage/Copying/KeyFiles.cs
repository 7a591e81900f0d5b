using System.Security.Cryptography;
using OpenInteractions.Contracts.Keys;
using OpenInteractions.Storage.Sqlite;

namespace OpenInteractions.Storage.Copying;

/// <summary>
/// What lies beside the database in a data directory and belongs to what is stored: the key that seals the reasoning tokens which clients have, and callers'
/// keys that no server has taken into its store yet. A server has them in its data directory whichever engine keeps its rows.
/// </summary>
internal sealed class KeyFiles(string from, string to)
{
    public static IReadOnlyList<string> Names { get; } = ["signature.key", ApiKeyFile.FileName];

    private bool IsSamePlace => Path.GetFullPath(from) == Path.GetFullPath(to);

    /// <summary>The key files of a directory.</summary>
    public static IReadOnlyList<string> In(string directory) => [.. Names.Where(name => File.Exists(Path.Combine(directory, name)))];

    /// <exception cref="StoreRefusedException">The target has another key of its own, which would be lost.</exception>
    public void Check()
    {
        foreach (var name in IsSamePlace ? [] : In(from))
        {
            var target = Path.Combine(to, name);
            if (File.Exists(target) && !IsSame(Path.Combine(from, name), target))
            {
                throw new StoreRefusedException($"{target} is there already and differs from {Path.Combine(from, name)}. Decide which of them is to be kept, and move the other away.");
            }
        }
    }

    /// <summary>Copies what is not there yet, readable by the owner alone.</summary>
    /// <returns>The names of the files that were copied.</returns>
    public IReadOnlyList<string> Copy()
    {
        Check();
        var missing = IsSamePlace ? [] : In(from).Where(name => !File.Exists(Path.Combine(to, name))).ToArray();
        if (missing.Length > 0)
        {
            DataDirectory.MakePrivate(to);
        }

        foreach (var name in missing)
        {
            // Written beside and moved over: a file that is there is whole.
            var target = Path.Combine(to, name);
            var fresh = $"{target}.{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}.new";
            try
            {
                using (var stream = new FileStream(fresh, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite }))
                {
                    stream.Write(File.ReadAllBytes(Path.Combine(from, name)));
                    stream.Flush(flushToDisk: true);
                }

                File.Move(fresh, target);
            }
            finally
            {
                File.Delete(fresh);
            }
        }

        return missing;
    }

    private static bool IsSame(string left, string right) => CryptographicOperations.FixedTimeEquals(File.ReadAllBytes(left), File.ReadAllBytes(right));
}
