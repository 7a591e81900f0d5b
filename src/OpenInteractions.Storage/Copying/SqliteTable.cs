using OpenInteractions.Storage.Sqlite;

namespace OpenInteractions.Storage.Copying;

/// <summary>
/// How the embedded store keeps a table: with a number for each row, with long content in a second table, or with the number of an interaction beside or in
/// place of its project and id. The statements are put together from the columns that the schema has.
/// </summary>
internal sealed class SqliteTable
{
    private const string ColumnsSql = "SELECT name FROM pragma_table_info($1)";

    private const string Erased = "is_erased";

    private const string Number = "number";

    private static readonly string[] Owner = ["project", "id"];

    private readonly StoreTable _table;
    private readonly List<string> _own;
    private readonly List<string> _content = [];
    private readonly string? _contentTable;
    private readonly string? _contentOwner;
    private readonly string? _interaction;
    private readonly bool _isJoined;
    private readonly Dictionary<string, int> _places;

    public SqliteTable(StoreTable table, SqliteSession session)
    {
        _table = table;
        _own = ReadColumns(session, table.Name);
        (_contentTable, _contentOwner, _interaction) = table.Name switch
        {
            "interactions" => ("contents", "interaction", null),
            "runs" => ("run_requests", "run", null),
            "labels" or "journal" or "idempotency_keys" => (null, null, "interaction"),
            _ => ((string?)null, (string?)null, (string?)null),
        };
        if (_contentTable is not null)
        {
            _own.Remove(Number);
            _content = ReadColumns(session, _contentTable);
            _content.Remove(_contentOwner!);
        }

        if (_interaction is not null)
        {
            _own.Remove(_interaction);
            _isJoined = table.Key.AsSpan().StartsWith(Owner);
        }

        Columns = [.. _own.Union(_content).Union(_isJoined ? Owner : []).Union(table.Name == "runs" ? [Erased] : []).Order(StringComparer.Ordinal)];
        _places = Columns.Index().ToDictionary(column => column.Item, column => column.Index);
        var from = _contentTable is not null ? $"FROM {table.Name} m LEFT JOIN {_contentTable} c ON c.{_contentOwner} = m.{Number}"
            : _isJoined ? $"FROM interactions i CROSS JOIN {table.Name} m ON m.{_interaction} = i.{Number}"
            : $"FROM {table.Name} m";

        // The first condition alone says where to begin in the index of the outer table.
        var begin = _isJoined ? "(i.project, i.id) >= ($1, $2) AND " : "";
        var select = $"SELECT {List(Columns)} {from}";
        var keys = List(table.Key);
        CountSql = $"SELECT count(*) FROM {table.Name}";
        HasSql = $"SELECT 1 {from} WHERE ({keys}) = ({Places(1, table.Key.Length)})";
        ReadAllSql = $"{select} ORDER BY {keys}";
        ReadAfterSql = $"{select} WHERE {begin}({keys}) > ({Places(1, table.Key.Length)}) ORDER BY {keys}";
        ReadAllByAgeSql = $"{select} ORDER BY m.{Number}";
        ReadAfterByAgeSql = $"{select} WHERE m.{Number} > (SELECT {Number} FROM interactions WHERE project = $1 AND id = $2) ORDER BY m.{Number}";
        LastKeySql = $"SELECT {keys} {from} ORDER BY {(table.IsByAge ? $"m.{Number} DESC" : string.Join(", ", table.Key.Select(column => Name(column) + " DESC")))} LIMIT 1";
        EraseSql = [$"DELETE FROM {table.Name}", .. _contentTable is null ? Array.Empty<string>() : [$"DELETE FROM {_contentTable}"]];
        InsertSql = _interaction is null
            ? $"INSERT INTO {table.Name} ({string.Join(", ", _own)}) VALUES ({Places(1, _own.Count)})"
            : $"INSERT INTO {table.Name} ({string.Join(", ", _own)}, {_interaction}) VALUES ({Places(1, _own.Count)}, "
                + $"(SELECT {Number} FROM interactions WHERE (project, id) = ({Places(_own.Count + 1, 2)})))";
        InsertContentSql = $"INSERT INTO {_contentTable} ({string.Join(", ", _content)}, {_contentOwner}) VALUES ({Places(1, _content.Count)}, last_insert_rowid())";
        StraySql = _contentTable is null ? null
            : $"SELECT (SELECT count(*) FROM {_contentTable} WHERE {_contentOwner} NOT IN (SELECT {Number} FROM {table.Name}))"
                + $" + (SELECT count(*) FROM {table.Name} WHERE {Number} NOT IN (SELECT {_contentOwner} FROM {_contentTable}))";
    }

    /// <summary>What is read and written, in this order.</summary>
    public IReadOnlyList<string> Columns { get; }

    /// <summary>Counts the table's own rows, whether what they belong to is there or not.</summary>
    public string CountSql { get; }

    /// <summary>Counts content that belongs to no row, and rows without theirs.</summary>
    public string? StraySql { get; }

    public string HasSql { get; }

    public string LastKeySql { get; }

    public IReadOnlyList<string> EraseSql { get; }

    private string ReadAllSql { get; }

    private string ReadAfterSql { get; }

    private string ReadAllByAgeSql { get; }

    private string ReadAfterByAgeSql { get; }

    private string InsertSql { get; }

    private string InsertContentSql { get; }

    public string ReadSql(RowOrder order, bool isFromStart) => (order, isFromStart) switch
    {
        (RowOrder.Age, true) => ReadAllByAgeSql,
        (RowOrder.Age, false) => ReadAfterByAgeSql,
        (_, true) => ReadAllSql,
        _ => ReadAfterSql,
    };

    /// <summary>Writes a row.</summary>
    public void Insert(SqliteSession session, StoreRow row)
    {
        Set(session[InsertSql], row, [.. _own, .. _interaction is null ? [] : Owner]).Execute();
        if (_contentTable is not null)
        {
            Set(session[InsertContentSql], row, _content).Execute();
        }
    }

    private SqliteStatement Set(SqliteStatement statement, StoreRow row, List<string> columns)
    {
        for (var at = 0; at < columns.Count; at++)
        {
            statement.SetValue(at + 1, row.Values[_places[columns[at]]]);
        }

        return statement;
    }

    private string List(IEnumerable<string> columns) => string.Join(", ", columns.Select(Name));

    private string Name(string column) => column switch
    {
        // Of a run whose interaction was deleted only its row is left.
        Erased when _table.Name == "runs" => "NOT EXISTS (SELECT 1 FROM interactions e WHERE e.project = m.project AND e.id = m.id)",
        "project" or "id" when _isJoined => "i." + column,
        _ when _content.Contains(column) => "c." + column,
        _ => "m." + column,
    };

    private static string Places(int first, int count) => string.Join(", ", Enumerable.Range(first, count).Select(place => FormattableString.Invariant($"${place}")));

    private static List<string> ReadColumns(SqliteSession session, string table)
    {
        using var rows = session[ColumnsSql].Set(1, table).Query();
        var columns = new List<string>();
        while (rows.Read())
        {
            columns.Add(rows.GetString(0));
        }

        return columns;
    }
}
