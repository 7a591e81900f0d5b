using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;

namespace OpenInteractions.Storage.Sqlite;

/// <summary>A prepared statement with parameters <c>$1</c>, <c>$2</c>, …, used by one thread at a time and over and over.</summary>
internal sealed class SqliteStatement(SqliteConnection connection, string sql) : IDisposable
{
    // A bound blob stays in memory until the next one takes its place.
    private const int LargeBlob = 256 * 1024;

    private SqliteCommand _command = Create(connection, sql);
    private bool _holdsLargeBlob;

    public SqliteStatement Set(int position, string? value) => SetValue(position, value ?? (object)DBNull.Value);

    public SqliteStatement Set(int position, long value) => SetValue(position, value);

    public SqliteStatement Set(int position, bool value) => SetValue(position, value ? 1L : 0L);

    public SqliteStatement Set(int position, DateTimeOffset value) => SetValue(position, value.ToUnixTimeMilliseconds());

    public SqliteStatement Set(int position, DateTimeOffset? value) => SetValue(position, value?.ToUnixTimeMilliseconds() ?? (object)DBNull.Value);

    /// <summary>Bytes; none are null in the database.</summary>
    public SqliteStatement Set(int position, ReadOnlyMemory<byte> value) => value.IsEmpty ? SetValue(position, DBNull.Value) : SetBlob(position, value);

    /// <summary>Bytes of a column that is never null.</summary>
    public SqliteStatement SetBlob(int position, ReadOnlyMemory<byte> value)
    {
        _holdsLargeBlob |= value.Length >= LargeBlob;
        var isWholeArray = MemoryMarshal.TryGetArray(value, out var segment) && segment.Array!.Length == value.Length;
        return SetValue(position, isWholeArray ? segment.Array! : value.ToArray());
    }

    /// <summary>Runs it.</summary>
    /// <returns>How many rows were changed.</returns>
    public int Execute()
    {
        try
        {
            return _command.ExecuteNonQuery();
        }
        finally
        {
            ForgetLargeBlob();
        }
    }

    /// <summary>Rows; to be disposed before the statement is used again.</summary>
    public SqliteDataReader Query() => _command.ExecuteReader();

    /// <summary>The first column of the first row, or null when there is no row.</summary>
    public long? QueryNumber()
    {
        try
        {
            using var rows = _command.ExecuteReader();
            return rows.Read() ? rows.GetInt64(0) : null;
        }
        finally
        {
            ForgetLargeBlob();
        }
    }

    public void Dispose() => _command.Dispose();

    private SqliteStatement SetValue(int position, object value)
    {
        var parameters = _command.Parameters;
        while (parameters.Count < position)
        {
            parameters.Add(new SqliteParameter("$" + (parameters.Count + 1).ToString(CultureInfo.InvariantCulture), DBNull.Value));
        }

        parameters[position - 1].Value = value;
        return this;
    }

    private void ForgetLargeBlob()
    {
        if (_holdsLargeBlob)
        {
            _command.Dispose();
            _command = Create(connection, sql);
            _holdsLargeBlob = false;
        }
    }

    private static SqliteCommand Create(SqliteConnection connection, string sql)
    {
        var command = connection.CreateCommand();
#pragma warning disable CA2100 // Every text that comes here is a constant of this project.
        command.CommandText = sql;
#pragma warning restore CA2100
        return command;
    }
}
