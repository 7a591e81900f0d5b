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

    private const int ReadLimit = 256;

    /// <summary>Joins what the journal has with the end of the log.</summary>
    public static async Task<IReadOnlyList<JournalBatch>> BuildAsync(IEventJournal journal, string project, string id, JournalBatch tail, CancellationToken cancellationToken)
    {
        var batches = new List<JournalBatch>();
        if (tail.Epoch > 1 || tail.FirstNumber > 1)
        {
            var position = default(EventPosition);
            IReadOnlyList<JournalBatch> page;
            while ((page = await journal.ReadAsync(project, id, position, ReadLimit, cancellationToken)).Count > 0)
            {
                batches.AddRange(page);
                position = new EventPosition(page[^1].Epoch, page[^1].LastNumber);
            }
        }

        batches.Add(tail);
        return [.. batches.GroupBy(b => b.Epoch).OrderBy(g => g.Key).Select(g => Join([.. g]))];
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

    private static JournalBatch Join(IReadOnlyList<JournalBatch> batches)
    {
        var frames = new ArrayBufferWriter<byte>(batches.Sum(b => b.Frames.Length) + 1);
        foreach (var batch in batches)
        {
            frames.Write(Frames(batch).Span);
        }

        var joined = batches[0] with { LastNumber = batches[^1].LastNumber, Frames = frames.WrittenMemory, IsCompressed = false };
        return frames.WrittenCount < CompressFrom ? joined : joined with { Frames = Compress(frames.WrittenSpan), IsCompressed = true };
    }

    private static byte[] Compress(ReadOnlySpan<byte> frames)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BrotliEncoder.GetMaxCompressedLength(frames.Length));
        try
        {
            return BrotliEncoder.TryCompress(frames, buffer, out var length, quality: 1, window: 18)
                ? buffer[..length]
                : throw new InvalidOperationException("The buffer of a compact journal row was too small.");
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
