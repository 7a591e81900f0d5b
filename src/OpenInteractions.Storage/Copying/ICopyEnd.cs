namespace OpenInteractions.Storage.Copying;

/// <summary>One end of a copy: a store that no server uses while this object lives.</summary>
internal interface ICopyEnd : IAsyncDisposable
{
    /// <summary>For messages.</summary>
    string Name { get; }

    /// <summary>The names of the migrations that this program knows and the store has not had.</summary>
    IReadOnlyList<string> Pending { get; }

    /// <summary>Whether there are tables.</summary>
    bool HasTables { get; }

    /// <summary>The order in which rows are written here.</summary>
    RowOrder WriteOrder(StoreTable table);

    /// <summary>Brings the schema up to date.</summary>
    void Migrate();

    /// <summary>The columns of a table, in the order of their names, without those that only this engine needs to tie its own tables together.</summary>
    IReadOnlyList<string> Columns(StoreTable table);

    Task<long> CountAsync(StoreTable table, CancellationToken cancellationToken);

    /// <summary>Rows, with all columns, that follow the one of a key.</summary>
    /// <param name="table">The table.</param>
    /// <param name="order">The order of the rows.</param>
    /// <param name="after">The values of the key's columns, or null for all rows.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    IAsyncEnumerable<StoreRow> ReadAsync(StoreTable table, RowOrder order, object?[]? after, CancellationToken cancellationToken);

    /// <summary>The key of the last row in the order of writing, or null when there is none.</summary>
    Task<object?[]?> LastKeyAsync(StoreTable table, CancellationToken cancellationToken);

    /// <summary>Whether there is a row of this key.</summary>
    Task<bool> HasAsync(StoreTable table, object?[] key, CancellationToken cancellationToken);

    /// <summary>Writes rows in one commit, from the current one on, until there are enough for one or there are no more.</summary>
    /// <returns>How much was written, and whether the rows stand at one that was not.</returns>
    Task<WrittenRows> WriteAsync(StoreTable table, IAsyncEnumerator<StoreRow> rows, CancellationToken cancellationToken);

    /// <summary>From where the rows of an unfinished copy come, or null when none is marked.</summary>
    Task<string?> ReadMarkAsync(CancellationToken cancellationToken);

    /// <summary>Marks the store as one that is being filled.</summary>
    Task MarkAsync(string source, CancellationToken cancellationToken);

    /// <summary>Takes the mark away: the store is whole.</summary>
    Task FinishAsync(CancellationToken cancellationToken);

    /// <summary>Removes every row of a marked store; the mark stays.</summary>
    Task EraseAsync(CancellationToken cancellationToken);
}

/// <summary>What one commit wrote.</summary>
internal readonly record struct WrittenRows(long Rows, long Bytes, bool HasMore)
{
    /// <summary>A commit takes as long whether it has few rows or many, and the memory for these.</summary>
    public const long MaxBytes = 4_000_000;

    public const long MaxRows = 2_000;

    public bool IsFull => Rows >= MaxRows || Bytes >= MaxBytes;
}
