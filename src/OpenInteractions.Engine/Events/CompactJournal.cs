using System.Buffers;
using System.IO.Compression;
using OpenInteractions.Engine.Storage;

namespace OpenInteractions.Engine.Events;

/// <summary>
/// The events of an ended run in as few and as small rows as possible: one per epoch, compressed. The frames stay as they were sent, so a replay gives
/// the same bytes and the same ids.
/// </summary>
internal static class CompactJournal
{
    /// <summary>Below this, compression costs more than it saves.</summary>
    private const int CompressFrom = 1024;

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
                rows.Add(row.Finish());
                row.Dispose();
                row = null;
            }

            row ??= new CompactRow(batch);
            row.Add(batch);
        }
    }

    /// <summary>The frames of a batch, readable.</summary>
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

    /// <summary>The row of one epoch while it is put together.</summary>
    private sealed class CompactRow(JournalBatch first) : IDisposable
    {
        private readonly PooledBytes _small = new();
        private readonly PooledBytes _compressed = new();
        private BrotliEncoder _encoder = new(quality: 1, window: 18);
        private bool _isLarge;
        private long _last;

        public long Epoch => first.Epoch;

        public void Add(JournalBatch batch)
        {
            _last = batch.LastNumber;
            var frames = Frames(batch).Span;
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

            return first with { LastNumber = _last, Frames = (_isLarge ? _compressed : _small).Written.ToArray(), IsCompressed = _isLarge, Checkpoint = default };
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
