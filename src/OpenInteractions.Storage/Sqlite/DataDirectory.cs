using System.Globalization;
using System.Text;
using OpenInteractions.Engine.Storage;

namespace OpenInteractions.Storage.Sqlite;

/// <summary>The data directory, owned by this process for as long as this object lives.</summary>
internal sealed class DataDirectory : IDisposable
{
    private const UnixFileMode DirectoryMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode FileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly FileStream _lock;

    private DataDirectory(string path, FileStream taken)
    {
        DatabasePath = DatabaseIn(path);
        _lock = taken;
    }

    public string DatabasePath { get; }

    /// <summary>Where the database of a directory is, or would be.</summary>
    public static string DatabaseIn(string path) => Path.Combine(Path.GetFullPath(path), "interactions.db");

    /// <summary>Creates the directory where needed, locks it, and makes its files private.</summary>
    /// <exception cref="StoreUnavailableException">Another process has it, or it cannot be used.</exception>
    public static DataDirectory Open(string path)
    {
        path = Path.GetFullPath(path);
        MakePrivate(path);
        var directory = new DataDirectory(path, Lock(path));
        try
        {
            // SQLite gives the files beside the database (-wal, -shm) the mode that the database has.
            OpenPrivate(directory.DatabasePath).Dispose();
            File.SetUnixFileMode(directory.DatabasePath, FileMode);
            return directory;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            directory.Dispose();
            throw new StoreUnavailableException($"The database {directory.DatabasePath} cannot be opened: {exception.Message}", exception);
        }
    }

    /// <summary>Creates the directory where needed, for its owner alone. Keys are kept there wherever the database is.</summary>
    /// <exception cref="StoreUnavailableException">It cannot be used.</exception>
    public static void MakePrivate(string path)
    {
        try
        {
            Directory.CreateDirectory(path, DirectoryMode);
            File.SetUnixFileMode(path, DirectoryMode);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new StoreUnavailableException($"The data directory {path} cannot be created or made private: {exception.Message}", exception);
        }
    }

    /// <summary>Gives the directory back. The kernel does the same when the process dies, however it dies.</summary>
    public void Dispose() => _lock.Dispose();

    private static FileStream Lock(string path)
    {
        FileStream taken;
        try
        {
            // FileShare.None is flock(LOCK_EX) on Unix: held by this process, not by the file's existence.
            taken = OpenPrivate(Path.Combine(path, "lock"));
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new StoreUnavailableException($"The data directory {path} cannot be written: {exception.Message}", exception);
        }
        catch (IOException exception)
        {
            throw new StoreUnavailableException(
                $"The data directory {path} is in use by another process. Stop that one, or give this one another --data-dir.", exception);
        }

        // For the operator who looks into the file; nothing reads it.
        taken.SetLength(0);
        taken.Write(Encoding.ASCII.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture) + "\n"));
        taken.Flush();
        return taken;
    }

    private static FileStream OpenPrivate(string path) => new(path, new FileStreamOptions
    {
        Mode = System.IO.FileMode.OpenOrCreate,
        Access = FileAccess.ReadWrite,
        Share = FileShare.None,
        UnixCreateMode = FileMode,
    });
}
