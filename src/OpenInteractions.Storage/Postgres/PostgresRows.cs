using Npgsql;

namespace OpenInteractions.Storage.Postgres;

/// <summary>The row at which a reader stands.</summary>
internal readonly struct PostgresRows(NpgsqlDataReader reader) : IRow
{
    public bool IsNull(int column) => reader.IsDBNull(column);

    public string GetString(int column) => PostgresText.Decode(reader.GetString(column));

    public long GetInt64(int column) => reader.GetInt64(column);

    public int GetInt32(int column) => reader.GetInt32(column);

    public double GetDouble(int column) => reader.GetDouble(column);

    public bool GetBoolean(int column) => reader.GetBoolean(column);

    public ReadOnlyMemory<byte> GetBytes(int column) => IsNull(column) ? default : reader.GetFieldValue<byte[]>(column);
}
