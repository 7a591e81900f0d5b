using System.Runtime.InteropServices;
using OpenInteractions.Engine.Storage;
using SQLitePCL;

namespace OpenInteractions.Storage.Sqlite;

/// <summary>The native library: loaded once per process, from the operator's path or the system's.</summary>
internal static class SqliteLibrary
{
    private const string NameInDriver = "e_sqlite3";
    private const string SystemName = "libsqlite3.so.0";

    // Older versions can corrupt a database when one connection writes while another checkpoints. One writer that also checkpoints keeps
    // them safe; a newer library is safe by itself.
    public static readonly Version Recommended = new(3, 51, 3);

    private static readonly Lock Gate = new();
    private static string? _loaded;

    public static Version Load(string? path)
    {
        var library = path ?? SystemName;
        lock (Gate)
        {
            if (_loaded is null)
            {
                if (!NativeLibrary.TryLoad(library, out var handle))
                {
                    throw new StoreUnavailableException(path is null
                        ? $"The system has no {SystemName}. Install SQLite (Debian: libsqlite3-0) or set {SqliteOptions.Section}:{nameof(SqliteOptions.LibraryPath)}."
                        : $"{SqliteOptions.Section}:{nameof(SqliteOptions.LibraryPath)} is not a library that can be loaded: {path}");
                }

                NativeLibrary.SetDllImportResolver(typeof(SQLite3Provider_e_sqlite3).Assembly, (name, _, _) => name == NameInDriver ? handle : 0);
                raw.SetProvider(new SQLite3Provider_e_sqlite3());
                _loaded = library;
            }
            else if (_loaded != library)
            {
                throw new StoreUnavailableException($"This process has loaded SQLite from {_loaded} and cannot load {library} beside it.");
            }
        }

        return Version.Parse(raw.sqlite3_libversion().utf8_to_string());
    }
}
