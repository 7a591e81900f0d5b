namespace OpenInteractions.Bench.Load;

/// <summary>Counts a byte sequence in a body that arrives in pieces; an occurrence cut by a piece's end counts once.</summary>
/// <remarks>For markers that do not overlap themselves.</remarks>
internal sealed class MarkerCounter(ReadOnlyMemory<byte> marker)
{
    private readonly byte[] _seam = new byte[2 * (marker.Length - 1)];
    private int _carried;

    public long Count { get; private set; }

    /// <summary>Takes the next piece and answers how many occurrences it completed.</summary>
    public int Feed(ReadOnlySpan<byte> piece)
    {
        var found = piece.Count(marker.Span);
        if (_carried > 0)
        {
            // Each side of the seam is shorter than the marker, so what is found here spans it.
            var head = piece[..Math.Min(piece.Length, marker.Length - 1)];
            head.CopyTo(_seam.AsSpan(_carried));
            found += _seam.AsSpan(0, _carried + head.Length).Count(marker.Span);
        }

        Carry(piece);
        Count += found;
        return found;
    }

    private void Carry(ReadOnlySpan<byte> piece)
    {
        var keep = marker.Length - 1;
        if (piece.Length >= keep)
        {
            piece[^keep..].CopyTo(_seam);
            _carried = keep;
            return;
        }

        // A piece shorter than the marker: keep the end of what was carried as well. Feed already placed the piece behind it.
        if (_carried == 0)
        {
            piece.CopyTo(_seam);
        }

        var total = _carried + piece.Length;
        var drop = Math.Max(0, total - keep);
        _seam.AsSpan(drop, total - drop).CopyTo(_seam);
        _carried = total - drop;
    }
}
