using System.Buffers;
using System.Globalization;

namespace OpenInteractions.Engine.Events;

/// <summary>Writes events as the bytes that clients receive: one frame with an <c>event:</c> and a <c>data:</c> line and a blank line (wire 14.1).</summary>
public static class EventFrame
{
    [ThreadStatic]
    private static Utf8JsonWriter? _json;

    /// <summary>Ends every stream; it is no event and has no id.</summary>
    public static ReadOnlySpan<byte> Done => "event: done\ndata: [DONE]\n\n"u8;

    /// <summary>A comment that keeps connections open and that every client skips.</summary>
    public static ReadOnlySpan<byte> Heartbeat => ": ping\n\n"u8;

    /// <summary>Separates frames. JSON holds no raw line breaks, so nothing else looks like it.</summary>
    public static ReadOnlySpan<byte> Separator => "\n\n"u8;

    /// <summary>Appends the frame of an event.</summary>
    public static void Write(ArrayBufferWriter<byte> output, StreamEvent value)
    {
        output.Write("event: "u8);
        var name = value.EventType;
        var span = output.GetSpan(name.Length * 3);
        output.Advance(System.Text.Encoding.UTF8.GetBytes(name, span));
        output.Write("\ndata: "u8);
        var json = _json ??= new Utf8JsonWriter(output, new JsonWriterOptions { Encoder = WireJson.Wire.Options.Encoder, SkipValidation = true, MaxDepth = WireJson.Wire.Options.MaxDepth });
        json.Reset(output);
        JsonSerializer.Serialize(json, value, WireJson.Wire.StreamEvent);
        json.Flush();
        output.Write(Separator);
    }

    /// <summary>The event in a frame, or null when the frame is a comment or the end mark.</summary>
    public static StreamEvent? Read(ReadOnlySpan<byte> frame)
    {
        var start = frame.IndexOf("data: "u8);
        if (start < 0)
        {
            return null;
        }

        var data = frame[(start + 6)..].TrimEnd((byte)'\n');
        return data.SequenceEqual("[DONE]"u8) ? null : JsonSerializer.Deserialize(data, WireJson.Wire.StreamEvent);
    }

    /// <summary>Where the frame that follows <paramref name="count"/> frames begins.</summary>
    public static int SkipFrames(ReadOnlySpan<byte> frames, long count)
    {
        var position = 0;
        for (; count > 0; count--)
        {
            var end = frames[position..].IndexOf(Separator);
            if (end < 0)
            {
                return frames.Length;
            }

            position += end + Separator.Length;
        }

        return position;
    }

    /// <summary>How many frames there are.</summary>
    public static int Count(ReadOnlySpan<byte> frames) => frames.Count(Separator);

    /// <summary>Every event of a stretch of frames.</summary>
    public static IEnumerable<StreamEvent> ReadAll(ReadOnlyMemory<byte> frames)
    {
        while (!frames.IsEmpty)
        {
            var length = SkipFrames(frames.Span, 1);
            if (Read(frames.Span[..length]) is { } value)
            {
                yield return value;
            }

            frames = frames[length..];
        }
    }

    /// <summary>The <c>event_id</c> of a position, for events that are written by other means than an <see cref="EventLog"/>.</summary>
    internal static string Id(long epoch, long number) => string.Create(CultureInfo.InvariantCulture, $"{epoch}-{number}");
}
