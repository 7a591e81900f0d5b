using System.Net.Sockets;
using Microsoft.Data.Sqlite;
using Npgsql;
using OpenInteractions.Engine.Storage;

namespace OpenInteractions.Storage;

/// <summary>What goes wrong with a store, as one line for the operator.</summary>
internal static class StoreRefusals
{
    /// <exception cref="StoreRefusedException">The store refused.</exception>
    public static async Task<T> TranslateAsync<T>(Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (Exception exception) when (exception is StoreUnavailableException or SqliteException or NpgsqlException or SocketException or IOException
            or UnauthorizedAccessException or InvalidDataException or TimeoutException)
        {
            throw new StoreRefusedException(exception is StoreUnavailableException ? exception.Message : $"The store cannot be used: {exception.GetBaseException().Message}", exception);
        }
    }
}
