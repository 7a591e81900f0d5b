using System.Globalization;
using System.Text;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace OpenInteractions.Storage.Sqlite;

/// <summary>
/// A prepared statement with parameters <c>$1</c>, <c>$2</c>, …, used by one thread at a time and over and over. It talks to the library
/// itself: the driver looks every parameter up by its name at every call, which costs more than the statement.
/// </summary>
internal sealed class SqliteStatement : IDisposable
{
    // A bound blob stays in memory until the next one takes its place.
    private const int LargeBlob = 256 * 1024;

    private const int ShortText = 256;

    private readonly sqlite3 _database;
    private readonly sqlite3_stmt _statement;
    private readonly int[] _places; // the library numbers parameters as they come in the text, whatever they are called
    private bool _holdsLargeBlob;

    /// <exception cref="SqliteException">The text is no statement.</exception>
    public SqliteStatement(sqlite3 database, string sql)
    {
        _database = database;
        Check(raw.sqlite3_prepare_v3(database, sql, raw.SQLITE_PREPARE_PERSISTENT, out _statement, out var rest));
        if (!string.IsNullOrWhiteSpace(rest))
        {
            _statement.Dispose();
            throw new ArgumentException("This is more than one statement: run it as a script.", nameof(sql));
        }

        _places = new int[raw.sqlite3_bind_parameter_count(_statement) + 1];
        for (var place = 1; place < _places.Length; place++)
        {
            var name = raw.sqlite3_bind_parameter_name(_statement, place).utf8_to_string();
            _places[int.Parse(name.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture)] = place;
        }
    }

    public SqliteStatement Set(int position, string? value)
    {
        if (value is null)
        {
            return SetNull(position);
        }

        if (value.Length == 0)
        {
            return Bound(raw.sqlite3_bind_text(_statement, _places[position], "")); // no bytes at all would be null
        }

        Span<byte> utf8 = stackalloc byte[ShortText];
        var isShort = Encoding.UTF8.TryGetBytes(value, utf8, out var length);
        return Bound(raw.sqlite3_bind_text(_statement, _places[position], isShort ? utf8[..length] : Encoding.UTF8.GetBytes(value)));
    }

    public SqliteStatement Set(int position, long value) => Bound(raw.sqlite3_bind_int64(_statement, _places[position], value));

    public SqliteStatement Set(int position, bool value) => Set(position, value ? 1L : 0L);

    public SqliteStatement Set(int position, DateTimeOffset value) => Set(position, value.ToUnixTimeMilliseconds());

    public SqliteStatement Set(int position, DateTimeOffset? value) => value is { } time ? Set(position, time) : SetNull(position);

    /// <summary>Bytes; none are null in the database.</summary>
    public SqliteStatement Set(int position, ReadOnlyMemory<byte> value) => value.IsEmpty ? SetNull(position) : SetBlob(position, value);

    /// <summary>Bytes of a column that is never null.</summary>
    public SqliteStatement SetBlob(int position, ReadOnlyMemory<byte> value)
    {
        _holdsLargeBlob |= value.Length >= LargeBlob;
        return Bound(value.IsEmpty ? raw.sqlite3_bind_zeroblob(_statement, _places[position], 0) : raw.sqlite3_bind_blob(_statement, _places[position], value.Span));
    }

    /// <summary>A value as <see cref="SqliteRows.GetValue"/> gives it.</summary>
    public SqliteStatement SetValue(int position, object? value) => value switch
    {
        null => SetNull(position),
        long number => Set(position, number),
        string text => Set(position, text),
        byte[] bytes => SetBlob(position, bytes),
        _ => throw new ArgumentException("No column holds this.", nameof(value)),
    };

    /// <summary>Runs it.</summary>
    /// <returns>How many rows were changed.</returns>
    public int Execute()
    {
        try
        {
            while (Step())
            {
            }

            return raw.sqlite3_changes(_database);
        }
        finally
        {
            Reset();
        }
    }

    /// <summary>Rows; to be disposed before the statement is used again.</summary>
    public SqliteRows Query() => new(this, _statement);

    /// <summary>What is read of the first row, or null when there is no row.</summary>
    public T? ReadFirst<T>(Func<SqliteRows, T> read)
        where T : class
    {
        using var rows = Query();
        return rows.Read() ? read(rows) : null;
    }

    /// <summary>What is read of each row.</summary>
    public List<T> ReadAll<T>(Func<SqliteRows, T> read)
    {
        using var rows = Query();
        var items = new List<T>();
        while (rows.Read())
        {
            items.Add(read(rows));
        }

        return items;
    }

    /// <summary>The first column of the first row, or null when there is no row.</summary>
    public long? QueryNumber()
    {
        try
        {
            return Step() ? raw.sqlite3_column_int64(_statement, 0) : null;
        }
        finally
        {
            Reset();
        }
    }

    public void Dispose() => _statement.Dispose();

    /// <summary>Moves to the next row.</summary>
    /// <exception cref="SqliteException">The statement failed.</exception>
    internal bool Step()
    {
        var result = raw.sqlite3_step(_statement);
        if (result is raw.SQLITE_ROW or raw.SQLITE_DONE)
        {
            return result == raw.SQLITE_ROW;
        }

        // The text of the failure is gone with the reset, so it is taken first.
        var failure = Failure(result);
        Reset();
        throw failure;
    }

    internal void Reset()
    {
        _ = raw.sqlite3_reset(_statement); // says again why the step failed
        if (_holdsLargeBlob)
        {
            _ = raw.sqlite3_clear_bindings(_statement);
            _holdsLargeBlob = false;
        }
    }

    private SqliteStatement SetNull(int position) => Bound(raw.sqlite3_bind_null(_statement, _places[position]));

    private SqliteStatement Bound(int result)
    {
        Check(result);
        return this;
    }

    private void Check(int result)
    {
        if (result != raw.SQLITE_OK)
        {
            throw Failure(result);
        }
    }

    private SqliteException Failure(int result) =>
        new($"SQLite error {result}: '{raw.sqlite3_errmsg(_database).utf8_to_string()}'.", result & 0xFF, raw.sqlite3_extended_errcode(_database));
}
