using System.Buffers;
using System.Text;
using OpenInteractions.Contracts.Events;
using OpenInteractions.Engine.Events;
using OpenInteractions.Engine.Storage;

namespace OpenInteractions.Engine.Tests.Events;

/// <summary>Events as bytes, and what stands in bytes.</summary>
internal static class Frames
{
    public static byte[] Of(params IEnumerable<StreamEvent> events)
    {
        var output = new ArrayBufferWriter<byte>();
        foreach (var value in events)
        {
            EventFrame.Write(output, value);
        }

        return output.WrittenSpan.ToArray();
    }

    public static string Text(ReadOnlyMemory<byte> frames) => Encoding.UTF8.GetString(frames.Span);

    public static StepDeltaEvent Delta(string text, int index = 0) => new() { Index = index, Delta = new TextDelta { Text = text } };

    /// <summary>A batch of text deltas whose ids follow one another.</summary>
    public static JournalBatch Batch(long epoch, long first, params string[] texts) => new()
    {
        Epoch = epoch,
        FirstNumber = first,
        LastNumber = first + texts.Length - 1,
        Frames = Of(texts.Select((t, i) => Delta(t) with { EventId = new EventPosition(epoch, first + i).ToString() })),
    };

    public static string[] Ids(ReadOnlyMemory<byte> frames) => [.. EventFrame.ReadAll(frames).Select(e => e.EventId!)];
}
