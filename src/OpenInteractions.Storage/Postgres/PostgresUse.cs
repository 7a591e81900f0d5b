using Npgsql;
using OpenInteractions.Engine.Storage;

namespace OpenInteractions.Storage.Postgres;

/// <summary>
/// Who uses a database, told by an advisory lock that goes with its connection: every connection of every server holds it shared, a copy holds it alone.
/// Neither waits for the other in the lock's queue, where one that waits would hold up all who come after it.
/// </summary>
internal static class PostgresUse
{
    /// <summary>To be run on each new connection of a server; see <see cref="RequireShared"/>.</summary>
    public const string ShareSql = "SELECT pg_try_advisory_lock_shared(1869769060, 2)";

    private const string TakeSql = "SELECT pg_try_advisory_lock(1869769060, 2)";

    // The server needs a moment to see that the process of a connection is gone.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <exception cref="StoreUnavailableException">The database is being copied.</exception>
    public static void RequireShared(object? isShared)
    {
        if (isShared is not true)
        {
            throw new StoreUnavailableException("The database is being copied by 'oi storage copy'; no server can use it until that has ended.");
        }
    }

    /// <summary>Takes the database for this connection alone.</summary>
    /// <exception cref="StoreRefusedException">A server uses it.</exception>
    public static async Task TakeAsync(NpgsqlConnection connection, string name, CancellationToken cancellationToken)
    {
        var since = TimeProvider.System.GetTimestamp();
        while (true)
        {
            await using var command = new NpgsqlCommand(TakeSql, connection);
            if (await command.ExecuteScalarAsync(cancellationToken) is true)
            {
                return;
            }

            if (TimeProvider.System.GetElapsedTime(since) > Patience)
            {
                throw new StoreRefusedException($"The database {name} is in use: stop every server that has it, and any other copy.");
            }

            await Task.Delay(Pause, TimeProvider.System, cancellationToken);
        }
    }
}
