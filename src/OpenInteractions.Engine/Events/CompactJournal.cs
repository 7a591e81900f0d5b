using System.Buffers;
using System.IO.Compression;
using OpenInteractions.Engine.Storage;

namespace OpenInteractions.Engine.Events;

/// <summary>
/// The events of an ended run in few and small rows: one per epoch and <see cref="RowBytes"/>, compressed. The frames stay as they were sent, so a replay gives
/// the same bytes and the same ids. A reader has one row in memory at a time, however long the stream was.
/// </summary>
internal static class CompactJournal
{
    /// <summary>Below this, compression costs more than it saves.</summary>
    private const int CompressFrom = 1024;

    /// <summary>Bytes of frames in a row. A row has more only where a single frame has.</summary>
    public const int RowBytes = 256 * 1024;

    /// <summary>Bytes of a piece for a reader.</summary>
    private const int PieceBytes = 64 * 1024;

    /// <summary>Batches in memory at a time: a long stream is compressed piece by piece.</summary>
    private const int PageSize = 8;

    /// <summary>Joins what the journal has with the end of the log.</summary>
    public static async Task<IReadOnlyList<JournalBatch>> BuildAsync(IEventJournal journal, string project, string id, JournalBatch tail, CancellationToken cancellationToken)
    {
        var rows = new List<JournalBatch>();
        CompactRow? row = null;
        try
        {
            if (tail.Epoch > 1 || tail.FirstNumber > 1)
            {
                var position = default(EventPosition);
                IReadOnlyList<JournalBatch> page;
                while ((page = await journal.ReadAsync(project, id, position, PageSize, cancellationToken)).Count > 0)
                {
                    foreach (var batch in page)
                    {
                        Add(batch);
                    }

                    position = new EventPosition(page[^1].Epoch, page[^1].LastNumber);
                }
            }

            Add(tail);
            rows.Add(row!.Finish());
            return rows;
        }
        finally
        {
            row?.Dispose();
        }

        void Add(JournalBatch batch)
        {
            if (row is not null && row.Epoch != batch.Epoch)
            {
                End();
            }

            var number = batch.FirstNumber;
            for (var rest = Frames(batch); !rest.IsEmpty;)
            {
                row ??= new CompactRow(batch.Epoch, number);
                var length = Fitting(rest.Span, RowBytes - row.Bytes);
                if (length == 0 && row.Bytes > 0)
                {
                    End();
                    continue;
                }

                var part = rest[..(length > 0 ? length : EventFrame.SkipFrames(rest.Span, 1))];
                rest = rest[part.Length..];
                number = rest.IsEmpty ? batch.LastNumber + 1 : number + EventFrame.Count(part.Span);
                row.Add(part.Span, number - 1);
            }
        }

        void End()
        {
            rows.Add(row!.Finish());
            row.Dispose();
            row = null;
        }
    }

    /// <summary>
    /// The frames of a batch behind so many, for a reader who may take long: in pieces, since older versions wrote whole streams into one row. Pieces need not end with a frame.
    /// </summary>
    /// <exception cref="InvalidDataException">The row is damaged.</exception>
    public static IEnumerable<ReadOnlyMemory<byte>> Pieces(JournalBatch batch, long skip)
    {
        if (!batch.IsCompressed)
        {
            yield return batch.Frames[EventFrame.SkipFrames(batch.Frames.Span, skip)..];
            yield break;
        }

        var decoder = new BrotliDecoder();
        try
        {
            var (input, kept, status) = (batch.Frames, 0, OperationStatus.DestinationTooSmall);
            var buffer = new byte[PieceBytes];
            while (status == OperationStatus.DestinationTooSmall)
            {
                status = decoder.Decompress(input.Span, buffer.AsSpan(kept), out var consumed, out var written);
                input = input[consumed..];
                var piece = buffer.AsMemory(0, kept + written);
                while (skip > 0 && piece.Span.IndexOf(EventFrame.Separator) is >= 0 and var end)
                {
                    (skip, piece) = (skip - 1, piece[(end + EventFrame.Separator.Length)..]);
                }

                if (skip == 0)
                {
                    kept = 0;
                    if (!piece.IsEmpty)
                    {
                        yield return piece;
                        buffer = new byte[PieceBytes]; // the reader's, from now on
                    }
                }
                else
                {
                    // Of a frame that is left out only its end matters, and half of that may be here.
                    kept = Math.Min(1, piece.Length);
                    piece[^kept..].CopyTo(buffer);
                }
            }

            if (status != OperationStatus.Done)
            {
                throw new InvalidDataException("A compact journal row cannot be read.");
            }
        }
        finally
        {
            decoder.Dispose();
        }
    }

    /// <summary>How many bytes of frames fit: whole ones.</summary>
    private static int Fitting(ReadOnlySpan<byte> frames, int room) =>
        frames.Length <= room ? frames.Length : room > 0 && frames[..room].LastIndexOf(EventFrame.Separator) is >= 0 and var end ? end + EventFrame.Separator.Length : 0;

    /// <summary>The frames of a batch, readable, all at once.</summary>
    public static ReadOnlyMemory<byte> Frames(JournalBatch batch)
    {
        if (!batch.IsCompressed)
        {
            return batch.Frames;
        }

        var output = new ArrayBufferWriter<byte>(batch.Frames.Length * 8);
        using var decoder = new BrotliDecoder();
        var input = batch.Frames.Span;
        OperationStatus status;
        do
        {
            status = decoder.Decompress(input, output.GetSpan(4096), out var consumed, out var written);
            output.Advance(written);
            input = input[consumed..];
        }
        while (status == OperationStatus.DestinationTooSmall);
        return status == OperationStatus.Done ? output.WrittenMemory : throw new InvalidDataException("A compact journal row cannot be read.");
    }

    /// <summary>A row of one epoch while it is put together.</summary>
    private sealed class CompactRow(long epoch, long first) : IDisposable
    {
        private readonly PooledBytes _small = new();
        private readonly PooledBytes _compressed = new();
        private BrotliEncoder _encoder = new(quality: 1, window: 18);
        private bool _isLarge;
        private long _last;

        public long Epoch => epoch;

        public int Bytes { get; private set; }

        public void Add(ReadOnlySpan<byte> frames, long last)
        {
            _last = last;
            Bytes += frames.Length;
            if (!_isLarge && _small.Written.Length + frames.Length < CompressFrom)
            {
                _small.Write(frames);
                return;
            }

            if (!_isLarge)
            {
                _isLarge = true;
                Compress(_small.Written.Span, isFinal: false);
            }

            Compress(frames, isFinal: false);
        }

        public JournalBatch Finish()
        {
            if (_isLarge)
            {
                Compress(default, isFinal: true);
            }

            return new JournalBatch { Epoch = epoch, FirstNumber = first, LastNumber = _last, Frames = (_isLarge ? _compressed : _small).Written.ToArray(), IsCompressed = _isLarge };
        }

        public void Dispose()
        {
            _encoder.Dispose();
            _small.Dispose();
            _compressed.Dispose();
        }

        private void Compress(ReadOnlySpan<byte> frames, bool isFinal)
        {
            OperationStatus status;
            do
            {
                status = _encoder.Compress(frames, _compressed.GetSpan(4096), out var consumed, out var written, isFinal);
                _compressed.Advance(written);
                frames = frames[consumed..];
            }
            while (status == OperationStatus.DestinationTooSmall);

            if (status != OperationStatus.Done)
            {
                throw new InvalidOperationException("A compact journal row could not be written.");
            }
        }
    }
}
