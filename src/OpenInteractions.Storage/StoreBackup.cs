using OpenInteractions.Storage.Copying;
using OpenInteractions.Storage.Sqlite;

namespace OpenInteractions.Storage;

/// <summary>
/// Backs a data directory up while its server runs: one consistent state of the embedded database, and the key files that belong to it. It only reads, on a
/// connection that can neither write nor checkpoint (docs/decisions/0003).
/// </summary>
public static class StoreBackup
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Writes the backup into a directory, which is made where needed. A database that is in it is whole.</summary>
    /// <returns>The files, and their sizes.</returns>
    /// <exception cref="StoreRefusedException">There is nothing to back up, or the target holds a backup already.</exception>
    public static Task<IReadOnlyList<(string Name, long Bytes)>> RunAsync(StoreLocation.InDirectory store, string target, CancellationToken cancellationToken) =>
        StoreRefusals.TranslateAsync(() => Task.Run(() => Run(store, target), cancellationToken));

    private static IReadOnlyList<(string Name, long Bytes)> Run(StoreLocation.InDirectory store, string target)
    {
        var source = DataDirectory.DatabaseIn(store.DataDirectory);
        var database = DataDirectory.DatabaseIn(target);
        if (!File.Exists(source))
        {
            throw new StoreRefusedException($"There is no database {source}.");
        }

        if (File.Exists(database))
        {
            throw new StoreRefusedException($"{database} is there already. Give each backup a directory of its own; nothing is overwritten.");
        }

        SqliteLibrary.Load(store.LibraryPath);
        DataDirectory.MakePrivate(target);
        var keys = new KeyFiles(store.DataDirectory, target);
        keys.Check();
        var unfinished = database + ".unfinished";
        File.Delete(unfinished);
        try
        {
            using (var session = SqliteDatabase.OpenForBackup(source))
            {
                UnfinishedCopy.Refuse(session, source);

                // Made beforehand, so that nobody else can read it at any time.
                using (new FileStream(unfinished, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly }))
                {
                }

                session["VACUUM INTO $1"].Set(1, unfinished).Execute();
            }

            using (var written = new FileStream(unfinished, FileMode.Open, FileAccess.ReadWrite))
            {
                written.Flush(flushToDisk: true);
            }

            keys.Copy();
            File.Move(unfinished, database);
        }
        finally
        {
            File.Delete(unfinished);
        }

        return [.. KeyFiles.In(target).Prepend(Path.GetFileName(database)).Select(name => (name, new FileInfo(Path.Combine(target, name)).Length))];
    }
}
