using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace OpenInteractions.Storage.Copying;

/// <summary>A table, read from both ends.</summary>
/// <param name="Table">Its name.</param>
/// <param name="Rows">How many rows it has.</param>
/// <param name="Digest">Of all columns of all rows, in the order of their keys; the same of both engines.</param>
public sealed record ComparedTable(string Table, long Rows, string Digest);

/// <summary>Reads a table from both ends at once, row by row: nothing needs to be kept, and the first row that differs can be named.</summary>
internal sealed class TableComparison(ICopyEnd from, ICopyEnd to, StoreTable table)
{
    private readonly IReadOnlyList<string> _columns = from.Columns(table);

    // Where the key is in a row.
    private readonly int[] _key = [.. table.Key.Select(column => from.Columns(table).Index().First(c => c.Item == column).Index)];

    /// <exception cref="StoresDifferException">They differ.</exception>
    public async Task<ComparedTable> RunAsync(Action<long> progress, CancellationToken cancellationToken)
    {
        var expected = await from.CountAsync(table, cancellationToken);
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await using var left = from.ReadAsync(table, RowOrder.Key, null, cancellationToken).GetAsyncEnumerator(cancellationToken);
        await using var right = to.ReadAsync(table, RowOrder.Key, null, cancellationToken).GetAsyncEnumerator(cancellationToken);
        for (long rows = 0; ; rows++)
        {
            var (hasLeft, hasRight) = (await left.MoveNextAsync(), await right.MoveNextAsync());
            if (!hasLeft && !hasRight)
            {
                // What belongs to nothing is in no join, but it is counted.
                return rows == expected
                    ? new ComparedTable(table.Name, rows, Convert.ToHexStringLower(digest.GetHashAndReset()))
                    : throw new StoreRefusedException($"The store {from.Name} is damaged: of {expected} rows of {table.Name}, {expected - rows} belong to no interaction. Restore a backup.");
            }

            if (!hasLeft || !hasRight || !Key(left.Current).SequenceEqual(Key(right.Current)))
            {
                throw new StoresDifferException($"{table.Name} differs at row {rows + 1}: {Describe(from, hasLeft ? left.Current : null)}, {Describe(to, hasRight ? right.Current : null)}.");
            }

            Compare(left.Current, right.Current);
            Append(digest, left.Current);
            progress(rows + 1);
        }
    }

    private static void Append(IncrementalHash digest, StoreRow row)
    {
        Span<byte> head = stackalloc byte[9];
        foreach (var value in row.Values)
        {
            var bytes = value switch
            {
                string text => Encoding.UTF8.GetBytes(text),
                byte[] blob => blob,
                _ => [],
            };
            head[0] = value switch { null => 0, long => 1, string => 2, _ => 3 };
            BinaryPrimitives.WriteInt64LittleEndian(head[1..], value is long number ? number : bytes.LongLength);
            digest.AppendData(head);
            digest.AppendData(bytes);
        }
    }

    private static bool IsSame(object? left, object? right) => (left, right) switch
    {
        (byte[] a, byte[] b) => a.AsSpan().SequenceEqual(b),
        _ => Equals(left, right),
    };

    private void Compare(StoreRow left, StoreRow right)
    {
        var differing = _columns.Where((_, at) => !IsSame(left.Values[at], right.Values[at])).ToArray();
        if (differing.Length > 0)
        {
            throw new StoresDifferException($"{table.Name} differs in {string.Join(", ", differing)} of the row {KeyText(left)}.");
        }
    }

    private IEnumerable<object?> Key(StoreRow row) => _key.Select(at => row.Values[at]);

    private string Describe(ICopyEnd end, StoreRow? row) => row is null ? $"{end.Name} has no more" : $"{end.Name} has {KeyText(row)}";

    private string KeyText(StoreRow row) => string.Join('/', Key(row).Select(value => Convert.ToString(value, CultureInfo.InvariantCulture)));
}
