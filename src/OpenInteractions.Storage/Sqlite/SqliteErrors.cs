using Microsoft.Data.Sqlite;
using OpenInteractions.Engine.Storage;
using SQLitePCL;

namespace OpenInteractions.Storage.Sqlite;

/// <summary>What the driver's exceptions mean to the engine.</summary>
internal static class SqliteErrors
{
    /// <summary>The exception that a caller of the store gets.</summary>
    public static Exception Translate(Exception exception) => exception is not SqliteException sqlite ? exception : sqlite.SqliteErrorCode switch
    {
        raw.SQLITE_FULL => new StoreUnavailableException("The disk of the data directory is full; the change was rolled back.", sqlite) { IsFull = true },
        raw.SQLITE_IOERR => new StoreUnavailableException($"The disk of the data directory failed (SQLite {sqlite.SqliteExtendedErrorCode}); the change was rolled back.", sqlite),
        raw.SQLITE_READONLY or raw.SQLITE_CANTOPEN or raw.SQLITE_PERM or raw.SQLITE_BUSY or raw.SQLITE_LOCKED or raw.SQLITE_NOMEM or raw.SQLITE_PROTOCOL =>
            new StoreUnavailableException($"The database cannot be used now (SQLite {sqlite.SqliteExtendedErrorCode}).", sqlite),
        raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB =>
            new StoreUnavailableException("The database file is damaged. Stop the server and restore a backup.", sqlite),
        raw.SQLITE_TOOBIG => new InvalidOperationException("The change is too large for the database.", sqlite),
        raw.SQLITE_CONSTRAINT => new InvalidOperationException("The change contradicts what is stored: " + sqlite.Message, sqlite),
        _ => sqlite,
    };
}
