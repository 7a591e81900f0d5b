using System.Net.Sockets;
using Npgsql;
using OpenInteractions.Engine.Storage;

namespace OpenInteractions.Storage.Postgres;

/// <summary>What the driver's exceptions mean to the engine.</summary>
internal static class PostgresErrors
{
    /// <summary>The exception that a caller of the store gets. The driver's text stays inside, for the log.</summary>
    public static Exception Translate(Exception exception) => exception switch
    {
        PostgresException error => FromServer(error),
        NpgsqlException or SocketException or IOException or TimeoutException =>
            new StoreUnavailableException("The database cannot be reached, or did not answer in time.", exception),
        ObjectDisposedException => new StoreUnavailableException("The store is closed.", exception),
        _ => exception,
    };

    /// <summary>The server chose this transaction to give way to another: it was rolled back, and may be made again.</summary>
    public static bool GaveWay(Exception exception) =>
        exception is PostgresException { SqlState: PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure };

    /// <summary>The connection broke, and a new one may work: after a restart of the server that is so for all that were open.</summary>
    public static bool IsBrokenConnection(Exception exception) => exception is PostgresException error
        ? error.SqlState is PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown
        : exception is NpgsqlException { InnerException: IOException or SocketException };

    private static Exception FromServer(PostgresException error) => error.SqlState[..2] switch
    {
        // Integrity constraint violation, and data that the type does not hold.
        "23" or "22" => new InvalidOperationException($"The change contradicts what is stored (PostgreSQL {error.SqlState} {error.ConstraintName}).", error),

        // Connection, authorization, no such database, transaction state (a standby that only reads), rollback, privileges and missing tables, insufficient
        // resources, object not in state, operator intervention, system error, damaged data.
        "08" or "28" or "3D" or "25" or "40" or "42" or "53" or "55" or "57" or "58" or "XX" =>
            new StoreUnavailableException($"The database cannot be used now (PostgreSQL {error.SqlState}).", error) { IsFull = error.SqlState == PostgresErrorCodes.DiskFull },
        _ => new InvalidOperationException($"The database refused a statement (PostgreSQL {error.SqlState}).", error),
    };
}
