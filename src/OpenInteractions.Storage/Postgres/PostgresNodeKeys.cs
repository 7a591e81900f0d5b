using Npgsql;
using OpenInteractions.Engine.Nodes;

namespace OpenInteractions.Storage.Postgres;

/// <summary>The keys of all nodes, as rows that are written once.</summary>
internal sealed class PostgresNodeKeys(PostgresDatabase database) : INodeKeys
{
    // One statement: of nodes that start together one writes, and all read what it wrote.
    private const string AgreeSql = "INSERT INTO node_keys (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET name = excluded.name RETURNING value";

    public byte[] Agree(string name, byte[] own)
    {
        try
        {
            using var connection = database.Connect();
            using var command = new NpgsqlCommand(AgreeSql, connection);
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = name });
            command.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = own });
            return (byte[])command.ExecuteScalar()!;
        }
        catch (Exception exception) when (PostgresErrors.Translate(exception) is var translated && translated != exception)
        {
            throw translated;
        }
    }
}
