using OpenInteractions.Engine.Storage;

namespace OpenInteractions.Storage.Copying;

/// <summary>
/// Copies a store into an empty one, of either engine, with the same ids and times. Killed and run again it goes on: rows are written in an order that
/// both ends have, so what is there says where to begin. At the end both are read and compared; until then no server opens the target.
/// <list type="number">
/// <item>Both ends are taken, so that no server changes them.</item>
/// <item>The target is brought up to date when it is empty or part of this copy; anything else is compared, or refused.</item>
/// <item>The target is marked; tables are copied in commits of a few megabytes.</item>
/// <item>Everything is compared, key files are copied, the mark is taken away.</item>
/// </list>
/// </summary>
public sealed class StoreCopy(StoreLocation source, StoreLocation target)
{
    /// <summary>The data directory that the servers of the source have, for their key files; null when none was named.</summary>
    public string? SourceDirectory { get => field ?? DirectoryOf(source); init; }

    /// <summary>The data directory that the servers of the target will have.</summary>
    public string? TargetDirectory { get => field ?? DirectoryOf(target); init; }

    /// <summary>Whether what an unfinished copy left in the target is thrown away first.</summary>
    public bool StartsOver { get; init; }

    /// <summary>Told of every commit, and of what is compared.</summary>
    public Action<CopyProgress> Progress { get; init; } = _ => { };

    /// <summary>Copies and compares.</summary>
    /// <exception cref="StoreRefusedException">One of the stores is in use, damaged or out of reach, or the target holds something else.</exception>
    /// <exception cref="StoresDifferException">What was copied is not what is there.</exception>
    public Task<CopyReport> RunAsync(CancellationToken cancellationToken) => StoreRefusals.TranslateAsync(async () =>
    {
        if (IsSamePlace())
        {
            throw new StoreRefusedException("The source and the target are the same store.");
        }

        var files = SourceDirectory is not null && TargetDirectory is not null ? new KeyFiles(SourceDirectory, TargetDirectory) : null;
        files?.Check();
        await using var from = await OpenAsync(source, mustExist: true, cancellationToken);
        await RequireWholeAsync(from, cancellationToken);
        await using var to = await OpenAsync(target, mustExist: false, cancellationToken);
        var isNew = await PrepareAsync(from, to, cancellationToken);
        RequireSameColumns(from, to);
        if (isNew)
        {
            await CopyAsync(from, to, cancellationToken);
        }

        var tables = await CompareAsync(from, to, isNew, cancellationToken);
        var copied = files?.Copy() ?? [];
        if (isNew)
        {
            await to.FinishAsync(cancellationToken);
        }

        return new CopyReport(isNew, tables, copied, files is null && SourceDirectory is not null ? KeyFiles.In(SourceDirectory) : []);
    });

    internal static async Task<ICopyEnd> OpenAsync(StoreLocation location, bool mustExist, CancellationToken cancellationToken) => location switch
    {
        StoreLocation.InDirectory directory => SqliteCopyEnd.Open(directory, mustExist),
        StoreLocation.InPostgres postgres => await PostgresCopyEnd.OpenAsync(postgres, cancellationToken),
        _ => throw new ArgumentException("No such place.", nameof(location)),
    };

    private static string? DirectoryOf(StoreLocation location) => (location as StoreLocation.InDirectory)?.DataDirectory;

    private static async Task RequireWholeAsync(ICopyEnd from, CancellationToken cancellationToken)
    {
        if (await from.ReadMarkAsync(cancellationToken) is not null)
        {
            throw new StoreRefusedException($"The source {from.Name} holds part of another store: a copy into it has not finished.");
        }

        if (from.Pending is { Count: > 0 } pending)
        {
            throw new StoreRefusedException($"The source {from.Name} is of an older version ({string.Join(", ", pending)} missing). Run 'oi storage migrate' on it first.");
        }
    }

    private static void RequireSameColumns(ICopyEnd from, ICopyEnd to)
    {
        foreach (var table in StoreTable.All)
        {
            if (!from.Columns(table).SequenceEqual(to.Columns(table)))
            {
                throw new StoreRefusedException(
                    $"{table.Name} has different columns: {string.Join(", ", from.Columns(table))} in {from.Name}, {string.Join(", ", to.Columns(table))} in {to.Name}.");
            }
        }
    }

    /// <returns>Whether the target is to be filled: false when it holds rows that no unfinished copy wrote.</returns>
    private async Task<bool> PrepareAsync(ICopyEnd from, ICopyEnd to, CancellationToken cancellationToken)
    {
        var mark = await to.ReadMarkAsync(cancellationToken);
        if (mark is null)
        {
            if (await HoldsRowsAsync(to, cancellationToken))
            {
                return to.Pending.Count == 0 ? false : throw Holds(to, "It is of an older version.");
            }

            to.Migrate();
            await to.MarkAsync(from.Name, cancellationToken);
            return true;
        }

        if (mark != from.Name && !StartsOver)
        {
            throw new StoreRefusedException($"The target {to.Name} holds part of {mark}, and not of {from.Name}. Go on with that one, or start over with --restart.");
        }

        to.Migrate();
        if (StartsOver)
        {
            await to.EraseAsync(cancellationToken);
        }

        return true;
    }

    private static async Task<bool> HoldsRowsAsync(ICopyEnd end, CancellationToken cancellationToken)
    {
        foreach (var table in end.HasTables ? StoreTable.All : [])
        {
            if (await end.CountAsync(table, cancellationToken) > 0)
            {
                return true;
            }
        }

        return false;
    }

    private static StoreRefusedException Holds(ICopyEnd to, string why) =>
        new($"The target {to.Name} holds other data. {why} Copy into an empty database or a new directory.");

    private async Task CopyAsync(ICopyEnd from, ICopyEnd to, CancellationToken cancellationToken)
    {
        var totals = await CountAsync(from, cancellationToken);
        var already = await CountAsync(to, cancellationToken);
        var progress = new CopyProgress(IsComparing: false, "", already.Sum(), totals.Sum(), 0, already.Sum());
        foreach (var table in StoreTable.All)
        {
            var order = to.WriteOrder(table);
            var last = await to.LastKeyAsync(table, cancellationToken);
            if (last is not null && !await from.HasAsync(table, last, cancellationToken))
            {
                throw new StoreRefusedException($"The target {to.Name} holds rows of {table.Name} that {from.Name} does not have. Start over with --restart.");
            }

            await using var rows = from.ReadAsync(table, order, last, cancellationToken).GetAsyncEnumerator(cancellationToken);
            var hasMore = await rows.MoveNextAsync();
            while (hasMore)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var written = await to.WriteAsync(table, rows, cancellationToken);
                hasMore = written.HasMore;
                progress = progress with { Table = table.Name, Rows = progress.Rows + written.Rows, Bytes = progress.Bytes + written.Bytes };
                Progress(progress);
            }
        }
    }

    private static async Task<List<long>> CountAsync(ICopyEnd end, CancellationToken cancellationToken)
    {
        var counts = new List<long>();
        foreach (var table in StoreTable.All)
        {
            counts.Add(await end.CountAsync(table, cancellationToken));
        }

        return counts;
    }

    private async Task<IReadOnlyList<ComparedTable>> CompareAsync(ICopyEnd from, ICopyEnd to, bool isCopy, CancellationToken cancellationToken)
    {
        var total = (await CountAsync(from, cancellationToken)).Sum();
        long before = 0;
        var compared = new List<ComparedTable>();
        try
        {
            foreach (var table in StoreTable.All)
            {
                compared.Add(await new TableComparison(from, to, table).RunAsync(
                    rows => Progress(new CopyProgress(IsComparing: true, table.Name, before + rows, total, 0, 0)), cancellationToken));
                before += compared[^1].Rows;
            }
        }
        catch (StoresDifferException exception) when (!isCopy)
        {
            throw Holds(to, exception.Message);
        }

        return compared;
    }

    private bool IsSamePlace() => (source, target) switch
    {
        (StoreLocation.InDirectory a, StoreLocation.InDirectory b) => Path.GetFullPath(a.DataDirectory) == Path.GetFullPath(b.DataDirectory),
        (StoreLocation.InPostgres a, StoreLocation.InPostgres b) => a == b,
        _ => false,
    };
}

/// <summary>How far a copy is.</summary>
/// <param name="IsComparing">Everything is copied; now it is compared.</param>
/// <param name="Table">The table.</param>
/// <param name="Rows">Rows that are done, of all tables.</param>
/// <param name="Total">Rows of the source.</param>
/// <param name="Bytes">About how many bytes were copied.</param>
/// <param name="Already">Rows that an earlier run of the copy did.</param>
public sealed record CopyProgress(bool IsComparing, string Table, long Rows, long Total, long Bytes, long Already);

/// <summary>What a copy did.</summary>
/// <param name="IsCopied">False when the target held the same rows before.</param>
/// <param name="Tables">What both stores hold.</param>
/// <param name="KeyFiles">Key files that were copied.</param>
/// <param name="KeyFilesLeft">Key files of the source that the operator has to copy.</param>
public sealed record CopyReport(bool IsCopied, IReadOnlyList<ComparedTable> Tables, IReadOnlyList<string> KeyFiles, IReadOnlyList<string> KeyFilesLeft);
