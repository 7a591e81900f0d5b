using Npgsql;
using OpenInteractions.Engine.Storage;

namespace OpenInteractions.Storage.Postgres;

/// <summary>What the server says about itself at the start.</summary>
/// <param name="Name">The database and its host.</param>
/// <param name="Version">The server's version.</param>
/// <param name="IsDurable">False when a commit is answered before it is on the disk.</param>
internal sealed record PostgresServer(string Name, string Version, bool IsDurable)
{
    private const string ReadSql = """
        SELECT current_setting('server_version'), current_setting('fsync') = 'on' AND current_setting('synchronous_commit') <> 'off',
            current_setting('server_encoding')
        """;

    /// <exception cref="StoreUnavailableException">The database cannot hold every text.</exception>
    public static PostgresServer Read(NpgsqlConnection connection, string name)
    {
        using var command = new NpgsqlCommand(ReadSql, connection);
        using var rows = command.ExecuteReader();
        rows.Read();
        return rows.GetString(2) == "UTF8"
            ? new PostgresServer(name, rows.GetString(0), rows.GetBoolean(1))
            : throw new StoreUnavailableException($"The database {name} has the encoding {rows.GetString(2)}. Create it with ENCODING 'UTF8' (and TEMPLATE template0).");
    }
}
