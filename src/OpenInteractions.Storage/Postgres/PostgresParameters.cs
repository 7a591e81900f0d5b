using Npgsql;
using NpgsqlTypes;
using OpenInteractions.Engine.Storage;

namespace OpenInteractions.Storage.Postgres;

/// <summary>Puts the parameters <c>$1</c>, <c>$2</c>, … of a statement in their order; the plural ones are columns of <c>unnest</c>, an item a row.</summary>
internal static class PostgresParameters
{
    /// <summary>Adds a statement.</summary>
    public static NpgsqlBatchCommand Add(this NpgsqlBatch batch, string sql)
    {
        var command = new NpgsqlBatchCommand(sql);
        batch.BatchCommands.Add(command);
        return command;
    }

    public static NpgsqlBatchCommand Text(this NpgsqlBatchCommand command, string? value) => command.Add(NpgsqlDbType.Text, PostgresText.Encode(value));

    public static NpgsqlBatchCommand Long(this NpgsqlBatchCommand command, long? value) =>
        value is { } number ? command.Add(NpgsqlDbType.Bigint, number) : command.Add<object>(NpgsqlDbType.Bigint, DBNull.Value);

    public static NpgsqlBatchCommand Time(this NpgsqlBatchCommand command, DateTimeOffset value) => command.Long(value.ToUnixTimeMilliseconds());

    public static NpgsqlBatchCommand Milliseconds(this NpgsqlBatchCommand command, TimeSpan value) => command.Long((long)value.TotalMilliseconds);

    public static NpgsqlBatchCommand Integer(this NpgsqlBatchCommand command, int value) => command.Add(NpgsqlDbType.Integer, value);

    /// <summary>Bytes; none are null in the database.</summary>
    public static NpgsqlBatchCommand Bytes(this NpgsqlBatchCommand command, ReadOnlyMemory<byte> value) =>
        value.IsEmpty ? command.Add<object>(NpgsqlDbType.Bytea, DBNull.Value) : command.Add(NpgsqlDbType.Bytea, value);

    /// <summary>Bytes of a column that is never null.</summary>
    public static NpgsqlBatchCommand Blob(this NpgsqlBatchCommand command, ReadOnlyMemory<byte> value) => command.Add(NpgsqlDbType.Bytea, value);

    public static NpgsqlBatchCommand OptionalLongs(this NpgsqlBatchCommand command, IReadOnlyCollection<long>? values) =>
        values is null ? command.Add<object>(NpgsqlDbType.Array | NpgsqlDbType.Bigint, DBNull.Value) : command.Add(NpgsqlDbType.Array | NpgsqlDbType.Bigint, values.ToArray());

    public static NpgsqlBatchCommand Texts<T>(this NpgsqlBatchCommand command, IReadOnlyList<T> items, Func<T, string?> value) =>
        command.AddAll(NpgsqlDbType.Text, items, value, static (item, value) => PostgresText.Encode(value(item)));

    /// <summary>Leases: three columns, as they are compared with a run's row.</summary>
    public static NpgsqlBatchCommand Leases<T>(this NpgsqlBatchCommand command, IReadOnlyList<T> items, Func<T, RunLease> lease) =>
        command.Texts(items, item => lease(item).RunId).Texts(items, item => lease(item).Owner).Longs(items, item => lease(item).Epoch);

    /// <summary>Batches of a journal: six columns, in the order in which it is read.</summary>
    public static NpgsqlBatchCommand Batches<T>(this NpgsqlBatchCommand command, IReadOnlyList<T> items, Func<T, JournalBatch> batch) => command
        .Longs(items, item => batch(item).Epoch)
        .Longs(items, item => batch(item).FirstNumber)
        .Longs(items, item => batch(item).LastNumber)
        .Flags(items, item => batch(item).IsCompressed)
        .Blobs(items, item => batch(item).Frames)
        .OptionalBlobs(items, item => batch(item).Checkpoint);

    public static NpgsqlBatchCommand Longs<T>(this NpgsqlBatchCommand command, IReadOnlyList<T> items, Func<T, long> value) =>
        command.AddAll(NpgsqlDbType.Bigint, items, value, static (item, value) => value(item));

    public static NpgsqlBatchCommand Times<T>(this NpgsqlBatchCommand command, IReadOnlyList<T> items, Func<T, DateTimeOffset> value) =>
        command.AddAll(NpgsqlDbType.Bigint, items, value, static (item, value) => value(item).ToUnixTimeMilliseconds());

    public static NpgsqlBatchCommand Integers<T>(this NpgsqlBatchCommand command, IReadOnlyList<T> items, Func<T, int> value) =>
        command.AddAll(NpgsqlDbType.Integer, items, value, static (item, value) => value(item));

    public static NpgsqlBatchCommand Flags<T>(this NpgsqlBatchCommand command, IReadOnlyList<T> items, Func<T, bool> value) =>
        command.AddAll(NpgsqlDbType.Boolean, items, value, static (item, value) => value(item));

    /// <summary>Bytes of a column that is never null.</summary>
    public static NpgsqlBatchCommand Blobs<T>(this NpgsqlBatchCommand command, IReadOnlyList<T> items, Func<T, ReadOnlyMemory<byte>> value) =>
        command.AddAll(NpgsqlDbType.Bytea, items, value, static (item, value) => value(item));

    /// <summary>Bytes; none are null in the database.</summary>
    public static NpgsqlBatchCommand OptionalBlobs<T>(this NpgsqlBatchCommand command, IReadOnlyList<T> items, Func<T, ReadOnlyMemory<byte>> value) =>
        command.AddAll(NpgsqlDbType.Bytea, items, value, static (item, value) => value(item) is { IsEmpty: false } bytes ? bytes : (ReadOnlyMemory<byte>?)null);

    private static NpgsqlBatchCommand AddAll<T, TValue, TColumn>(
        this NpgsqlBatchCommand command, NpgsqlDbType type, IReadOnlyList<T> items, Func<T, TValue> value, Func<T, Func<T, TValue>, TColumn> convert)
    {
        var column = new TColumn[items.Count];
        for (var i = 0; i < column.Length; i++)
        {
            column[i] = convert(items[i], value);
        }

        return command.Add(NpgsqlDbType.Array | type, column);
    }

    private static NpgsqlBatchCommand Add<T>(this NpgsqlBatchCommand command, NpgsqlDbType type, T value)
    {
        command.Parameters.Add(new NpgsqlParameter<T> { TypedValue = value, NpgsqlDbType = type });
        return command;
    }
}
